"""Every try of a service to reach a dependency: the failed ones, and the success that ends a series.

A failed try is a failure whose target is another service. Most programs say nothing when a connection succeeds, so a
success is what a program logs first, after a failed try, that it could not have logged without the dependency: an
announcement of being connected, initialised, migrated or ready.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from incidentlab import tables

CONNECTING = ("refused", "dns", "timeout", "reset", "unreachable", "starting_up", "auth", "missing_database")
"""Kinds of failure that are the outcome of a try to reach a server."""


def attempts(failures: pd.DataFrame, logs: pd.DataFrame, marks: pd.DataFrame, lifetimes: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each try of a service to reach a dependency.

    Parameters
    ----------
    failures : FAILURES
        Those with a target other than the service itself and a kind in `CONNECTING` are failed tries.
    logs, marks : LOGS, MARKS
        For the success that ends each series of failed tries.
    lifetimes : LIFETIMES
        For the run in which a try fell; may be empty.

    Returns
    -------
    pandas.DataFrame
        ATTEMPTS, numbered per service and dependency. A series that no success ends has only failed tries.
    """
    failed = failures[failures["kind"].isin(CONNECTING) & failures["target"].notna()]
    failed = failed[failed["target"] != failed["service"]]
    said = logs.iloc[marks.loc[marks["kind"] == "success", "row"].astype(int)]
    records: list[dict[str, Any]] = []
    for (service, _), series in failed.groupby(["service", "target"], sort=True):
        tries = [_try(row) for row in tables.records(series)]
        tries += _successes(tries, said[said["service"] == service])
        tries.sort(key=lambda row: (pd.isna(row["ts"]), row["ts"] if pd.notna(row["ts"]) else 0, row["order"]))
        runs = lifetimes[lifetimes["service"] == service]
        for number, row in enumerate(tries, start=1):
            records.append(row | {"service": service, "number": number, "run": _run(row["ts"], runs)})
    return tables.rows(records, tables.ATTEMPTS)


def _try(failure: dict[str, Any]) -> dict[str, Any]:
    kept = {name: failure[name] for name in ("ts", "order", "kind", "message", "file", "line", "pointer")}
    return kept | {"dependency": failure["target"], "ok": False}


def _successes(tries: list[dict[str, Any]], said: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the first success after each unbroken series of failed tries."""
    places: dict[str, Any] = {name: said[name].astype("int64").to_numpy() for name in ("ts", "order")}
    places["ts"] = np.where(said["ts"].notna(), places["ts"], np.iinfo(np.int64).min)
    first: list[tuple[int, dict[str, Any]]] = []
    for last, following in zip(tries, [*tries[1:], None], strict=True):
        after = _after(places, last)
        if following is not None:
            after &= ~_after(places, following)
        if after.any():
            first.append((int(after.argmax()), last))
    rows = tables.records(said.iloc[[place for place, _ in first]])
    names = ("ts", "order", "message", "file", "line", "pointer")
    return [
        {name: row[name] for name in names} | {"dependency": last["dependency"], "ok": True, "kind": None}
        for row, (_, last) in zip(rows, first, strict=True)
    ]


def _after(places: dict[str, Any], row: dict[str, Any]) -> Any:
    if pd.notna(row["ts"]):
        return places["ts"] > row["ts"].value
    return places["order"] > int(row["order"])


def _run(ts: pd.Timestamp, runs: pd.DataFrame) -> Any:
    """Return the number of the run that was on at `ts`; a line may precede StartedAt by some milliseconds."""
    if pd.isna(ts):
        return pd.NA
    begun = runs[runs["started"] <= ts + pd.Timedelta(milliseconds=50)]
    return begun["run"].iloc[-1] if len(begun) else pd.NA
