"""The engine's own judgement of a container's health, replayed probe by probe.

The engine keeps three states. A start makes `starting`; one success makes `healthy`, at once and even inside the start
period, which it ends; failures in a row, as many as `retries`, make `unhealthy`. A failure that began inside the start
period counts only once there has been a success. All that is a function of the probes, so it can be replayed, and the
replay says what the engine does not: which probe decided, and which states are no judgement at all. When the engine
stops probing (exit, stop, pause, the wait before a restart) it writes `unhealthy` without an event: such a state is
marked as forced. A probe that could not run or took too long says nothing about the service, so both are counted apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from incidentlab import tables

INTERVAL_S, RETRIES = 30.0, 3
"""moby daemon/health.go: defaultProbeInterval, defaultProbeRetries."""

_EARLY = pd.Timedelta(milliseconds=50)
"""StartedAt may lie some milliseconds after what it starts (before engine 27)."""

_COUNTERS = {"pass": "passes", "fail": "fails", "timeout": "timeouts", "exec_error": "exec_errors"}
_RANK = {"die": 0, "start": 1, "pause": 2, "unpause": 2, "probe": 3, "health_status": 4, "destroy": 5}
"""What comes first of two things at the same nanosecond."""


@dataclass
class _Monitor:
    """The state of one container's health monitor, and what it has written so far."""

    container: dict[str, Any]
    took_s: float = 0.0
    status: str | None = None
    streak: int = 0
    run: Any = pd.NA
    started: pd.Timestamp = tables.NEVER
    since: pd.Timestamp = tables.NEVER
    forced: bool = False
    states: list[dict[str, Any]] = field(default_factory=list)
    judged: list[dict[str, Any]] = field(default_factory=list)

    @property
    def interval_s(self) -> float:
        given = self.container["health_interval_s"]
        return INTERVAL_S if pd.isna(given) or given == 0 else float(given)

    @property
    def retries(self) -> int:
        given = self.container["health_retries"]
        return RETRIES if pd.isna(given) or given <= 0 else int(given)

    @property
    def period(self) -> pd.Timedelta:
        given = self.container["health_start_period_s"]
        return pd.Timedelta(0 if pd.isna(given) else given, unit="s")

    def enter(self, state: str, ts: pd.Timestamp, cause: str, *, forced: bool = False) -> None:
        """Close the state that is open and open another."""
        self.leave(ts)
        self.status, self.forced = state, forced
        where = self.container
        named = {name: where[name] for name in ("service", "container", "container_id")}
        period_end = self.started + self.period if self.period and pd.notna(self.started) else pd.NaT
        counts = dict.fromkeys([*_COUNTERS.values(), "uncounted", "missing"], 0)
        opened = {"state": state, "start": ts, "end": pd.NaT, "forced": forced, "cause": cause, "run": self.run}
        self.states.append(named | opened | counts | {"streak": self.streak, "period_end": period_end})

    def leave(self, ts: pd.Timestamp) -> None:
        if self.states and pd.isna(self.states[-1]["end"]):
            self.states[-1] |= {"end": ts}

    def mark(self, row: dict[str, Any]) -> None:
        """Let the open state stand on an evidence row."""
        self.states[-1] |= {name: row[name] for name in ("file", "line", "pointer")}

    def add(self, name: str, number: int = 1) -> None:
        if self.states and number:
            self.states[-1][name] += number


