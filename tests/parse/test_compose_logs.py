"""Texts of every variety: what Compose, the engine, a terminal and a person make of a log."""

import pandas as pd
import pytest

from incidentlab.parse import compose_logs
from incidentlab.parse.evidence import Evidence

STAMP = "2026-11-23T09:24:45.462149120Z"
WHEN = pd.Timestamp("2026-11-23 09:24:45.462149120", tz="UTC")


def parse(text: str | bytes) -> Evidence:
    """Return what a text gives."""
    return compose_logs.parse(text if isinstance(text, bytes) else text.encode(), file="a.log")


def rows(text: str | bytes, *columns: str) -> list[list[object]]:
    """Return some columns of its lines, None where nothing stands."""
    logs = parse(text).frames["logs"][list(columns)].astype(object)
    return logs.where(logs.notna(), None).values.tolist()


@pytest.mark.parametrize(
    ("prefix", "service", "replica"),
    [
        ("web_1  | ", "web", 1),
        ("web-1  | ", "web", 1),
        ("web-1 | ", "web", 1),
        ("web-1            | ", "web", 1),
        ("my.app_v2-3  | ", "my.app_v2", 3),
        ("my-container  | ", "my-container", None),
        ("\x1b[36mweb-1  | \x1b[0m", "web", 1),
        ("\x1b[33mweb_1   |\x1b[0m ", "web", 1),
        ("[36mweb_1   |[0m ", "web", 1),
        ("\x1b[0m\x1b[36mweb-1  | \x1b[0m", "web", 1),
        ("web-1 ->  | ", "web", 1),
        ("> web-1  | ", "web", 1),
    ],
)
def test_prefixes(prefix: str, service: str, replica: int | None) -> None:
    """Every form of Compose's prefix gives service and replica, whatever the padding and the colours."""
    assert rows(f"{prefix}ready | really\n", "service", "replica", "message") == [[service, replica, "ready | really"]]


def test_padding_changes_and_empty_lines_stay() -> None:
    """The bar may stand in another column on every line, and a container may print nothing but a line end."""
    text = "scaled-2  | up\nfacts-custom  | custom\na-1           | out\na-1           | \na-1           |\n"
    assert rows(text, "service", "message") == [
        ["scaled", "up"],
        ["facts-custom", "custom"],
        ["a", "out"],
        ["a", ""],
        ["a", ""],
    ]


def test_engine_stamps_are_times() -> None:
    """With -t every line bears the engine's stamp; it is cut off and read to the nanosecond."""
    text = f"db-1   | {STAMP} up\nweb-1  | {STAMP} 2026-11-23 09:24:44.000 UTC [1] LOG:  ready\nweb-1  | {STAMP} \n"
    logs = parse(text).frames["logs"]
    assert logs["ts"].tolist() == [WHEN] * 3
    assert logs["message"].tolist() == ["up", "2026-11-23 09:24:44.000 UTC [1] LOG:  ready", ""]


@pytest.mark.parametrize(
    "stamp",
    ["2026-11-23T04:24:45.462149120-05:00 ", "2026-11-23T04:24:45.462149120-05:00", "2026-11-23T09:24:45.46214912Z "],
)
def test_engine_stamps_of_the_client(stamp: str) -> None:
    """`up --timestamps` writes the client's zone, before v2.39 without a blank; elsewhere zeros are trimmed."""
    text = f"web-1  | {stamp}hello\nweb-1  | {STAMP} x\nweb-1  | {STAMP} y\n"
    assert rows(text, "ts", "message")[0] == [WHEN, "hello"]


@pytest.mark.parametrize(
    "lines",
    [
        "db-1   | 2026-11-23T09:24:45.123456Z 0 [System] [MY-010116] [Server] mysqld\n",
        "api-1  | 2026-11-23T09:24:45.123Z  INFO 1 --- [main] App : up\napi-1  | 2026-11-23T09:24:45.124Z  INFO x\n",
        "api-1  | 2026-11-23T09:24:45.123456789Z up\napi-1  | \tat com.example.App.main(App.java:1)\napi-1  | x\n",
    ],
)
def test_a_servers_own_stamp_is_no_engine_time(lines: str) -> None:
    """MySQL and Spring print RFC 3339 right after the bar: never nine digits on every line, so `ts` stays NaT."""
    logs = parse(lines).frames["logs"]
    assert logs["ts"].isna().all()
    assert logs["message"].str.startswith("2026-11-23T").iloc[0]
    assert logs["app_ts"].notna().iloc[0]


