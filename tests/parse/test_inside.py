"""A text that holds several kinds of evidence is read as each of them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.load import load
from incidentlab.parse import inside, parts
from incidentlab.tables import EVIDENCE_TABLES

HEALTH = {
    "Status": "unhealthy",
    "FailingStreak": 14,
    "Log": [{"Start": "2025-06-01T09:01:00.1Z", "End": "2025-06-01T09:01:00.2Z", "ExitCode": 1, "Output": "503"}],
}
DIE = (
    "2025-06-01T09:02:10.100000000Z container die 7c7c7c7c (com.docker.compose.service=web, exitCode=137, name=s-web-1)"
)


@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize("state", [HEALTH, {"Status": "running", "ExitCode": 0, "StartedAt": "x", "Health": HEALTH}])
def test_a_health_object(state: dict[str, object], indent: int | None) -> None:
    """A health or a state after a prompt is a container with its probes; the command above says whose."""
    text = "$ docker inspect --format '{{json .State.Health}}' depot-1\n" + json.dumps(state, indent=indent)
    incident = load(text)
    columns = ["service", "container", "health", "failing_streak", "line"]
    assert incident.containers[columns].values.tolist() == [["depot", "depot-1", "unhealthy", 14, 2]]
    assert incident.probes[["service", "outcome", "output"]].values.tolist() == [["depot", "fail", "503"]]
    assert incident.logs["kind"].tolist() == ["shell"]


def test_an_inspect_after_a_prompt() -> None:
    """An array between two logs is the containers of it; the lines of the logs keep their numbers."""
    body = [{"Id": "7c", "Name": "/web-1", "State": {"Status": "exited", "ExitCode": 1}, "Config": {}}]
    text = f"web-1  | boom\n$ docker inspect web-1\n{json.dumps(body, indent=4)}\nweb-1  | again\n"
    incident = load(text)
    assert incident.containers[["state", "exit_code", "line"]].values.tolist() == [["exited", 1, 3]]
    last = text.count("\n")
    assert incident.logs[["line", "order"]].values.tolist() == [[1, 0], [2, 1], [last, last - 1]]


@pytest.mark.parametrize("stamp", ["2025-06-01T09:02:10.100000000Z", "2025-06-01 09:02:10.100000"])
def test_events_as_text(stamp: str) -> None:
    """The text form of events is events; Compose's own bears no zone, so that it gives an order and no time."""
    text = DIE.replace("2025-06-01T09:02:10.100000000Z", stamp)
    for around in (f"{text}\n{text}\n", f"web-1  | boom\n{text}\n{text}\nweb-1  | again\n"):
        events = load(around).events
        assert (
            events[["service", "container", "action", "exit_code"]].values.tolist()
            == [["web", "s-web-1", "die", 137]] * 2
        )
        assert events["ts"].notna().all() == ("Z" in stamp)


def test_health_status_as_text() -> None:
    """An action may carry what it tells behind a colon, and a command with blanks."""
    stem = "2025-06-01T09:02:10.100000000Z container {} 7c7c (image=web, name=web-1)\n"
    events = load(stem.format("health_status: unhealthy") + stem.format("exec_create: /bin/sh -c true x")).events
    assert events[["action", "detail"]].values.tolist() == [
        ["health_status", "unhealthy"],
        ["exec_create", "/bin/sh -c true x"],
    ]


COMPOSE = """\
name: shop
services:
  web:
    image: shop/web
    restart: no
    depends_on: [db]
    ports: ["8080:80"]
    environment:
      DB_PASSWORD: hunter2hunter2
    healthcheck:
      test: wget -q localhost
  db:
    image: postgres:16
"""


def test_a_compose_file() -> None:
    """A Compose file as it was written gives the services, and the ledger says that it tells of no incident."""
    incident = load(COMPOSE)
    columns = ["service", "depends_on", "health_test", "env_names", "line"]
    assert incident.services[columns].astype("object").fillna("").values.tolist() == [
        ["db", "{}", "", "[]", 12],
        ["web", '{"db": "service_started"}', '["CMD-SHELL", "wget -q localhost"]', '["DB_PASSWORD"]', 3],
    ]
    port = {"published": "8080", "target": "80", "protocol": "tcp", "host_ip": None}
    assert list(map(json.loads, incident.services["ports"])) == [[], [port]]
    assert incident.ledger["gap"].tolist() == ["this is a Compose file: no incident in it"]


