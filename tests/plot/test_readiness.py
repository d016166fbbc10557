from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from incidentlab import plot, tables


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def starts(*told: tuple[str, float, bool]) -> pd.DataFrame:
    """Return starts with their incident, duration and whether it was seen to its end."""
    names = ("incident", "duration_s", "observed")
    return tables.rows([dict(zip(names, one, strict=True)) for one in told], tables.READINESS)


def test_every_start_is_shown_beside_median_spread_and_mean() -> None:
    """Each start is a mark at its time, named by its incident; what was not seen to its end bears another mark."""
    ready = starts(("slow", 12.0, True), ("fast", 2.0, True), ("open", 5.0, False))
    spread = ready.loc[ready["observed"], "duration_s"].describe()
    axes = plot.readiness(ready, spread)
    marks = {str(line.get_label()): np.asarray(line.get_xydata()).tolist() for line in axes.lines}
    assert marks["seen ready"] == [[2.0, 0.0], [12.0, 2.0]]
    assert marks["not ready while we looked: longer than this"] == [[5.0, 1.0]]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["fast", "open", "slow"]
    assert [marks[name][0][0] for name in ("median", "mean")] == [7.0, 7.0]
    assert axes.get_xlabel().endswith("(s)")


@pytest.mark.parametrize("number", [0, 1, 200])
def test_none_and_many_starts_can_be_drawn(number: int) -> None:
    """Without a start that was seen ready there is no median; many starts are drawn without their names."""
    ready = starts(*((f"i{i}", 1.0 + i, number > 1) for i in range(number)))
    axes = plot.readiness(ready, ready.loc[ready["observed"].astype(bool), "duration_s"].describe())
    assert bool([line for line in axes.lines if line.get_label() == "median"]) == (number > 1)
    assert number == 0 or len(axes.get_yticklabels()) == (1 if number == 1 else 0)
    assert number > 0 or axes.texts[0].get_text() == "no start of the dependency was seen"
    assert axes.figure.get_size_inches()[1] <= 12


def test_a_name_is_drawn_as_it_is() -> None:
    """A name of an incident with signs of money in it is no formula."""
    ready = starts(("costs $5_^$", 1.0, True))
    axes = plot.readiness(ready, ready["duration_s"].describe())
    axes.figure.draw_without_rendering()
    assert [text.get_text() for text in axes.get_yticklabels()] == ["costs $5_^$"]
