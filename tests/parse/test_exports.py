"""Documents that hold many lines: an answer of an API, an array, a table."""

import json

from hypothesis import assume, given, settings

from incidentlab.load import load
from incidentlab.parse import exports

from .formats import Line, lines_of
from .forms import loki, name, record, rows, stamp

DOCUMENTS = {"Loki's API": loki, "CSV": rows}


@settings(deadline=None, max_examples=50)
@given(lines_of())
def test_loki_comes_back(lines: list[Line]) -> None:
    """An answer of Loki's API gives back service, replica, time and message, each with its place in the document."""
    lines = [line for line in lines if line.message]
    assume(lines)
    logs = load(loki(lines)).logs
    assert sorted(logs["ts"].astype("int64")) == [line.ts for line in lines]
    assert sorted(logs["message"]) == sorted(line.message for line in lines)
    assert sorted(zip(logs["service"], logs["replica"], strict=True)) == sorted((x.service, x.replica) for x in lines)
    assert logs["pointer"].str.startswith("/data/result/").all()


@settings(deadline=None, max_examples=50)
@given(lines_of())
def test_csv_comes_back(lines: list[Line]) -> None:
    """A table with a header gives back service, replica, time and message, and the line on which each row begins."""
    lines = [line for line in lines if line.message]
    assume(lines)
    logs = load(rows(lines)).logs.sort_values("order")
    assert logs["message"].tolist() == [line.message for line in lines]
    assert logs["service"].tolist() == [line.service for line in lines]
    assert logs["replica"].tolist() == [line.replica for line in lines]
    assert logs["ts"].astype("int64").tolist() == [line.ts for line in lines]
    assert logs["line"].tolist() == list(range(2, len(lines) + 2))


def test_the_newest_first() -> None:
    """An export that begins with the newest line is read in the order of the times."""
    text = "Time,Line\n2025-06-01T09:00:02Z,second\n2025-06-01T09:00:02Z,first\n2025-06-01T09:00:01Z,zeroth\n"
    logs = load(text).logs
    assert logs[["line", "order", "message"]].values.tolist() == [[4, 0, "zeroth"], [3, 1, "first"], [2, 2, "second"]]


def test_a_cell_of_several_lines() -> None:
    """A cell that runs over several lines gives each of them, at the line where its row begins."""
    logs = load(
        'timestamp,service,message\n1748768410123,web,"Error: boom\n  at x.js:1"\n1748768411000,db,ready\n'
    ).logs
    assert logs[["line", "service", "message"]].values.tolist() == [
        [2, "web", "Error: boom"],
        [2, "web", "  at x.js:1"],
        [4, "db", "ready"],
    ]


def test_an_array_of_records() -> None:
    """Grafana's JSON is an array of rows; each stands where it begins."""
    body = [
        {"line": "boom", "timestamp": "1748768410123000000", "fields": {"container_name": "web-1"}},
        {"line": "ready", "timestamp": "1748768411000000000", "fields": {"container_name": "db-1"}},
    ]
    for indent, places in ((None, [1, 1]), (2, [2, 9])):
        logs = load(json.dumps(body, indent=indent).encode()).logs
        assert logs[["service", "line", "pointer"]].values.tolist() == [
            ["web", places[0], "/0"],
            ["db", places[1], "/1"],
        ]


def test_labels_in_a_column() -> None:
    """Grafana's CSV holds all labels as JSON in one column, and the time in nanoseconds in another."""
    text = 'Time,Line,tsNs,labels\n2025-06-01 11:00:10,boom,1748768410123456789,"{""compose_service"":""web""}"\n'
    logs = load(text).logs
    assert logs["service"].tolist() == ["web"]
    assert logs["ts"].astype("int64").tolist() == [1748768410123456789]


def test_look_alikes() -> None:
    """A log whose first line has a comma is no table, and an array of other objects is no export."""
    for text in (
        "starting, please wait\nmessage, time\n",
        "id,name\n1,x\n",
        "message\nboom\n",
        '[{"a": 1}]',
        "[x] a\n",
        "time,\rmessage\n1,x\n",
    ):
        assert exports.rows(text.encode()) is None, text


def test_writers_agree() -> None:
    """The writers of the tests write what they say."""
    line = Line("web", 1, 1748768410123456789, "boom")
    assert (name(line), stamp(line, 3)) == ("web-1", "2025-06-01T09:00:10.123Z")
    assert json.loads(record(lambda x: {"m": x.message})([line])) == {"m": "boom"}
