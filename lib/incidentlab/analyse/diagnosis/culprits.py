"""Culprits that the evidence names: who was told to end, who holds a port, which name was meant.

The engine emits ``kill`` only for a signal that was sent through its API, by a command or a program that uses it; a
kill by the kernel, or from inside the container, leaves none (moby `daemon/kill.go` `killWithSignal`). Who sent it, it
does not say. A ``stop`` event follows the end that a stop waited for.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Record

_LAG = pd.Timedelta("200ms")
"""The server's own last words, and the end itself, are stamped this much before or after the event."""

_LIKE = 0.8
"""Names of which this share of letters is the same, in order, are one name and a slip (difflib's ratio)."""

_WENT = {"paused": "was paused", "disconnected": "was taken off its network"}


def went(case: Case, server: str | None, span: Record) -> tuple[str, Record | None]:
    """Return how a server went away, in words, and the row of the engine that says so, if one does."""
    if span["phase"] in _WENT:
        return _WENT[span["phase"]], None
    own = case.events[case.events["service"] == server].sort_values(["ts", "order"])
    if pd.isna(span["start"]) or own.empty:
        return "went down", None
    before = own[own["ts"] <= span["start"] + _LAG]
    started = before.loc[before["action"] == "start", "ts"].max()
    sent = before[before["action"].eq("kill") & (before["ts"].ge(started) | pd.isna(started))]
    if sent.empty:
        return "went down", None
    row = tables.records(sent.head(1))[0]
    after = own[own["ts"] > span["start"] - _LAG]
    begun = after.loc[after["action"] == "start", "ts"].min()
    stopped = after["action"].eq("stop") & (after["ts"].le(begun) | pd.isna(begun))
    verb: str = "stopped" if stopped.any() else "killed"
    signal: str = f" (signal {row['signal']})" if pd.notna(row["signal"]) else ""
    return f"was {verb} by a command{signal}", row


def holder(case: Case, row: Record) -> Record | None:
    """Return the running container that publishes the port which the engine could not bind for another."""
    if row["origin"] != "engine" or pd.isna(row["port"]):
        return None
    running = case.containers[case.containers["state"].isin(["running", "paused", "restarting"])]
    for container in tables.records(running[running["container"] != row["container"]]):
        if int(row["port"]) in _ports(container["published"]):
            return container
    return None


def meant(case: Case, host: Any) -> str | None:
    """Return the service whose name is almost the one that nobody bears."""
    if not isinstance(host, str) or host in case.names:
        return None
    return next(iter(get_close_matches(host, sorted(case.names), n=1, cutoff=_LIKE)), None)


def _ports(published: Any) -> list[int]:
    return json.loads(published) if isinstance(published, str) else []
