from collections.abc import Iterator

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from incidentlab import plot, tables

T0 = pd.Timestamp("2026-11-23T09:00:00Z")
T1 = T0 + pd.Timedelta(seconds=60)


def at(second: float) -> pd.Timestamp:
    """Return a time of the story."""
    return T0 + pd.Timedelta(seconds=second)


def happenings(*rows: tuple[float, str, str], timed: bool = True) -> pd.DataFrame:
    """Return happenings: second, service, what."""
    return tables.rows(
        [
            {"ts": at(second) if timed else None, "order": order, "service": service, "what": what, "detail": ""}
            for order, (second, service, what) in enumerate(rows)
        ],
        tables.TIMELINE,
    )


PHASES = tables.rows(
    [
        {"service": "db", "phase": "temporary_server", "start": at(2), "end": at(7), "start_order": 0, "end_order": 3},
        {"service": "db", "phase": "ready", "start": at(8), "end": None, "start_order": 4},
    ],
    tables.PHASES,
)
NO_PHASES = tables.empty(tables.PHASES)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def legend(ax: Axes) -> set[str]:
    """Return the words of the legend."""
    box = ax.get_legend()
    return {text.get_text() for text in box.get_texts()} if box else set()


def test_one_lane_a_service_the_troubled_first() -> None:
    """Each service has one lane; the one with most trouble stands at the top."""
    ax = plot.timeline(happenings((1, "db", "start"), (3, "app", "refused")), PHASES, window=(T0, T1))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["app", "db"]


def test_the_chosen_lanes_stand_first() -> None:
    """The services that the reader asks about stand at the top, whatever else went wrong."""
    story = happenings((1, "db", "start"), (3, "app", "refused"), (4, "web", "start"))
    ax = plot.timeline(story, PHASES, window=(T0, T1), first=["web", None, "gone"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["web", "app", "db"]


def test_an_open_phase_reaches_the_end_of_the_window() -> None:
    """A phase that was still open when we stopped looking is drawn to the end of the window."""
    ax = plot.timeline(happenings((1, "db", "start")), PHASES, window=(T0, T1))
    ends = [patch.get_x() + patch.get_width() for patch in ax.patches]
    assert max(ends) == pytest.approx(mdates.date2num(T1))


def test_a_paused_server_has_no_hole_in_its_lane() -> None:
    """Every phase that the table knows is drawn: the lane of a paused or disconnected server has no hole."""
    spans = [(0, 10, "ready"), (10, 20, "paused"), (20, 30, "disconnected"), (30, 60, "ready")]
    rows = [{"service": "db", "phase": phase, "start": at(a), "end": at(b)} for a, b, phase in spans]
    ax = plot.timeline(happenings((1, "db", "start")), tables.rows(rows, tables.PHASES), window=(T0, T1))
    drawn = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches)
    assert [end for _, end in drawn[:-1]] == pytest.approx([begin for begin, _ in drawn[1:]])
    assert len(drawn) == 4


def test_the_axis_names_date_and_zone() -> None:
    """The axis of time bears its date and its zone."""
    ax = plot.timeline(happenings((1, "db", "start")), PHASES, window=(T0, T1), timezone="Europe/Berlin")
    assert ax.get_xlabel() == "time on 2026-11-23 (Europe/Berlin)"


def test_the_legend_explains_every_mark_and_phase() -> None:
    """Everything that is drawn stands in the legend, and nothing else."""
    ax = plot.timeline(happenings((1, "db", "start"), (3, "app", "refused")), PHASES, window=(T0, T1))
    assert legend(ax) == {"start", "failed try or error", "temporary server (socket only)", "ready"}


def test_the_refused_window_is_shaded_in_both_lanes() -> None:
    """From the first failed try to the success, the lanes of client and server are shaded."""
    tries = tables.rows(
        [
            {"service": "app", "dependency": "db", "ts": at(3), "order": 1, "ok": False},
            {"service": "app", "dependency": "db", "ts": at(9), "order": 5, "ok": True},
        ],
        tables.ATTEMPTS,
    )
    ax = plot.timeline(happenings((3, "app", "refused")), PHASES, window=(T0, T1), refused=tries)
    shades = [patch for patch in ax.patches if patch.get_alpha()]
    assert [patch.get_x() for patch in shades] == pytest.approx([mdates.date2num(at(3))] * 2)
    assert "dependency could not be reached" in legend(ax)


def test_without_times_the_axis_is_the_order_and_says_so() -> None:
    """A text without times is drawn by position, and the axis says that distances mean nothing."""
    ax = plot.timeline(
        happenings((0, "db", "start"), (0, "app", "refused"), timed=False), NO_PHASES, window=(pd.NaT, pd.NaT)
    )
    assert "order only" in ax.get_xlabel()
    assert sorted(float(x) for line in ax.lines for x in line.get_xdata()) == [0.0, 1.0]


def test_an_empty_story_is_an_empty_figure() -> None:
    """Nothing to draw is no error."""
    ax = plot.timeline(tables.empty(tables.TIMELINE), NO_PHASES, window=(T0, T1))
    assert not ax.lines


def test_what_stands_beside_the_logs_has_its_marks() -> None:
    """A deploy of a service stands in its lane; a note and a breach of no service have lanes of their own."""
    rows = happenings((1, "app", "deploy"), (2, "app", "refused"))
    beside = [
        {"ts": at(3), "what": "breach", "source": "readings"},
        {"ts": at(4), "what": "note", "source": "notes"},
    ]
    told = tables.join([rows, tables.rows(beside, tables.TIMELINE)], tables.TIMELINE)
    ax = plot.timeline(told, NO_PHASES, window=(T0, T1))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["app", "readings", "notes"]
    assert legend(ax) == {"failed try or error", "deploy", "metric beyond its limits", "note"}
    assert "4 marks in 3 lanes" in repr(plot.interactive(told, NO_PHASES, window=(T0, T1)))
