"""Laws of the text parser: what is written in any variety comes back, and nothing is ever lost."""

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidentlab.parse import compose_logs
from incidentlab.parse.container_log import json_file
from incidentlab.parse.container_log import parse as container_log
from incidentlab.parse.lines import decode

from .formats import VARIETIES, Line, docker_logs, json_records, lines_of, wild


@settings(deadline=None)
@given(st.sampled_from(sorted(VARIETIES)), lines_of())
def test_what_is_written_comes_back(variety: str, lines: list[Line]) -> None:
    """For each text variety: service, replica, time and message of every line are those that were written."""
    written = VARIETIES[variety]
    lines = lines if written.numbered else [line for line in lines if not line.service.endswith("-2")]
    lines = [line for line in lines if written.dotted or "." not in line.service]
    assume(lines)
    logs = compose_logs.parse(written.write(lines), file="x").frames["logs"]
    own = logs[logs["kind"] == "log"]
    assert own["message"].tolist() == [line.message for line in lines]
    assert own["service"].tolist() == [line.service for line in lines]
    assert own["replica"].fillna(0).tolist() == [line.replica if written.numbered else 0 for line in lines]
    stamps = own["ts"].astype("int64").tolist() if written.timed else []
    assert stamps == [line.ts for line in lines if written.timed]
    assert own["ts"].notna().all() == written.timed


@settings(deadline=None)
@given(lines_of(wide=True))
def test_docker_logs_come_back(lines: list[Line]) -> None:
    """`docker logs -t` gives back times and messages, lines over 16 KiB included."""
    logs = container_log(docker_logs(lines), file="x", service="s").frames["logs"].sort_values("order")
    assert logs["message"].tolist() == [line.message for line in lines]
    assert logs["ts"].astype("int64").tolist() == [line.ts for line in lines]


@settings(deadline=None)
@given(lines_of(wide=True))
def test_json_file_comes_back(lines: list[Line]) -> None:
    """The json-file driver's records give back times and messages, the parts of a long line joined."""
    logs = json_file(json_records(lines), file="x").frames["logs"].sort_values("order")
    own = logs[logs["kind"] == "log"]
    assert own["message"].tolist() == [line.message for line in lines]
    assert own["ts"].astype("int64").tolist() == [line.ts for line in lines]


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=400), wild()))
def test_no_line_is_lost(data: bytes) -> None:
    """Any bytes at all give as many rows as they have lines, numbered as in the file."""
    for parse in (container_log, json_file, compose_logs.parse):
        logs = parse(data, file="x").frames["logs"].sort_values("order")
        data = decode(data) if parse is compose_logs.parse else data
        assert np.array_equal(logs["line"], np.arange(1, data.count(b"\n") + (data[-1:] not in (b"\n", b"")) + 1))


@settings(deadline=None)
@given(lines_of(), st.integers(-(10**15), 10**15))
def test_shifting_all_times_shifts_the_result(lines: list[Line], by: int) -> None:
    """Times are read as they stand: a constant added to all is a constant in all."""
    first = compose_logs.parse(VARIETIES["v2 -t"].write(lines), file="x").frames["logs"]["ts"]
    moved = [line._replace(ts=line.ts + by) for line in lines]
    then = compose_logs.parse(VARIETIES["v2 -t"].write(moved), file="x").frames["logs"]["ts"]
    assert (then - first == pd.Timedelta(by, "ns")).all()
