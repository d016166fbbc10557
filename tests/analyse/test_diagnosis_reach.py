"""Who did not reach whom: each category has what must be seen, and a look-alike that must not be taken for it."""

import pytest

PG = """\
db-1   | 2026-03-01 10:00:0{0}.100 UTC [1] LOG:  starting PostgreSQL 16.2 on x86_64-pc-linux-musl
db-1   | 2026-03-01 10:00:0{0}.110 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | 2026-03-01 10:00:0{0}.300 UTC [1] LOG:  database system is ready to accept connections
"""
FIRST_START = """\
db-1   | The files belonging to this database system will be owned by user "postgres".
db-1   | 2026-03-01 10:00:01.000 UTC [40] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"
db-1   | 2026-03-01 10:00:01.100 UTC [40] LOG:  database system is ready to accept connections
db-1   | 2026-03-01 10:00:03.000 UTC [40] LOG:  received fast shutdown request
db-1   | PostgreSQL init process complete; ready for start up.
db-1   | 2026-03-01 10:00:03.500 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | 2026-03-01 10:00:03.600 UTC [1] LOG:  database system is ready to accept connections
"""
LIBPQ = 'connection to server at "db" (172.20.0.2), port 5432 failed: Connection refused'

ROWS = [
    pytest.param(
        "web-1 | redis.exceptions.ConnectionError: Error 99 connecting to localhost:6379. Cannot assign requested\n",
        ("wrong_host", "web", None),
        "EADDRNOTAVAIL is the answer of a loopback without an address",
        id="host-not-assignable",
    ),
    pytest.param(
        "job-1 | consumer: Cannot connect to amqp://app:**@10.9.8.7:5672//: timed out.\njob-1 | Trying again\n",
        ("network_timeout", "job", None),
        "kombu names host and port of a broker that does not answer",
        id="timeout-kombu",
    ),
    pytest.param(
        "api-1 | Failed to connect to the store, retrying\napi-1 exited with code 1\n",
        ("unknown", "api", None),
        "that a program could not connect does not say why",
        id="look-alike-race-wording",
    ),
    pytest.param(
        FIRST_START + f"api-1  | psycopg2.OperationalError: {LIBPQ}\napi-1 exited with code 1\n",
        ("startup_race", "api", "db"),
        "refused by a server whose first start is in the same log is a race",
        id="race-first-start",
    ),
    pytest.param(
        "web-1 | Error: connect ECONNREFUSED 172.20.0.3:6379\nweb-1 |     at TCPConnectWrap.afterConnect\n"
        "cache-1 | 1:C 01 Mar 2026 10:00:00.000 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n"
        "cache-1 | 1:M 01 Mar 2026 10:00:00.100 * Ready to accept connections tcp\nweb-1 | Connected to the cache\n",
        ("startup_race", "web", "cache"),
        "a later success without a change supports a race; the port tells which service was meant",
        id="race-then-success",
    ),
    pytest.param(
        "api-1 | Error: P1001: Can't reach database server at `db:5432`\n" + FIRST_START,
        ("startup_race", "api", "db"),
        "Prisma says that the server was not reached, without saying how",
        id="race-prisma",
    ),
    pytest.param(
        "app-1 | redis.exceptions.BusyLoadingError: LOADING Redis is loading the dataset in memory\n"
        "app-1 | listening on port 8000\n",
        ("startup_race", "app", None),
        "a server that answers that it is loading is up, and late",
        id="race-loading",
    ),
    pytest.param(
        "app-1 | Error: connect ECONNREFUSED 127.0.0.1:5432\n" + FIRST_START,
        ("wrong_host", "app", None),
        "loopback inside a container is the container itself: no race, however late the database is",
        id="look-alike-race-loopback",
    ),
    pytest.param(
        'job-1 | psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: '
        "No such file or directory\n",
        ("wrong_host", "job", None),
        "psql without a host looks for a socket file in its own container",
        id="host-socket",
    ),
    pytest.param(
        "shop-1 | SQLSTATE[HY000] [2002] No such file or directory (SQL: select * from settings)\n",
        ("wrong_host", "shop", None),
        "PDO takes a Unix socket when the host is localhost",
        id="host-pdo",
    ),
    pytest.param(
        "front-1 | 2026/03/01 10:00:09 [error] 9#9: *1 connect() failed (111: Connection refused) while connecting to "
        'upstream, client: 10.0.0.1, server: , request: "GET / HTTP/1.1", upstream: "http://172.20.0.5:3001/"\n'
        "flask-1 |  * Running on http://0.0.0.0:5000/\n",
        ("wrong_host", "front", None),
        "refused at a port where nobody in the project listens is a wrong port",
        id="host-wrong-port",
    ),
    pytest.param(
        PG.format(1) + "api-1  | 2026-03-01T10:09:00Z ERROR " + LIBPQ + "\n",
        ("wrong_host", "api", "db"),
        "refused by a server that has been ready for minutes is no race",
        id="host-long-ready",
    ),
    pytest.param(
        "etl-1 | 2026-03-01 10:00:00 db:5432 - accepting connections\netl-1 | Connected to localhost cache\n",
        ("benign", None, None),
        "localhost in a line that succeeds is no wrong host",
        id="look-alike-host",
    ),
    pytest.param(
        "api-1 | Error: getaddrinfo ENOTFOUND databse\n",
        ("dns_failure", "api", "databse"),
        "a name that no container bears",
        id="dns-node",
    ),
    pytest.param(
        "build-1 | curl: (6) Could not resolve host: pypi.org\n",
        ("dns_failure", "build", None),
        "a name outside that does not resolve: the container has no working DNS",
        id="dns-outside",
    ),
    pytest.param(
        "go-1 | dial tcp: lookup queue on 127.0.0.11:53: no such host\n",
        ("dns_failure", "go", "queue"),
        "Go names the resolver of the engine",
        id="dns-go",
    ),
    pytest.param(
        "proxy-1 | resolver configured, host lookup enabled for upstream api\nproxy-1 | listening on port 80\n",
        ("benign", None, None),
        "a word about lookups is no failed lookup",
        id="look-alike-dns",
    ),
    pytest.param(
        "lb-1 | 2026/03/01 10:00:00 [error] 30#30: *7 upstream timed out (110: Connection timed out) while reading "
        'response header from upstream, request: "GET /r HTTP/1.1", upstream: "http://172.20.0.9:8080/r"\n',
        ("network_timeout", "lb", None),
        "an upstream that accepts and does not answer",
        id="timeout-nginx",
    ),
    pytest.param(
        "job-1 | requests.ReadTimeout: HTTPSConnectionPool(host='pay.example.org', port=443): Read timed out.\n",
        ("network_timeout", "job", None),
        "a read that times out says that the connection stood",
        id="timeout-requests",
    ),
    pytest.param(
        "worker-1 | dial tcp 10.1.2.3:9000: i/o timeout\n",
        ("network_timeout", "worker", None),
        "Go's i/o timeout",
        id="timeout-go",
    ),
    pytest.param(
        'db-1 | LOG:  listening on IPv4 address "127.0.0.1", port 5432\n'
        "db-1 | LOG:  database system is ready to accept connections\n"
        "api-1 | Error: connect ECONNREFUSED 172.20.0.2:5432\napi-1 exited with code 1\n",
        ("wrong_host", "api", "db"),
        "a server that listens at its own loopback is reached by nobody else, however long it has been ready",
        id="private-postgres",
    ),
    pytest.param(
        "api-1 | INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)\n"
        "web-1 | 2026/03/01 10:00:09 [error] 29#29: *3 connect() failed (111: Connection refused) while connecting to "
        'upstream, request: "GET /r HTTP/1.1", upstream: "http://172.20.0.3:8000/r"\n',
        ("wrong_host", "web", "api"),
        "a proxy is refused by a program that says so",
        id="private-uvicorn",
    ),
    pytest.param(
        'db-1 | LOG:  listening on IPv4 address "127.0.0.1", port 5432\n'
        'db-1 | LOG:  listening on IPv4 address "0.0.0.0", port 5432\n'
        "api-1 | Error: connect ECONNREFUSED 172.20.0.2:5432\n"
        "db-1 | LOG:  database system is ready to accept connections\n",
        ("startup_race", "api", "db"),
        "a server that listens at every address too is only not ready yet",
        id="look-alike-private",
    ),
    pytest.param(
        "app-1 | session timeout set to 30 seconds\napp-1 | server listening on port 8080\n",
        ("benign", None, None),
        "a setting that is called timeout is no time-out",
        id="look-alike-timeout",
    ),
]


