"""Phases: the line that says ready, and the line that only seems to."""

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse import readiness
from incidentlab.analyse.marks import marks
from incidentlab.tables import EVENTS, LOGS, PROBES

T0 = pd.Timestamp("2026-03-01T10:00:00Z")


def _logs(lines: list[str], *, timed: bool = False) -> pd.DataFrame:
    rows = [
        {"service": "s", "container": "s-1", "order": n, "line": n + 1, "kind": "log", "message": line}
        | ({"ts": T0 + pd.Timedelta(seconds=n)} if timed else {})
        for n, line in enumerate(lines)
    ]
    return tables.rows(rows, LOGS)


def phases(logs: pd.DataFrame, events: pd.DataFrame, probes: pd.DataFrame) -> pd.DataFrame:
    """Return the phases that logs, events and probes tell of."""
    return readiness.phases(logs, marks(logs), events, probes)


def _names(lines: list[str]) -> list[str]:
    return phases(_logs(lines), tables.empty(EVENTS), tables.empty(PROBES))["phase"].tolist()


PG_FIRST = [
    'The files belonging to this database system will be owned by user "postgres".',
    '[40] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"',
    "[40] LOG:  database system is ready to accept connections",
    "[40] LOG:  received fast shutdown request",
    "[40] LOG:  database system is shut down",
    "PostgreSQL init process complete; ready for start up.",
    '[1] LOG:  listening on IPv4 address "0.0.0.0", port 5432',
    "[1] LOG:  database system is ready to accept connections",
]
BOOT = ["starting", "ready"]
FIRST = ["starting", "temporary_server", "restarting_inside", "ready"]

