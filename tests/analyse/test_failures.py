"""Failures: a trace is one record with its root, and the service that was meant has a reason."""

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse.failures import failures as fold
from incidentlab.analyse.marks import marks
from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.tables import ADDRESSES, CONTAINERS, LOGS


def _logs(text: str) -> pd.DataFrame:
    """Make log lines of ``service | message``; a line without a bar has no service."""
    rows = []
    for order, line in enumerate(text.splitlines()):
        service, bar, message = line.partition(" | ")
        own = (
            {"service": service.strip(), "container": service.strip(), "message": message} if bar else {"message": line}
        )
        rows.append(own | {"order": order, "line": order + 1, "file": "log", "kind": "log"})
    return tables.rows(rows, LOGS)


def failures(logs: pd.DataFrame, **known: pd.DataFrame) -> pd.DataFrame:
    """Return the failures that log lines tell of."""
    return fold(logs, marks(logs), **known)


TRACES = {
    "node": (
        (
            "web | Error: connect ECONNREFUSED 10.0.0.2:5432\nweb |     at TCPConnectWrap.afterConnect (net.js:1)\n"
            "web |   errno: -111,\nweb |   code: 'ECONNREFUSED',\nweb |   syscall: 'connect',\nweb | }"
        ),
        {"kind": "refused", "line": 1, "last_line": 6, "errno": -111, "address": "10.0.0.2", "port": 5432},
    ),
    "node-aggregate": (
        (
            "web | AggregateError [ECONNREFUSED]: \nweb |     at internalConnectMultiple (node:net:1)\n"
            "web |   [errors]: [\n"
            "web |     Error: connect ECONNREFUSED ::1:5432\n"
            "web |     Error: connect ECONNREFUSED 127.0.0.1:5432\nweb |   ]"
        ),
        {"kind": "refused", "address": "::1", "port": 5432, "target_by": "loopback", "last_line": 6},
    ),
    "python-chain": (
        (
            'api | Traceback (most recent call last):\napi |   File "a.py", line 1, in <module>\n'
            "api | psycopg2.OperationalError: could not connect to server: Connection refused\n"
            'api | \tIs the server running on host "db" (10.0.0.2) and accepting\n'
            "api | \tTCP/IP connections on port 5432?\n"
            "api | \napi | The above exception was the direct cause of the following exception:\napi | \n"
            'api | Traceback (most recent call last):\napi |   File "b.py", line 2, in run\n'
            "api | sqlalchemy.exc.OperationalError: could not connect to server: Connection refused"
        ),
        {"kind": "refused", "line": 3, "last_line": 11, "host": "db", "address": "10.0.0.2", "port": 5432},
    ),
    "python-own": (
        (
            'api | Traceback (most recent call last):\napi |   File "a.py", line 1, in <module>\n'
            "api | shop.Oversold: no stock"
        ),
        {"kind": "crash", "code": "shop.Oversold", "line": 3, "runtime": "python"},
    ),
    "java": (
        (
            "api | org.springframework.beans.BeanCreationException: Error creating bean\napi | \tat a.B.c(B.java:1)\n"
            "api | Caused by: com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure\n"
            "api | \tat a.D.e(D.java:2)\napi | Caused by: java.net.UnknownHostException: mysql\napi | \t... 26 more"
        ),
        {"kind": "dns", "host": "mysql", "line": 5, "last_line": 6},
    ),
    "go": (
        (
            "api | panic: dial tcp 10.0.0.2:6379: connect: connection refused\napi | \napi | goroutine 1 [running]:\n"
            "api | main.main()\napi | \t/app/main.go:7 +0x1"
        ),
        {"kind": "refused", "port": 6379, "line": 1, "last_line": 5},
    ),
    "ruby": (
        "web | app/db.rb:3:in `connect': no seeds left (Shop::Empty)\nweb | \tfrom app/main.rb:1:in `<main>'",
        {"kind": "crash", "code": "Shop::Empty", "last_line": 2},
    ),
    "php": (
        (
            "web | PHP Fatal error:  Uncaught RedisException: Connection refused in /app/a.php:3\nweb | Stack trace:\n"
            "web | #0 /app/a.php(3): run()\nweb |   thrown in /app/a.php on line 3"
        ),
        {"kind": "refused", "line": 1, "last_line": 4},
    ),
    "dotnet": (
        (
            "api | Unhandled exception. Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.2:5432\n"
            "api |  ---> System.Net.Sockets.SocketException (111): Connection refused\napi |    at Npgsql.Connect()"
        ),
        {"kind": "refused", "address": "10.0.0.2", "port": 5432, "line": 1, "last_line": 3},
    ),
    "rust": (
        (
            "api | thread 'main' panicked at src/main.rs:7:10:\n"
            "api | error communicating with database: Connection refused "
            "(os error 111)\napi | note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"
        ),
        {"kind": "refused", "errno": 111, "last_line": 3},
    ),
}


