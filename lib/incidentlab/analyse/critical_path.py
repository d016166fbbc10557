"""Who waited for whom when the project started: the critical path to the service that was ready last.

Compose starts a service when each of its dependencies has met its condition; the one that met it last is the one that
was waited for. From the service that was ready last, these lead back to a service that waited for nobody: making any of
them ready sooner makes the whole start shorter, and nothing else does.

Source: Compose specification, `depends_on`; J. E. Kelley, Critical-Path Planning and Scheduling (1961), for the path.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from incidentlab import tables

Record = dict[str, Any]


def start_waits(
    lifetimes: pd.DataFrame, phases: pd.DataFrame, health: pd.DataFrame, containers: pd.DataFrame
) -> pd.DataFrame:
    """Return the first start of each service, and whom it waited for.

    Parameters
    ----------
    lifetimes : LIFETIMES
    phases : PHASES
    health : HEALTH
    containers : CONTAINERS
        For their conditions.

    Returns
    -------
    pandas.DataFrame
        START_WAITS; empty where no start is in the evidence.

    Examples
    --------
    >>> at = [pd.Timestamp(f"2026-01-01T00:00:0{second}Z") for second in (0, 3)]
    >>> lived = [{"service": name, "run": 1, "started": ts} for name, ts in zip(("db", "app"), at)]
    >>> known = [{"service": "app", "depends_on": '{"db": "service_started"}'}]
    >>> found = start_waits(tables.rows(lived, tables.LIFETIMES), tables.empty(tables.PHASES),
    ...                     tables.empty(tables.HEALTH), tables.rows(known, tables.CONTAINERS))
    >>> found[["service", "waited_for", "waited_s"]].fillna("").values.tolist()
    [['db', '', 0.0], ['app', 'db', 3.0]]
    """
    first = {row["service"]: row for row in tables.records(lifetimes[lifetimes["started"].notna()]) if row["run"] == 1}
    if not first:
        return tables.empty(tables.START_WAITS)
    begun = min(row["started"] for row in first.values())
    needs = {row["service"]: row["depends_on"] for row in tables.records(containers) if pd.notna(row["depends_on"])}
    records = {}
    for service, run in first.items():
        ready = phases[
            phases["service"].eq(service) & phases["phase"].eq("ready") & (phases["start"] >= run["started"])
        ]
        met = _waited(json.loads(needs.get(service, "{}")), first, health, run["started"])
        when = ready["start"].min() if len(ready) else tables.NEVER
        where = {name: run[name] for name in ("file", "line", "pointer")}
        records[service] = (
            where
            | met
            | {
                "service": service,
                "started": run["started"],
                "ready": when,
                "waited_s": (run["started"] - begun).total_seconds(),
                "ready_s": (when - run["started"]).total_seconds() if pd.notna(when) else None,
            }
        )
    on_path = _path(records)
    rows = [record | {"critical": service in on_path} for service, record in records.items()]
    return tables.rows(rows, tables.START_WAITS)


def _waited(needs: dict[str, str], first: dict[str, Record], health: pd.DataFrame, started: pd.Timestamp) -> Record:
    """Return the condition that came true last before a start."""
    found = []
    for name, condition in needs.items():
        own = first.get(name)
        when = tables.NEVER if own is None else _met(own, condition, health)
        if pd.notna(when) and when <= started:
            found.append({"waited_for": name, "condition": condition, "met": when})
    return max(found, key=lambda row: row["met"], default={})


def _met(run: Record, condition: str, health: pd.DataFrame) -> Any:
    if condition == "service_healthy":
        own = health[health["service"].eq(run["service"]) & health["state"].eq("healthy")]
        return own["start"].min() if len(own) else tables.NEVER
    return run["finished"] if condition == "service_completed_successfully" else run["started"]


def _path(records: dict[str, Record]) -> set[str]:
    """Return the services on the way back from the one that was ready last."""
    known = [row for row in records.values() if pd.notna(row["ready"])] or list(records.values())
    at: str | None = str(
        max(known, key=lambda row: row["ready"] if pd.notna(row["ready"]) else row["started"])["service"]
    )
    path: set[str] = set()
    while at is not None and at not in path:
        path.add(at)
        at = records[at].get("waited_for") if records[at].get("waited_for") in records else None
    return path
