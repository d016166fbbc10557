"""Each fact that speaks against a finding: held on a small text, and not held on its twin."""

from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation

Pasted = Callable[[str], Investigation]

SERVES = "shop-1  | 2026-03-01T10:00:{0:02d}Z INFO Server listening on port 3000\n"
REFUSED = "shop-1  | 2026-03-01T10:00:01Z WARN connect ECONNREFUSED 127.0.0.1:4317\n"
TRACE = 'shop-1  | Traceback (most recent call last):\nshop-1  |   File "a.py", line 1, in b\n'
SHAKEN = "gate-1  | [crit] 7#7: *1 SSL_do_handshake() failed (SSL: tlsv1 alert unknown ca) while SSL handshaking"
CALM = "".join(f"db-1  | 2026-03-01 10:{n}:00 UTC [9] LOG:  checkpoint {n} complete\n" for n in range(10, 40))
WORK = "".join(f"shop-1  | 2026-03-01T10:01:{n:02d}Z INFO basket {n} priced\n" for n in range(30))


def _against(found: Investigation) -> set[str]:
    """Return the facts that speak against any hypothesis."""
    return set(found.evidence.loc[found.evidence["role"] == "against", "fact"])


def _said(found: Investigation) -> str:
    return str(found.findings["category"].iloc[0])


