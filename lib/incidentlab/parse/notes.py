"""What people or programs wrote down beside the logs: CSV of a time and a text, one note, deploy or alarm a row.

The header names the columns: a time (time, ts, when, ...), a text (text, note, deploy, alarm, ...), and, if there are
any, service, author and kind. What a row is, its kind says, else the name of its text's column, else that of the file.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, exports, lines
from incidentlab.parse.cells import cells, header, unread
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.wrappers import json_lines

TIMES = (*exports.TIMES, "when", "at")
"""Columns that hold the time, the first that is there."""

_KINDS = {
    **dict.fromkeys(("note", "notes", "comment"), "note"),
    **dict.fromkeys(("deploy", "deploys", "deployment", "deployments", "release", "releases"), "deploy"),
    **dict.fromkeys(("alarm", "alarms", "alert", "alerts"), "alarm"),
}
_TEXTS = (*_KINDS, "text", "what", "event", "description", "version")
_AUTHORS = ("author", "who", "by", "user")
_LONGEST = 63
"""Letters of a service's name: it is a host's name too (RFC 1035, 2.3.4)."""


def recognise(head: bytes) -> bool:
    r"""Return whether a text begins with the header of such a table.

    Examples
    --------
    >>> recognise(b"time,text\n"), recognise(b"time,message\n")
    (True, False)
    """
    columns = header(head)[1]
    told = [name for name in _TEXTS if name in columns]
    return bool(told) and any(name in columns for name in TIMES) and not set(columns) & set(exports.TEXTS)


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the notes of a table.

    Examples
    --------
    >>> text = b"time,deploy\n1970-01-01T00:01Z,web 1.4\n"
    >>> parse(text, file="x.csv").frames["notes"][["kind", "text", "error_s"]].values.tolist()
    [['deploy', 'web 1.4', 60.0]]
    """
    data = lines.decode(data)[:]
    between, columns = header(data)
    when, what, who = (next((n for n in names if n in columns), "") for names in (TIMES, _TEXTS, _AUTHORS))
    usual = _KINDS.get(what) or _KINDS.get(PurePosixPath(file).stem.lower().partition("-")[0], "note")
    rows, untimed = [], []
    lost: list[int] = []
    for order, (line, found) in enumerate(cells(data.decode("utf-8", "replace"), between, lost=lost)):
        row = dict(zip(columns, (cell.strip() for cell in found), strict=False))
        if order == 0 or not row.get(what):
            continue
        ns, error = time(row.get(when, ""))
        untimed += [line] if ns == clock.NAT else []
        told = {"service": service(row.get("service")), "author": row.get(who) or None, "text": row[what]}
        kind = _KINDS.get(row.get("kind", "").lower(), usual)
        place = {"order": order - 1, "file": file, "line": line}
        rows.append({"ts": clock.time(ns), "error_s": error, "kind": kind, **told, **place})
    return Evidence({"notes": tables.rows(rows, tables.NOTES)}, [*timeless(untimed), *unread(lost)])


def service(text: str | None) -> str | None:
    """Return the name of a service as it stands in a cell; None where there is none, or what nobody would call one.

    Examples
    --------
    >>> service("web"), service(""), service("w" * 200)
    ('web', None, None)
    """
    return text if text and len(text) <= _LONGEST and text.isprintable() else None


def time(text: str) -> tuple[int, float]:
    """Return a time that stands in a cell, and its error: as a person types it, or as programs count.

    Examples
    --------
    >>> time("1970-01-01T00:01:00Z"), time("60.5"), time("noon") == (clock.NAT, 0.0)
    ((60000000000, 1.0), (60500000000, 0.0), True)
    """
    ns, error = clock.typed(text)
    return (ns, error) if ns != clock.NAT else (json_lines.time(text), 0.0)


def timeless(places: list[int]) -> list[str]:
    """Return the words of the ledger for rows without a time.

    Examples
    --------
    >>> timeless([2, 5])
    ['2 rows have no time with a zone (line 2 the first); write it like 2026-01-31T09:24:00Z']
    """
    told = f"{len(places)} rows have no time with a zone (line {places[0]} the first); " if places else ""
    return [f"{told}write it like 2026-01-31T09:24:00Z"] if told else []
