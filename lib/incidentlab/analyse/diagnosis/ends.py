"""Who ended, and whether someone asked for it: a project that is being stopped crashes nobody.

Exit codes alone do not tell. 143 and 130 are answers to SIGTERM and Ctrl-C; 137 is what a stop ends in when its
time-out
is over, and a Go program that handles no SIGTERM exits with 2 (`os/signal`). So the whole end of a text is read:
services
exit one after the other, the first of them as one that was asked to, and whoever still speaks, speaks of its stopping.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import Record, later
from incidentlab.analyse.marks import says

_PARTING = ("last_words", "told_to_stop")
_STRAY = 5
"""As many other lines may come late: exits are told by events, lines by streams, and their order is not exact."""

_STOP_SIGNALS = (2, 3, 9, 15)
_STOP_CODES = (0, 130, 137, 143)


def deaths(logs: pd.DataFrame, events: pd.DataFrame) -> list[Record]:
    """Return the exits, each with `stopped`: whether someone or something else asked for it."""
    died = tables.records(events[events["action"] == "die"])
    kills = tables.records(events[events["signal"].isin(_STOP_SIGNALS)])
    said = logs[logs["kind"].eq("compose")]
    stops, ends = tables.records(said[says(said["message"], "compose_stops")]), end_begins(logs, events)
    return [row | {"stopped": _stopped(row, kills, stops, ends)} for row in died]


def end_begins(logs: pd.DataFrame, events: pd.DataFrame) -> Any:
    """Return the order from which on a text without times only tells of the project's stopping, else NA."""
    if logs["ts"].notna().any():
        return pd.NA
    died = sorted(tables.records(events[events["action"] == "die"]), key=lambda row: row["order"])
    if not died:
        return pd.NA
    said = logs[logs["kind"].eq("log") & logs["message"].str.strip().ne("")]
    begins: Any = pd.NA
    parting, told = (says(said["message"], kind) for kind in _PARTING)
    marked = said.assign(parting=parting, told=told).sort_values("order", ascending=False).dropna(subset="order")
    lines, spoke, others = deque(tables.records(marked)), set[str | None](), False
    busy: list[Record] = []
    failed: set[Any] = set()
    for row in reversed(died):
        while lines and lines[0]["order"] > row["order"] and len(busy) <= _STRAY:
            line = lines.popleft()
            spoke |= {_named(line)}
            busy += [] if line["parting"] else [line]
            others = others or bool(line["told"])
        if (_named(row) and _named(row) in spoke) or len(busy) > _STRAY:
            break
        if any(line["level"] == "fatal" or _named(line) in failed for line in busy):
            break
        failed |= {_named(row)} if row["exit_code"] not in (*_STOP_CODES, 2) else set()
        begins = row["order"] if row["exit_code"] in _STOP_CODES or (row["exit_code"] == 2 and others) else begins
    ended = {row["service"] for row in died if pd.notna(begins) and row["order"] >= begins}
    return begins if len(ended) > 1 else pd.NA


def _named(row: Record) -> str | None:
    return row["container"] if isinstance(row["container"], str) else None


def stop_begins(logs: pd.DataFrame, events: pd.DataFrame, marks: pd.DataFrame) -> Record | None:
    """Return the first line that speaks of the project's stopping, where it ends so and nothing was started after it.

    Programs speak of their stopping before Compose prints that they have exited.
    """
    begins = end_begins(logs, events)
    if pd.isna(begins):
        return None
    rows = marks.loc[marks["kind"] == "stop_word", "row"].astype(int)
    started = marks.loc[marks["kind"].isin(["boot", "ready", "ready_maybe", "success"]), "row"].astype(int)
    last = logs["order"].iloc[started].max() if len(started) else -1
    asked = logs.iloc[rows]
    said = asked[asked["order"].gt(last).fillna(value=False) & asked["order"].le(begins)]
    return tables.records(said.sort_values("order").head(1))[0] if len(said) else None


def _stopped(death: Record, kills: list[Record], stops: list[Record], ends: Any) -> bool:
    if pd.notna(ends) and death["order"] >= ends:
        return True
    if death["exit_code"] not in _STOP_CODES:
        return False
    if death["exit_code"] in (130, 143):
        return True
    asked = [kill for kill in kills if kill["container_id"] == death["container_id"] and not later(kill, death)]
    return bool(asked) or any(later(death, stop) for stop in stops)