ROWS = [
    (
        "it says afterwards that it has started",
        REFUSED + SERVES.format(5),
        REFUSED + "shop-1 exited with code 1\n",
        "the program started without it",
    ),
    (
        "advice tells of what may happen",
        "shop-1  | Please make sure that the server is running: connect ECONNREFUSED 127.0.0.1:9200\n",
        "shop-1  | Error: connect ECONNREFUSED 127.0.0.1:9200\n",
        "the line is advice, source code or a plan, no event",
    ),
    (
        "a scanner's broken handshake is the scanner's",
        SHAKEN + ", client: 198.51.100.7, server: 0.0.0.0:443\n",
        SHAKEN + " to upstream, upstream: 10.0.0.3:443\n",
        "a server says it of a client that came from outside",
    ),
    (
        "a class that speaks of a connection is no bug of the program",
        TRACE + "shop-1  | shopdb.errors.StoreConnectionError: gone\nshop-1 exited with code 1\n",
        TRACE + "shop-1  | KeyError: 'basket'\nshop-1 exited with code 1\n",
        "the class of the error speaks of what the program asked, not of the program",
    ),
    (
        "a program that goes on at length could do without",
        "shop-1  | ERROR missing required setting: SHOP_COLOUR\n" + WORK,
        "shop-1  | ERROR missing required setting: SHOP_COLOUR\nshop-1 exited with code 1\n",
        "the program goes on afterwards",
    ),
    (
        "one complaint of a program that goes on calmly accuses nobody",
        SERVES.format(0) + "shop-1  | invalid config for the banner, the old one stays\n" + WORK,
        SERVES.format(0) + 3 * "shop-1  | invalid config for the banner\n" + WORK,
        "nothing that it could explain was harmed, and who says it went on",
    ),
    (
        "what a step of a build prints is no service's word",
        "#9 3.1 Error: missing required setting: SHOP_COLOUR\n#9 DONE 3.2s\n",
        "shop-1  | Error: missing required setting: SHOP_COLOUR\n",
        "a step of a build prints it, and no service",
    ),
    (
        "what a server refuses a client harms the client, however calmly the server goes on",
        "db-1  | 2026-03-01 10:00:00 UTC [1] LOG:  database system is ready to accept connections\n"
        'db-1  | FATAL:  role "shop" does not exist\n' + CALM + SERVES.format(5),
        "db-1  | 2026-03-01 10:00:00 UTC [1] LOG:  database system is ready to accept connections\n"
        'db-1  | FATAL:  role "shop" does not exist\n' + CALM,
        "nothing that it could explain was harmed, and who says it went on",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("holds", "text", "twin", "fact"), [pytest.param(*row, id=row[0]) for row in ROWS])
def test_a_fact_speaks_against_where_it_holds(pasted: Pasted, holds: str, text: str, twin: str, fact: str) -> None:
    """The row `against` stands where the fact holds, and not on the twin that lacks it."""
    assert fact in _against(pasted(text)), holds
    assert fact not in _against(pasted(twin)), holds


def test_nobody_is_accused_of_what_an_optional_part_could_not_reach(pasted: Pasted) -> None:
    """A start without its tracing is no incident."""
    assert _said(pasted(REFUSED + SERVES.format(5))) in ("benign", "unknown")


def test_the_nearest_words_before_an_end_explain_it(pasted: Pasted) -> None:
    """A push to a loopback exporter that the program survived does not outrank the setting after which it ended."""
    found = pasted(REFUSED + "shop-1  | ERROR missing required setting: SHOP_COLOUR\nshop-1 exited with code 1\n")
    assert _said(found) == "missing_config"
    assert "it ended after something else, which it names" in _against(found)


def test_a_database_that_a_client_left_by_an_error_was_not_being_stopped(pasted: Pasted) -> None:
    """An exit with an error's code, after an error, was not asked for, though the server before it ended with 0."""
    found = pasted(
        "db-1   | 2026-03-01 10:00:00.000 UTC [1] LOG:  database system is ready to accept connections\n"
        "app-1  | connected to database\n"
        "db-1   | 2026-03-01 10:00:09.000 UTC [1] LOG:  received fast shutdown request\n"
        "db-1   | 2026-03-01 10:00:09.100 UTC [1] LOG:  database system is shut down\n"
        "db-1 exited with code 0\n"
        "app-1  | getaddrinfo ENOTFOUND db\n"
        "app-1 exited with code 1\n"
    )
    assert _said(found) != "benign"


def test_a_trace_names_the_server_by_the_package_of_its_driver(pasted: Pasted) -> None:
    """The outer lines of a record tell whom the client meant, the inner one how it failed."""
    found = pasted(
        "store-1  | [Server] /usr/sbin/mysqld: ready for connections. Version: '8.4.2'  port: 3306\n"
        "app-1    | org.hibernate.exception.JDBCConnectionException: unable to obtain isolated connection\n"
        "app-1    | \tat com.mysql.cj.jdbc.exceptions.SQLError.createCommunicationsException(SQLError.java:165)\n"
        "app-1    | Caused by: java.net.ConnectException: Connection refused\n"
    )
    assert found.failures["target"].tolist() == ["store"]
    assert found.failures["kind"].tolist() == ["refused"]


@pytest.mark.parametrize(
    ("row", "service"),
    [
        (
            '0a1b2c3d4e5f   shop-web   "/start.sh"   2 minutes ago   Exited (1) 2 minutes ago             shop-web-1',
            "web",
        ),
        ('shop-web-1   shop-web   "/start.sh"   web   2 minutes ago   Up 2 minutes (unhealthy)', "web"),
    ],
)
def test_a_table_of_containers_names_who_was_harmed(pasted: Pasted, row: str, service: str) -> None:
    """`docker ps` names the container last, `docker compose ps` first."""
    harms = pasted(row + "\n").harms
    assert harms["kind"].tolist() == ["listed"]
    assert str(harms["service"].iloc[0]).endswith(service)


def test_each_row_of_a_group_bears_its_own_kind(pasted: Pasted) -> None:
    """A name that was unknown and a port that refused are told apart, though one finding holds both."""
    found = pasted("app-1  | getaddrinfo ENOTFOUND db\napp-1  | connect ECONNREFUSED db:5432\ndb-1   | starting\n")
    facts = found.evidence[(found.evidence["rank"] == 1) & found.evidence["line"].isin([1, 2])]
    assert [fact.rpartition(": ")[2] for fact in facts["fact"]] == ["dns", "refused"]


@pytest.mark.parametrize(
    ("others", "category"), [("cache-1 | received SIGTERM, shutting down\n", "benign"), ("", None)]
)
def test_a_client_that_is_told_to_stop_right_after_its_server_left(verdict, others, category):
    """Tries in vain just before one's own stop belong to it where others are stopped too; alone they are an outage."""
    text = (
        "shop-1 | connected to cache\nshop-1 | 10:00:00 listening on port 3000\nshop-1 | 10:00:01 basket priced\n"
        + others
        + "shop-1 | Error: connect ECONNREFUSED 172.20.0.2:6379\n" * 3
        + "shop-1 | received SIGTERM, shutting down gracefully\n"
    )
    told = verdict(text)[0]
    assert told == category if category else told != "benign"
