"""What was put around the lines of containers comes off again, and nothing else does."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidentlab.load import load
from incidentlab.parse import parts, wrappers
from incidentlab.parse.wrappers import json_lines

from .formats import Line, lines_of
from .forms import FORMS

PLAIN = ("web", "api-2", "auth-service")
"""Names that every form can write."""


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(FORMS)), lines_of())
def test_every_form_comes_off(form: str, lines: list[Line]) -> None:
    """In any form: service and message of every line are those that were written, and the time as far as it has one."""
    lines = [line for line in lines if line.service in PLAIN and line.message]
    assume(len(lines) > 1)
    logs = load(FORMS[form].write(lines)).logs.sort_values("order")
    assert logs["message"].tolist() == [line.message for line in lines]
    assert logs["service"].tolist() == [line.service for line in lines]
    assert logs["line"].tolist() == list(range(1, len(lines) + 1))
    digits = FORMS[form].digits
    assert logs["ts"].notna().all() == (digits is not None)
    if digits is not None:
        unit = 10 ** (9 - digits)
        assert logs["ts"].astype("int64").tolist() == [line.ts // unit * unit for line in lines]


@pytest.mark.parametrize(
    "outer", ["2025-06-01T09:00:10.123Z ", "Jun 01 09:00:10 edge docker-compose[9]: ", "> ", "7: "]
)
@pytest.mark.parametrize("inner", ["[10:00:01] ", "Jun  1 09:00:10 edge podman[9]: ", "    ", "up.log:12:"])
def test_layers_come_off_in_any_order(outer: str, inner: str) -> None:
    """Layers lie around each other in any order, each is found and taken off by itself."""
    for around in (outer + inner, inner + outer):
        logs = load(f"{around}web-1  | ready\n{around}db-1   | ready\n").logs
        assert logs[["service", "message"]].values.tolist() == [["web", "ready"], ["db", "ready"]]


def test_a_line_without_the_layer_stays() -> None:
    """Among wrapped lines one that is not stays as it is, on its own line, and goes on with the line before it."""
    text = "[pod/web-7f9c5d-abcde/web] boom\n  at x.js:1\n[pod/db-7f9c5d-abcde/db] ready\n"
    logs = load(text).logs
    assert logs[["line", "service", "kind", "message"]].values.tolist() == [
        [1, "web", "log", "boom"],
        [2, "web", "continuation", "  at x.js:1"],
        [3, "db", "log", "ready"],
    ]


def test_what_a_container_wrote_is_its_own() -> None:
    """Where a layer names the container, its line is no word of Compose's, the builder's or a shell's."""
    text = "[runner] | web-1 exited with code 1\n[runner] | $ docker ps\n[runner] | #7 DONE 0.1s\n"
    incident = load(text)
    assert incident.logs["kind"].tolist() == ["log"] * 3
    assert incident.events.empty


def test_an_event_has_the_time_of_its_line() -> None:
    """What Compose reports through a CI runner is an event at the runner's time."""
    line = "2025-06-01T09:00:1{}.1234567Z {}\n"
    incident = load(line.format(1, "web-1  | boom") + line.format(2, "web-1 exited with code 1"))
    assert incident.events[["exit_code", "line"]].values.tolist() == [[1, 2]]
    assert str(incident.events["ts"][0]) == "2025-06-01 09:00:12.123456700+00:00"
    assert "whoever collected" in incident.ledger["gap"][0]


def test_a_record_of_several_lines() -> None:
    """A record that holds a whole trace gives each of its lines, all at the place where the record stands."""
    body = {"labels": {"service": "web"}, "line": "Error: boom\n  at x.js:1\n", "timestamp": "2025-06-01T09:00:11Z"}
    logs = load(json.dumps(body) + "\n" + json.dumps(body | {"line": "bye"}) + "\n").logs
    assert logs[["line", "order", "message"]].values.tolist() == [
        [1, 0, "Error: boom"],
        [1, 1, "  at x.js:1"],
        [2, 2, "bye"],
    ]


def test_a_pods_container_that_is_only_called_app() -> None:
    """A container's name that says nothing gives way to the name of its pod."""
    assert load("[pod/mailer-6f5c4d-abcde/app] boom\n").logs["service"].tolist() == ["mailer"]