def test_a_compose_file_inside() -> None:
    """A Compose file between logs is cut out; a value that it assigns to a secret's name is secret in the logs too."""
    incident = load(f"$ cat compose.yaml\n{COMPOSE}\n$ docker compose logs\nweb-1  | hunter2hunter2 is wrong\n")
    assert incident.services["line"].tolist() == [13, 4]
    assert "hunter2" not in incident.logs["message"].iloc[-1]
    assert incident.logs["service"].iloc[-1] == "web"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nservices:\n  web:\n    image: " + "[*b, *b]" * 60,
        "services:\n  web: !!python/object/apply:os.system [true]\n",
        "services:\n" + "  " * 3000 + "x",
        "services: " + "[" * 5000,
        "services:\n  - web\n",
        "services: 5\n",
        "services:\n  web:\n    ports: {a: [b]}\n    healthcheck: [x]\n    environment: 5\n    depends_on: 7\n",
    ],
)
def test_a_hostile_compose_file(text: str) -> None:
    """A file made to do harm makes none: it is text, or a service without what it states wrongly."""
    assert len(load(text.encode()).services) <= 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("# syntax=docker/dockerfile:1\nFROM debian:12\nRUN true\n", "a Dockerfile"),
        ("# mine\nPOSTGRES_USER=shop\nPORT=80\n", "a file of environment variables"),
        ("Client: Docker Engine - Community\n Version: 28.2.2\n", "the output of `docker version`"),
        ('{\n "name": "shop",\n "dependencies": {}\n}\n', "JSON of no kind that is known here"),
    ],
)
def test_what_tells_nothing_is_named(text: str, what: str) -> None:
    """What is recognised and tells of no incident gives no line, and the ledger says what it is."""
    incident = load(text)
    assert incident.logs.empty
    assert incident.ledger["gap"].tolist() == [f"this is {what}: no incident in it"]


ISSUE = """\
### What happened
It fails after the update. The log of web:

```
Error: boom
```

docker compose logs db:
~~~console
ready
~~~

My code:
```python
raise ConnectionRefusedError("db:5432")
```
```yaml
services:
  web:
    image: web
```
"""


def test_an_issue_in_markdown() -> None:
    """Each fenced block is a source of its own; the words around them and source code are nobody's log."""
    incident = load(ISSUE)
    own = incident.logs[incident.logs["kind"] == "log"]
    assert own[["line", "service", "message"]].astype("object").fillna("").values.tolist() == [
        [5, "", "Error: boom"],
        [10, "db", "ready"],
    ]
    assert incident.services["service"].tolist() == ["web"]
    assert incident.ledger["source"].tolist() == ["text:text", "text:text:10", "config"]
    assert incident.unparsed == 0


def test_a_log_outside_every_fence() -> None:
    """Lines of a log that stand in prose, as where an excerpt begins inside a fence, are read as a log."""
    logs = load("web-1  | INFO ready\nweb-1  | Error: boom\n\nIt fails.\n\n```\n<!-- versions -->\n```\n").logs
    assert logs.loc[logs["service"].eq("web"), "message"].tolist() == ["INFO ready", "Error: boom"]
    assert logs.loc[logs["message"].eq("It fails."), "kind"].tolist() == ["shell"]


def test_a_log_in_a_fence() -> None:
    """A log that stands in one fence, with nothing around it, is one source, read as ever."""
    assert [part.kind for part in parts.split(b"```\nweb-1  | boom\n```\n")] == ["text"]


def test_files_that_tail_announces() -> None:
    """`tail -n 5 *.log` names each file; a file's name is that of a service where its lines name none."""
    logs = load("==> web.log <==\nboom\n==> logs/db-1.log <==\nready\n").logs
    assert logs[logs["kind"] == "log"][["line", "service"]].dropna().values.tolist() == [[2, "web"], [4, "db-1"]]


