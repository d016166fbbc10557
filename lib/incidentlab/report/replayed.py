"""The start of one service under other settings, asked step by step; where it cannot be replayed, why not.

A replay needs a service that could not reach a dependency, and the times of that dependency's start. Pasted logs have
no such times, and many an incident no dependency. Then the reason is the answer, and every table below it is empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse import whatif
from incidentlab.analyse.whatif import Facts, Setting
from incidentlab.investigate import Investigation
from incidentlab.report.answer import shown
from incidentlab.report.replays import as_it_was, compared, facts, firm, measured, recommended, whatif_said
from incidentlab.report.show import Shown, table
from incidentlab.tables import BadInput


@dataclass(frozen=True, eq=False)
class Replay:
    """What was measured, and the setting that the incident had.

    Parameters
    ----------
    facts
        None where nothing can be replayed.
    actual
        The setting of the incident.
    why_not
        Why nothing can be replayed; empty if it can.
    """

    facts: Facts | None
    actual: Setting
    why_not: str = ""

    def said(self) -> Shown:
        """Return each alternative with its outcome, clean fixes first; or why there is none."""
        if self.facts is None:
            return shown([("What would have helped", [self.why_not])])
        return whatif_said(whatif.replays(self.facts, whatif.alternatives(self.actual)), self.facts.note)

    def compared(self) -> Shown:
        """Return each alternative in plain columns: a clean fix, a fix, luck, or no help."""
        if self.facts is None:
            return compared(tables.empty(tables.WHATIF))
        return compared(whatif.replays(self.facts, whatif.alternatives(self.actual)))

    def firm(self) -> Shown:
        """Return whether what really happened comes out again, also a little earlier or later, in plain columns."""
        return firm(self.nearby())

    def measured(self) -> Shown:
        """Return what was measured, and is taken into every replay."""
        return measured(self.facts) if self.facts else table(pd.DataFrame(columns=["measured", "value"]))

    def grid(  # two settings, each with its values
        self, parameter: str, values: Iterable[float], other: str, others: Iterable[float], **base: Any
    ) -> pd.DataFrame:
        """Return a replay for each pair of values of two settings: WHATIF."""
        if self.facts is None:
            return tables.empty(tables.WHATIF)
        return whatif.grid(self.facts, Setting(**base), parameter, values, other=other, other_values=others)

    def sweep(self, parameter: str, values: Iterable[float], **base: Any) -> pd.DataFrame:
        """Return a replay for each value of one setting: WHATIF."""
        if self.facts is None:
            return tables.empty(tables.WHATIF)
        return whatif.sweep(self.facts, Setting(**base), parameter, values)

    def recovery(self, ready: pd.DataFrame) -> pd.DataFrame:
        """Return for each alternative the share of starts, like those seen, that have recovered by a time: RECOVERY."""
        if self.facts is None:
            return tables.empty(tables.RECOVERY)
        return whatif.recovery(self.facts, whatif.alternatives(self.actual), ready)

    def recommended(
        self, parameter: str, values: Iterable[float], ready: pd.DataFrame, *, probability: float, **base: Any
    ) -> Shown:
        """Return the smallest value of a setting that recovers with a wanted probability, in words."""
        if self.facts is None:
            return shown([("Recommended", [f"nothing: {self.why_not}"])])
        found = whatif.recommend(self.facts, Setting(**base), parameter, values, ready, probability=probability)
        return recommended(found)

    def nearby(self) -> pd.DataFrame:
        """Return the replay of the setting that the incident had, and of those close to it: WHATIF."""
        return tables.empty(tables.WHATIF) if self.facts is None else whatif.nearby(self.facts, self.actual)


def replay(found: Investigation, service: str | None, dependency: str | None) -> Replay:
    """Return the start of a service that needed a dependency, to be replayed under other settings.

    Parameters
    ----------
    found
        The incident.
    service, dependency
        Who needed whom; where one of them is not known nothing can be replayed.
    """
    if service is None or dependency is None:
        return Replay(None, Setting(), "the verdict names no service with a dependency, so there is no start to replay")
    try:
        return Replay(facts(found, service, dependency), as_it_was(found, service, dependency))
    except BadInput as error:
        return Replay(None, Setting(), f"the start of {service} cannot be replayed: {error}")
