"""Why this fix and no other: the incident replayed under each setting that might have helped.

A replay is computed, not seen: what it rests on is what the incident measured, and these rows it cites. Where the
verdict names no start that waited for a dependency, nothing is replayed, and nothing is said.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse import whatif
from incidentlab.report.postmortem.material import Material, Record, counted
from incidentlab.report.postmortem.statement import Grid, Node, Passage, Row, Section
from incidentlab.report.replays import REASONS, as_it_was, facts
from incidentlab.tables import BadInput

FIX = "depends_on: service_healthy, a probe over TCP"
"""The setting that the remedy of a race or of a wrong healthcheck proposes, by its name among the alternatives."""
_WAITED = ("startup_race", "healthcheck_misconfigured")
_HEADER = ("replayed setting", "recovers", "after it was ready", "failed tries", "restarts")


Known = tuple[whatif.Facts, whatif.Setting, list[Record]]


@lru_cache(maxsize=4)
def _replayed(m: Material) -> Known | None:
    verdict = m.verdict
    if verdict["category"] not in _WAITED or pd.isna(verdict["service"]) or pd.isna(verdict["dependency"]):
        return None
    try:
        known = facts(m.found, verdict["service"], verdict["dependency"])
    except BadInput:  # no start of the dependency is in the evidence: there is nothing to replay
        return None
    starts, waits = _measured(m, verdict["service"], verdict["dependency"])
    return known, as_it_was(m.found, verdict["service"], verdict["dependency"]), [*starts, *waits]


def replayed(m: Material) -> Known | None:
    """Return what a replay of the verdict's start needs: its facts, the setting that was, and the rows measured."""
    return _replayed(m)


def weighed(m: Material) -> list[Node]:
    """Return what the proposed fix does in the replay, what it costs, and how the alternatives compare."""
    known = replayed(m)
    if known is None:
        return []
    measured, actual, rows = known
    settings = whatif.alternatives(actual)
    outcomes = tables.records(whatif.replays(measured, settings))
    said = [m.say(_proposed(outcomes, measured, settings[FIX]), rows), m.say(_compared(outcomes), rows)]
    said.append(m.say(_price(measured, outcomes), rows))
    return [Passage(tuple(said))]


def alternatives(m: Material) -> list[Section]:
    """Return the table of every setting that was replayed, for the appendix; empty where none was."""
    known = replayed(m)
    if known is None:
        return []
    measured, actual, rows = known
    outcomes = tables.records(whatif.replays(measured, whatif.alternatives(actual)))
    waits = rows[2:]
    grid = Grid(_HEADER, tuple(_row(m, outcome, [*waits[:2], *waits[-1:]]) for outcome in outcomes))
    assumed = [m.say(f"Assumed in the replay: {measured.note}.", rows)] if measured.note else []
    return [Section("Replay: the incident under other settings", (*assumed, grid))]


def _measured(m: Material, service: str, dependency: str) -> tuple[list[Record], list[Record]]:
    """Return the rows that a replay rests on: the first starts; then the ready line and each try to reach it."""
    tried, phases, lived = m.found.attempts, m.found.phases, m.found.lifetimes
    starts = lived[lived["service"].isin([service, dependency]) & lived["started"].notna()]
    ready = phases[(phases["service"] == dependency) & (phases["phase"] == "ready")]
    tries = tried[(tried["service"] == service) & (tried["dependency"] == dependency)]
    return tables.records(starts.head(2)), [*tables.records(ready.head(1)), *tables.records(tries)]


def _compared(outcomes: list[Record]) -> str:
    helped = [row for row in outcomes if row["recovers"]]
    return f"Of the {len(outcomes)} settings replayed, {len(helped)} recover (all in the appendix)."


def _proposed(outcomes: list[Record], known: whatif.Facts, setting: whatif.Setting) -> str:
    fix = next(row for row in outcomes if row["value"] == FIX)
    if not fix["recovers"]:
        return f"Replayed, the proposed fix ({FIX}) does not recover: {REASONS.get(fix['reason'], fix['reason'])}."
    moved = whatif.nearby(known, setting)["recovers"].astype(bool)
    fewest = min(int(row["failed_tries"]) for row in outcomes if row["recovers"])
    least = ", the fewest of those that recover" if fix["failed_tries"] == fewest else ""
    return (
        f"Replayed with the Compose change and a probe over TCP, {known.service} recovers {_after(fix)} after "
        f"{known.dependency} is ready, with {_failed(fix)}{least}; with its times moved a little, in "
        f"{int(moved.sum())} of {len(moved)} replays."
    )


def _price(known: whatif.Facts, outcomes: list[Record]) -> str:
    """Return the price: a start that waits is late by as much as the probe is slow to notice."""
    fix = next(row for row in outcomes if row["value"] == FIX)
    was = outcomes[0]
    wait = f"{known.service} is started later, and not at all while {known.dependency} is unhealthy"
    if fix["recovers"] and was["recovers"]:
        gained = float(was["at_s"]) - float(fix["at_s"])
        return (
            f"Its price: {wait}; here it works {abs(gained):.1f} s {'sooner' if gained >= 0 else 'later'} than it did."
        )
    return f"Its price: {wait}."


def _row(m: Material, outcome: dict[str, Any], rows: list[Record]) -> Row:
    if outcome["recovers"]:
        when = (f"{outcome['at_s']:.1f} s after the dependency's start", _after(outcome))
    else:
        when = (f"no: {REASONS.get(outcome['reason'], outcome['reason'])}", "")
    return m.row((_named(outcome), *when, str(outcome["failed_tries"]), str(outcome["restarts"])), rows)


def _named(outcome: Record) -> str:
    """Return the words for a setting, which stand by themselves wherever the row stands."""
    return str(outcome["value"]).replace("the same", FIX)


def _failed(outcome: Record) -> str:
    return counted(int(outcome["failed_tries"]), "failed try", "failed tries")


def _after(outcome: dict[str, Any]) -> str:
    return f"{outcome['after_ready_s']:.1f} s"