@pytest.mark.parametrize("runtime", TRACES)
def test_a_trace_is_one_record(runtime):
    """A stack trace of this runtime is one record, decided by its root, with what its lines name."""
    text, wanted = TRACES[runtime]
    found = failures(_logs(text))
    assert len(found) == 1
    row = tables.records(found)[0]
    assert {name: row[name] for name in wanted} == wanted


def test_interleaved_services_are_folded_apart():
    """The lines of two containers that are mixed do not become one record."""
    one, two = TRACES["node"][0].splitlines(), TRACES["go"][0].splitlines()
    mixed = "\n".join(line for pair in zip(one, two, strict=False) for line in pair)
    found = failures(_logs(mixed))
    assert sorted(zip(found["service"], found["kind"], strict=True)) == [("api", "refused"), ("web", "refused")]


def test_two_crashes_are_two_records():
    """The second run's trace does not go on with the first one's."""
    text = TRACES["python-own"][0]
    assert len(failures(_logs(text + "\n" + text))) == 2


def test_an_error_in_a_migration_is_a_failed_migration():
    """A statement that fails under a migration tool's frames failed in the migration."""
    text = (
        "api | Traceback (most recent call last):\n"
        'api |   File "django/db/migrations/executor.py", line 1, in migrate\n'
        "api | django.db.utils.DataError: value out of range"
    )
    assert failures(_logs(text))["kind"].tolist() == ["migration"]


REFUSED = "api | Error: connect ECONNREFUSED 10.0.0.2:5432"


def test_target_by_host():
    """A host that is a service, or an alias of one, is that service."""
    found = failures(_logs("db | hello\napi | getaddrinfo ENOTFOUND db"))
    assert found[["target", "target_by"]].to_numpy().tolist() == [["db", "host"]]


def test_target_by_address():
    """An address is the service that held it at that time."""
    held = [
        {"ip": "10.0.0.2", "service": "old", "first_seen": pd.Timestamp("2026-01-01", tz="UTC"),
         "last_seen": pd.Timestamp("2026-01-02", tz="UTC")},
        {"ip": "10.0.0.2", "service": "db", "first_seen": pd.Timestamp("2026-02-01", tz="UTC"),
         "last_seen": pd.Timestamp("2026-02-02", tz="UTC")},
    ]  # fmt: skip
    logs = _logs(REFUSED).assign(ts=pd.Timestamp("2026-01-01T12:00", tz="UTC"))
    found = failures(logs, addresses=tables.rows(held, ADDRESSES))
    assert found[["target", "target_by"]].to_numpy().tolist() == [["old", "address"]]


def test_target_by_port():
    """A well-known port is the one service of that kind; with two of them it is nobody."""
    assert failures(_logs("postgres | hello\n" + REFUSED))["target"].tolist() == ["postgres"]
    assert failures(_logs("postgres-a | hello\npostgres-b | hello\n" + REFUSED))["target"].isna().all()


