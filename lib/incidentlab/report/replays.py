"""What the replays say, in sentences: restarts, retries, and what would have helped.

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


VERDICTS = {
    "clean": "Clean fixes: no try fails, also if the dependency takes twice as long",
    "works": "Fixes that fail a few times first, and hold if the dependency takes twice as long",
    "luck": "Only luck: it would not recover if the dependency took twice as long",
    "none": "No help",
}
"""verdict of `analyse.whatif` on a setting -> the words for it, the best first"""

_NO_RUNS = (
    "These sources show neither the start nor the end of a container: who restarted what, and after which delay, they "
    "cannot tell. Events and inspect can: `incidentlab capture PROJECT -o BUNDLE`, or `record` before the next time."
)

_MEASURED = {
    "service": "service",
    "dependency": "dependency",
    "ready": "dependency ready, from to (s after its start)",
    "temporary": "temporary server, from to (s after its start)",
    "client_start_s": "service started, if nothing makes it wait (s)",
    "let_in_s": "Compose notices that it is healthy, after (s)",
    "boot_s": "from a start to its first try (s)",
    "try_s": "a failed try takes (s)",
    "success_s": "a success is logged later by (s)",
    "exit_s": "from the last try to its end (s)",
    "start_cost_s": "the engine needs for a start, beyond its delay (s)",
    "probe_s": "a probe takes (s)",
}
"""figure of `analyse.whatif.Facts` -> the words for it"""


def restarts_said(ladder: pd.DataFrame, ends: pd.DataFrame, *, runs: pd.DataFrame | None = None) -> Shown:
    """Return who restarted what how often, how well the engine's formula fits, and how each loop ended.

    Parameters
    ----------
    ladder : RESTARTS
    ends : LOOP_ENDS
    runs : LIFETIMES, optional
        Without a run of any container nothing is known of restarts, and this is said.
    """
    if runs is not None and runs.empty:
        return shown([("Restarts: not known", [_NO_RUNS])])
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


def whatif_said(replays: pd.DataFrame, note: str) -> Shown:
    """Return what would have helped: clean fixes first, then fixes that fail a few times, luck, and no help.

    Parameters
    ----------
    replays : WHATIF
        As `analyse.whatif.replays` gives it.
    note
        `Facts.note`: what had to be assumed.
    """
    rows = tables.records(replays.sort_values(["recovers", "at_s"], ascending=[False, True], kind="stable"))
    groups = [(words, [_outcome(row) for row in rows if row["verdict"] == name]) for name, words in VERDICTS.items()]
    told = [(words, lines) for words, lines in groups if lines]
    return shown([*told, *([("Assumed", [note])] if note else [])])


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
    told = [(_MEASURED[name], value) for name, value in (*rows[:2], *spans, *numbers)]
    return table(pd.DataFrame(told, columns=["measured", "value"]))


def compared(replays: pd.DataFrame) -> Shown:
    """Return each setting in plain columns: what it is worth, when it recovers, up to which time to ready it holds.

    Parameters
    ----------
    replays : WHATIF
        As `analyse.whatif.replays` gives it.
    """
    order = list(VERDICTS)
    rows = replays.assign(place=replays["verdict"].map(order.index)).sort_values(["place", "at_s"], kind="stable")
    held = ["any" if math.isinf(limit) else f"{limit:.1f}" for limit in rows["holds_to_s"]]
    columns = {
        "setting": rows["value"],
        "it is": rows["verdict"].map({"clean": "a clean fix", "works": "a fix", "luck": "luck", "none": "no help"}),
        "recovers after (s)": rows["at_s"].round(1),
        "failed tries": rows["failed_tries"],
        "restarts": rows["restarts"],
        "holds up to a time to ready of (s)": held,
    }
    return table(pd.DataFrame(columns))


def firm(replays: pd.DataFrame) -> Shown:
    """Return the replays of what happened, a little earlier and later, in plain columns.

    Parameters
    ----------
    replays : WHATIF
        As `analyse.whatif.nearby` gives it.
    """
    columns = {
        "dependency ready later by (s)": replays["value_number"],
        "service started later by (s)": replays["other_number"],
        "recovers": replays["recovers"].map({True: "yes", False: "no"}),
        "after (s)": replays["at_s"],
        "failed tries": replays["failed_tries"],
        "why": replays["reason"].map(REASONS).fillna("it reached its dependency"),
    }
    return table(pd.DataFrame(columns))
