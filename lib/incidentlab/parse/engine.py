"""The engine that ran the containers, as a capture asked it: `{"version", "info", "clock"}`."""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse.evidence import Evidence, at, documents, unread_note


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the engine.

    Examples
    --------
    >>> line = b'{"version": {"Version": "20.10.24", "Arch": "amd64"}, "info": {"NCPU": 2}}'
    >>> parse(line, file="engine.json").frames["engines"][["version", "cpus"]].values.tolist()
    [['20.10.24', 2]]
    """
    found, unread = documents(data)
    rows = [
        {
            "version": _text(at(document, "version", "Version")),
            "architecture": _text(at(document, "version", "Arch")),
            "cpus": _whole(at(document, "info", "NCPU")),
            "memory_bytes": _whole(at(document, "info", "MemTotal")),
            "store": _text(at(document, "info", "Driver")),
            "log_driver": _text(at(document, "info", "LoggingDriver")),
            "file": file,
            "line": line,
            "pointer": pointer or None,
        }
        for line, pointer, document in found
    ]
    return Evidence({"engines": tables.rows(rows, tables.ENGINES)}, unread_note(unread))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
