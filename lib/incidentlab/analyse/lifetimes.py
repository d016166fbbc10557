"""The runs of each container, exact to the nanosecond.

A container is one thing for the engine, but it runs many times: by its restart policy, by a human, by Compose.
Inspect remembers only the last run; events tell of all of them, while the ring of 256 lasts. Here both become one
row per run: the engine's own StartedAt and FinishedAt where an inspect saw that run, the times of the `start` and
`die` events where only those are left. The two differ by milliseconds, so an inspected run is paired with the start
event nearest to it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from incidentlab import tables

_PAIRING = pd.Timedelta(seconds=1)
"""StartedAt lies 2 to 9 ms before the start event (measured on 20.10); no two runs begin within 0.1 s."""

_NEGATIVE = pd.Timedelta(milliseconds=50)
"""How far FinishedAt may precede StartedAt of the same run (1 ms measured); a FinishedAt before that belongs to the
run before, which ended at least the engine's first delay of 100 ms earlier."""

_RESTARTING_POLICIES = ("always", "unless-stopped", "on-failure")

_Row = dict[str, Any]


def lifetimes(events: pd.DataFrame, runs: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each run of each container.

    Parameters
    ----------
    events : EVENTS
        Only container events with a time are used.
    runs : RUNS
        The runs that inspect saw.
    containers : CONTAINERS
        For the restart policy.

    Returns
    -------
    pandas.DataFrame
        LIFETIMES. ``duration_s`` is not below 0: on engines before 27 FinishedAt can precede StartedAt by some
        milliseconds.
    """
    timed = events[(events["type"] == "container") & events["ts"].notna() & events["container_id"].notna()]
    policies = dict(zip(containers["container_id"], containers["restart_policy"], strict=True))
    ids = list(dict.fromkeys([*timed["container_id"], *runs["container_id"].dropna()]))
    told = _by_container(timed.sort_values(["ts", "order"], kind="stable"))
    seen = _by_container(runs.sort_values("started", kind="stable"))
    records = [
        record for key in ids for record in _of_container(told.get(key, []), seen.get(key, []), policies.get(key))
    ]
    return tables.rows(records, tables.LIFETIMES)


def _by_container(frame: pd.DataFrame) -> dict[Any, list[_Row]]:
    """Return the rows of each container, in their order."""
    found: dict[Any, list[_Row]] = {}
    for row in tables.records(frame):
        found.setdefault(row["container_id"], []).append(row)
    return found


def _of_container(events: list[_Row], runs: list[_Row], policy: Any) -> list[_Row]:
    records = _from_events(events)
    for run in runs:
        _merge(records, run)
    records.sort(key=lambda record: record["started"])
    _attribute(records, events, policy)
    for number, record in enumerate(records, start=1):
        record["run"] = number
        if pd.notna(record["finished"]):
            record["duration_s"] = max(0.0, (record["finished"] - record["started"]).value / 1e9)
    return records


def _from_events(events: list[_Row]) -> list[_Row]:
    records: list[_Row] = []
    signal: Any = pd.NA
    created = min((event["ts"] for event in events if event["action"] == "create"), default=pd.NaT)
    for event in events:
        action = event["action"]
        if action == "start":
            records.append(_opened(event, first=not records and bool(created <= event["ts"])))
            signal = pd.NA
        elif action == "kill":
            signal = event["signal"]
        elif action == "oom" and records:
            records[-1]["oom_killed"] = True
        elif action == "die":
            _close(records, event, signal)
    return records


def _opened(event: _Row, *, first: bool) -> _Row:
    return _blank(event) | {
        "started": event["ts"],
        "start_event": event["ts"],
        "brought_by": "first_start" if first else None,
    }


def _blank(row: _Row) -> _Row:
    kept = {name: row[name] for name in ("service", "container", "container_id", "file", "line", "pointer")}
    times = dict.fromkeys(("started", "finished", "start_event", "die_event"), pd.NaT)
    return kept | times | {"exit_code": pd.NA, "signal": pd.NA, "oom_killed": pd.NA, "brought_by": None}


def _close(records: list[_Row], event: _Row, signal: Any) -> None:
    if not records or pd.notna(records[-1]["die_event"]):
        records.append(_blank(event))  # its start was not seen: the ring of 256 events had forgotten it
    records[-1] |= {
        "finished": event["ts"],
        "die_event": event["ts"],
        "exit_code": event["exit_code"],
        "signal": signal,
    }


def _merge(records: list[_Row], run: _Row) -> None:
    """Put what inspect saw of a run into its record, or open a record for it."""
    if pd.isna(run["started"]):
        return
    near = [
        record
        for record in records
        if pd.notna(record["started"]) and abs(record["started"] - run["started"]) <= _PAIRING
    ]
    if near:
        record = min(near, key=lambda candidate: abs(candidate["started"] - run["started"]))
    else:
        record = _blank(run)
        records.append(record)
    record["started"] = run["started"]
    if pd.notna(run["finished"]) and run["finished"] >= run["started"] - _NEGATIVE:
        record |= {"finished": run["finished"], "exit_code": run["exit_code"]}
    if pd.notna(run["oom_killed"]) and run["oom_killed"]:
        record["oom_killed"] = True


def _attribute(records: list[_Row], events: list[_Row], policy: Any) -> None:
    """Say who started each run that is not the first: a human leaves a `stop` before it or a `restart` after it.

    A restart by policy emits neither event (moby daemon/monitor.go, daemon/restart.go).
    """
    stops, restarts = ([row["ts"] for row in events if row["action"] == action] for action in ("stop", "restart"))
    for before, record in pairwise(records):
        begin, end = before["finished"], record["start_event"]
        if pd.isna(begin) or pd.isna(end):
            continue
        stopped = any(begin <= ts <= end for ts in stops)
        touched = stopped or any(begin <= ts <= end + _PAIRING for ts in restarts)
        if touched or policy not in _RESTARTING_POLICIES:
            record["brought_by"] = "human"
        elif pd.isna(before["signal"]):  # after a kill it hangs on STOPSIGNAL whether the policy still holds
            record["brought_by"] = "policy"
