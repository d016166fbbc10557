"""The engine that ran the containers, as a capture asked it: `{"version", "info", "clock"}`."""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse import shapes
from incidentlab.parse.evidence import Evidence, at, documents


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the engine.

    Examples
    --------
    >>> line = b'{"version": {"Version": "20.10.24", "Arch": "amd64"}, "info": {"NCPU": 2}}'
    >>> parse(line, file="engine.json").frames["engines"][["version", "cpus"]].values.tolist()
    [['20.10.24', 2]]
    """
    read = documents(data, shapes.ENGINE)
    rows = [
        {
            "version": at(document, "version", "Version") or None,
            "architecture": at(document, "version", "Arch") or None,
            "cpus": at(document, "info", "NCPU"),
            "memory_bytes": at(document, "info", "MemTotal"),
            "store": at(document, "info", "Driver") or None,
            "log_driver": at(document, "info", "LoggingDriver") or None,
            "file": file,
            "line": line,
            "pointer": pointer or None,
        }
        for line, pointer, document in read.found
    ]
    return Evidence({"engines": tables.rows(rows, tables.ENGINES)}, read.notes)