def test_target_by_depends_on():
    """Where a line names nobody, the one service that the client depends on was meant."""
    needs = tables.rows([{"service": "api", "depends_on": '{"ledger": "service_started"}'}], CONTAINERS)
    found = failures(_logs("api | Error: Connection refused"), containers=needs)
    assert found[["target", "target_by"]].to_numpy().tolist() == [["ledger", "depends_on"]]


def test_loopback_is_nobody_else():
    """Loopback is the client's own container, even if a database of that port exists."""
    found = failures(_logs("postgres | hello\napi | connect ECONNREFUSED 127.0.0.1:5432"))
    assert found["target"].isna().all()
    assert found["target_by"].tolist() == ["loopback"]


def test_a_reused_address_is_told_from_its_port():
    """An address that the engine gave to another container does not make that one the target of a database client."""
    held = [{"ip": "10.0.0.2", "service": "web"}, {"ip": "10.0.0.9", "service": "postgres"}]
    logs = _logs("postgres | hello\nweb | hello\n" + REFUSED)
    assert failures(logs, addresses=tables.rows(held, ADDRESSES))["target"].tolist() == ["postgres"]


def test_no_failure_is_an_empty_table():
    """A log without failures, or no log at all, gives the table without rows."""
    for logs in (_logs("api | all is well"), tables.empty(LOGS)):
        found = failures(logs)
        assert list(found.columns) == tables.FAILURES.names
        assert found.empty


def test_an_entrypoint_that_waits_for_its_own_server_has_not_failed() -> None:
    """What the scripts of the database images say of the server that they start is no failure of anybody."""
    text = (
        "db-1  | 2026-11-23 10:00:00+00:00 [Note] [Entrypoint]: Waiting for server startup\n"
        "pg-1  | waiting for server to start.... done\n"
    )
    assert investigate(load(text)).failures.empty


def test_a_record_has_the_level_of_its_first_line() -> None:
    """A warning whose exception stands in the next line is a warning, whatever the class of the exception."""
    text = (
        "web-1  | 2026-03-01 10:00:00 WARN  mail check failed\n"
        "web-1  | jakarta.mail.AuthenticationFailedException: authentication failed\n"
        "web-1  | \tat jakarta.mail.Service.connect(Service.java:1)\n"
    )
    found = investigate(load(text.encode(), name="pasted")).failures
    assert found[["kind", "level"]].values.tolist() == [["auth", "warning"]]


def test_a_line_of_a_logger_ends_no_trace() -> None:
    """What stands below the frames with a level of its own is the next line of the log, and no exception."""
    text = (
        'api-1  | Traceback (most recent call last):\napi-1  |   File "a.py", line 1, in b\napi-1  | INFO:     open\n'
    )
    assert investigate(load(text.encode(), name="pasted")).failures.empty


RUBY = (
    "web | db.rb:5:in `rescue in open': no database (Shop::Unreachable)\nweb | \tfrom db.rb:2:in `open'\n"
    "web | \tfrom app.rb:1:in `<main>'\n"
    'web | db.rb:3:in `initialize\': Connection refused - connect(2) for "db" port 5432 (Errno::ECONNREFUSED)\n'
    "web | \tfrom db.rb:3:in `open'\nweb | \tfrom app.rb:1:in `<main>'\n"
)


def test_a_ruby_exception_and_its_cause_are_one_failure() -> None:
    """Ruby prints the trace of the cause below that of the exception; the next run begins with the same class again."""
    found = failures(_logs(RUBY + RUBY))
    assert found[["kind", "host", "port"]].values.tolist() == [["refused", "db", 5432]] * 2
    assert found["last_line"].tolist() == [6, 12]


def test_two_ruby_exceptions_with_a_line_between_them_are_two() -> None:
    """What a program says between two traces shows that the second is no cause of the first."""
    first, cause = RUBY.split("web | db.rb:3:in `initialize'")
    assert len(failures(_logs(f"{first}web | trying once more\nweb | db.rb:3:in `initialize'{cause}"))) == 2
