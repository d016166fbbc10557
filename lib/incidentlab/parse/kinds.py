"""What a file is, by its content."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

from incidentlab.parse import (
    command,
    config,
    container_log,
    events,
    health,
    images,
    inspect,
    lines,
    listing,
    notes,
    readings,
    samples,
    scans,
    stats,
)
from incidentlab.parse.evidence import documents
from incidentlab.tables.documents import loads

DOCUMENTS: dict[str, ModuleType] = {
    "scans": scans,
    "samples": samples,
    "inspect": inspect,
    "events": events,
    "images": images,
    "config": config,
    "listing": listing,
    "stats": stats,
    "health": health,
    "command": command,
    "readings": readings,
}
"""Kind of file -> the parser that recognises an object of it, the most exact first."""

_MUTE = (
    (re.compile(r"FROM [\w./:${}-]+|ARG \w+(?:=\S*)?$"), "a Dockerfile"),
    (re.compile(r"(?:Client|Server): Docker Engine"), "the output of `docker version`"),
    (re.compile(r"REPOSITORY +TAG +(?:DIGEST +)?IMAGE ID "), "a list of images"),
    (re.compile(r"(?:events|http|server|upstream) [\w ]*\{$"), "a configuration of nginx"),
)
"""What people send along that tells of no incident: its first line but for comments, and what it is."""

_HEAD = 1 << 13
"""Bytes of a table in which its header and its first row stand."""
_BLANK = b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"
_VARIABLE = re.compile(r"(?:export )?[A-Z_][A-Z0-9_]*=")


def kind_of(data: lines.Text) -> str:
    """Return the kind of a file by its content.

    Examples
    --------
    >>> kind_of(b'{"Type":"container","Action":"start","timeNano":5}')
    'events'
    """
    data = lines.decode(data)
    if lines.begin(data) not in (b"{", b"["):
        head = data[:_HEAD]
        return "notes" if notes.recognise(head) else "readings" if readings.table(head) else "text"
    data = data[:]
    if container_log.record(data.lstrip().partition(b"\n")[0]):
        return "json_file"
    first = data if data.lstrip()[:1] == b"[" else data.lstrip().partition(b"\n")[0]
    found = documents(first).found or documents(data).found
    return document(found[0][2] if found else {}) or "text"


def document(first: dict[str, Any]) -> str | None:
    """Return the kind of evidence that an object is, None for none."""
    return next((kind for kind, parser in DOCUMENTS.items() if parser.recognise(first)), None)


def mute(text: str) -> str | None:
    r"""Return what a text is that tells of no incident; None for one that may.

    Examples
    --------
    >>> mute("FROM debian:12\nRUN true\n"), mute("boom\n")
    ('a Dockerfile', None)
    """
    if text.lstrip()[:1] == "{" and "\n" in text.strip() and isinstance(_json(text), dict):
        return "JSON of no kind that is known here"
    own = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if own and all(_VARIABLE.match(line) for line in own):
        return "a file of environment variables"
    return next((what for pattern, what in _MUTE if own and pattern.match(own[0])), None)


def _json(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return None


def unreadable(data: lines.Text) -> str | None:
    """Return why a file can be no evidence, if so."""
    if not (data[:4096].strip(_BLANK) or data[:].strip(_BLANK)):  # the whole only where the beginning is blank
        return "is empty"
    head = lines.decode(data)[:4096]
    control = sum(byte < 32 and byte not in b"\t\n\r\x1b\f\b\x07\0" for byte in head)
    nothing = head.count(0) > len(head) / 4 or control > len(head) / 20
    return "is binary, no text" if nothing else None
