"""The signature table: sound as a whole, right line by line, linear on any line."""

import time

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from incidentlab.analyse.failures.match import fits
from incidentlab.analyse.signatures import KINDS, SIGNATURES, literals, table
from incidentlab.analyse.signatures.compose import HARMLESS
from incidentlab.analyse.signatures.ready import MARKS, SUCCESSES

ALL = (*SIGNATURES, *MARKS, *SUCCESSES)
COLUMNS = {"host", "address", "port", "code", "errno", "syscall", "subject"}

LINES = [
    ("connect ECONNREFUSED 10.0.0.2:5432", "refused", {"address": "10.0.0.2", "port": "5432"}),
    ("connect ECONNREFUSED ::1:6379", "refused", {"address": "::1", "port": "6379"}),
    ("getaddrinfo EAI_AGAIN queue", "dns", {"host": "queue", "code": "EAI_AGAIN"}),
    ("Error 111 connecting to cache:6379. Connection refused.", "refused", {"host": "cache", "port": "6379"}),
    ("(2003, \"Can't connect to MySQL server on 'sql' ([Errno 111] Connection refused)\")", "refused", {"host": "sql"}),
    ("(2003, \"Can't connect to MySQL server on 'sql' ([Errno -2] Name or service not known)\")", "dns",
     {"host": "sql"}),
    ("ERROR 2005 (HY000): Unknown MySQL server host 'sql' (-2)", "dns", {"host": "sql"}),
    ("org.postgresql.util.PSQLException: Connection to pg:5432 refused. Check that the hostname", "refused",
     {"host": "pg", "port": "5432"}),
    ("java.net.UnknownHostException: broker", "dns", {"host": "broker"}),
    ("Connection to node -1 (kafka/10.0.0.9:9092) could not be established.", "refused",
     {"host": "kafka", "address": "10.0.0.9", "port": "9092"}),
    ("dial tcp 10.0.0.2:5432: connect: connection refused", "refused", {"address": "10.0.0.2", "port": "5432"}),
    ("dial tcp: lookup pg on 127.0.0.11:53: no such host", "dns", {"host": "pg"}),
    ('Connection refused - connect(2) for "cache" port 6379', "refused", {"host": "cache", "port": "6379"}),
    ("Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.2:5432", "refused", {"port": "5432"}),
    ("error communicating with database: Connection refused (os error 111)", "refused", {"errno": "111"}),
    ("HTTPConnectionPool(host='api', port=80): Max retries exceeded (Caused by NewConnectionError(refused))", "refused",
     {"host": "api", "port": "80"}),
    ("kombu: Cannot connect to amqp://u:**@mq:5672//: [Errno 111] Connection refused.", "refused", {"host": "mq"}),
    ("FATAL:  the database system is starting up", "starting_up", {}),
    ('FATAL:  password authentication failed for user "shop"', "auth", {"subject": "shop"}),
    ("Access denied for user 'shop'@'10.0.0.4' (using password: YES)", "auth", {"subject": "shop"}),
    ("System limit for number of file watchers reached", "limits", {}),
    ("[Errno 28] No space left on device: '/data/x'", "disk_full", {}),
    ("Memory cgroup out of memory: Killed process 4242 (java)", "oom", {"subject": "java", "errno": "4242"}),
    ("/bin/sh: 1: vite: not found", "command", {"subject": "vite"}),
    ("Could not resolve placeholder 'mail.host' in value", "missing_config", {"subject": "mail.host"}),
    ("ModuleNotFoundError: No module named 'x'", "import", {"code": "ModuleNotFoundError"}),
    ("dependency failed to start: container shop-db-1 is unhealthy", "dependency_unhealthy", {"subject": "shop-db-1"}),
]  # fmt: skip


def _match(*lines: str) -> list[tuple[str, str]]:
    found = fits(pa.array(list(lines), pa.large_string()), SIGNATURES)
    return list(zip(found["kind"], found["signature"], strict=True))


def test_names_are_unique():
    """A result can name its pattern, so no two patterns share a name."""
    names = [signature.name for signature in ALL]
    assert len(names) == len(set(names))


def test_every_kind_is_explained():
    """Each kind stands in `KINDS`, and none stands there in vain."""
    assert {signature.kind for signature in SIGNATURES} == set(KINDS)


@pytest.mark.parametrize("signature", ALL, ids=lambda signature: signature.name)
def test_pattern_is_re2(signature):
    """RE2 takes the pattern, its groups are columns, and it matches no empty line."""
    empty = pa.array([""])
    assert not pc.match_substring_regex(empty, signature.pattern)[0].as_py()
    if "(?P<" in signature.pattern:
        names = {field.name for field in pc.extract_regex(empty, signature.pattern).type}
        assert names <= COLUMNS


@pytest.mark.parametrize("signature", [*SIGNATURES, *MARKS], ids=lambda signature: signature.name)
def test_pattern_has_a_literal(signature):
    """Each pattern needs a literal of three characters or more, so that the first filter is worth its time."""
    assert min(map(len, literals(signature.pattern)), default=0) >= 3


@pytest.mark.parametrize(("line", "kind", "groups"), LINES, ids=[line[:40] for line, _, _ in LINES])
def test_line(line, kind, groups):
    """The line has its kind, and the groups hold what it names."""
    row = fits(pa.array([line], pa.large_string()), SIGNATURES).iloc[0]
    assert row["kind"] == kind
    assert {name: row[name] for name in groups} == groups


@pytest.mark.parametrize(
    "line",
    [
        "INFO: waiting for requests", "connection to db established", "0 failed, 12 passed", "GET /error HTTP/1.1 200",
        "background worker \"logical replication launcher\" (PID 7) exited with exit code 1", "errno was reset",
    ],
)  # fmt: skip
def test_plain_line(line):
    """A line that tells of no failure has no kind, or is known as harmless or as mere waiting."""
    assert all(kind in ("harmless", "waiting") for kind, _ in _match(line))


def test_harmless_comes_first():
    """A line that only looks like a failure is taken as harmless before any other pattern sees it."""
    assert SIGNATURES[: len(HARMLESS)] == HARMLESS


def test_table_reads_its_own_form():
    """A row may go on in the next line, and a fragment stands for its pattern."""
    (row,) = table("# remark\none  refused  any  gone at {IP}\n    :{PORT}\n")
    assert row.pattern.startswith("gone at (?P<address>")
    assert row.pattern.endswith("(?P<port>\\d{1,5})")


def _cpu_s(line: str, repeats: int = 4) -> float:
    texts = pa.array([line], pa.large_string())
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        fits(texts, SIGNATURES)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize(
    "unit",
    ["connect ECONNREFUSED 1.1.1.1:", "a" * 30, "((((\"'`", "missing required variable A_B ",
     "ERROR:  ", "0 failed .- ",
     "dial tcp lookup x on : ", "FATAL:  password authentication failed for user \\"],
)  # fmt: skip
def test_time_grows_with_the_line(unit):
    """Eight times the line takes about eight times the time, whatever it holds, never 64: no pattern backtracks."""
    short, long = (unit * (count // len(unit)) for count in (20_000, 160_000))
    assert _cpu_s(long) < 24 * _cpu_s(short) + 0.2
