"""Why this fix and no other: the incident replayed under each setting that might have helped.

A replay is computed, not seen: what it rests on is what the incident measured, and these rows it cites. Where the
verdict names no start that waited for a dependency, nothing is replayed, and nothing is said.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse import whatif
from incidentlab.report.postmortem.material import Material, Record
from incidentlab.report.postmortem.statement import Grid, Node, Row
from incidentlab.report.replays import REASONS, as_it_was, facts
from incidentlab.tables import BadInput

FIX = "depends_on: service_healthy, a probe over TCP"
"""The setting that the remedy of a race or of a wrong healthcheck proposes, by its name among the alternatives."""
_WAITED = ("startup_race", "healthcheck_misconfigured")
_HEADER = ("replayed setting", "recovers", "after it was ready", "failed tries", "restarts")


def weighed(m: Material) -> list[Node]:
    """Return what each alternative would have done, and the proposed fix among them; nothing where none is replayed."""
    verdict = m.verdict
    if verdict["category"] not in _WAITED or pd.isna(verdict["service"]) or pd.isna(verdict["dependency"]):
        return []
    try:
        known = facts(m.found, verdict["service"], verdict["dependency"])
    except BadInput:  # no start of the dependency is in the evidence: there is nothing to replay
        return []
    settings = whatif.alternatives(as_it_was(m.found, verdict["service"], verdict["dependency"]))
    outcomes = tables.records(whatif.replays(known, settings))
    starts, waits = _measured(m, verdict["service"], verdict["dependency"])
    rows = [*starts, *waits]
    said: list[Node] = [m.say(_compared(outcomes), rows), m.say(_proposed(outcomes, known, settings[FIX]), rows)]
    said += [m.say(f"Assumed in the replay: {known.note}.", rows)] if known.note else []
    return [*said, Grid(_HEADER, tuple(_row(m, outcome, [*waits[:2], *waits[-1:]]) for outcome in outcomes))]


def _measured(m: Material, service: str, dependency: str) -> tuple[list[Record], list[Record]]:
    """Return the rows that a replay rests on: the first starts; then the ready line and each try to reach it."""
    tried, phases, lived = m.found.attempts, m.found.phases, m.found.lifetimes
    starts = lived[lived["service"].isin([service, dependency]) & lived["started"].notna()]
    ready = phases[(phases["service"] == dependency) & (phases["phase"] == "ready")]
    tries = tried[(tried["service"] == service) & (tried["dependency"] == dependency)]
    return tables.records(starts.head(2)), [*tables.records(ready.head(1)), *tables.records(tries)]


def _compared(outcomes: list[Record]) -> str:
    helped = [row for row in outcomes if row["recovers"]]
    begin = f"Replayed from what these rows measured, {len(helped)} of {len(outcomes)} settings recover"
    if not helped:
        return f"{begin}: none of these settings is a remedy."
    quickest = min(helped, key=lambda row: float(row["at_s"]))
    return f"{begin}; the quickest is {quickest['value']}, {_after(quickest)} after the dependency was ready."


def _proposed(outcomes: list[Record], known: whatif.Facts, setting: whatif.Setting) -> str:
    fix = next(row for row in outcomes if row["value"] == FIX)
    if not fix["recovers"]:
        return f"The proposed fix ({FIX}) does not recover in the replay: {REASONS.get(fix['reason'], fix['reason'])}."
    moved = whatif.nearby(known, setting)["recovers"].astype(bool)
    fewest = min(int(row["failed_tries"]) for row in outcomes if row["recovers"])
    least = ", the fewest of those that recover" if fix["failed_tries"] == fewest else ""
    return (
        f"The proposed fix ({FIX}) recovers {_after(fix)} after the dependency was ready, with {fix['failed_tries']} "
        f"failed tries{least}; with its times moved a little each way, in {int(moved.sum())} of {len(moved)} replays."
    )


def _row(m: Material, outcome: dict[str, Any], rows: list[Record]) -> Row:
    if outcome["recovers"]:
        when = (f"{outcome['at_s']:.1f} s after the dependency's start", _after(outcome))
    else:
        when = (f"no: {REASONS.get(outcome['reason'], outcome['reason'])}", "")
    setting = str(outcome["value"]).replace("the same", FIX)  # the rows may be sorted, and then it is not the row above
    return m.row((setting, *when, str(outcome["failed_tries"]), str(outcome["restarts"])), rows)


def _after(outcome: dict[str, Any]) -> str:
    return f"{outcome['after_ready_s']:.1f} s"
