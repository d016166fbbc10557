from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables

T0 = pd.Timestamp("2026-11-23T09:00:00Z")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def ladder(*rows: tuple[float, float | None, str], service: str = "app") -> pd.DataFrame:
    """Return restarts: observed, predicted, cause."""
    return tables.rows(
        [
            {
                "service": service,
                "container_id": service,
                "number": number,
                "start_event": T0,
                "observed_s": observed,
                "predicted_s": predicted,
                "cause": cause,
            }
            for number, (observed, predicted, cause) in enumerate(rows, start=1)
        ],
        tables.RESTARTS,
    )


def legend(ax: plt.Axes) -> set[str]:
    """Return the words of the legend."""
    return {text.get_text() for text in ax.get_legend().get_texts()}


def test_the_ladder_is_logarithmic_and_bears_its_unit() -> None:
    """A delay that doubles climbs in even steps; the axis is in seconds."""
    ax = plot.restarts(ladder((0.4, 0.1, "policy"), (0.5, 0.2, "policy")))
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "from die to start (s)"


def test_each_restart_stands_where_it_was_observed_over_its_delay() -> None:
    """The marks are the observed waits, the steps the delays."""
    ax = plot.restarts(ladder((0.4, 0.1, "policy"), (0.5, 0.2, "policy")))
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.4, 0.5]]
    steps = [segment[0][1] for collection in ax.collections[:1] for segment in collection.get_segments()]
    assert steps == [0.1, 0.2]


def test_a_start_by_hand_has_a_mark_of_its_own_and_no_step() -> None:
    """Policy and human differ in shape; where the policy did nothing, no delay is drawn."""
    ax = plot.restarts(ladder((0.4, 0.1, "policy"), (17.6, None, "human")))
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert len(ax.collections[0].get_segments()) == 1
    assert legend(ax) == {"the engine's delay", "cost of the start", "restarted by the policy", "started by a command"}


def test_several_ladders_bear_their_names() -> None:
    """Two containers stand side by side and are named; one alone needs no name."""
    both = tables.join([ladder((0.4, 0.1, "policy")), ladder((0.5, 0.1, "policy"), service="db")], tables.RESTARTS)
    assert {text.get_text() for text in plot.restarts(both).texts} == {"app", "db"}
    assert not plot.restarts(ladder((0.4, 0.1, "policy"))).texts


def test_no_restart_is_an_empty_figure() -> None:
    """Nothing to draw is no error."""
    assert not plot.restarts(tables.empty(tables.RESTARTS)).lines
