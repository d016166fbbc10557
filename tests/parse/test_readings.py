"""Values of metrics, from tables and from Prometheus."""

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.load import kind_of, load
from incidentlab.parse import readings
from incidentlab.tables import READINGS, check


def told(data: bytes | str) -> list[list[Any]]:
    """Return time in seconds, series, service and value of each reading; None where there is none."""
    frame = load(data).readings.sort_values("order")
    rows = zip(frame["ts"].astype("int64") / 1e9, frame["series"], frame["service"], frame["value"], strict=True)
    return [[None if pd.isna(cell) else cell for cell in row] for row in rows]


def test_a_wide_table() -> None:
    """Each column beside the time is a series, but for the service and a column that nobody named."""
    assert told(",time,service,p50,p99\n0,1748768410,web,0.1,0.9\n1,1748768425,web,,NaN\n") == [
        [1748768410.0, "p50", "web", 0.1],
        [1748768410.0, "p99", "web", 0.9],
        [1748768425.0, "p50", "web", None],
        [1748768425.0, "p99", "web", None],
    ]


def test_the_cells_of_a_row_are_told_apart() -> None:
    """Each value of a row with several series has a pointer to its column; a row with one is meant as a whole."""
    assert load("time,p50,5/~m\n0,1,2\n").readings["pointer"].tolist() == ["/5~1~0m", "/p50"]
    assert load("time,p50\n0,1\n").readings["pointer"].isna().all()


def test_a_long_table() -> None:
    """A table with a value on each row names its series on each, or has only one."""
    assert told("ts;metric;value;service\n2026-01-31T09:24:00Z;p99;0.5;web\n") == [[1769851440.0, "p99", "web", 0.5]]
    assert told("ts,value\n2026-01-31T09:24:00Z,0.5\n") == [[1769851440.0, "value", None, 0.5]]


def answer(*result: Any) -> bytes:
    """Return an answer to a range query."""
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()


def test_an_answer_of_prometheus() -> None:
    """A series has its name and the labels that tell it from the others; each value has a pointer to its pair."""
    one = {"metric": {"__name__": "up", "job": "a", "compose_service": "web"}, "values": [[1748768410.5, "1"]]}
    two = {"metric": {"__name__": "up", "job": "b", "compose_service": "web"}, "values": [[1748768410, "0"]]}
    assert told(answer(one, two)) == [
        [1748768410.5, 'up{job="a"}', "web", 1.0],
        [1748768410.0, 'up{job="b"}', "web", 0.0],
    ]
    assert set(load(answer(one, two)).readings["pointer"]) == {"/data/result/0/values/0", "/data/result/1/values/0"}


def test_what_is_no_pair_keeps_the_places_of_the_others() -> None:
    """A pair that is none is counted in the ledger, and the pointer of the next is that of the answer."""
    odd = [7, None, [], ["1", "1"], [1e300, "1"], [1e17, "1"], [-1, "1"], [1, "x"], [1, "1", 1]]
    incident = load(answer({"metric": {}, "values": [*odd, [1748768410, "+Inf"]]}))
    assert incident.readings["pointer"].tolist() == [f"/data/result/0/values/{len(odd)}"]
    assert incident.readings["value"].isna().all()
    assert incident.ledger["truncated"].iloc[0] == f"{len(odd)} pairs are no time and number (line 1 the first)"


@pytest.mark.parametrize(
    "result",
    [None, {}, [None], [5], [{}], [{"metric": None}], [{"metric": {"a": 5}}], [{"metric": {}, "values": {}}], [[[]]]],
)
def test_an_answer_of_any_shape_is_read_past(result: Any) -> None:
    """What Prometheus never answers gives no reading, and no error."""
    assert load(json.dumps({"data": {"resultType": "vector", "result": result}}) + "\n").readings.empty


@pytest.mark.parametrize("text", ["time,level\n0,info\n", "time,message\n0,1\n", "p99,p50\n1,2\n", "time,p99\nx"])
def test_what_is_no_table_of_readings(text: str) -> None:
    """A log in CSV, numbers without a time and a header alone are none."""
    assert kind_of(text.encode()) != "readings"


@pytest.mark.parametrize("text", ["time,p99\r\n1748768410,0.5\r\n", "\ufefftime,p99,p99\n1748768410,0.5,0.5,9\n"])
def test_readings_from_a_spreadsheet(text: str) -> None:
    """A byte order mark, UTF-16, Windows' line ends, a column named twice and a cell too much change nothing."""
    for data in (text.encode(), text.removeprefix("\ufeff").encode("utf-16")):
        assert told(data) == [[1748768410.0, "p99", None, 0.5]]


def test_what_is_no_number_is_in_the_ledger() -> None:
    """A word where a number is meant, and a row without a time, are counted with the first line of each."""
    ledger = load(b"time,p99\n1748768410,0.5\n1748768425,fast\nlater,0.7\n\xff,\xfe\n").ledger
    assert ledger["truncated"].iloc[0].split("; ")[0] == "2 rows have no time with a zone (line 4 the first)"
    assert "1 values are no numbers (line 3 the first)" in ledger["truncated"].iloc[0]


def test_a_table_that_ends_too_soon_says_so() -> None:
    """Behind a quote that nobody closes a table cannot be read on; the ledger says from which line."""
    text = 'time,p99\n2026-01-31T09:24:00Z,1\n2026-01-31T09:25:00Z,"' + "9\n" * 100_000
    incident = load(text)
    assert len(incident.readings) == 1
    assert "begins in line 3 has no end" in incident.ledger["truncated"].iloc[0]


@given(st.lists(st.lists(st.sampled_from(["", "x", '"', "\0", "\ud800", "1", "1e400", "nan", "9" * 400, "\u00b2"]))))
def test_any_rows_are_read_past(rows: list[list[str]]) -> None:
    """Rows of any length with anything in their cells give a table of readings."""
    text = "\n".join(["time,p50,p99", *(",".join(row) for row in rows)])
    check(readings.parse(text.encode("utf-8", "surrogatepass"), file="x.csv").frames["readings"], READINGS)
