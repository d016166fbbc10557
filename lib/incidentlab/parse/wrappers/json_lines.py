"""Layers of JSON: one record per line, the container's line in one of its fields.

A program's own JSON line is no layer: it stays as it is, with all its fields. A record is one only in a shape that a
collector of logs writes, which names the container or the labels beside the text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from incidentlab.parse import clock
from incidentlab.parse.evidence import at
from incidentlab.parse.wrappers import labels, syslog
from incidentlab.parse.wrappers.wrapper import Peeled, Wrapper
from incidentlab.tables import documents

Record = dict[str, Any]


def peel(text: str) -> Peeled | None:
    """Return the line that a collector's record holds; None for anything else.

    Examples
    --------
    >>> peel('{"labels": {"compose_service": "web"}, "line": "ready", "timestamp": "1970-01-01T00:00:01Z"}')[:3]
    ('ready', 1000000000, 'web')
    >>> peel('{"level": "info", "msg": "ready"}') is None
    True
    """
    record = _record(text)
    return of(record, text) if record is not None else None


def _record(text: str) -> Record | None:
    if not text.startswith("{"):
        return None
    try:
        record = documents.record(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def of(record: Record, text: str) -> Peeled | None:
    """Return the line that a record holds; `text` is the record as it stands."""
    return next((found for shape in SHAPES if (found := shape(record, text)) is not None), None)


def _loki(record: Record, _: str) -> Peeled | None:
    """Read a line of `logcli -o jsonl`, or a row of Grafana's JSON."""
    if not isinstance(record.get("line"), str) or "timestamp" not in record:
        return None
    told = next((record[key] for key in ("labels", "fields", "stream") if isinstance(record.get(key), dict)), None)
    if told is None:
        return None
    return Peeled(record["line"], time(record["timestamp"])).within(labels.place(told))


