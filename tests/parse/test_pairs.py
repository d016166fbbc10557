"""How far apart two clocks are, as calls show that both sources print."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.incident import Incident
from incidentlab.load import load
from incidentlab.parse import pairs
from incidentlab.parse.pairs import Call, offset

T0 = pd.Timestamp("2026-03-04T10:00:00.001Z")
MS = 1_000_000
UNKNOWN = "app.log: {clock: unknown}\n"


def line(ms: float, text: str) -> str:
    """Return a line of a program, so many milliseconds after the start."""
    return f"{(T0 + pd.Timedelta(milliseconds=ms)).isoformat().replace('+00:00', 'Z')} INFO {text}\n"


def gate() -> str:
    """Return the log of a gateway: five calls, each asked for and answered."""
    return "".join(
        line(1000 * n, f"ask request_id=r-{n}00") + line(1000 * n + 100 + n, f"answer request_id=r-{n}00")
        for n in range(5)
    )


def app(ahead_ms: float) -> str:
    """Return the log of the program that serves these calls, with its own clock."""
    return "".join(
        line(1000 * n + 40 - n + ahead_ms, f"begin requestId: r-{n}00")
        + line(1000 * n + 60 + ahead_ms, f"done requestId: r-{n}00")
        for n in range(5)
    )


def loaded(folder: Path, declared: str, **texts: str) -> Incident:
    """Return the incident of logs, with a note beside them, and of what is declared."""
    (folder / "notes.csv").write_text("time,note\n2026-03-04T10:00:09Z,looked\n")
    (folder / "sources.yaml").write_text(declared)
    for name, text in texts.items():
        (folder / f"{name}.log").write_text(text)
    return load(folder)


def test_an_unknown_clock_is_inferred(tmp_path: Path) -> None:
    """The times of a log whose clock is declared unknown are moved by what the calls show, within the error bar."""
    incident = loaded(tmp_path, UNKNOWN, gate=gate(), app=app(7500))
    (clock,) = incident.clocks.to_dict("records")
    assert abs(clock["ahead_s"] - 7.5) <= clock["error_s"] <= 0.05
    assert (clock["by"], clock["pairs"], clock["file"], clock["line"]) == ("inferred", 10, "sources.yaml", 1)
    assert clock["because"].startswith("r-000 (line 2, gate.log:2)")
    begun = incident.logs.loc[incident.logs["file"].eq("app.log"), "ts"].min()
    assert abs((begun - T0).total_seconds() - 0.04) <= clock["error_s"]
    assert "as pairs of events show; its times are moved" in str(incident.ledger["gap"].tolist())


def test_elsewhere_there_is_only_a_hint(tmp_path: Path) -> None:
    """Without a declaration no time is moved; the ledger says what the calls show, where it is more than the error."""
    incident = loaded(tmp_path, "{}", gate=gate(), app=app(-2000))
    assert incident.clocks.empty
    assert incident.logs.loc[incident.logs["file"].eq("app.log"), "ts"].min() < T0
    told = incident.ledger.set_index("source")["gap"]
    assert re.search(r"show its clock (1\.9|2\.0)\d* s behind, known to 0\.0\d+ s", told["text:app.log"])
    assert "declare ahead_s, or clock: unknown, in sources.yaml" in told["text:app.log"]
    assert "pairs of events" not in str(loaded(tmp_path, "{}", gate=gate(), app=app(0)).ledger["gap"].tolist())


@pytest.mark.parametrize("text", ["".join(app(0).splitlines(keepends=True)[:2]), line(5, "begin"), app(0)[::-1]])
def test_an_unknown_clock_that_nothing_bounds_has_no_times(tmp_path: Path, text: str) -> None:
    """Where calls are too few, its times are left out and the ledger says so; what it printed stays beside."""
    incident = loaded(tmp_path, UNKNOWN, gate=gate(), app=text)
    own = incident.logs[incident.logs["file"].eq("app.log")]
    assert own["ts"].isna().all()
    assert incident.clocks.empty
    assert "no pairs of events bound it" in incident.ledger.set_index("source")["gap"]["text:app.log"]


def test_calls_that_contradict_each_other_infer_nothing() -> None:
    """Offsets that no clock can have at once, and sources of which each encloses the other's calls, give none."""
    own = {"a": Call(5001, 6003, 1, 2), "b": Call(5001, 6003, 3, 4)}
    assert offset(own, {"x": {"a": Call(1, 2001, 1, 2), "b": Call(90001, 92003, 3, 4)}}) is None
    assert offset(own, {"x": {"a": Call(5000, 6005, 1, 2), "b": Call(5300, 5701, 3, 4)}}) is None
    assert offset(own, {"x": {"a": Call(5000, 6005, 1, 2)}}) is None
    assert offset(own, {}) is None


calls_ = st.lists(
    st.tuples(st.integers(0, 10**6), *[st.integers(0, 5000)] * 3), min_size=2, max_size=8, unique_by=lambda one: one[0]
)


@given(calls_, st.integers(-(10**7), 10**7), st.sampled_from([1, 10**3, 10**6]))
def test_the_true_offset_is_within_the_error(served: list[tuple[int, int, int, int]], ahead: int, unit: int) -> None:
    """Whatever calls take and however times are cut off, the true offset lies within the error bar."""
    asked, own = {}, {}
    for n, (begin, before, long, after) in enumerate(served):
        times = (begin * MS, (begin + before + long + after) * MS)
        asked[str(n)] = Call(*times, 2 * n, 2 * n + 1)
        inner = [(t + ahead * 1001) // unit * unit for t in ((begin + before) * MS, (begin + before + long) * MS)]
        own[str(n)] = Call(inner[0], inner[1], 2 * n, 2 * n + 1)
    found = offset(own, {"x": asked})
    assert found is not None
    assert abs(found.ahead_s - ahead * 1001 / 1e9) <= found.error_s + 1e-8


def test_an_identifier_that_stays_is_no_call() -> None:
    """An identifier that is printed for minutes, or once, is that of no call; one without its word is none."""
    logs = load(
        line(0, "trace_id=aaaa") + line(9e4, "trace_id=aaaa") + line(9e4, "request id: bbbb") + line(9e4, "x cccc")
    )
    timed = logs.logs.assign(ts=logs.logs["app_ts"])
    assert pairs.calls(timed) == {}
