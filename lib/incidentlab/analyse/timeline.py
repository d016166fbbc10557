"""One list of what happened, from every source, in the order of time.

Log lines by the thousand are no timeline. What is kept is what changed something: starts and ends of runs, what
humans asked for, changes of health, probes whose outcome changed, phases of servers, failures, and the first success.
Of a service of which none of this is known, the first and the last line of its log are kept, or else the state that
inspect shows: so that no service is missing. Where a service says errors that nobody here knows, its bursts of them are
kept, each with its count and rate.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import rate

_ACTIONS = {
    "create": "create",
    "start": "start",
    "die": "die",
    "kill": "kill",
    "stop": "stop",
    "restart": "restart",
    "oom": "oom",
    "pause": "pause",
    "unpause": "unpause",
    "destroy": "destroy",
    "health_status": "health",
}
_PAUSE = pd.Timedelta(seconds=60)
"""Errors that come further apart are two bursts."""

_STRAY = 20
"""The same where there are no times: lines between them."""

_SINCE = {"created": "created", "running": "started", "paused": "started"}
"""state -> the column of CONTAINERS from which on it holds; any other state since the end of the last run"""


def timeline(
    *,
    events: pd.DataFrame,
    probes: pd.DataFrame,
    phases: pd.DataFrame,
    failures: pd.DataFrame,
    attempts: pd.DataFrame,
    logs: pd.DataFrame | None = None,
    containers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what happened, one row each, ordered by time (by position where there are no times).

    Parameters
    ----------
    events : EVENTS
    probes : PROBES
    phases : PHASES
    failures : FAILURES
    attempts : ATTEMPTS
        Only the successes are taken: the failed tries stand in `failures`.
    logs : LOGS, optional
    containers : CONTAINERS, optional
        Both for the services of which nothing else is known.

    Returns
    -------
    pandas.DataFrame
        TIMELINE.
    """
    parts = [_events(events), _probes(probes), _phases(phases), _failures(failures), _successes(attempts)]
    told = set(failures["service"])
    parts.append(_bursts(logs, told))
    for rows in (_lines(logs), _states(containers)):
        known = {service for part in parts for service in part["service"].dropna()}
        parts.append(rows[~rows["service"].isin(known)])
    return tables.join(parts, tables.TIMELINE)


def _bursts(logs: pd.DataFrame | None, told: set[Any]) -> pd.DataFrame:
    """Return the errors of each service of which no failure is known, those that follow each other closely as one."""
    if logs is None:
        return tables.empty(tables.TIMELINE)
    wrong = logs[logs["level"].isin(["error", "fatal"]) & logs["kind"].eq("log") & ~logs["service"].isin(told)]
    wrong = wrong.assign(clock=wrong["ts"].fillna(wrong["app_ts"]))
    records = []
    for _, rows in wrong.groupby("service", sort=True, dropna=False):
        timed = rows["clock"].notna().all()
        apart = rows["clock"].diff().gt(_PAUSE) if timed else rows["order"].diff().gt(_STRAY)
        for _, burst in rows.groupby(apart.fillna(value=False).cumsum(), sort=True):
            first = tables.records(burst.head(1))[0]
            records.append(_row(first, first["ts"], "errors", _burst(burst, str(first["message"])), "logs"))
    return tables.rows(records, tables.TIMELINE)


def _burst(rows: pd.DataFrame, message: str) -> str:
    """Return what a burst of errors says first, with its count and rate."""
    often = rate(len(rows), rows["clock"].iloc[0], rows["clock"].iloc[-1])
    return f"{len(rows)} {'error' if len(rows) == 1 else 'errors'}{often}: {message}"


def _lines(logs: pd.DataFrame | None) -> pd.DataFrame:
    """Return the first and the last line of each service."""
    if logs is None:
        return tables.empty(tables.TIMELINE)
    spoken = logs[(logs["kind"] == "log") & logs["service"].notna()].groupby("service", sort=True)
    ends = [(row, "first_line") for row in tables.records(spoken.head(1))]
    ends += [(row, "last_line") for row in tables.records(spoken.tail(1))]
    records = [_row(row, row["ts"], what, str(row["message"]), "logs") for row, what in ends]
    return tables.rows(records, tables.TIMELINE)


def _states(containers: pd.DataFrame | None) -> pd.DataFrame:
    """Return the state of each container, since when inspect says that it has it."""
    if containers is None:
        return tables.empty(tables.TIMELINE)
    records = [
        _row(row, row[_SINCE.get(row["state"], "finished")], "state", f"is {row['state']}", "inspect")
        for row in tables.records(containers[containers["state"].notna()])
    ]
    return tables.rows(records, tables.TIMELINE)


def _events(events: pd.DataFrame) -> pd.DataFrame:
    kept = events[events["action"].isin(_ACTIONS) & events["type"].isin(["container"])]
    records = [
        _row(event, event["ts"], _ACTIONS[event["action"]], _event_detail(event), "events")
        for event in tables.records(kept)
    ]
    return tables.rows(records, tables.TIMELINE)


def _event_detail(event: dict[str, Any]) -> str:
    if pd.notna(event["exit_code"]):
        return f"exit code {event['exit_code']}"
    if pd.notna(event["signal"]):
        return f"signal {event['signal']}"
    return event["detail"] if pd.notna(event["detail"]) else ""


def _probes(probes: pd.DataFrame) -> pd.DataFrame:
    ordered = probes.sort_values("start", kind="stable")
    changed = ordered["outcome"] != ordered.groupby("container_id", sort=False)["outcome"].shift()
    records = [
        _row(probe, probe["end"], f"probe_{probe['outcome']}", f"exit code {probe['exit_code']}", "probes")
        for probe in tables.records(ordered[changed])
    ]
    return tables.rows(records, tables.TIMELINE)


def _phases(phases: pd.DataFrame) -> pd.DataFrame:
    kept = phases[phases["phase"].isin(["temporary_server", "ready", "stopping"]) & phases["line"].notna()]
    records = [
        _row(phase | {"order": phase["start_order"]}, phase["start"], phase["phase"], str(phase["message"]), "logs")
        for phase in tables.records(kept)
    ]
    return tables.rows(records, tables.TIMELINE)


def _failures(failures: pd.DataFrame) -> pd.DataFrame:
    records = [
        _row(failure, failure["ts"], str(failure["kind"]), str(failure["message"]), "logs")
        for failure in tables.records(failures)
    ]
    return tables.rows(records, tables.TIMELINE)


def _successes(attempts: pd.DataFrame) -> pd.DataFrame:
    records = [
        _row(row, row["ts"], "success", str(row["message"]), "logs")
        for row in tables.records(attempts[attempts["ok"].fillna(False)])
    ]
    return tables.rows(records, tables.TIMELINE)


def _row(row: dict[str, Any], ts: pd.Timestamp, what: str, detail: str, source: str) -> dict[str, Any]:
    where = {name: row[name] for name in ("service", "file", "line", "pointer")}
    return where | {"ts": ts, "order": row.get("order", pd.NA), "what": what, "detail": detail, "source": source}
