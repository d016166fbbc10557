"""Why the runs of a container ended, or go on: the surprises of the engine, told apart by what each leaves behind.

A loop can end without any event: a start that failed inside it leaves only State.Error, with the exit code of the run
before and a RestartCount that counts a restart that never happened. A `stop` during the wait leaves one `stop` event
and neither `kill` nor `die`. Each rule below looks for one such trace; the first that fits decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.restarts.engine import CAP_S, FIRST_S, REASONS, RESET_S, refusal


@dataclass(frozen=True, eq=False)
class _Case:
    """One container with its runs, its events and its restarts by policy."""

    container: dict[str, Any]
    runs: list[dict[str, Any]]
    events: pd.DataFrame
    restarts: pd.DataFrame

    @property
    def last(self) -> dict[str, Any]:
        return self.runs[-1]

    @property
    def state(self) -> str:
        return str(self.container["state"])

    def event(self, action: str, since: Any = None) -> dict[str, Any] | None:
        """Return the last event of an action, at or after a time."""
        found = self.events[self.events["action"] == action]
        if since is not None and pd.notna(since):
            found = found[found["ts"] >= since]
        return tables.records(found.tail(1))[0] if len(found) else None


_Verdict = tuple[str, str, dict[str, Any]]
"""reason, what more is to say, and the row that proves it"""


def loop_end(
    lifetimes: pd.DataFrame, events: pd.DataFrame, containers: pd.DataFrame, restarts: pd.DataFrame
) -> pd.DataFrame:
    """Return for each container why its runs ended or go on.

    Parameters
    ----------
    lifetimes : LIFETIMES
    events : EVENTS
    containers : CONTAINERS
    restarts : RESTARTS
        As `incidentlab.analyse.restarts.restarts` gives them.

    Returns
    -------
    pandas.DataFrame
        LOOP_ENDS. Containers that run and never ended are left out: there is nothing to explain.
    """
    records = []
    for container in tables.records(containers):
        key = container["container_id"]
        policy = restarts[(restarts["container_id"] == key) & (restarts["cause"] == "policy")]
        own = events[events["container_id"] == key].sort_values(["ts", "order"], kind="stable")
        case = _Case(container, tables.records(lifetimes[lifetimes["container_id"] == key]), own, policy)
        if case.state != "running" or any(pd.notna(run["finished"]) for run in case.runs):
            records.append(_record(case))
    return tables.rows(records, tables.LOOP_ENDS)


def _record(case: _Case) -> dict[str, Any]:
    verdict = next(found for rule in _RULES if (found := rule(case)) is not None)
    reason, more, proof = verdict
    ended = [run for run in case.runs if pd.notna(run["exit_code"])]
    kept = {name: case.container[name] for name in ("service", "container", "container_id", "restart_count")}
    return kept | {
        "reason": reason,
        "sentence": f"{case.container['service']}: {REASONS[reason]}{more and ': '}{more}",
        "ts": proof.get("ts", proof.get("die_event")),
        "restarts": len(case.restarts),
        "exit_code": ended[-1]["exit_code"] if ended else case.container["exit_code"],
        **{name: proof[name] for name in ("file", "line", "pointer")},
    }


def _removed(case: _Case) -> _Verdict | None:
    gone = case.event("destroy")
    return None if gone is None else ("removed", "", gone)


def _alive(case: _Case) -> _Verdict | None:
    if case.state in ("running", "paused"):
        number = len(case.restarts)
        return "running", f"after {number} restart{'s' * (number != 1)} by policy", case.container
    if case.state != "restarting":
        return None
    counted = f"RestartCount {case.container['restart_count']} already counts the restart to come"
    delay = _delay_to_come(case)
    return "looping", counted if delay is None else f"the delay is {delay:g} s; {counted}", case.container


def _delay_to_come(case: _Case) -> float | None:
    if not case.runs:
        return None
    last = case.last
    if pd.notna(last["duration_s"]) and last["duration_s"] >= RESET_S:
        return FIRST_S
    before = case.restarts["predicted_s"].iloc[-1] if len(case.restarts) else FIRST_S / 2
    return None if pd.isna(before) else min(CAP_S, 2 * before)


def _unborn(case: _Case) -> _Verdict | None:
    if case.runs:
        return None
    if pd.notna(case.container["error"]):
        code = f"exit code {case.container['exit_code']}, {case.container['error']}"
        return "first_start_failed", code, case.container
    return ("never_started", "", case.container) if case.state == "created" else None


def _failed_start(case: _Case) -> _Verdict | None:
    if pd.isna(case.container["error"]):
        return None
    counted, seen = case.container["restart_count"], len(case.restarts)
    ahead = f"; RestartCount {counted} counts a restart that never happened" if counted == seen + 1 else ""
    code = f"; exit code {case.container['exit_code']} is that of the run before"
    return "failed_start", f"{case.container['error']}{code}{ahead}", case.container


def _commanded(case: _Case) -> _Verdict | None:
    if not case.runs:
        return None
    stop = case.event("stop", case.last["started"])
    if stop is not None:
        return ("stopped" if pd.notna(case.last["signal"]) else "stopped_in_backoff"), "", stop
    why = refusal(case.last, case.container, None)
    if why != "signal":
        return None
    proof = case.event("kill", case.last["started"]) or case.last
    return "signal", f"signal {case.last['signal']}, then exit code {case.last['exit_code']}", proof


def _refused(case: _Case) -> _Verdict | None:
    if not case.runs:
        return None
    counted = case.container["restart_count"]
    why = refusal(case.last, case.container, int(counted) if pd.notna(counted) else None)
    if why is None:
        return None
    code = f"exit code {case.last['exit_code']}"
    spent = f"{counted} of {case.container['restart_max']} restarts, so {_count(counted, 'run')}, the last with {code}"
    return why, {"budget_spent": spent, "no_policy": code}.get(why, ""), case.last


def _count(restarts: Any, word: str) -> str:
    return f"{restarts + 1} {word}s" if pd.notna(restarts) else f"some {word}s"


def _unknown(case: _Case) -> _Verdict:
    return "unknown", "no event and no field of inspect explains it", case.last if case.runs else case.container


_RULES: tuple[Callable[[_Case], _Verdict | None], ...] = (
    _removed, _alive, _unborn, _failed_start, _commanded, _refused, _unknown,
)  # fmt: skip
