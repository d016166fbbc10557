"""Logs as a collector's page or API gives them: one document that holds many lines.

Loki's API answers with streams, each with its labels and its pairs of time and line; Grafana's JSON is an array of
rows; the consoles of every cloud give CSV with a header. All of them may begin with the newest line, so what bears a
time on every row is given back in the order of the times.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from incidentlab.parse import cells, clock, lines
from incidentlab.parse.evidence import at
from incidentlab.parse.wrappers import NOTHING, Peeled, json_lines, labels
from incidentlab.tables.documents import loads, record_at, whole

_HEAD = 1 << 13
"""What a document is stands in as many bytes of it."""

TEXTS = ("line", "message", "@message", "log", "content", "body", "textpayload", "log message")
TIMES = ("tsns", "timestamp", "@timestamp", "time", "date", "ts", "datetime", "_time")
_OWNERS = {
    **{name: name for name in ("compose_service", "com.docker.compose.service", "container_number", "stream")},
    **dict.fromkeys(("container_name", "container.name", "container", "kubernetes.container.name"), "container_name"),
    **dict.fromkeys(("service", "service_name", "service.name"), "service"),
    **dict.fromkeys(("@logstream", "logstream", "log stream name", "logstreamname"), "app"),
}
"""Name of a column -> the label that it is."""


class Row(NamedTuple):
    """One line of a document: the line on which it stands, and where in it."""

    line: int
    pointer: str | None
    said: Peeled


def rows(data: lines.Text) -> list[Row] | None:
    r"""Return the lines that a document holds, None where it is none of these.

    Examples
    --------
    >>> [row.said[:2] for row in rows(b"Time,Line\n1970-01-01T00:00:01Z,ready\n")]
    [('ready', 1000000000)]
    """
    head = data[:_HEAD].lstrip()
    found = None
    if head[:1] == b"{" and b'"resultType"' in head:
        found = _loki(data[:])
    elif head[:1] == b"[" and head[1:].lstrip()[:1] == b"{":
        found = _array(data[:])
    elif b"\n" in head:
        found = _table(data, head)
    if found and all(row.said.stamp != clock.NAT for row in found):
        newest_first = found[0].said.stamp > found[-1].said.stamp
        found = sorted(reversed(found) if newest_first else found, key=lambda row: row.said.stamp)
    return found


def _loki(data: bytes) -> list[Row] | None:
    """Read an answer of Loki's `query_range`: a stream is an object of labels and a list of times in ns and lines."""
    try:
        document = loads(data)
    except ValueError:
        return None
    path, streams = "/data/result", at(document, "data", "result")
    if streams is None:
        path, streams = "/result", at(document, "result")
    found = []
    for number, stream in enumerate(streams if isinstance(streams, list) else ()):
        told, values = at(stream, "stream"), at(stream, "values")
        whose = labels.place(told if isinstance(told, dict) else {})
        for place, pair in enumerate(values if isinstance(values, list) else ()):
            if isinstance(pair, list) and len(pair) > 1 and isinstance(pair[1], str):
                said = Peeled(pair[1], clock.epoch(pair[0])).within(whose)
                found.append(Row(1, f"{path}/{number}/values/{place}", said))
    return found or None


def _array(data: bytes) -> list[Row] | None:
    """Read an array of records that a collector would write one to a line."""
    text = whole(data.decode("utf-8", "replace"))
    found: list[Row] = []
    place, line = text.index("[") + 1, 1
    line += text.count("\n", 0, place)
    while (start := _SPACE.match(text, place).end()) < len(text) and text[start] == "{":  # type: ignore[union-attr]
        line += text.count("\n", place, start)
        try:
            record, place = record_at(text, start)
        except ValueError:
            return None
        said = json_lines.of(record, text[start:place])
        if said is None:
            return None
        found.append(Row(line, f"/{len(found)}", said))
        line += text.count("\n", start, place)
    return found or None


_SPACE = re.compile(r"[\s,]*")


def _table(data: lines.Text, head: bytes) -> list[Row] | None:
    """Read CSV whose header names a column of text, and one of time or of whose it is."""
    between, columns = cells.header(head)
    texts = [name for name in TEXTS if name in columns]
    times = [name for name in TIMES if name in columns]
    if (
        not texts
        or len(set(columns)) < len(columns)
        or not (times or set(_OWNERS) & set(columns) or "labels" in columns)
    ):
        return None
    found = []
    for line, row in cells.cells(data[:].decode("utf-8", "replace"), between):
        record = dict(zip(columns, row, strict=False))
        stamp = next((ns for name in times if (ns := json_lines.time(record.get(name))) != clock.NAT), clock.NAT)
        said = NOTHING._replace(rest=record.get(texts[0], ""), stamp=stamp).within(labels.place(_labels(record)))
        found.append(Row(line, None, said))
    return found[1:] or None


def _labels(record: dict[str, str]) -> dict[str, object]:
    """Return the labels of a row: a column of its own each, or all of them as JSON in one."""
    told: dict[str, object] = {_OWNERS[name]: value for name, value in record.items() if name in _OWNERS}
    try:
        inner = loads(record.get("labels") or "{}")
    except ValueError:
        inner = {}
    return {**inner, **told} if isinstance(inner, dict) else told