def test_docker_logs_of_one_container() -> None:
    """A text without any prefix is one container's log, whose service the caller may name."""
    data = f"{STAMP} up\n{STAMP} users | 5\n".encode()
    logs = compose_logs.parse(data, file="a.log", service="db").frames["logs"]
    assert logs[["ts", "service", "kind", "message"]].values.tolist() == [
        [WHEN, "db", "log", "up"],
        [WHEN, "db", "log", "users | 5"],
    ]


def test_a_table_is_no_prefix() -> None:
    """A bar inside an unprefixed log, as in a table or after a level, names no container."""
    text = "starting\nid | name\n1  | ada\nINFO     | ready\nquery done\n2026-11-23 09:24:45.462 | INFO | x\n"
    assert {row[0] for row in rows(text, "service")} == {None}


def test_tasks_of_a_stack() -> None:
    """`docker service logs` names task and node; its stamp stands before the name and is the engine's."""
    task = "shop_cart.1.k3v9x0q2m7w1c5z8b4n6j0t2y@node-a"
    assert rows(f"{task}    | up\n{task}    | a | b\n", "service", "replica", "ts", "message") == [
        ["cart", 1, None, "up"],
        ["cart", 1, None, "a | b"],
    ]
    assert rows(f"{STAMP} {task}    | up\n", "service", "ts", "message") == [["cart", WHEN, "up"]]


def test_processes_of_foreman() -> None:
    """A time of day before the name is Foreman's; it has no date, so it is no time of the line."""
    text = "10:00:01 web.1    | started with pid 7\n10:00:02 worker.2 | ready\n10:00:02 system   | sending SIGTERM\n"
    assert rows(text, "service", "replica", "ts", "message") == [
        ["web", 1, None, "started with pid 7"],
        ["worker", 2, None, "ready"],
        ["system", None, None, "sending SIGTERM"],
    ]
    assert [row[0] for row in rows("10:00:01 web | up\n10:00:02 jobs | up\n", "service")] == ["web", "jobs"]


@pytest.mark.parametrize(
    "text",
    [
        "10:00:01 main | up\n10:00:02 main | served\n",
        "10:00:01 INFO | up\n10:00:02 WARN | slow\n",
        "up\nserved\nid a\n10:00:01 mail.1 | x\n",
        "ann@example.org | 3\nbob@example.org | 4\n",
        "2026-11-23T09:24:45Z main | up\n",
    ],
)
def test_a_bar_behind_a_word_is_no_prefix(text: str) -> None:
    """One word between a time and a bar, a level, an address in a table, or a rare match names no process."""
    assert {row[0] for row in rows(text, "service")} == {None}


def test_docker_desktop() -> None:
    """What stands left of Docker Desktop's bar is a time, not a service."""
    assert rows("2026-11-23T09:24:45.462149120Z | hello\n", "ts", "service", "message") == [[WHEN, None, "hello"]]


def test_compose_up() -> None:
    """The words of `up` are kept apart from the log, and its status lines are engine events besides."""
    text = (
        " Network shop_default  Created\n"
        " Container shop-db-1  Created\n"
        " Container shop-db-1  Healthy\n"
        "Attaching to db-1, web-1\n"
        "db-1   | ready\n"
        "\r\x1b[Kweb-1 exited with code 1 (restarting)\n"
        "web-1  | boom\n"
        'time="2026-11-23T09:24:44Z" level=warning msg="the attribute `version` is obsolete"\n'
        "dependency failed to start: container shop-db-1 is unhealthy\n"
    )
    evidence = parse(text)
    logs, events = evidence.frames["logs"], evidence.frames["events"]
    assert logs["kind"].tolist() == ["compose"] * 4 + ["log", "compose", "log", "compose", "compose"]
    assert logs["line"].tolist() == list(range(1, 10))
    assert events[["line", "service", "action", "detail", "exit_code"]].astype(object).fillna("").values.tolist() == [
        [2, "db", "create", "", ""],
        [3, "db", "health_status", "healthy", ""],
        [6, "web", "die", "restarting", 1],
        [9, "db", "health_status", "unhealthy", ""],
    ]
    assert events["order"].tolist() == [1, 2, 5, 8]


def test_compose_v1_up() -> None:
    """Compose v1 shows its containers with the project in its own lines and without it before the bar."""
    text = (
        "Starting shop_db_1 ... done\nAttaching to shop_db_1, shop_web_1\n"
        "db_1   | up\nweb_1  | up\nshop_web_1 exited with code 137\n"
    )
    evidence = parse(text)
    assert evidence.frames["logs"]["service"].tolist()[2:] == ["db", "web", "web"]
    assert evidence.frames["events"][["service", "action"]].values.tolist() == [["db", "start"], ["web", "die"]]
    assert evidence.frames["logs"]["container"].tolist()[4] == "shop_web_1"


