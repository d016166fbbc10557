"""The timeline with notes, deploys and breaches, on clocks that are not exact."""

from typing import Any

import pandas as pd

from incidentlab import load
from incidentlab.analyse.beside import beside
from incidentlab.investigate import investigate
from incidentlab.tables import BREACHES, CLOCKS, NOTES, TIMELINE, records, rows

T0 = pd.Timestamp("2026-03-04T10:00:00Z")


def at(seconds: float, **rest: Any) -> dict[str, Any]:
    """Return a row at a time."""
    return {"ts": T0 + pd.Timedelta(seconds=seconds), "line": 1} | rest


def told(happened: list[dict[str, Any]], notes: list[dict[str, Any]], *clocks: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the timeline of happenings and notes."""
    return records(
        beside(
            rows([{"source": "logs", "file": "web.log"} | row for row in happened], TIMELINE),
            notes=rows([{"kind": "note", "text": "x", "error_s": 1.0, "file": "n.csv"} | row for row in notes], NOTES),
            breaches=rows([], BREACHES),
            clocks=rows(list(clocks), CLOCKS),
        )
    )


def test_an_order_within_the_error_is_unknown() -> None:
    """Rows of two sources that are closer than their errors say so; of one source, or further apart, they do not."""
    found = told([at(0, what="die"), at(5, what="start")], [at(5.5), at(6), at(30)])
    assert [row["unordered_s"] for row in found[2:3]] == [1.0]
    assert [pd.isna(row["unordered_s"]) for row in found] == [True, True, False, True, True]


def test_the_error_of_a_clock_comes_on_top() -> None:
    """The error bar of a row is that of its own time and that of the clock of its file."""
    clock = {"source": "n.csv", "error_s": 9.0, "by": "declared"}
    found = told([at(0, what="die")], [at(8)], clock)
    assert [(row["error_s"], row["unordered_s"]) for row in found[1:]] == [(10.0, 10.0)]


def test_of_old_deploys_the_last_of_each_service_is_told() -> None:
    """A deploy that was replaced before anything was seen is left out; later ones, and those after the end, stay."""
    several = ((-90, "1", "web"), (-80, "7", "db"), (-60, "2", "web"), (5, "3", "web"), (99, "2 again", "web"))
    deploys = [at(s, kind="deploy", text=text, service=service) for s, text, service in several]
    found = told([at(0, what="die"), at(9, what="start")], deploys)
    assert [row["detail"] for row in found if row["source"] == "notes"] == ["7", "2", "3", "2 again"]


def test_rows_without_a_time_have_no_error() -> None:
    """A note whose time nobody wrote is told last, and nothing is said of its order."""
    found = told([at(0, what="die")], [at(0, ts=pd.NaT, author="Ada")])
    assert (found[1]["detail"], pd.isna(found[1]["error_s"]), pd.isna(found[1]["unordered_s"])) == (
        "Ada: x",
        True,
        True,
    )


def test_an_investigation_has_them_on_its_timeline() -> None:
    """Logs, deploys and a metric that are loaded together stand in one timeline, each with its file and line."""
    log = b"2026-03-04T10:00:20Z ERROR no answer\n"
    metric = "time,service,p99\n" + "".join(
        f"2026-03-04T10:00:{s:02}Z,web,{0.9 if s > 17 else 0.1}\n" for s in range(25)
    )
    found = investigate(load([log, b"time,deploy\n2026-03-04T10:00:15Z,web 2\n", metric]))
    assert found.timeline[["what", "file", "line"]].values.tolist() == [
        ["deploy", "text-2", 2],
        ["breach", "text-3", 20],
        ["errors", "text", 1],
    ]
    assert found.timeline["source"].tolist() == ["notes", "readings", "logs"]
