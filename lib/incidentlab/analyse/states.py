"""What is broken now: how each container stands when the evidence ends, and since when.

The engine's word for a container is taken with what it leaves open: ``exited`` may be down, done or stopped by a
command (why its runs ended tells, see `incidentlab.analyse.restarts`), ``running`` may be unhealthy, or cut off from
its network. A loop of restarts began with its first end, not with the last; a run of 10 s or more ends the loop, as it
takes the engine's delay back.

Sources: moby `container/state.go` (the words), `restartmanager/restartmanager.go` (the 10 s).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.restarts.engine import RESET_S

Record = dict[str, Any]

BROKEN = ("down", "restarting", "unhealthy", "paused", "cut off", "never started")
"""States in which a service does not do its work, the worst first."""

_ENDED = ("exited", "dead", "removing")
_LOOP = 2
"""As many restarts by policy are a loop, as long as the last run has not lasted for 10 s."""

_ASKED = ("stopped", "stopped_in_backoff", "signal", "removed")
_ASKED_CODES = (130, 143)
"""128 + SIGINT, 128 + SIGTERM: signal(7)."""


def states(
    containers: pd.DataFrame,
    *,
    lifetimes: pd.DataFrame,
    loop_ends: pd.DataFrame,
    health: pd.DataFrame,
    phases: pd.DataFrame,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """Return how each container stands when the evidence ends.

    Parameters
    ----------
    containers : CONTAINERS
        Without any nothing is known of a state: a log does not tell that a program ended.
    lifetimes : LIFETIMES
    loop_ends : LOOP_ENDS
    health : HEALTH
    phases : PHASES
        Tells who is cut off from its network.
    until
        The end of the evidence.

    Returns
    -------
    pandas.DataFrame
        STATES, the worst first.
    """
    reasons = dict(zip(loop_ends["container_id"], loop_ends["reason"], strict=True))
    rows = []
    for container in tables.records(containers):
        key = container["container_id"]
        own = phases[phases["container"].eq(container["container"]) & phases["end"].isna()]
        runs = tables.records(lifetimes[lifetimes["container_id"] == key])
        judged = tables.records(health[health["container_id"].eq(key) & health["end"].isna()].tail(1))
        state = _state(container, reasons.get(key), cut_off=bool(own["phase"].eq("disconnected").any()))
        state = _seen_through(state, container, runs, judged, until)
        ended = [run["exit_code"] for run in runs if pd.notna(run["exit_code"])]
        since = _since(state, container, runs, judged, own)
        row = _row(container, state, since, until) | {"reason": reasons.get(key)}
        rows.append(row | {"exit_code": ended[-1] if ended else row["exit_code"]})
    order = tables.STATES.words("state")
    return tables.rows(sorted(rows, key=lambda row: order.index(row["state"])), tables.STATES)


def _row(container: Record, state: str, since: Any, until: pd.Timestamp) -> Record:
    kept = {name: container[name] for name in ("service", "container", "file", "line", "pointer")}
    known = pd.notna(since) and pd.notna(until) and since <= until
    policy, most = container["restart_policy"], container["restart_max"]
    limit: str = f":{most}" if policy == "on-failure" and pd.notna(most) and most else ""
    ended = container["state"] in _ENDED
    return kept | {
        "state": state,
        "since": since,
        "until": until,
        "lasted_s": (until - since).total_seconds() if known else None,
        "exit_code": container["exit_code"] if ended else None,
        "restarts": container["restart_count"],
        "policy": f"{policy}{limit}" if pd.notna(policy) else None,
    }


def _seen_through(state: str, container: Record, runs: list[Record], judged: list[Record], until: pd.Timestamp) -> str:
    """Correct what the engine's word hides: a loop that is caught between two ends, a verdict that no probe gave.

    A container that was paused is called unhealthy until its next probe, whatever that will say.
    """
    if state == "unhealthy" and judged and pd.notna(judged[0]["forced"]) and judged[0]["forced"]:
        return "running"
    count, last = container["restart_count"], runs[-1] if runs else None
    looped = last is not None and last["brought_by"] == "policy" and pd.notna(count) and count >= _LOOP
    if state in ("running", "starting") and last is not None and looped and pd.notna(until):
        return "restarting" if (until - last["started"]).total_seconds() < RESET_S else state
    return state


def _state(container: Record, reason: str | None, *, cut_off: bool) -> str:
    said = container["state"]
    if said in _ENDED:
        return _ended(container, reason)
    if said == "created":
        return "never started"
    if said in ("restarting", "paused"):
        return str(said)
    if cut_off:
        return "cut off"
    return str(container["health"]) if container["health"] in ("unhealthy", "starting", "healthy") else "running"


def _ended(container: Record, reason: str | None) -> str:
    if reason in _ASKED or container["exit_code"] in _ASKED_CODES:
        return "stopped"
    return "done" if container["exit_code"] == 0 and pd.isna(container["error"]) else "down"


def _since(state: str, container: Record, runs: list[Record], judged: list[Record], phases: pd.DataFrame) -> Any:
    if state == "restarting":
        return _loop_began(runs) or container["finished"]
    if state in ("paused", "cut off"):
        inside = phases[phases["phase"].isin(["paused", "disconnected"])]
        return inside["start"].max()
    if state in ("unhealthy", "healthy") and judged:
        return judged[0]["start"]
    return container[{"down": "finished", "stopped": "finished", "done": "finished", "never started": "created"}.get(
        state, "started"
    )]  # fmt: skip


def _loop_began(runs: list[Record]) -> Any:
    """Return the first end of the unbroken series of short runs by policy that the last end belongs to."""
    ended = [run for run in runs if pd.notna(run["finished"])]
    began = None
    for run in reversed(ended):
        if began is not None and run["duration_s"] >= RESET_S:
            break
        began = run["finished"]
        if run["brought_by"] != "policy":
            break
    return began
