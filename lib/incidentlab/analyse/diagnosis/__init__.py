"""Why it failed: hypotheses with evidence for and against, the first cause first.

Each family of causes reads the case for itself: `reach` (who did not reach whom), `faults` (what a line names
outright), `health` (what only events, probes and inspect tell), `outage` (servers that went away). `chain` puts causes
before their consequences, `harms` says what bad was seen to happen, `explained` what explains it, and `undecided`
answers where nothing failed or the evidence does not decide: a wrong accusation is worse than no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import (
    chain,
    explained,
    faults,
    harms,
    health,
    naming,
    outage,
    reach,
    refutations,
    undecided,
)
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, whole
from incidentlab.analyse.diagnosis.remedies import remedy

__all__ = ["Diagnosis", "diagnose"]

FAMILIES = (faults, reach, health, outage)

_MOST = 10
"""Findings that are told; what is less likely than the tenth helps nobody."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """FINDINGS, of which rank 1 is the verdict, EVIDENCE, and HARMS: what bad was seen to happen, explained or not.

    `ranking` are the hypotheses behind them, in the same order.
    """

    findings: pd.DataFrame
    evidence: pd.DataFrame
    harms: pd.DataFrame
    ranking: list[Hypothesis]

    @cached_property
    def every_row(self) -> pd.DataFrame:
        """EVIDENCE with the middle of each long series too, of which `evidence` holds both ends."""
        return _evidence([whole(hypothesis.rows) for hypothesis in self.ranking])


def diagnose(  # noqa: PLR0913  # one argument per table that a cause may hide in
    *,
    logs: pd.DataFrame,
    marks: pd.DataFrame,
    failures: pd.DataFrame,
    phases: pd.DataFrame,
    attempts: pd.DataFrame | None = None,
    lifetimes: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    probes: pd.DataFrame | None = None,
    containers: pd.DataFrame | None = None,
    services: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> Diagnosis:
    """Return the findings about one incident, and their evidence.

    Parameters
    ----------
    logs, marks, failures, phases
        LOGS, MARKS, FAILURES, PHASES.
    attempts, lifetimes, events, probes, containers, services, ledger
        The other tables, as far as they are known; without them the answer is less sure, never different in form.

    Returns
    -------
    Diagnosis
        At least one finding: `benign` or `unknown` where nothing can be accused.
    """
    case = Case(
        logs=logs,
        marks=marks,
        failures=failures,
        phases=phases,
        events=_or_empty(events, tables.EVENTS),
        probes=_or_empty(probes, tables.PROBES),
        containers=_or_empty(containers, tables.CONTAINERS),
        services=_or_empty(services, tables.SERVICES),
        attempts=_or_empty(attempts, tables.ATTEMPTS),
        lifetimes=_or_empty(lifetimes, tables.LIFETIMES),
        ledger=_or_empty(ledger, tables.LEDGER),
    )
    possible = [hypothesis for family in FAMILIES for hypothesis in family.hypotheses(case)]
    harmed = harms.harms(case)
    explained.explain(case, harmed, possible)
    refutations.weigh(case, possible)
    found = chain.ranked(case, possible)
    nobody = undecided.verdict(case, [hypothesis for hypothesis in found if hypothesis.follows is None], harmed)
    ranking = [*([nobody] if nobody else []), *found][:_MOST]
    naming.name(case, ranking)
    shown = _evidence([hypothesis.rows for hypothesis in ranking])
    return Diagnosis(_findings(case, ranking), shown, harmed, ranking)


def _or_empty(frame: pd.DataFrame | None, table: tables.Table) -> pd.DataFrame:
    return tables.empty(table) if frame is None else frame


def _findings(case: Case, ranking: list[Hypothesis]) -> pd.DataFrame:
    ranks = {id(hypothesis): rank for rank, hypothesis in enumerate(ranking, start=1)}
    rows = [
        {
            "rank": rank,
            "category": hypothesis.category,
            "service": hypothesis.service,
            "dependency": hypothesis.dependency,
            "confidence": round(hypothesis.confidence, 2),
            "sentence": hypothesis.sentence,
            "remedy": remedy(case, hypothesis),
            "follows": ranks.get(id(hypothesis.follows)),
            "recovered": hypothesis.recovered,
            "recovered_by": hypothesis.recovered_by,
        }
        for rank, hypothesis in enumerate(ranking, start=1)
    ]
    return tables.rows(rows, tables.FINDINGS)


def _evidence(ranking: list[list[Record]]) -> pd.DataFrame:
    names = tables.EVIDENCE.names
    rows = [
        {"rank": rank} | {name: row[name] for name in names if name in row}
        for rank, told in enumerate(ranking, start=1)
        for row in told
    ]
    return tables.rows(rows, tables.EVIDENCE)