PIECES = [
    *("web-1  | boom", "[", "{", "]", "}", json.dumps(HEALTH), DIE, *COMPOSE.splitlines(), "NAMES   STATUS"),
    *("web-1   Up 3 minutes", "```", "~~~", "==> a.log <==", "$ docker inspect web-1", "", "text", "[1]", '{"a": 1}'),
    *("Time,Line", "x,y"),
]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25))
def test_no_line_is_lost(pieces: list[str]) -> None:
    """Whatever stands in whatever order: each line with a word is a line of a log, or inside what was cut out."""
    texts = "\n".join(pieces).split("\n")
    found = parts.split("\n".join(pieces).encode())
    if len(found) == 1 and not found[0].numbers:
        return
    covered = sorted(number for part in found for number in part.numbers)
    assert len(covered) == len(set(covered))
    assert {n for n, text in enumerate(texts, 1) if text.strip()} - {1 if texts[0] == "Time,Line" else 0} <= set(
        covered
    )


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25))
def test_each_row_stands_where_it_says(pieces: list[str]) -> None:
    """Every row of every table points at a line of the file."""
    text = "\n".join([*pieces, "end"])
    incident = load(text)
    for table in EVIDENCE_TABLES:
        frame = getattr(incident, table.name)
        if "line" in frame.columns and len(frame):
            assert frame["line"].between(1, text.count("\n") + 1).all(), table.name


def test_what_looks_like_a_cut_only() -> None:
    """A program's JSON about actions, services or states is no evidence of the engine's."""
    texts = ['{"action":"login","service":"web","time":"x"}', '{"State":{},"Name":"x"}', '{"Status":"ok"}', "[1, 2]"]
    assert inside.cuts(texts) == []


def test_an_underline_of_tildes_is_no_fence() -> None:
    """Tildes that nobody closes underline, as PowerShell does: nothing around them is cut away."""
    record = ["docker : beginning", "At line:1 char:1", "+ docker compose up", "~~~", "    + CategoryInfo : x", ""]
    assert list(inside.blocks(record)) == [("text", 0, len(record), None)]
    fenced = ["It fails:", "~~~", "boom", "~~~"]
    assert [kind for kind, *_ in inside.blocks(fenced)] == ["prose", "text", "prose"]


def test_a_document_that_a_paste_cuts_off() -> None:
    """What stands before the cut is read, the ledger says where it ends, and the command above names the container."""
    body = [{"Id": "7c7c7c7c7c7c7c", "State": {"Status": "exited", "ExitCode": 3, "Error": ""}, "Image": "sha256:7c"}]
    text = "$ docker inspect depot-1\n" + json.dumps(body, indent=4).partition('"Image"')[0] + '"Ima'
    incident = load(text)
    columns = ["container", "state", "exit_code", "restart_policy"]
    assert incident.containers[columns].fillna("").values.tolist() == [["depot-1", "exited", 3, ""]]
    assert incident.ledger["truncated"].str.contains("cut off in line").any()


def test_any_program_may_be_what_powershell_speaks_of() -> None:
    """An error record begins with the name of whatever ran, and escapes count in the width at which it is wrapped."""
    head = ["node : shelf.js:1", "At line:1 char:1", "+ node shelf.js", "    + CategoryInfo    ", "    + FullyQual", ""]
    text = "\n".join(
        [*head, "Error: Cannot find ", "module 'shelves'", "\x1b[31mERROR:\x1b[39m ", "duplicate shelf", ""]
    )
    said = load(text).logs["message"].tolist()
    assert "Error: Cannot find module 'shelves'" in said
    assert "ERROR: duplicate shelf" in said


def test_what_only_looks_like_a_record_of_powershell_stays_whole() -> None:
    """A line of a log that begins with a word and a colon is no error record, and loses nothing."""
    head = ["node : shelf.js:1", "At line:1 char:1", "+ node shelf.js", "    + CategoryInfo    ", "    + FullyQual", ""]
    said = load("\n".join([*head, "INFO : up", "WARN : slow", ""])).logs["message"].tolist()
    assert said[0] == "shelf.js:1"
    assert {"INFO : up", "WARN : slow"} <= set(said)
