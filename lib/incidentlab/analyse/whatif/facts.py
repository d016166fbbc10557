"""What an incident measured that no setting changes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.tables import BadInput

_JUST_READY_S = 0.2
"""A try that fails so soon after the ready line says nothing against it: both are logged some milliseconds late."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Facts:
    """The measured part of an incident; all times in seconds after the start of the dependency.

    Parameters
    ----------
    service, dependency
        Who waited for whom.
    ready
        When the dependency answers others; an open end is inf.
    temporary
        When its temporary server runs, which only a probe over the socket takes for ready.
    client_start_s
        When the service is started if nothing makes it wait.
    let_in_s
        From the dependency's becoming healthy to Compose's noticing it: half of the 500 ms between its looks.
    boot_s
        From the start of a run to the outcome of its first try.
    try_s, success_s
        How long a failed try takes, and how much later than that a success is logged.
    exit_s
        From the outcome of the last try, and the delay after it, to the end of the run.
    start_cost_s
        What the engine needs to start a container, beyond its delay.
    probe_s
        How long a probe of the dependency takes.
    note
        What the evidence did not give, and what stands in for it.

    Notes
    -----
    docker compose pkg/compose/convergence.go `waitDependencies`: one look at the dependency every 500 ms.
    """

    service: str
    dependency: str
    ready: tuple[Span, ...]
    temporary: tuple[Span, ...] = ()
    client_start_s: float = 0.3
    let_in_s: float = 0.25
    boot_s: float = 0.3
    try_s: float = 0.003
    success_s: float = 0.1
    exit_s: float = 0.03
    start_cost_s: float = 0.3
    probe_s: float = 0.07
    note: str = ""

    def is_ready(self, second: float) -> bool:
        """Return whether a try at this second succeeds."""
        return any(begin <= second < end for begin, end in self.ready)


def facts_of(  # noqa: PLR0913  # one table a question, none of them optional
    service: str,
    dependency: str,
    *,
    attempts: pd.DataFrame,
    phases: pd.DataFrame,
    lifetimes: pd.DataFrame,
    restarts: pd.DataFrame,
    probes: pd.DataFrame,
    containers: pd.DataFrame,
) -> Facts:
    """Measure the facts of an incident: medians over its runs, tries, restarts and probes.

    Parameters
    ----------
    service, dependency
        Who waited for whom.
    attempts, phases, lifetimes, restarts, probes, containers
        ATTEMPTS, PHASES, LIFETIMES, RESTARTS, PROBES, CONTAINERS of the incident.

    Returns
    -------
    Facts
        Time in which tries failed although the dependency called itself ready is not counted as ready: waiting does
        not help there. ``note`` says which figures are the lab's own because the incident has none.

    Raises
    ------
    BadInput
        No start of the dependency was seen, or there is no such service. One that Compose never started is no error:
        what its runs would have shown is then the lab's.
    """
    runs = lifetimes[(lifetimes["service"] == service) & lifetimes["started"].notna()]
    starts = lifetimes.loc[lifetimes["service"] == dependency, "started"].dropna()
    if starts.empty:
        raise BadInput(f"no start of {dependency} was seen: give events or inspect, not logs alone")
    if runs.empty and service not in set(containers["service"]):
        raise BadInput(f"no container of {service} was seen; there are {', '.join(sorted(set(containers['service'])))}")
    t0 = starts.min()
    tried = attempts[(attempts["service"] == service) & (attempts["dependency"] == dependency) & attempts["ts"].notna()]
    told = phases[phases["service"] == dependency]
    notes: list[str] = []
    boots, exits = _boots(tried, runs), _exits(tried, runs)
    policy = restarts[(restarts["service"] == service) & (restarts["cause"] == "policy")]
    own = probes[probes["service"] == dependency]
    first = min(seconds(runs["started"], t0), default=Facts.client_start_s)
    if runs.empty or _condition(containers, service, dependency) != "service_started":
        waited = "never ran" if runs.empty else "waited for its dependency"
        notes.append(f"the service {waited}, so its own start without waiting is the lab's 0.3 s")
        first = Facts.client_start_s
    boot_s = _middle([lasted for ok, lasted in boots if not ok] or [lasted for _, lasted in boots], "boot_s", notes)
    return Facts(
        service,
        dependency,
        ready=_ready(_spans(told, "ready", t0), tried, t0, notes),
        temporary=tuple(_spans(told, "temporary_server", t0)),
        client_start_s=first,
        boot_s=boot_s,
        success_s=_middle([max(0.0, lasted - boot_s) for ok, lasted in boots if ok], "success_s", notes),
        exit_s=_middle(exits, "exit_s", notes),
        start_cost_s=_middle(policy["residual_s"].dropna(), "start_cost_s", notes),
        probe_s=_middle((own["end"] - own["start"]).dt.total_seconds().dropna(), "probe_s", notes),
        note="; ".join(notes),
    )


