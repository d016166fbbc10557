"""A window cut out of a bundle: the lines of some minutes, and what was known of the containers then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from incidentlab import bundle
from incidentlab.collect import engine
from incidentlab.tables import BadInput

_TIME = {"events": "timeNano", "samples": "read", "command": "at", "inspect": "observed_at"}
"""Kind of file -> where a line of it bears its time."""
_NOTED = (*_TIME, "container_log")


def cut(source: bundle.Bundle, target: Path, *, since: int | None, until: int | None) -> Path:
    """Write the part of a bundle between two times as a bundle of its own.

    Parameters
    ----------
    source
        The bundle.
    target
        Where the new one shall stand.
    since, until
        Nanoseconds since the epoch; None for the beginning or the end.

    Raises
    ------
    BadInput
        Nothing is in the window, or something stands at `target`.

    Notes
    -----
    Looks at containers from before the window stay, as later ones tell only what has changed since; where there is none
    up to the end of the window, the first after it stays, because without it no line has an owner.
    """
    with bundle.write(target, project=source.project) as writer:
        kept = 0
        for path, entry in source.manifest["files"].items():
            kind = entry["kind"]
            if kind == "recording" or path not in {name for name, _ in source.files(kind)}:
                continue
            data = b"".join(_within(kind, source.bytes(path).splitlines(keepends=True), since, until))
            kept += data.count(b"\n") if kind in _NOTED and kind != "inspect" else 0
            if data or kind not in _NOTED:
                facts = {key: value for key, value in entry.items() if key not in ("sha256", "bytes", "open", "kind")}
                writer.copy(path, data if kind in _NOTED else _raw(source, path), kind=kind, **facts)
        if not kept:
            raise BadInput(f"{source.folder}: nothing was said or done between these times; give others")
        writer.facts |= {key: source.manifest[key] for key in ("engine", "compose") if key in source.manifest}
        whole = since is None and until is None
        writer.facts |= {} if whole else {"cut": {"since": _moment(since), "until": _moment(until)}}
        writer.ledger += source.ledger if whole else [_said(row, since, until) for row in source.ledger]
    return target


def _raw(source: bundle.Bundle, path: str) -> bytes:
    with source.open(path) as file:
        return file.read()


def _within(kind: str, lines: list[bytes], since: int | None, until: int | None) -> Iterable[bytes]:
    if kind not in _NOTED:
        return lines
    timed = [(line, _at(kind, line)) for line in lines]
    begin = None if kind == "inspect" else since
    found = [line for line, at in timed if at is not None and _inside(at, begin, until)]
    return found or (list(_first_looks(lines)) if kind == "inspect" else [])


def _inside(at: int, since: int | None, until: int | None) -> bool:
    return (since is None or at >= since) and (until is None or at <= until)


def _at(kind: str, line: bytes) -> int | None:
    """Return when a line was written; None for one that does not say."""
    try:
        if kind == "container_log":
            return engine.nanoseconds(line.split(b" ", 1)[0].decode())
        told = json.loads(line)[_TIME[kind]]
        return told if isinstance(told, int) else engine.nanoseconds(str(told))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _first_looks(lines: list[bytes]) -> Iterator[bytes]:
    """Give the first look at each container."""
    seen = set()
    for line in lines:
        try:
            name = json.loads(line)["inspect"]["Id"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if name not in seen:
            seen.add(name)
            yield line


def _said(row: dict[str, Any], since: int | None, until: int | None) -> dict[str, Any]:
    """Return a row of the ledger with what was left out."""
    words = f"cut to {_moment(since) or 'the beginning'} .. {_moment(until) or 'the end'}"
    told = "; ".join(filter(None, [row.get("truncated"), words]))
    return {**row, "first": None, "last": None, "rows": None, "truncated": told}


def _moment(at: int | None) -> str | None:
    return None if at is None else engine.moment(at)
