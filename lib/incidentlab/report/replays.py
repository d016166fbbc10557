"""What the replays say, in sentences: restarts, retries, health, and what would have helped.

Every figure comes from a result table; nothing is worked out here but counts and extremes of its rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse import whatif
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.analyse.marks import marks
from incidentlab.analyse.readiness import phases
from incidentlab.analyse.whatif import Facts, Setting, facts_of
from incidentlab.incident import Incident
from incidentlab.investigate import Investigation
from incidentlab.report.answer import shown
from incidentlab.report.show import Shown, table
from incidentlab.tables import BadParameter

REASONS = {
    "budget_spent": "its restart budget is spent",
    "tries_spent": "its tries are spent and nothing starts it again",
    "dependency_unhealthy": "Compose gives up waiting: the dependency is called unhealthy too early",
    "horizon": "it still tries after an hour",
}
"""reason of `analyse.whatif` -> the words for it"""


def restarts_said(ladder: pd.DataFrame, ends: pd.DataFrame) -> Shown:
    """Return who restarted what how often, how well the engine's formula fits, and how each loop ended.

    Parameters
    ----------
    ladder : RESTARTS
    ends : LOOP_ENDS
    """
    lines = [_restarted(str(service), rows) for service, rows in ladder.groupby("service", sort=True)]
    lines += [str(sentence) for sentence in ends.loc[ends["restarts"] > 0, "sentence"]]
    return shown([("Restarts", lines or ["no container was started a second time"])])


def retries_said(backoffs: pd.DataFrame, matches: pd.DataFrame) -> Shown:
    """Return what each series of tries tells of the retry policy, and whether it is the declared one.

    Parameters
    ----------
    backoffs : BACKOFFS
    matches : POLICY_MATCHES
    """
    lines = [_retried(row) for row in tables.records(backoffs[backoffs["failed"] > 1])]
    lines += [f"against the declared policy: {sentence}" for sentence in matches["sentence"].dropna().unique()]
    return shown([("Retries within one run", lines or ["no service tried more than once within one run"])])


def health_said(states: pd.DataFrame) -> Shown:
    """Return for each service how it came to be healthy or unhealthy, and which states mean nothing.

    Parameters
    ----------
    states : HEALTH
    """
    lines = [_health(str(service), rows) for service, rows in states.groupby("service", sort=True)]
    return shown([("Health", lines or ["no container has a healthcheck, or no run was seen"])])


def whatif_said(replays: pd.DataFrame, note: str) -> Shown:
    """Return what would have helped: each setting with its outcome, the quickest recovery first.

    Parameters
    ----------
    replays : WHATIF
        As `analyse.whatif.replays` gives it.
    note
        `Facts.note`: what had to be assumed.
    """
    rows = tables.records(replays.sort_values(["recovers", "at_s"], ascending=[False, True], kind="stable"))
    lines = [_outcome(row) for row in rows]
    return shown([("What would have helped", lines), *([("Assumed", [note])] if note else [])])


def recommended(recommendations: pd.DataFrame) -> Shown:
    """Return the recommendation in its own words.

    Parameters
    ----------
    recommendations : RECOMMENDATIONS
    """
    return shown([("Recommended", [str(sentence) for sentence in recommendations["sentence"]])])


def _restarted(service: str, rows: pd.DataFrame) -> str:
    causes = ", ".join(f"{count} by {cause}" for cause, count in rows["cause"].value_counts().items())
    policy = rows[rows["residual_s"].notna()]
    if policy.empty:
        return f"{service} was restarted {len(rows)} times: {causes}"
    low, high = policy["residual_s"].min(), policy["residual_s"].max()
    return (
        f"{service} was restarted {len(rows)} times: {causes}; each wait by policy was the engine's own delay plus "
        f"{low:.3f} to {high:.3f} s for starting the container; the longest delay was {policy['predicted_s'].max():g} s"
    )


def _retried(row: dict[str, Any]) -> str:
    who = f"{row['service']} tried {row['dependency']} and failed {row['failed']} times, ended by {row['ended_by']}"
    if pd.isna(row["initial_s"]):
        return f"{who}; {row['tells']}"
    fit = f"first delay {row['initial_s']:.3f} s{_interval(row, 'initial', '_s')}"
    if pd.notna(row["factor"]):
        fit += f", each {row['factor']:.3f} times the one before{_interval(row, 'factor', '')}"
    if pd.notna(row["cap_s"]):
        fit += f", at most {row['cap_s']:.3f} s"
    return f"{who}; {fit}" + (f"; {row['tells']}" if pd.notna(row["tells"]) else "")


def _interval(row: dict[str, Any], name: str, unit: str) -> str:
    low, high = row[f"{name}_lower{unit}"], row[f"{name}_upper{unit}"]
    if pd.isna(low) or pd.isna(high):
        return ""
    return f" ({low:.3f} or more)" if math.isinf(high) else f" ({low:.3f} to {high:.3f})"


def _health(service: str, rows: pd.DataFrame) -> str:
    judged = rows[~rows["forced"].astype(bool)]
    count = {name: int(rows[name].sum()) for name in ("passes", "fails", "timeouts", "exec_errors", "uncounted")}
    probes = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in count.items() if number)
    forced = len(rows) - len(judged)
    states = " then ".join(dict.fromkeys(judged["state"]))
    return (
        f"{service}: {states or 'never judged'}; probes: {probes or 'none recorded'}"
        + (f"; {forced} states were forced by an end or a pause and say nothing of its health" if forced else "")
        + (f"; {int(rows['missing'].sum())} probes were not recorded" if rows["missing"].sum() else "")
    )


def _outcome(row: dict[str, Any]) -> str:
    if not row["recovers"]:
        return f"{row['value']}: does not recover ({REASONS.get(row['reason'], row['reason'])})"
    return (
        f"{row['value']}: recovers {row['at_s']:.1f} s after the dependency's start and {row['after_ready_s']:.1f} s "
        f"after it was ready, with {row['failed_tries']} failed tries and {row['restarts']} restarts"
    )


def facts(investigation: Investigation, service: str | None, dependency: str | None) -> Facts:
    """Return what a replay needs to know of an incident.

    Raises
    ------
    BadParameter
        No service or no dependency is named, and the verdict names none.
    """
    if service is None or dependency is None:
        raise BadParameter("say whose start is to be replayed: set service and dependency")
    incident = investigation.incident
    return facts_of(
        service,
        dependency,
        attempts=investigation.attempts,
        phases=investigation.phases,
        lifetimes=investigation.lifetimes,
        restarts=investigation.restarts,
        probes=incident.probes,
        containers=incident.containers,
    )


def as_it_was(investigation: Investigation, service: str, dependency: str) -> Setting:
    """Return the setting that the incident had, as far as the evidence tells it."""
    return whatif.as_it_was(
        service,
        dependency,
        containers=investigation.incident.containers,
        attempts=investigation.attempts,
        backoffs=investigation.backoffs,
    )


def readiness(incidents: Iterable[Incident], dependency: str) -> pd.DataFrame:
    """Return how long the first start of a dependency took in each of many incidents.

    Returns
    -------
    pandas.DataFrame
        READINESS. An incident in which the dependency was never seen ready counts as censored.
    """
    frames = []
    for incident in incidents:
        lived = lifetimes(incident.events, incident.runs, incident.containers)
        told = phases(incident.logs, marks(incident.logs), incident.events, incident.probes)
        frames.append(whatif.readiness(told, lived, service=dependency, incident=incident.name, end=incident.end))
    return tables.join(frames, tables.READINESS)


def measured(known: Facts) -> Shown:
    """Return the measured facts as a table: what was measured, in seconds."""
    rows = [(field.name, getattr(known, field.name)) for field in fields(known) if field.name != "note"]
    spans = [(name, ", ".join(f"{begin:.3f} to {end:.3f}" for begin, end in value)) for name, value in rows[2:4]]
    numbers = [(name, f"{value:.3f}") for name, value in rows[4:]]
    return table(pd.DataFrame([*rows[:2], *spans, *numbers], columns=["measured", "value"]))