def health(
    probes: pd.DataFrame, containers: pd.DataFrame, lifetimes: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Return the health states of each container that has a healthcheck.

    Parameters
    ----------
    probes : PROBES
    containers : CONTAINERS
        For interval, start period and retries.
    lifetimes : LIFETIMES
        For the starts and ends of runs.
    events : EVENTS
        For pauses, and for the engine's own health_status where the probe that caused it was not recorded.

    Returns
    -------
    pandas.DataFrame
        HEALTH. Where ``missing`` is not 0 the engine has forgotten probes (it keeps five): the start of that state is
        then no later than given. A state that nothing tells (a run whose start was not seen) has no row.

    Notes
    -----
    moby daemon/health.go `handleProbeResult`, `initHealthMonitor`; container/health.go `CloseMonitorChannel`.
    """
    monitors = _replay(probes, containers, lifetimes, events)
    return tables.rows([state for monitor in monitors for state in monitor.states], tables.HEALTH)


def judge(
    probes: pd.DataFrame, containers: pd.DataFrame, lifetimes: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Return each probe as the engine's state machine takes it: counted or not, the streak and the state after it.

    Parameters
    ----------
    probes, containers, lifetimes, events
        As for `health`.

    Returns
    -------
    pandas.DataFrame
        HEALTH_PROBES. A probe of a run that is not known has no run and no state.
    """
    monitors = _replay(probes, containers, lifetimes, events)
    return tables.rows([probe for monitor in monitors for probe in monitor.judged], tables.HEALTH_PROBES)


def _replay(
    probes: pd.DataFrame, containers: pd.DataFrame, lifetimes: pd.DataFrame, events: pd.DataFrame
) -> list[_Monitor]:
    monitors = []
    for container in tables.records(containers):
        if pd.isna(container["health_test"]) or container["health_test"] == '["NONE"]':
            continue
        key = container["container_id"]
        own = (frame[frame["container_id"] == key] for frame in (lifetimes, probes, events))
        monitor = _Monitor(container, _took(probes[probes["container_id"] == key]))
        for ts, what, row in _steps(*own):
            _STEPS[what](monitor, ts, row)
        monitors.append(monitor)
    return monitors


def _steps(
    lifetimes: pd.DataFrame, probes: pd.DataFrame, events: pd.DataFrame
) -> list[tuple[pd.Timestamp, str, dict[str, Any]]]:
    """Return in order all that moves the state machine."""
    steps = [(row["end"], "probe", row) for row in tables.records(probes)]
    for run in tables.records(lifetimes):
        steps += [(run["started"], "start", run)] if pd.notna(run["started"]) else []
        end = run["die_event"] if pd.notna(run["die_event"]) else run["finished"]
        steps += [(end, "die", run)] if pd.notna(end) else []
    kept = events[events["action"].isin(["pause", "unpause", "health_status", "destroy"]) & events["ts"].notna()]
    steps += [(row["ts"], str(row["action"]), row) for row in tables.records(kept)]
    return sorted(steps, key=lambda step: (step[0], _RANK[step[1]]))


def _start(monitor: _Monitor, ts: pd.Timestamp, run: dict[str, Any]) -> None:
    monitor.run, monitor.started, monitor.since, monitor.streak = run["run"], ts, ts, 0
    monitor.enter("starting", ts, "start")
    monitor.mark(run)


def _die(monitor: _Monitor, ts: pd.Timestamp, run: dict[str, Any]) -> None:
    monitor.add("missing", _missing(monitor, ts))
    monitor.since = tables.NEVER
    monitor.enter("unhealthy", ts, "die", forced=True)
    monitor.mark(run)


def _pause(monitor: _Monitor, ts: pd.Timestamp, event: dict[str, Any]) -> None:
    monitor.since = tables.NEVER
    monitor.enter("unhealthy", ts, "pause", forced=True)
    monitor.mark(event)


def _unpause(monitor: _Monitor, ts: pd.Timestamp, _: dict[str, Any]) -> None:
    monitor.since = ts


def _destroy(monitor: _Monitor, ts: pd.Timestamp, _: dict[str, Any]) -> None:
    monitor.leave(ts)


def _told(monitor: _Monitor, ts: pd.Timestamp, event: dict[str, Any]) -> None:
    """Take the engine's word where the probe that changed the state was not recorded."""
    if event["detail"] in ("healthy", "unhealthy") and event["detail"] != monitor.status:
        monitor.streak = 0 if event["detail"] == "healthy" else max(monitor.streak, monitor.retries)
        missing = _missing(monitor, ts) + 1
        monitor.enter(event["detail"], ts, "event")
        monitor.mark(event)
        monitor.add("missing", missing)
        monitor.since = monitor.since if pd.isna(monitor.since) else ts


def _probe(monitor: _Monitor, ts: pd.Timestamp, probe: dict[str, Any]) -> None:
    kept = {name: probe[name] for name in ("service", "container_id", "start", "end", "outcome", "file", "line")}
    record = kept | {"container": monitor.container["container"], "pointer": probe["pointer"]}
    monitor.judged.append(record)
    if pd.isna(monitor.since) or probe["start"] < monitor.since - _EARLY:
        return  # of an earlier run, which the engine's list still holds
    missing = _missing(monitor, probe["start"])
    monitor.since = ts
    counted, before = _count(monitor, probe), monitor.status
    monitor.add(_COUNTERS[probe["outcome"]])
    monitor.add("uncounted", int(not counted))
    state = _state(monitor, probe)
    first_judgement = monitor.forced and _spent(monitor)
    if state is not None and (state != before or first_judgement):
        monitor.enter(state, ts, "probe")
        monitor.mark(probe)
    monitor.add("missing", missing)
    if monitor.states:
        monitor.states[-1]["streak"] = monitor.streak
    record |= {"run": monitor.run, "counted": counted, "streak": monitor.streak, "state": state, "missing": missing}
    record["changed"] = state != before


def _count(monitor: _Monitor, probe: dict[str, Any]) -> bool:
    """Move the streak, and say whether the probe counted: a failure does not in the start period, while starting."""
    if probe["outcome"] == "pass":
        monitor.streak = 0
        return True
    if monitor.status == "starting" and probe["start"] - monitor.started < monitor.period:
        return False
    monitor.streak += 1
    return True


def _spent(monitor: _Monitor) -> bool:
    return monitor.streak >= monitor.retries


def _state(monitor: _Monitor, probe: dict[str, Any]) -> str | None:
    if probe["outcome"] == "pass":
        return "healthy"
    return "unhealthy" if monitor.status is not None and _spent(monitor) else monitor.status


def _took(probes: pd.DataFrame) -> float:
    """Return how many seconds a probe of this container takes: the median of those that are known."""
    took = (probes["end"] - probes["start"]).dt.total_seconds().median()
    return 0.0 if pd.isna(took) else float(took)


def _missing(monitor: _Monitor, until: pd.Timestamp) -> int:
    """Return how many probes must have run since the last one: the interval begins anew when a probe has ended."""
    if pd.isna(monitor.since):
        return 0
    between = (until - monitor.since).total_seconds() - monitor.interval_s
    return max(0, math.floor(between / (monitor.interval_s + monitor.took_s)))


_STEPS = {
    "start": _start,
    "die": _die,
    "pause": _pause,
    "unpause": _unpause,
    "probe": _probe,
    "health_status": _told,
    "destroy": _destroy,
}