def _journal(record: Record, _: str) -> Peeled | None:
    """Read a line of `journalctl -o json`; a message that is no UTF-8 is a list of bytes."""
    message = record.get("MESSAGE")
    if isinstance(message, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
        message = bytes(message).decode("utf-8", "replace")
    if not isinstance(message, str) or "__REALTIME_TIMESTAMP" not in record:
        return None
    stamp = clock.epoch(str(record["__REALTIME_TIMESTAMP"]) + "000")
    name = record.get("CONTAINER_NAME")
    if isinstance(name, str):
        told = labels.place({"container": name, "COM_DOCKER_COMPOSE_SERVICE": record.get("COM_DOCKER_COMPOSE_SERVICE")})
        stream = {"3": "stderr", "6": "stdout"}.get(str(record.get("PRIORITY")))
        return Peeled(message, stamp, stream=stream).within(told)
    program = syslog.owner(str(record.get("SYSLOG_IDENTIFIER") or record.get("_COMM") or ""))
    return Peeled(message, stamp, container=program)


def _docker(record: Record, _: str) -> Peeled | None:
    """Read a record of Fluentd's driver, of Fluent Bit, Vector or Logspout: a text and `container_name`."""
    text = next((record[key] for key in ("log", "message") if isinstance(record.get(key), str)), None)
    if (
        text is None
        or not isinstance(record.get("container_name"), str)
        or not {"container_id", "source"} & set(record)
    ):
        return None
    stamp = next((found for key in _TIMES if (found := time(record.get(key))) != clock.NAT), clock.NAT)
    label = record.get("label")  # Vector keeps the labels of the container beside it
    told = {**label, **record} if isinstance(label, dict) else record
    return Peeled(text, stamp).within(labels.place(told))


def _kubernetes(record: Record, _: str) -> Peeled | None:
    """Read what Fluent Bit's filter adds: the pod and its container."""
    container = at(record, "kubernetes", "container_name") or at(record, "kubernetes", "container", "name")
    text = record.get("log") if "log" in record else record.get("message")
    if not isinstance(container, str) or not isinstance(text, str):
        return None
    stamp = next((found for key in _TIMES if (found := time(record.get(key))) != clock.NAT), clock.NAT)
    return Peeled(text, stamp, service=container, stream=labels.place(record).stream)


def _elastic(record: Record, text: str) -> Peeled | None:
    """Read an event of Filebeat's, which names the container in the words of the Elastic Common Schema."""
    told = at(record, "container", "labels") or at(record, "docker", "container", "labels")
    found = _dotted(record, "container", "name") or at(record, "docker", "container", "name")
    place = labels.place({**(told if isinstance(told, dict) else {}), "container": found})
    return _event(record, text).within(place) if place.owner and _is_event(record) else None


def _is_event(record: Record) -> bool:
    return isinstance(record.get("message"), str) and isinstance(record.get("@timestamp"), str)


def _event(record: Record, text: str) -> Peeled:
    """Return the line of an event; where it says more of an error than the message, the record itself is the line."""
    more = any(key == "error" or key.startswith("error.") for key in record)
    line = text if more else record["message"]
    return Peeled(line, time(record["@timestamp"]), level=_dotted(record, "log", "level"))


def _program(text: str) -> Peeled | None:
    """Read an event that a program wrote itself, as the Elastic Common Schema has it, with the name of its service."""
    record = _record(text)
    if record is None or not _is_event(record) or not {"ecs.version", "ecs"} & set(record):
        return None
    return _event(record, text)._replace(service=_dotted(record, "service", "name"))


def _several(peeled: list[Peeled]) -> bool:
    """Say whether a text holds several programs' events; one program's own lines stay as it wrote them."""
    return len({line.service for line in peeled if line.service}) > 1


def _graylog(record: Record, _: str) -> Peeled | None:
    """Read a message of GELF 1.1; Docker's driver sends stdout at level 6 and stderr at 3."""
    if not isinstance(record.get("short_message"), str) or not {"version", "host"} <= set(record):
        return None
    told = {key.removeprefix("_"): value for key, value in record.items()}
    stream = {"3": "stderr", "6": "stdout"}.get(str(record.get("level"))) if "_container_id" in record else None
    full = record.get("full_message")
    text = full if isinstance(full, str) and full.startswith(record["short_message"]) else record["short_message"]
    return Peeled(text, time(record.get("timestamp")), stream=stream).within(labels.place(told))


def _dozzle(record: Record, text: str) -> Peeled | None:
    """Read an event of Dozzle: `m` is the line, or an object where it was JSON."""
    if not isinstance(record.get("ts"), int) or not {"m", "c"} <= set(record) or not set(record) <= _DOZZLE:
        return None
    raw, message = record.get("rm"), record["m"]
    line = raw if isinstance(raw, str) and raw else message if isinstance(message, str) else text
    stream = record.get("s") if record.get("s") in ("stdout", "stderr") else None
    return Peeled(line, time(record["ts"]), container=str(record["c"]), stream=stream)


def _cloud(record: Record, _: str) -> Peeled | None:
    """Read an entry of Google's or an event of Amazon's logs."""
    google = at(record, "resource", "labels", "container_name")
    if isinstance(record.get("textPayload"), str) and isinstance(google, str):
        return Peeled(record["textPayload"], time(record.get("timestamp")), service=google)
    stream = record.get("logStreamName")
    if isinstance(record.get("message"), str) and isinstance(stream, str) and isinstance(record.get("timestamp"), int):
        parts = stream.split("/")
        service = parts[1] if len(parts) == 3 else stream  # awslogs writes PREFIX/CONTAINER/TASK
        return Peeled(record["message"], time(record["timestamp"]), service=service)
    return None


def _dotted(record: Record, *path: str) -> str | None:
    """Return a text of ECS, whose names may be nested or joined by dots."""
    value = record.get(".".join(path), at(record, *path))
    return value if isinstance(value, str) and value else None


def time(value: object) -> int:
    """Return a time in any of the forms that collectors write: RFC 3339, or a count of s, ms, us or ns since 1970.

    Examples
    --------
    >>> time("1970-01-01T00:00:01Z"), time(1748768410123), time("1748768410.123")
    (1000000000, 1748768410123000000, 1748768410123000000)
    """
    text = str(value)
    whole, _, fraction = text.partition(".")
    if not whole.isdigit() or not (fraction or "0").isdigit():
        return clock.rfc3339(text)
    unit = next((power for power, digits in ((9, 11), (6, 14), (3, 17), (0, 20)) if len(whole) < digits), 0)
    return clock.epoch(whole + fraction[:unit].ljust(unit, "0"))


_TIMES = ("@timestamp", "timestamp", "time", "date", "ts")
_DOZZLE = {"t", "m", "rm", "ts", "id", "l", "s", "c", "p", "tp", "cn"}
SHAPES: tuple[Callable[[Record, str], Peeled | None], ...] = (
    _loki, _journal, _kubernetes, _docker, _elastic, _graylog, _dozzle, _cloud,
)  # fmt: skip

WRAPPERS = (Wrapper("a collector's JSON", peel), Wrapper("events of several programs", _program, fits=_several))