SERVERS = {
    "postgres, empty volume": (PG_FIRST, FIRST),
    "postgres, cut before its start": (PG_FIRST[1:], FIRST[1:]),
    "postgres, full volume": (
        ["[1] LOG:  starting PostgreSQL 16.2", '[1] LOG:  listening on IPv4 address "0.0.0.0", port 5432',
         "[1] LOG:  database system is ready to accept connections"], ["starting", "ready"]),
    "postgres, crash recovery": (
        ["[1] LOG:  starting PostgreSQL 16.2", '[1] LOG:  listening on IPv4 address "0.0.0.0", port 5432',
         "[9] LOG:  database system was not properly shut down; automatic recovery in progress",
         "[1] LOG:  database system is ready to accept connections"], ["starting", "ready"]),
    "postgres, stopped": (
        [*PG_FIRST, "[1] LOG:  received smart shutdown request", "[1] LOG:  database system is shut down"],
        [*FIRST, "stopping", "exited"]),
    "mysql, X plugin is not the server": (
        ["[System] X Plugin ready for connections. Bind-address: '::' port: 33060",
         "mysqld: ready for connections. Version: '8.0.36'  socket: '/s'  port: 3306  MySQL"], ["ready"]),
    "mysql, empty volume": (
        ["[Note] [Entrypoint]: Initializing database files", "[Note] [Entrypoint]: Temporary server started.",
         "[Note] [Entrypoint]: Stopping temporary server",
         "[Note] [Entrypoint]: MySQL init process done. Ready for start up.",
         "mysqld: ready for connections. Version: '8.0.36'  socket: '/s'  port: 3306  MySQL"], FIRST),
    "mariadb, port 0 is the temporary server": (
        ["mariadbd: ready for connections.", "Version: '11.2'  socket: '/s'  port: 0  MariaDB",
         "mariadbd: ready for connections.", "Version: '11.2'  socket: '/s'  port: 3306  MariaDB"],
        ["temporary_server", "ready"]),
    "mongo, bound to loopback first": (
        ['{"msg":"MongoDB starting"}', '{"msg":"Options set by command line","attr":{"net":{"bindIp":"127.0.0.1"}}}',
         '{"msg":"Waiting for connections"}', "MongoDB init process complete; ready for start up.",
         '{"msg":"Waiting for connections"}'], FIRST),
    "redis": (["oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "* Ready to accept connections tcp"], BOOT),
    "rabbitmq, the listener counts": (["Starting RabbitMQ 3.13", "started TCP listener on [::]:5672"], BOOT),
    "kafka": (["[KafkaRaftServer nodeId=1] Kafka Server started"], ["ready"]),
    "nginx, its entrypoint is not nginx": (
        ["Configuration complete; ready for start up", "[notice] 1#1: start worker processes"], BOOT),
    "a listener": (["Server listening on port 3000"], ["ready"]),
    "no listener": (["could not start: already listening on port 3000",
                     "Is the server running on host \"db\" and"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_phases_of_a_server(name):
    """The server's own lines give these phases, in order and without times."""
    lines, wanted = SERVERS[name]
    assert _names(lines) == wanted


def test_without_times_there_is_an_order():
    """A text without times gives phases with an order and no invented time."""
    found = phases(_logs(PG_FIRST), tables.empty(EVENTS), tables.empty(PROBES))
    assert found["start"].isna().all()
    assert found["start_order"].tolist() == [0, 2, 3, 7]
    assert found["end_order"].tolist()[:3] == [2, 3, 7]
    assert found["end_order"].isna().tolist() == [False, False, False, True]


def test_the_temporary_server_lasts_until_its_stop():
    """With times, the temporary server is a phase from its ready line to its fast shutdown."""
    found = phases(_logs(PG_FIRST, timed=True), tables.empty(EVENTS), tables.empty(PROBES)).set_index("phase")
    assert found.loc["temporary_server", "start"] == T0 + pd.Timedelta(seconds=2)
    assert found.loc["temporary_server", "end"] == T0 + pd.Timedelta(seconds=3)
    assert pd.isna(found.loc["ready", "end"])


def _event(second: int, action: str, detail: str | None = None) -> dict[str, object]:
    return {"ts": T0 + pd.Timedelta(seconds=second), "order": second, "service": "s", "container": "s-1",
            "action": action, "detail": detail, "file": "events"}  # fmt: skip


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ([_event(0, "start"), _event(3, "health_status", "healthy"), _event(9, "die")],
         ["starting", "ready", "exited"]),
        ([_event(0, "start"), _event(2, "health_status", "healthy"), _event(4, "pause"), _event(6, "unpause")],
         ["starting", "ready", "paused", "ready"]),
        ([_event(0, "start"), _event(2, "health_status", "healthy"), _event(4, "disconnect"), _event(6, "connect")],
         ["starting", "ready", "disconnected", "ready"]),
        ([_event(0, "start"), _event(2, "die"), _event(3, "disconnect")], ["running", "exited"]),
        ([_event(0, "start"), _event(2, "pause"), _event(3, "unpause")], ["running", "paused", "running"]),
        ([_event(0, "start"), _event(2, "disconnect"), _event(3, "pause"), _event(4, "unpause")],
         ["running", "disconnected", "paused", "running"]),
        ([_event(0, "start"), _event(9, "health_status", "unhealthy")], ["starting"]),
    ],
    ids=["health", "paused", "disconnected", "die-then-disconnect", "never-told", "cut-off-and-paused", "unhealthy"],
)  # fmt: skip
def test_phases_from_events(events, wanted):
    """Where the log says nothing, the engine's events give the phases."""
    found = phases(tables.empty(LOGS), tables.rows(events, EVENTS), tables.empty(PROBES))
    assert found["phase"].tolist() == wanted


def test_a_passed_probe_is_readiness_where_nothing_else_tells():
    """Without events, the end of the first probe that passed is when the service was ready."""
    probes = [
        {"start": T0, "end": T0 + pd.Timedelta(seconds=1), "service": "s", "outcome": "fail"},
        {"start": T0 + pd.Timedelta(seconds=3), "end": T0 + pd.Timedelta(seconds=4), "service": "s", "outcome": "pass"},
    ]
    found = phases(tables.empty(LOGS), tables.empty(EVENTS), tables.rows(probes, PROBES))
    assert found[["phase", "start"]].to_numpy().tolist() == [["ready", T0 + pd.Timedelta(seconds=4)]]


def test_health_does_not_outrank_a_known_server():
    """A healthy mark during the temporary server does not make it ready: the server's own words decide."""
    events = tables.rows([_event(2, "health_status", "healthy")], EVENTS)
    found = phases(_logs(PG_FIRST[:3], timed=True), events, tables.empty(PROBES))
    assert found["phase"].tolist() == ["starting", "temporary_server"]


def _starts(line_at: int, *events: tuple[int, str]) -> list[list[object]]:
    """Return phase and milliseconds of its start, with a ready line at `line_at` and events, in milliseconds."""
    ready = {"ts": T0 + pd.Timedelta(milliseconds=line_at), "order": 0, "service": "s", "container": "s-1",
             "kind": "log", "message": "* Ready to accept connections tcp"}  # fmt: skip
    done = [_event(0, action) | {"ts": T0 + pd.Timedelta(milliseconds=at), "order": n}
            for n, (at, action) in enumerate(events)]  # fmt: skip
    found = phases(tables.rows([ready], LOGS), tables.rows(done, EVENTS), tables.empty(PROBES))
    return [[row["phase"], round((row["start"] - T0) / pd.Timedelta(milliseconds=1))] for row in tables.records(found)]


@pytest.mark.parametrize(
    ("line_at", "events", "wanted"),
    [
        (8, [(20, "start")], [["starting", 8], ["ready", 8]]),
        (45, [(20, "start")], [["starting", 20], ["ready", 45]]),
        (190, [(20, "start"), (80, "die"), (200, "start")],
         [["starting", 20], ["exited", 80], ["starting", 190], ["ready", 190]]),
        (70, [(20, "start"), (80, "die"), (200, "start")],
         [["starting", 20], ["ready", 70], ["exited", 80], ["starting", 200]]),
        (0, [(5000, "start")], [["ready", 0], ["starting", 5000]]),
    ],
    ids=["before its start event", "after it", "second run", "end of the first run", "too long before"],
)  # fmt: skip
def test_a_line_just_before_the_start_event_is_of_that_run(line_at, events, wanted):
    """A run begins no later than its first line: a ready line some milliseconds before `start` is not lost."""
    assert _starts(line_at, *events) == wanted


def test_a_probe_tells_of_the_container_that_it_ran_in():
    """Where no event tells of health, the first passed probe ends the `starting` of its own container."""
    started = _event(0, "start") | {"container_id": "a"}
    passed = {"start": T0, "end": T0 + pd.Timedelta(seconds=4), "service": "s", "container_id": "a", "outcome": "pass"}
    found = phases(tables.empty(LOGS), tables.rows([started], EVENTS), tables.rows([passed], PROBES))
    assert found[["container", "phase"]].to_numpy().tolist() == [["s-1", "starting"], ["s-1", "ready"]]
