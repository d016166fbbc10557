from collections.abc import Callable

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse.milestones import ASSUMED_ERROR_S, DEFINITIONS, clock_error_s, metrics, milestones, signal
from incidentlab.investigate import Investigation

T0 = pd.Timestamp("2026-01-01T00:00:00Z")


def at(seconds: float) -> pd.Timestamp:
    """Return a time so many seconds after the first."""
    return T0 + pd.Timedelta(seconds=seconds)


def happening(second: float, what: str, detail: str = "", *, line: int, source: str = "logs") -> dict[str, object]:
    """Return a row of TIMELINE of the service app."""
    place = {"file": "f", "line": line, "order": line}
    return {"ts": at(second), "service": "app", "what": what, "detail": detail, "source": source} | place


def told(
    rows: list[dict[str, object]], *, recovered: bool | None = True, category: str = "startup_race"
) -> pd.DataFrame:
    """Return the milestones of a verdict on app whose first row for is the first row given."""
    verdict = {"rank": 1, "category": category, "service": "app", "recovered": recovered}
    first = {"rank": 1, "role": "for", "fact": "refused", "service": "app"} | {
        k: rows[0][k] for k in ("ts", "file", "line")
    }
    return milestones(
        tables.rows(rows, tables.TIMELINE),
        tables.rows([verdict], tables.FINDINGS),
        tables.rows([first], tables.EVIDENCE),
        tables.empty(tables.LIFETIMES),
    )


def lines(frame: pd.DataFrame) -> dict[str, int]:
    """Return name -> line of the milestones that are known."""
    known = frame[frame["line"].notna()]
    return dict(zip(known["name"], known["line"], strict=True))


RACE = [
    happening(0, "refused", "ECONNREFUSED", line=1),
    happening(1, "die", "exit code 1", line=2, source="events"),
    happening(2, "refused", "ECONNREFUSED", line=3),
    happening(5, "success", "connected", line=4),
]


def test_milestones_are_rows_of_the_evidence() -> None:
    """First failure, first success: each milestone points at its row."""
    assert lines(told(RACE)) == {"started": 1, "impact": 1, "mitigated": 4, "resolved": 4}


def test_an_alarm_of_nobody_detects_with_its_own_error() -> None:
    """An alarm that names no service detects; its own error bar comes on top, and one of another service is not it."""
    alarms = [
        happening(1, "alarm", "DiskFills", line=8, source="notes") | {"service": "db"},
        happening(1.5, "alarm", "LoginsFail", line=9, source="notes") | {"service": None, "error_s": 60.0},
    ]
    found = told([*RACE, *alarms]).set_index("name").loc["detected"]
    assert (found["line"], found["uncertainty_s"]) == (9, 60.0 + ASSUMED_ERROR_S)


def test_a_container_that_ends_is_a_signal_and_no_detection() -> None:
    """Only an alarm detects by itself; the first end in error after the impact is what it could have hung on."""
    happenings = tables.rows(RACE, tables.TIMELINE)
    found = signal(happenings, told(RACE))
    assert found is not None
    assert (found["line"], found["what"]) == (2, "die")
    assert "detected" not in lines(told(RACE))
    alarmed = [*RACE[:2], happening(1.5, "alarm", "LoginsFail", line=7), *RACE[2:]]
    assert lines(told(alarmed))["detected"] == 7
    assert signal(happenings, told(RACE, category="benign")) is None


def test_all_six_are_always_there() -> None:
    """A milestone that no row shows keeps its name and definition, and has no time."""
    frame = told(RACE[:1], recovered=None)
    assert frame["name"].tolist() == list(DEFINITIONS)
    assert lines(frame) == {"started": 1, "impact": 1}
    assert frame["ts"].iloc[2:].isna().all()


def test_mitigated_is_not_resolved_while_it_fails_again() -> None:
    """A success that a failure follows mitigates; only the success after the last failure resolves."""
    again = [*RACE, happening(6, "refused", "again", line=5), happening(9, "success", "connected", line=6)]
    frame = told(again)
    assert lines(frame)["mitigated"] == 4
    assert lines(frame)["resolved"] == 6


def test_without_times_the_order_of_the_lines_counts() -> None:
    """In a pasted text a program's own time on one line puts it before no other; no time and no duration is given."""
    pasted = [row | {"ts": None} for row in RACE]
    later = {
        "rank": 1,
        "role": "for",
        "fact": "ready",
        "ts": at(9),
        "service": "db",
        "file": "f",
        "line": 9,
        "order": 9,
    }
    first = {"rank": 1, "role": "for", "fact": "refused", "service": "app", "file": "f", "line": 1, "order": 1}
    frame = milestones(
        tables.rows(pasted, tables.TIMELINE),
        tables.rows([{"rank": 1, "category": "startup_race", "service": "app", "recovered": True}], tables.FINDINGS),
        tables.rows([later, first], tables.EVIDENCE),
        tables.empty(tables.LIFETIMES),
    )
    assert lines(frame) == {"started": 1, "impact": 1, "mitigated": 4, "resolved": 4}
    assert frame["ts"].isna().all()
    assert metrics(frame)["duration_s"].isna().all()


