"""The journal of a recording: what is true of its sources, one JSON object per line, as it becomes known.

A recorder that may be killed at any moment cannot keep the ledger for the end. It tells the journal, and the ledger is
what the journal adds up to. Each line names its time and a source of the ledger, and one or more of

- ``truncated``, ``gap``, ``error``: words for the ledger;
- ``dropped``: {file, rows, until}, a segment that had to go for want of space;
- ``session``, on the source ``recorder``: ``began``, with when the one before was last ``alive`` (in nanoseconds);
  ``ready``, once all that the engine still had has been written; ``ended``. A session that was killed before it
  was ready does not count.

A last line without an end was torn by a kill. It is cut off when the journal is opened again.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from incidentlab.bundle.disk import cut_torn_line, dump
from incidentlab.bundle.format import ledger_row
from incidentlab.tables.documents import Odd, loads, shaped

JOURNAL = "recording.jsonl"
RECORDER = "recorder"
_WORDS = ("truncated", "gap", "error")
_LINE = {
    **dict.fromkeys(("at", "source", "session", "incidentlab", *_WORDS), str),
    "alive": int,
    "dropped": {"file": str, "rows": int, "until": str},
}


class Journal:
    """The journal in a folder, opened for appending.

    Attributes
    ----------
    lines
        All of it.
    alive
        When a recorder was last alive and ready before this one, nanoseconds since the epoch; None if none was.
    torn
        Bytes of a last line that a kill had torn.
    """

    def __init__(self, folder: Path) -> None:
        self._place = folder / JOURNAL
        beat = self._place.stat().st_mtime_ns if self._place.exists() else None
        self.torn = cut_torn_line(self._place) if beat else 0
        self.lines: list[dict[str, Any]] = read(self._place)
        sessions = _of_sessions(self.lines)
        self.alive = sessions[-1].get("alive") if sessions and sessions[-1]["session"] == "began" else beat
        self._told = {self._key(line) for line in self.lines}
        self._handle = os.open(self._place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, source: str, **facts: Any) -> None:
        """Write one line, unless it says what has been said."""
        line = {"at": moment(), "source": source, **facts}
        if self._key(line) in self._told:
            return
        self._told.add(self._key(line))
        self.lines.append(line)
        os.write(self._handle, dump(line))

    def beat(self) -> None:
        """Leave a sign of life: the time of the file."""
        os.utime(self._handle)

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    @staticmethod
    def _key(line: dict[str, Any]) -> str:
        words = {key: value for key, value in line.items() if key != "at"}
        return json.dumps(words if "session" not in line else line, sort_keys=True)


def ledger(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the ledger that a journal adds up to, the recorder's first.

    Examples
    --------
    >>> lines = [{"source": "events", "gap": "a"}, {"source": "events", "gap": "b"},
    ...          {"source": "events", "dropped": {"file": "events.0001.jsonl", "rows": 7, "until": "2026-01-01"}}]
    >>> row = ledger(lines)[-1]
    >>> row["gap"], row["truncated"]
    ('a; b', '7 rows up to 2026-01-01 were dropped to keep within the size asked for')
    """
    words: dict[str, dict[str, list[str]]] = {RECORDER: {}}
    dropped: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        said = words.setdefault(line["source"], {})
        for key in _WORDS:
            if key in line:
                said.setdefault(key, []).append(line[key])
        if "dropped" in line:
            dropped.setdefault(line["source"], []).append(line["dropped"])
    for source, segments in dropped.items():
        rows, until = sum(segment["rows"] for segment in segments), max(segment["until"] for segment in segments)
        told = f"{rows} rows up to {until} were dropped to keep within the size asked for"
        words[source].setdefault("truncated", []).append(told)
    rows_ = [ledger_row(source, **{key: "; ".join(said[key]) for key in said}) for source, said in words.items()]
    rows_[0] |= _sessions(_of_sessions(lines), rows_[0]["gap"])
    return rows_


def _sessions(lines: list[dict[str, Any]], gap: str | None) -> dict[str, Any]:
    """Return from when to when was recorded, when nothing was, and what if the last session has no end."""
    if not lines:
        return {}
    gaps, how, alive = [gap] if gap else [], "killed", None
    for line in lines:
        if line["session"] == "began":
            alive = line.get("alive")
        elif line["session"] == "ready" and alive:
            gaps.append(f"nothing was recorded from {moment(alive)} to {line['at']}: the recorder was {how}")
        how = "stopped" if line["session"] == "ended" else "killed" if line["session"] == "ready" else how
    ended = lines[-1]["session"] == "ended"
    if not ended:
        began = next(line["at"] for line in reversed(lines) if line["session"] == "began")
        gaps.append(f"not ended: the recorder that began at {began} is still at work, or was killed")
    return {"first": lines[0]["at"], "last": lines[-1]["at"] if ended else None, "gap": "; ".join(gaps) or None}


def _of_sessions(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if "session" in line]


def read(place: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal, without what is none."""
    found = []
    for line in place.read_bytes().splitlines() if place.exists() else []:
        try:
            entry = shaped(loads(line), _LINE, Odd())
        except ValueError:
            continue
        if entry and entry.get("source"):
            found.append(entry)
    return found


def moment(ns: int | None = None) -> str:
    """Return a time, by default now, as the manifest has it.

    Examples
    --------
    >>> moment(1795425730508346070)
    '2026-11-23T09:22:10.508346Z'
    """
    time = datetime.now(UTC) if ns is None else datetime.fromtimestamp(ns / 1e9, UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S.%fZ}"