def seconds(times: Iterable[pd.Timestamp], t0: pd.Timestamp) -> list[float]:
    """Return times as seconds after `t0`; NaT is inf: still open."""
    return [math.inf if pd.isna(time) else (time - t0).value / 1e9 for time in times]


def _middle(values: Iterable[float], name: str, notes: list[str]) -> float:
    found = pd.Series(list(values), dtype="float64")
    if len(found):
        return float(found.median())
    default = float(getattr(Facts, name))
    notes.append(f"{name} is the lab's {default} s, as the incident does not show it")
    return default


def _spans(phases: pd.DataFrame, phase: str, t0: pd.Timestamp) -> list[Span]:
    kept = phases[(phases["phase"] == phase) & phases["start"].notna()]
    return list(zip(seconds(kept["start"], t0), seconds(kept["end"], t0), strict=True))


def _condition(containers: pd.DataFrame, service: str, dependency: str) -> str:
    given = containers.loc[containers["service"] == service, "depends_on"].dropna()
    conditions = json.loads(given.iloc[0]) if len(given) else {}
    return str(conditions.get(dependency, "service_started"))


def _boots(tried: pd.DataFrame, runs: pd.DataFrame) -> list[tuple[bool, float]]:
    """Return for each run whether its first try succeeded, and how long after its start that was known."""
    found = []
    for run in tables.records(runs):
        inside = _inside(tried, run)
        if len(inside):
            found.append((bool(inside["ok"].iloc[0]), seconds([inside["ts"].iloc[0]], run["started"])[0]))
    return found


def _exits(tried: pd.DataFrame, runs: pd.DataFrame) -> list[float]:
    """Return for each run of a single, failed try how long after it the run ended."""
    found = []
    for run in tables.records(runs[runs["finished"].notna()]):
        inside = _inside(tried, run)
        if len(inside) == 1 and not inside["ok"].iloc[0]:
            found.append(max(0.0, seconds([run["finished"]], inside["ts"].iloc[0])[0]))
    return found


def _inside(tried: pd.DataFrame, run: dict[str, Any]) -> pd.DataFrame:
    return tried[tried["run"].eq(run["run"]).fillna(value=False)].sort_values("ts", kind="stable")


def _ready(spans: list[Span], tried: pd.DataFrame, t0: pd.Timestamp, notes: list[str]) -> tuple[Span, ...]:
    """Take off the time in which tries failed although the dependency called itself ready."""
    failed = seconds(tried.loc[~tried["ok"].astype(bool), "ts"], t0)
    reached = seconds(tried.loc[tried["ok"].astype(bool), "ts"], t0)
    if not spans and reached:
        notes.append("the dependency says nothing of itself: it is taken as ready from the first success on")
        spans = [(min(reached), math.inf)]
    kept = []
    for begin, end in spans:
        refused = [second for second in failed if begin + _JUST_READY_S < second < end]
        if not refused:
            kept.append((begin, end))
            continue
        notes.append(f"{len(refused)} tries failed while the dependency was ready: waiting does not help there")
        if any(max(refused) < second < end for second in reached):
            kept.append((max(refused), end))
    return tuple(kept)
