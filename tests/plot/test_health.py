from collections.abc import Iterator

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables

T0 = pd.Timestamp("2026-11-23T09:00:00Z")
WINDOW = (T0, T0 + pd.Timedelta(seconds=60))


def at(second: float) -> pd.Timestamp:
    """Return a time of the story."""
    return T0 + pd.Timedelta(seconds=second)


STATES = tables.rows(
    [
        {"service": "db", "state": "starting", "start": at(0), "end": at(8), "forced": False, "period_end": at(30)},
        {"service": "db", "state": "healthy", "start": at(8), "end": at(20), "forced": False, "period_end": at(30)},
        {"service": "db", "state": "unhealthy", "start": at(20), "end": None, "forced": True, "period_end": at(30)},
    ],
    tables.HEALTH,
)
PROBES = tables.rows(
    [
        {"service": "db", "run": 1, "end": at(2), "outcome": "fail", "counted": False},
        {"service": "db", "run": 1, "end": at(8), "outcome": "pass", "counted": True},
        {"service": "db", "run": 1, "end": at(10), "outcome": "timeout", "counted": True},
        {"service": "db", "run": None, "end": at(1), "outcome": "exec_error"},
    ],
    tables.HEALTH_PROBES,
)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def test_states_are_bars_and_forced_ones_are_hatched() -> None:
    """Only the state that the engine forced is hatched: it is no judgement."""
    ax = plot.health(STATES, PROBES, window=WINDOW)
    assert [patch.get_hatch() for patch in ax.patches].count("////") == 1


def test_the_start_period_ends_with_the_first_success() -> None:
    """The strip of the start period reaches from the start to the end of `starting`, not to the configured end."""
    ax = plot.health(STATES, PROBES, window=WINDOW)
    strip = ax.patches[0]
    assert strip.get_x() + strip.get_width() == pytest.approx(mdates.date2num(at(8)))


def test_an_open_state_reaches_the_end_of_the_window() -> None:
    """What was still so when we stopped looking is drawn to the end."""
    ax = plot.health(STATES, PROBES, window=WINDOW)
    ends = [patch.get_x() + patch.get_width() for patch in ax.patches]
    assert max(ends) == pytest.approx(mdates.date2num(WINDOW[1]))


def test_probes_differ_in_shape_and_uncounted_ones_are_hollow() -> None:
    """Pass, failure and timeout have shapes of their own; a failure that did not count is hollow."""
    ax = plot.health(STATES, PROBES, window=WINDOW)
    marks = [line for line in ax.lines if line.get_label()[0] != "_"]
    assert len({line.get_marker() for line in marks}) == 3
    assert {line.get_label() for line in marks if line.get_markerfacecolor() == "white"} == {"probe fails, not counted"}


def test_a_probe_of_an_unknown_run_is_not_drawn() -> None:
    """Entries of an earlier run that the engine's list still held are not this story's."""
    ax = plot.health(STATES, PROBES, window=WINDOW)
    assert "probe cannot run" not in {line.get_label() for line in ax.lines}


def test_the_axis_names_date_and_zone() -> None:
    """Times bear their date and their zone."""
    assert plot.health(STATES, PROBES, window=WINDOW).get_xlabel() == "time on 2026-11-23 (UTC)"


def test_no_health_is_an_empty_figure() -> None:
    """Nothing to draw is no error."""
    ax = plot.health(tables.empty(tables.HEALTH), tables.empty(tables.HEALTH_PROBES), window=WINDOW)
    assert not ax.patches