@pytest.mark.parametrize(("text", "wanted", "fact"), ROWS)
def test_reach(verdict, text, wanted, fact):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text) == wanted, fact


OUTAGE = """\
db-1   | 2026-03-01T10:00:01.000000000Z LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | 2026-03-01T10:00:01.100000000Z LOG:  database system is ready to accept connections
api-1  | 2026-03-01T10:00:02.000000000Z connected to the database
db-1   | 2026-03-01T10:05:00.000000000Z LOG:  received fast shutdown request
db-1   | 2026-03-01T10:05:00.200000000Z LOG:  database system is shut down
api-1  | 2026-03-01T10:05:01.000000000Z Error: getaddrinfo ENOTFOUND db
"""


def test_outage(verdict):
    """A server that was ready, went down, and is asked for after that, is an outage of the dependency."""
    assert verdict(OUTAGE) == ("dependency_outage", "api", "db")


def test_outage_needs_a_ready_server(verdict):
    """The same error before the server's first readiness is no outage."""
    lines = OUTAGE.splitlines(keepends=True)
    early = lines[-1].replace("10:05:01", "09:59:59")
    assert verdict(early + lines[0] + lines[1])[0] == "startup_race"


FIRST_START = """\
store-1  | initdb: files belonging to this database system will be owned by user "postgres"
store-1  | LOG:  starting PostgreSQL 15.20 on x86_64-pc-linux-gnu
store-1  | LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"
store-1  | LOG:  database system is ready to accept connections
store-1  | LOG:  received fast shutdown request
store-1  | PostgreSQL init process complete; ready for start up.
store-1  | LOG:  starting PostgreSQL 15.20 on x86_64-pc-linux-gnu
store-1  | LOG:  listening on IPv4 address "0.0.0.0", port 5432
store-1  | LOG:  database system is ready to accept connections
{said}store-1  | LOG:  received fast shutdown request
store-1  | LOG:  database system is shut down
ledger-1 | Error: connect ECONNREFUSED 172.20.0.4:5432
{later}"""