LOOK_ALIKES = {
    "RFC 3339 of the program": "2025-06-01T09:00:1{}.123Z INFO ready",
    "seven digits, as .NET prints them": "2025-06-01T09:00:1{}.1234567Z info: Program[0]",
    "a level where syslog has the host": "2025-06-01 09:00:1{} INFO main[12]: ready",
    "log4j": "2025-06-01 09:00:1{},123 INFO [main] o.x.Y: ready",
    "loguru": "2025-06-01 09:00:1{}.123 | INFO     | app.main:run:12 - ready",
    "a level before a bar": "2025-06-01 09:00:1{} INFO     | ready",
    "a logger before a bar": "2025-06-01 09:00:1{} main     | ready",
    "a thread in brackets": "[main] ready {}",
    "a table": "| id | name {} |",
    "a program's JSON": '{{"level":"info","time":"2025-06-01T09:00:1{}Z","msg":"ready"}}',
    "a program's JSON about a container": '{{"level":"info","container":"web","message":"stopping {}"}}',
    "a program's JSON with labels": '{{"level":"info","labels":{{"service":"web"}},"msg":"line {}"}}',
    "one program's ECS": '{{"@timestamp":"2025-06-01T09:00:1{}Z","message":"x","ecs.version":"1","service.name":"a"}}',
    "an error's ECS": '{{"@timestamp":"2025-06-01T09:00:1{}Z","message":"x","error":{{"message":"y"}}}}',
    "a list": "> {} ready",
    "an indentation": "    ready {}",
    "numbers": "{}: ready",
    "a file's name": "app.log:{}: ready",
    "a key and a time": "time=2025-06-01T09:00:1{}Z level=info msg=ready",
    "klog": "I0601 09:00:1{}.123456       1 main.go:12] ready",
    "Redis": "1:M 01 Jun 2025 09:00:1{}.123 * Ready to accept connections",
    "a tab": "web\tstep\tready {}",
    "an access log": '10.0.0.1 - - [01/Jun/2025:09:00:1{} +0000] "GET / HTTP/1.1" 200 2',
    "Prometheus": 'up{{job="web"}} {}',
}


@pytest.mark.parametrize("form", LOOK_ALIKES)
def test_a_look_alike_stays(form: str) -> None:
    """What programs print of themselves is no layer, however much it looks like one."""
    texts = [LOOK_ALIKES[form].format(number) for number in range(8)]
    assert wrappers.layers(texts) == []
    assert [part.said for part in parts.split("\n".join(texts).encode())] == [[]]


ALIKE, FREE = st.lists(st.sampled_from(sorted(LOOK_ALIKES)), min_size=1, max_size=12), st.lists(st.text(max_size=30))


@settings(deadline=None)
@given(ALIKE, FREE)
def test_no_mixture_of_look_alikes_is_a_layer(forms: list[str], free: list[str]) -> None:
    """Nor is any mixture of them with any other text."""
    texts = [LOOK_ALIKES[form].format(number) for number, form in enumerate(forms)]
    assert wrappers.layers(texts + [text for text in free if "|" not in text and ": " not in text]) == []


KEYS = [
    *("line", "labels", "timestamp", "MESSAGE", "__REALTIME_TIMESTAMP", "CONTAINER_NAME", "log", "container_name"),
    *("container", "name", "message", "version", "@timestamp", "m", "c", "ts", "host", "short_message", "kubernetes"),
    *("resource", "textPayload", "logStreamName", "error"),
]
SCALARS = st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)


@settings(deadline=None, max_examples=150)
@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner)))
def test_no_json_breaks_it(value: object) -> None:
    """Any JSON at all is a record of a known shape or stays as it is."""
    peeled = json_lines.peel(json.dumps(value))
    assert peeled is None or isinstance(peeled.rest, str)


def test_a_large_log_is_looked_at_in_three_places_only() -> None:
    """What a text is wrapped in is told from its beginning, middle and end."""
    plain = b"web-1  | ready\n" * 100_000
    whole = parts.split(plain)
    assert [(part.kind, len(part.data), part.numbers) for part in whole] == [("text", len(plain), [])]
