"""Writers of the forms in which logs are passed on: what somebody else put around the lines of containers."""

import csv
import io
import json
from collections.abc import Callable
from typing import NamedTuple

from incidentlab.parse import clock

from .formats import Line
from .test_clock import written


class Form(NamedTuple):
    """A way to pass lines on, and how many digits of a second's fraction it keeps: None where it gives no time."""

    write: Callable[[list[Line]], bytes]
    digits: int | None = 9


def each(form: Callable[[Line], str]) -> Callable[[list[Line]], bytes]:
    """Return a writer of one line for each."""
    return lambda lines: "".join(form(line) + "\n" for line in lines).encode()


def record(form: Callable[[Line], dict[str, object]]) -> Callable[[list[Line]], bytes]:
    """Return a writer of one JSON object for each."""
    return each(lambda line: json.dumps(form(line), ensure_ascii=False))


def stamp(line: Line, digits: int) -> str:
    """Return the time, cut."""
    text = written(line.ts)[:-1]
    return text[:19] + (text[19 : 20 + digits] if digits else "") + "Z"


def composed(line: Line) -> str:
    """Return the line as Compose prints it."""
    return f"{line.service}-{line.replica}  | {line.message}"


def short(line: Line) -> str:
    """Return the head of a syslog line."""
    moment = clock.time(line.ts)
    return f"{moment:%b} {moment.day:2} {moment:%H:%M:%S} edge"


def name(line: Line) -> str:
    """Return the container's name."""
    return f"{line.service}-{line.replica}"


def labelled(line: Line) -> dict[str, object]:
    """Return Compose's labels."""
    return {"com.docker.compose.service": line.service, "com.docker.compose.container-number": str(line.replica)}


def rows(lines: list[Line]) -> bytes:
    """Return CSV with a header."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["Time", "container_name", "compose_service", "container_number", "Line"])
    table.writerows([stamp(line, 9), name(line), line.service, line.replica, line.message] for line in lines)
    return out.getvalue().encode()


def loki(lines: list[Line]) -> bytes:
    """Return the answer of Loki's API: one stream for each container."""
    streams = [
        {
            "stream": {"compose_service": service, "container_number": str(replica)},
            "values": [[str(x.ts), x.message] for x in lines if (x.service, x.replica) == (service, replica)],
        }
        for service, replica in dict.fromkeys((line.service, line.replica) for line in lines)
    ]
    return json.dumps({"status": "success", "data": {"resultType": "streams", "result": streams}}).encode()


FORMS = {
    "gh run view --log": Form(each(lambda x: f"test\tRun tests\t{stamp(x, 7)} {composed(x)}"), 7),
    "a GitHub runner": Form(each(lambda x: f"{stamp(x, 7)} {composed(x)}"), 7),
    "a GitLab runner": Form(each(lambda x: f"{stamp(x, 6)} 01O {composed(x)}"), 6),
    "Jenkins": Form(each(lambda x: f"[{stamp(x, 3)}] {composed(x)}"), 3),
    "Buildkite": Form(each(lambda x: f"\x1b_bk;t={x.ts // 1_000_000}\x07{composed(x)}"), 3),
    "systemd": Form(each(lambda x: f"{short(x)} docker-compose[900]: {composed(x)}"), None),
    "journalctl -o short-iso": Form(
        each(lambda x: f"{stamp(x, 0)[:-1]}+0000 edge docker-compose[900]: {composed(x)}"), 0
    ),
    "RFC 5424": Form(each(lambda x: f"<30>1 {stamp(x, 6)} edge docker/{name(x)} 900 {name(x)} - {x.message}"), 6),
    "docker's syslog driver": Form(each(lambda x: f"{short(x)} docker/{name(x)}[900]: {x.message}"), None),
    "journalctl -o json": Form(
        record(
            lambda x: {
                "__REALTIME_TIMESTAMP": str(x.ts // 1000),
                "CONTAINER_NAME": name(x),
                "PRIORITY": "6",
                "MESSAGE": x.message,
            }
        ),
        6,
    ),
    "Docker Desktop": Form(each(lambda x: f"{stamp(x, 0)[:-1].replace('T', ' ')} {composed(x)}"), None),
    "podman-compose": Form(each(lambda x: f"[{name(x)}] | {x.message}"), None),
    "logcli": Form(
        each(lambda x: f'{stamp(x, 0)} {{compose_service="{x.service}", container_number="{x.replica}"}} {x.message}'),
        0,
    ),
    "logcli -o jsonl": Form(
        record(
            lambda x: {
                "labels": {"container_name": name(x), **labelled(x)},
                "line": x.message,
                "timestamp": stamp(x, 9),
            }
        )
    ),
    "Filebeat": Form(
        record(
            lambda x: {
                "@timestamp": stamp(x, 3),
                "container": {"name": name(x), "labels": labelled(x)},
                "message": x.message,
            }
        ),
        3,
    ),
    "GELF": Form(
        record(
            lambda x: {
                "version": "1.1",
                "host": "edge",
                "short_message": x.message,
                "timestamp": x.ts // 1_000_000 / 1000,
                "level": 6,
                "_container_id": "7c" * 32,
                "_container_name": name(x),
            }
        ),
        3,
    ),
    "Fluentd": Form(
        record(
            lambda x: {
                "container_id": "7c" * 32,
                "container_name": f"/{name(x)}",
                "source": "stdout",
                "log": x.message,
                "time": stamp(x, 9),
            }
        )
    ),
    "a Markdown quotation": Form(each(lambda x: f"> {composed(x)}"), None),
    "grep -n": Form(each(lambda x: f"12:{composed(x)}"), None),
    "kubectl in a CI runner": Form(
        each(lambda x: f"{stamp(x, 7)} [pod/{x.service}-7f9c5d-abcde/{x.service}] {x.message}"), 7
    ),
    "kubectl --prefix --timestamps": Form(
        each(lambda x: f"[pod/{x.service}-7f9c5d-abcde/{x.service}] {stamp(x, 9)} {x.message}")
    ),
}
"""Name of a form -> how it is written."""