@pytest.mark.parametrize(
    ("said", "later", "category"),
    [
        ("ledger-1 | connected to store\n", "", "dependency_outage"),
        ("ledger-1 | 14 tables are ready\n", "", "dependency_outage"),
        ("ledger-1 | connected to redis\n", "", "startup_race"),
        ("ledger-1 | not connected to store\n", "", "startup_race"),
        ('ledger-1 | "GET /store HTTP/1.1" 200 5\n', "", "startup_race"),
        ("", "ledger-1 | connected to store\n", "startup_race"),
        ("other-1  | connected to store\n", "", "startup_race"),
    ],
)
def test_outage_without_times(verdict, said, later, category):
    """Where no line bears a time, an outage is what a client says to have had itself before it failed."""
    assert verdict(FIRST_START.format(said=said, later=later))[:2] == (category, "ledger")


@pytest.mark.parametrize("name", ["redis-pause", "redis-kill", "postgres-pause"])
def test_outage_recorded(investigated, name):
    """A server that is paused or killed is an outage of those who need it, and a human brought it back."""
    row = investigated(name).findings.iloc[0]
    assert row["category"] == "dependency_outage"
    assert row["recovered_by"] == "human"


@pytest.mark.parametrize(
    ("name", "by"),
    [("startup-race", "restart_policy"), ("startup-race-down", "human"), ("startup-race-retry", "retry")],
)
def test_race_recorded(investigated, name, by):
    """The race is named with its figures, its rows, and what brought the client back."""
    found = investigated(name)
    row = found.findings.iloc[0]
    assert (row["category"], row["service"], row["dependency"]) == ("startup_race", "auth-service", "postgres")
    assert row["recovered_by"] == by
    assert " s after the first try" in row["sentence"]
    evidence = found.evidence[found.evidence["rank"] == 1]
    assert {"refused", "ready"} <= set(" ".join(evidence["fact"]).replace(":", " ").split())


