"""The timeline: what changed something, and no service left out."""

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.timeline import timeline
from incidentlab.investigate import investigate
from incidentlab.load import load

T0 = pd.Timestamp("2026-03-01T10:00:00Z")
NOTHING = {
    "events": tables.empty(tables.EVENTS),
    "probes": tables.empty(tables.PROBES),
    "phases": tables.empty(tables.PHASES),
    "failures": tables.empty(tables.FAILURES),
    "attempts": tables.empty(tables.ATTEMPTS),
}


def test_a_service_of_which_nothing_is_known_has_its_first_and_last_line() -> None:
    """A service that only talks stands in the timeline, beside one that failed, which has its failure alone."""
    text = "app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\nweb-1  | GET /\nweb-1  | GET /a\nweb-1  | GET /b\n"
    found = investigate(load(text)).timeline
    assert found[["service", "what", "detail"]].to_numpy().tolist() == [
        ["app", "refused", "Error: connect ECONNREFUSED 172.18.0.2:5432"],
        ["web", "first_line", "GET /"],
        ["web", "last_line", "GET /b"],
    ]


def test_a_container_of_which_only_inspect_tells_has_its_state() -> None:
    """Since when a container is what inspect shows: its start while it runs, its end afterwards."""
    times = {"created": T0, "started": T0 + pd.Timedelta(seconds=1), "finished": T0 + pd.Timedelta(seconds=5)}
    states = {"a": "created", "b": "running", "c": "exited"}
    rows = [{"service": service, "state": state} | times for service, state in states.items()]
    found = timeline(**NOTHING, containers=tables.rows(rows, tables.CONTAINERS))
    assert found[["service", "detail"]].to_numpy().tolist() == [
        ["a", "is created"],
        ["b", "is running"],
        ["c", "is exited"],
    ]
    assert ((found["ts"] - T0) / pd.Timedelta(seconds=1)).tolist() == [0.0, 1.0, 5.0]


def test_errors_that_nobody_knows_are_bursts_with_count_and_rate() -> None:
    """Errors close to each other are one row with their rate, cited at the first; one minutes later is another."""
    lines = [f"svc-1  | 2026-03-01T10:00:0{second}Z ERROR flux drained" for second in (1, 3, 5)]
    lines += ["svc-1  | 2026-03-01T10:09:05Z ERROR giving up on flux", "svc-1 exited with code 3"]
    found = investigate(load("\n".join(lines) + "\n")).timeline
    bursts = found[found["what"] == "errors"]
    assert bursts["line"].tolist() == [1, 4]
    assert bursts["detail"].str.partition(":")[0].tolist() == ["3 errors, 45.0 a minute", "1 error"]


def test_a_service_whose_failures_are_known_has_no_bursts() -> None:
    """Where a failure is read, it stands in the timeline by itself, and its lines are not counted twice."""
    text = "app-1  | 2026-03-01T10:00:00Z ERROR connect ECONNREFUSED 172.18.0.2:5432\n"
    assert investigate(load(text)).timeline["what"].tolist() == ["refused"]
