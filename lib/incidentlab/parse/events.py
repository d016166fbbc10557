"""What the engine did: `docker events`, the engine's own stream, or `docker compose events`, as JSON or as text.

All shapes are read: with and without the old `status`, `id` and `from` (gone in API 1.52), the oldest which had
nothing else, and Compose's, which has a service and an RFC 3339 time. An action carries data behind a colon
(``health_status: unhealthy``, ``exec_start: pg_isready``), so it is split there. Container labels share a namespace
with the engine's own attributes and overwrite `exitCode` and `signal`: where a container's other events bear such an
attribute too, it is a label, and the exit code is not known rather than wrong.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock, shapes
from incidentlab.parse.evidence import Evidence, at, documents, unread_note
from incidentlab.tables.documents import number

MOST = 200_000
"""Events of one source that are read, the newest: a day of ten healthchecks makes as many."""
_NOISE = "com.docker.compose."
_NUMBERS = {"exitCode": ("exit_code", ("die", "exec_die")), "signal": ("signal", ("kill",))}


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the events of a text with one JSON object per line.

    Examples
    --------
    >>> line = b'{"Type":"container","Action":"die","Actor":{"ID":"c0","Attributes":{"exitCode":"1"}},"timeNano":5}'
    >>> events = parse(line, file="events.jsonl").frames["events"]
    >>> events[["action", "exit_code"]].values.tolist()
    [['die', 1]]
    """
    found, unread, odd = documents(data, shapes.EVENT)
    if unread:
        texts = data.decode("utf-8", "replace").split("\n")
        written = [(place, "", said) for place in unread if (said := line(texts[place - 1])) is not None]
        unread = sorted({*unread} - {place for place, _, _ in written})
        found = sorted([*found, *written], key=lambda event: event[0])
    cut = [f"{len(found) - MOST} events before the last {MOST} are left out"] if len(found) > MOST else []
    found = found[-MOST:]
    records = [_event(document) | {"line": line, "pointer": pointer or None} for line, pointer, document in found]
    labelled = _labelled(records)
    rows = [_row(event, labelled) | {"order": order, "file": file} for order, event in enumerate(records)]
    for name in ("service", "container"):
        known = {row["container_id"]: row[name] for row in rows if row[name]}
        for row in rows:
            row[name] = row[name] or known.get(row["container_id"])
    return Evidence({"events": tables.rows(rows, tables.EVENTS)}, [*unread_note(unread), *odd, *cut])


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is an event, in any shape.

    Examples
    --------
    >>> recognise({"Type": "network", "Action": "connect", "Actor": {}})
    True
    """
    compose = {"action", "service", "time"} <= set(document)
    return compose or {"Type", "Action"} <= set(document) or {"status", "id", "time"} <= set(document)


def sure(document: dict[str, Any]) -> bool:
    """Return whether an object that looks like an event is one: a program may log an action and a service, too.

    Examples
    --------
    >>> sure({"action": "login", "service": "web", "time": "2026-11-23T09:24:45Z"})
    False
    """
    return "Actor" in document or ("type" in document and "attributes" in document) or {"status", "id"} <= set(document)


def line(text: str) -> dict[str, Any] | None:
    """Return a line of `docker events` or `docker compose events` as the object that it is the text form of.

    The values are not quoted, so that a label may hold what looks like another attribute; the first of a name counts.

    Examples
    --------
    >>> event = line("2026-11-23T09:24:45.000000000Z container die 7c7c7c7c7c7c (exitCode=137, name=shop-web-1)")
    >>> event["Action"], sorted(event["Actor"]["Attributes"].items())
    ('die', [('exitCode', '137'), ('name', 'shop-web-1')])
    """
    match = _LINE.fullmatch(text.rstrip())
    if match is None:
        return None
    pairs = [pair.partition("=") for pair in _NEXT.split(match["attributes"] or "")]
    attributes = {name: value for name, mark, value in reversed(pairs) if mark}
    return {
        "Type": match["type"],
        "Action": match["action"],
        "Actor": {"ID": match["id"], "Attributes": attributes},
        "time": match["time"],
    }


_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?) "
    r"(?P<type>container|network|volume|image|daemon|plugin|node|service|secret|config|builder) "
    r"(?P<action>[a-z][\w-]*(?:: .*?)?) (?P<id>[\w:./@-]+)(?: \((?P<attributes>.*)\))?"
)
_NEXT = re.compile(r", (?=[\w./-]+=)")


def named(told: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """Return events with the service and the container that inspect knows, where they do not say so themselves."""
    known = containers.drop_duplicates("container_id").set_index("container_id")
    names = {
        column: told[column].fillna(told["container_id"].map(known[column]).astype(told[column].dtype))
        for column in ("service", "container")
    }
    return tables.check(told.assign(**names), tables.EVENTS)


def _row(event: dict[str, Any], labelled: set[tuple[Any, str]]) -> dict[str, Any]:
    """Return a row of the table: numbers in their columns, the remaining attributes as JSON."""
    attributes = event["attributes"]
    numbers, taken = {}, {"name"} if event["type"] == "container" else set()
    for name, (column, actions) in _NUMBERS.items():
        if event["action"] in actions and (event["container_id"], name) not in labelled:
            numbers[column] = number(attributes.get(name))
            taken |= {name} if numbers[column] is not None else set()
    kept = {k: v for k, v in attributes.items() if k not in taken and not k.startswith(_NOISE)}
    return event | numbers | {"attributes": json.dumps(kept, sort_keys=True) if kept else None}


def _event(document: dict[str, Any]) -> dict[str, Any]:
    """Return one event in the words of the table, its attributes as they are."""
    attributes = at(document, "Actor", "Attributes") or document.get("attributes") or {}
    attributes = dict(attributes)
    kind = document.get("Type") or document.get("type") or "container"
    action = str(document.get("Action") or document.get("action") or document.get("status") or "")
    identity = at(document, "Actor", "ID") or document.get("id")
    action, _, detail = action.partition(":")
    if document.get("from") and "image" not in attributes:
        attributes["image"] = document["from"]
    return {
        "ts": clock.time(_time(document)),
        "type": kind,
        "action": action,
        "detail": detail.removeprefix(" ") or None,
        "container_id": identity if kind == "container" else attributes.get("container"),
        "container": attributes.get("name") if kind == "container" else None,
        "service": document.get("service") or attributes.get(_NOISE + "service"),
        "attributes": attributes,
    }


def _time(document: dict[str, Any]) -> int:
    if "timeNano" in document:
        return clock.epoch(document["timeNano"])
    time = document.get("time")
    return clock.rfc3339(time) if isinstance(time, str) else clock.epoch(time * 1_000_000_000 if time else None)


def _labelled(records: list[dict[str, Any]]) -> set[tuple[Any, str]]:
    """Return the containers, with the attribute, whose own label hides an exit code or a signal."""
    return {
        (record["container_id"], name)
        for record in records
        for name, (_, actions) in _NUMBERS.items()
        if name in record["attributes"] and record["action"] not in actions
    }
