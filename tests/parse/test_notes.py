"""What people and programs wrote down beside the logs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.load import load
from incidentlab.parse import notes
from incidentlab.tables import NOTES, check

TEXT = """time,service,author,kind,note
2026-01-31T09:24Z,web,Ada,,looked at the queue
2026-01-31 09:25:30 +01:00,,,deploy,web 1.4
soon,,,ALERT,"p99,
high"
"""


def test_notes_of_a_table() -> None:
    """Each row has its kind, its author and the line on which it begins; its time is as exact as it is written."""
    found = notes.parse(TEXT.encode(), file="notes.csv")
    frame = found.frames["notes"].sort_values("order")
    assert frame[["kind", "service", "author", "text", "line"]].fillna("").values.tolist() == [
        ["note", "web", "Ada", "looked at the queue", 2],
        ["deploy", "", "", "web 1.4", 3],
        ["alarm", "", "", "p99,\nhigh", 4],
    ]
    assert frame["ts"].dropna().tolist() == [pd.Timestamp("2026-01-31T09:24Z"), pd.Timestamp("2026-01-31T08:25:30Z")]
    assert frame["error_s"].tolist() == [60.0, 1.0, 0.0]
    assert found.truncated == ["1 rows have no time with a zone (line 4 the first); write it like 2026-01-31T09:24:00Z"]


@pytest.mark.parametrize(
    ("file", "header", "kind"),
    [("x.csv", "time,deploy", "deploy"), ("alarms-of-may.csv", "ts;what", "alarm"), ("x.tsv", "when\ttext", "note")],
)
def test_what_a_row_is(file: str, header: str, kind: str) -> None:
    """A row is what the column of its text is called, or the file, or else a note; whatever stands between cells."""
    between = header.strip("abcdefghijklmnopqrstuvwxyz")
    row = f"{header}\n2026-01-31T09:24:00Z{between}up\n"
    assert notes.parse(row.encode(), file=file).frames["notes"]["kind"].tolist() == [kind]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_notes_from_a_spreadsheet(mark: bytes) -> None:
    """A byte order mark, UTF-16 and lines that end as Windows ends them change nothing."""
    text = "time,note\r\n2026-01-31T09:24:00Z,caf\u00e9\r\n"
    for data in (mark + text.encode(), text.encode("utf-16")):
        noted = load(data).notes
        assert noted[["ts", "text"]].values.tolist() == [[pd.Timestamp("2026-01-31T09:24Z"), "caf\u00e9"]]


def test_a_table_that_ends_too_soon_says_so() -> None:
    """Behind a quote that nobody closes a table cannot be read on; the ledger says from which line."""
    text = 'time,note\n2026-01-31T09:24:00Z,x\n2026-01-31T09:25:00Z,"' + "9\n" * 100_000
    incident = load(text)
    assert len(incident.notes) == 1
    assert "begins in line 3 has no end" in incident.ledger["truncated"].iloc[0]


@given(st.lists(st.lists(st.sampled_from(["", "x", '"', "\0", "\ud800", "2026-01-31T09:24Z", "9" * 400, "\u00b2"]))))
def test_any_rows_are_read_past(rows: list[list[str]]) -> None:
    """Rows of any length with anything in their cells give a table of notes."""
    text = "\n".join(["time,kind,note,author", *(",".join(row) for row in rows)])
    frame = notes.parse(text.encode("utf-8", "surrogatepass"), file="x.csv").frames["notes"]
    assert len(check(frame, NOTES)) <= len(rows)
