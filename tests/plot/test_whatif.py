import math
from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables
from incidentlab.analyse.whatif import Facts, Setting, grid, recovery, survival, sweep

FACTS = Facts("app", "db", ready=((6.5, math.inf),))
STARTS = tables.rows(
    [{"duration_s": second, "observed": second < 9} for second in (5.0, 6.0, 7.0, 9.0)], tables.READINESS
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def legend(ax: plt.Axes) -> list[str]:
    """Return the words of the legend."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_sweep_is_a_curve_with_the_failures_marked() -> None:
    """Values that recover are a curve in seconds, the others crosses: never a gap without a word."""
    table = sweep(FACTS, Setting(restart="on-failure"), "restart_max", range(1, 9))
    ax = plot.whatif(table)
    good, bad = ax.lines
    assert list(good.get_xdata()) == table.loc[table["recovers"], "value_number"].tolist()
    assert list(bad.get_xdata()) == table.loc[~table["recovers"], "value_number"].tolist()
    assert legend(ax) == ["recovers", "does not recover"]
    assert ax.get_ylabel().endswith("(s)")


def test_a_sweep_over_words_has_the_words_on_its_axis() -> None:
    """Policies are no numbers: they stand on the axis as they are written."""
    ax = plot.whatif(sweep(FACTS, Setting(), "restart", ["no", "always"]))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["no", "always"]


def test_a_grid_is_a_heat_map_with_the_failures_hatched() -> None:
    """Every pair of values is a cell: seconds where it recovers, a hatch where it does not."""
    table = grid(FACTS, Setting(), "tries", [1, 3, 5], other="initial_s", other_values=[1.0, 4.0])
    ax = plot.whatif(table)
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(hatched) == int((~table["recovers"]).sum())
    assert len(ax.texts) == int(table["recovers"].sum())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("tries within one run", "delay before the second try (s)")
    assert legend(ax) == ["does not recover"]


def test_the_recovery_curves_are_shares_and_differ_in_line_and_colour() -> None:
    """Each setting has a step curve of its own, between 0 and 100 %."""
    settings = {"one": Setting(restart="always"), "two": Setting(tries=15)}
    ax = plot.recovery(recovery(FACTS, settings, STARTS, draws=20))
    assert legend(ax) == ["one", "two"]
    assert len({(line.get_color(), line.get_linestyle()) for line in ax.lines}) == 2
    assert ax.get_ylim() == (-0.02, 1.05)


def test_censored_starts_are_ticks_on_the_curve() -> None:
    """A start that nobody saw end is drawn where we stopped looking."""
    ax = plot.survival(survival(STARTS))
    ticks = next(line for line in ax.lines if line.get_marker() == "|")
    assert list(ticks.get_xdata()) == [9.0]
    assert "censored" in legend(ax)[1]


@pytest.mark.parametrize("draw", [plot.whatif, plot.recovery, plot.survival])
def test_nothing_to_draw_is_an_empty_figure(draw: object) -> None:
    """Empty tables are no error."""
    table = {plot.whatif: tables.WHATIF, plot.recovery: tables.RECOVERY, plot.survival: tables.SURVIVAL}[draw]
    ax = draw(tables.empty(table))
    assert all(pd.isna(line.get_xdata()).all() or not len(line.get_xdata()) for line in ax.lines)
