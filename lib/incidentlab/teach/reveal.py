"""The replayed clock: an incident as it was known so many seconds after its begin, and nothing later.

A row is known once it has happened: a log line and an event at their time, a probe when it has ended, what inspect
showed once that inspect was taken. A container's settings are known from its creation on. Its state is what inspect
saw last, which gives away the end: here it is worked out anew from what is known by then, and what cannot be is left
empty. The law that the tests hold to: what is known at a time does not change with what comes later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.incident import Incident
from incidentlab.tables import BadInput

_TOLD_AT = (("logs", "ts"), ("events", "ts"), ("probes", "end"), ("samples", "ts"), ("runs", "observed_at"))
"""table -> the column that says when its row could be known"""

_FINAL = (
    *("started", "finished", "state", "exit_code", "error", "oom_killed"),
    *("restart_count", "health", "failing_streak", "ip", "line", "pointer"),
)
"""columns of a container that inspect saw last, and that the past does not know"""

_STATES = {"create": "created", "start": "running", "unpause": "running", "pause": "paused", "die": "exited"}


def until(incident: Incident, seconds: float) -> Incident:
    """Return what could be known of an incident `seconds` after its first row.

    Parameters
    ----------
    incident
        As `incidentlab.load` gives it.
    seconds
        After ``incident.start``. From ``incident.end`` on everything is known: the incident itself is returned.

    Returns
    -------
    Incident
        Rows without a time are left out until the end. State.Error and the failing streak of a container stay empty,
        as no event tells them; ``restarting`` is not told from ``exited``.

    Raises
    ------
    BadInput
        The evidence has no times, so that no clock can be replayed.
    """
    if not incident.timed:
        raise BadInput(f"{incident.name} has no times, so its clock cannot be replayed: give a log made with -t")
    if seconds >= (incident.end - incident.start).total_seconds():
        return incident
    now = incident.start + pd.Timedelta(seconds=seconds)
    cut: dict[str, Any] = {name: _known(getattr(incident, name), column, now) for name, column in _TOLD_AT}
    cut["addresses"] = _addresses(incident.addresses, now)
    cut["containers"] = _containers(incident.containers, cut, now)
    cut["ledger"] = _ledger(incident.ledger, now, seconds)
    return replace(incident, end=now, **cut)


def _known(frame: pd.DataFrame, column: str, now: pd.Timestamp) -> pd.DataFrame:
    return frame[frame[column].le(now)].reset_index(drop=True)


def _addresses(addresses: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    seen = _known(addresses, "first_seen", now)
    return tables.check(
        seen.assign(last_seen=seen["last_seen"].where(seen["last_seen"].le(now), now)), tables.ADDRESSES
    )


def _containers(containers: pd.DataFrame, known: dict[str, pd.DataFrame], now: pd.Timestamp) -> pd.DataFrame:
    """Return the containers that stand by then, each with the state that events and probes tell."""
    there = _known(containers, "created", now)
    lived = lifetimes(known["events"], known["runs"], there)
    blank: dict[str, Any] = {name: [None] * len(there) for name in _FINAL}
    records = [
        record | _state(record["container_id"], known, lived)
        for record in tables.records(there.assign(**blank).astype({"started": tables.TIME, "finished": tables.TIME}))
    ]
    return tables.rows(records, tables.CONTAINERS)


def _state(key: str, known: dict[str, pd.DataFrame], lived: pd.DataFrame) -> dict[str, Any]:
    events, runs, addresses = (_of(known[name], key) for name in ("events", "runs", "addresses"))
    own = _of(lived, key)
    state: dict[str, Any] = {"state": _last(events["action"][events["action"].isin(_STATES)].map(_STATES)) or "created"}
    state |= {"ip": _last(addresses["ip"]), "health": _last(events["detail"][events["action"] == "health_status"])}
    if len(own):
        ended = own[own["finished"].notna()]
        state |= {
            "started": own["started"].iloc[-1],
            "finished": ended["finished"].max(),
            "exit_code": own["exit_code"].iloc[-1],
        }
        state["restart_count"] = int((own["brought_by"] == "policy").sum())
    if len(runs):
        state |= {name: runs[name].iloc[-1] for name in ("line", "pointer", "oom_killed")}
    return state


def _of(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    return frame[frame["container_id"] == key]


def _last(values: pd.Series[Any]) -> Any:
    return values.iloc[-1] if len(values) else None


def _ledger(ledger: pd.DataFrame, now: pd.Timestamp, seconds: float) -> pd.DataFrame:
    """Return the sources that had begun; how many rows they came to, and how they ended, is not known yet."""
    begun = ledger[~ledger["first"].gt(now)]
    last = begun["last"].where(begun["last"].le(now), now).where(begun["last"].notna())
    blank = {"rows": None, "gap": None, "error": None, "truncated": f"the clock stands at T+{seconds:g} s"}
    return tables.check(begun.assign(last=last, **blank).reset_index(drop=True), tables.LEDGER)