def test_build_output() -> None:
    """The builder's lines, plain or classic, are no log."""
    text = (
        "#7 [2/4] RUN npm ci\n#7 0.345 added 3 packages\n#7 DONE 1.2s\n\n"
        "Step 1/2 : FROM debian\n ---> Running in 0123\nhello from RUN\nSuccessfully tagged web:latest\n"
        "web-1  | up\n"
    )
    assert [row[0] for row in rows(text, "kind")] == ["build"] * 8 + ["log"]


def test_a_line_without_a_prefix_belongs_to_the_one_before() -> None:
    """Among prefixed lines a bare one goes on with the line before it; the ledger counts such lines."""
    evidence = parse("web-1  | Error: boom\n    at main\nweb-1  | next\n")
    assert evidence.frames["logs"][["service", "kind"]].values.tolist() == [
        ["web", "log"],
        ["web", "continuation"],
        ["web", "log"],
    ]
    assert any("without a prefix" in note for note in evidence.truncated)


def test_a_shell_around_the_log() -> None:
    """Prompt, command and fence are the person's; the output of another command is unknown and counted."""
    text = (
        "```\nme@host:~/shop$ docker compose logs web\nweb-1  | up\nweb-1  | more\n"
        "me@host:~/shop$ docker compose ps\nNAME  IMAGE\n```\n"
    )
    evidence = parse(text)
    assert evidence.frames["logs"]["kind"].tolist() == ["shell", "shell", "log", "log", "shell", "unknown", "shell"]
    assert evidence.truncated == ["1 lines that no parser could place"]


def test_a_pasted_command_names_the_container() -> None:
    """`docker logs NAME` says whose log follows."""
    assert rows("$ docker logs --tail 50 auth\nboom\n", "container", "message")[1] == ["auth", "boom"]
    assert rows("$ docker logs shop-cart-db\nboom\n", "container")[1] == ["shop-cart-db"]


def test_powershell() -> None:
    """A PowerShell capture is UTF-16 with CRLF, an error record and hard wraps; the message is whole again."""
    text = (
        "docker : 2026-11-23 \r\n09:24:45.289 UTC [1] LOG: \r\n starting PostgreSQL\r\n"
        "Zeile:1 Zeichen:1\r\n+ docker logs db 2> \r\ndb.txt\r\n+ ~~~~~~~~~~~~~~~~~~~~~~~~\r\n"
        "    + CategoryInfo        \r\n    + FullyQualifiedErrorI\r\n   d : NativeCommandError\r\n \r\n"
        "2026-11-23 09:24:46.300 \r\nUTC [1] FATAL:  bad thing\r\n"
    )
    evidence = parse(text.encode("utf-16"))
    logs = evidence.frames["logs"]
    assert logs["kind"].tolist() == ["log", *["continuation"] * 2, *["shell"] * 8, "log", "continuation"]
    assert logs["message"].iloc[0] == "2026-11-23 09:24:45.289 UTC [1] LOG:  starting PostgreSQL"
    assert logs["message"].iloc[11] == "2026-11-23 09:24:46.300 UTC [1] FATAL:  bad thing"
    assert logs["level"].iloc[11] == "fatal"


def test_lines_are_split_at_lf_only() -> None:
    """A carriage return, a form feed or U+2028 ends no line, so the numbers are the file's."""
    text = "web-1  | a\rb\fc\u2028d\r\nweb-1  | e\r\n"
    assert rows(text, "line", "message") == [[1, "a\rb\fc\u2028d"], [2, "e"]]


def test_what_is_no_utf8_is_kept() -> None:
    """Broken bytes and NULs become U+FFFD, a byte order mark vanishes, and nothing fails."""
    assert rows(b"\xef\xbb\xbfweb-1  | caf\xe9 \x00\n", "service", "message") == [["web", "caf� �"]]


def test_the_stamps_inside_a_long_line() -> None:
    """A line over 16 KiB comes with its stamp again after each 16384 bytes; it is made whole."""
    pieces = ["A" * 16384, "B" * 16384, "C" * 10]
    text = f"web-1  | {STAMP} " + f"{STAMP} ".join(pieces) + f"\nweb-1  | {STAMP} x\n"
    assert rows(text, "ts", "message") == [[WHEN, "".join(pieces)], [WHEN, "x"]]


def test_a_text_that_begins_inside_a_trace() -> None:
    """The ledger says so when the first line of a log belongs to a stack trace whose head is missing."""
    assert "begins inside a stack trace" in parse("web-1  |     at main (/app/x.js:1:1)\nweb-1  | x\n").truncated