def test_a_target_that_was_seen_to_leave(verdict):
    """A server that is seen to exit before the first try is an outage; one that only ends in the text is a race."""
    up = "db-1  | 2026-03-01 10:00:00 UTC [1] LOG:  database system is ready to accept connections\n"
    down = "db-1  | 2026-03-01 10:00:05 UTC [1] LOG:  received smart shutdown request\ndb-1 exited with code 0\n"
    client = (
        'app-1  | could not translate host name "db" to address: Name or service not known\napp-1 exited with code 1\n'
    )
    assert verdict(up + down + client)[0] == "dependency_outage"
    assert verdict(client + up + down)[0] != "dependency_outage"


BY_ADDRESS = "gate-1 | connect() failed (111: Connection refused) while connecting to upstream, upstream: http://172.20.0.5:{}/\n"
STORE = "store-1 | 1:M 01 Mar 2026 10:00:00.000 * Ready to accept connections tcp\n"


@pytest.mark.parametrize(("port", "wrong"), [(6380, True), (16379, True), (8788, False)])
def test_a_bare_address_means_a_store_near_its_own_port_only(verdict, port, wrong):
    """A bare address may be that of a service whose log is not here; a store is meant by a port like its own."""
    assert (verdict(BY_ADDRESS.format(port) + STORE)[0] == "wrong_host") is wrong


@pytest.mark.parametrize(("until", "outage"), [("10:05", False), ("13:02", True)])
def test_who_is_refused_for_longer_than_a_start_takes_is_not_early(verdict, until, outage):
    """Refusals that last for hours are an outage, though the other side is not in the text."""
    line = "app-1 | 2026-03-01T{}:00Z ERROR dial tcp: db:5432: connect: connection refused\n"
    said = verdict(line.format("10:00") + line.format("10:01") + line.format(until))[0]
    assert (said == "dependency_outage") is outage


@pytest.mark.parametrize(
    ("frame", "category"),
    [("C:\\Users\\ann\\shop\\index.js:12:8", "unknown"), ("/app/shop/index.js:12:8", "wrong_host")],
)
def test_outside_a_container_localhost_is_the_machine(pasted, frame, category):
    """A program whose frames lie on a machine runs in no container: localhost is no wrong host there."""
    found = pasted(f"Error: connect ECONNREFUSED 127.0.0.1:5432\n    at load ({frame})\n").findings.iloc[0]
    assert found["category"] == category
    assert ("runs on the machine itself" in found["sentence"]) is (category == "unknown")


def test_a_new_start_does_not_finish_an_initialisation(verdict):
    """A server that skips the initialisation, since one began before, is ready without what the script was to make."""
    broken = FIRST_START.format(said="", later="").split("store-1  | LOG:  received fast")[0]
    failed = 'store-1  | ERROR:  insert on table "apples" violates foreign key constraint "apples_tree"\n'
    anew = (
        "store-1  | LOG:  starting PostgreSQL 15.20 on x86_64-pc-linux-gnu\n"
        'store-1  | LOG:  listening on IPv4 address "0.0.0.0", port 5432\n'
        "store-1  | LOG:  database system is ready to accept connections\n"
    )
    assert verdict(broken + failed + anew)[:2] == ("migration_failure", "store")