def test_a_row_of_another_service_is_no_impact() -> None:
    """Where no row shows the service of the verdict failing, its impact is not known."""
    ready = {
        "rank": 1,
        "role": "for",
        "fact": "a probe of db failed",
        "ts": at(0),
        "service": "db",
        "file": "f",
        "line": 1,
    }
    frame = milestones(
        tables.empty(tables.TIMELINE),
        tables.rows([{"rank": 1, "category": "dependency_unhealthy", "service": "app"}], tables.FINDINGS),
        tables.rows([ready], tables.EVIDENCE),
        tables.empty(tables.LIFETIMES),
    )
    assert lines(frame) == {"started": 1}


def test_nothing_failed_has_no_milestone() -> None:
    """A quiet project has no incident, so no milestone."""
    assert lines(told(RACE, category="benign")) == {}


def test_a_verdict_without_recovery_has_no_end() -> None:
    """Where the finding does not say that it recovered, a passing probe does not end the incident."""
    assert "mitigated" not in lines(told([*RACE[:2], happening(5, "probe_pass", line=4)], recovered=False))


def test_durations_are_computed_with_their_error() -> None:
    """TTM is the difference of two times, its error the sum of both error bars."""
    spans = metrics(told(RACE)).set_index("name")
    assert spans.loc["TTM", "duration_s"] == 5.0
    assert spans.loc["TTM", "uncertainty_s"] == pytest.approx(2 * ASSUMED_ERROR_S)
    assert pd.isna(spans.loc["TTA", "duration_s"])


def test_order_inside_the_error_bar_is_unknown() -> None:
    """Two rows closer than their error bars have no known order; the same row has."""
    close = [RACE[0], happening(0.15, "success", "connected", line=2)]
    assert metrics(told(close)).set_index("name").loc["TTM", "order"] == "unknown"
    assert metrics(told(RACE)).set_index("name").loc["TTM", "order"] == "after"
    same = [happening(0, "alarm", "LoginsFail", line=1)]
    noted = told(same, recovered=None)
    assert lines(noted) == {"started": 1, "impact": 1, "detected": 1}
    assert metrics(noted).set_index("name").loc["TTD", "order"] == "same"


def test_the_error_bar_is_measured_where_the_engine_wrote_twice() -> None:
    """The largest difference between inspect and event of the same start or end is the error bar."""
    lived = [{"started": at(0), "start_event": at(0.004), "finished": at(9), "die_event": at(9.02), "container": "c"}]
    assert clock_error_s(tables.rows(lived, tables.LIFETIMES)) == pytest.approx(0.02)


def test_what_a_person_wrote_down_replaces_the_evidence() -> None:
    """A time in human.yaml stands for its milestone, and is said to be a person's."""
    note = {"name": "detected", "ts": at(3), "uncertainty_s": 60.0, "file": "human.yaml", "line": 7}
    frame = milestones(
        tables.rows(RACE, tables.TIMELINE),
        tables.rows([{"rank": 1, "category": "startup_race", "service": "app"}], tables.FINDINGS),
        tables.empty(tables.EVIDENCE),
        tables.empty(tables.LIFETIMES),
        notes=tables.rows([note], tables.MILESTONES),
    )
    assert frame.set_index("name").loc["detected", "source"] == "person"
    assert lines(frame) == {"detected": 7}


def test_a_start_by_hand_acknowledges(investigated: Callable[[str], Investigation]) -> None:
    """In the race that a person ended, the start by hand is the acknowledgement, before it was mitigated."""
    found = investigated("startup-race-down")
    frame = milestones(found.timeline, found.findings, found.evidence, found.lifetimes).set_index("name")
    assert "by hand" in frame.loc["acknowledged", "what"]
    assert frame.loc["impact", "ts"] < frame.loc["acknowledged", "ts"] < frame.loc["mitigated", "ts"]


def test_a_shift_of_all_times_shifts_the_milestones() -> None:
    """Moving everything by an hour moves the milestones by an hour and changes no duration."""
    hour = pd.Timedelta(hours=1)
    later = [row | {"ts": row["ts"] + hour} for row in RACE]
    assert (told(later)["ts"].dropna() - told(RACE)["ts"].dropna() == hour).all()
    pd.testing.assert_frame_equal(metrics(told(later)), metrics(told(RACE)))
