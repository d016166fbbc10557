"""The same result by a second road: the verdict from the log lines alone, in their order, without any times.

The first road uses everything: engine events, probes, inspect, nanoseconds. The second sees only what a person would
have pasted. Where both arrive at the same verdict, it does not hang on clocks or on one source; where they do not, the
difference names the source on which the verdict rests.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation, investigate
from incidentlab.report.answer import shown
from incidentlab.report.show import Shown


def second_road(investigation: Investigation) -> Shown:
    """Return one sentence that compares the verdict with that of the log lines alone."""
    first = _verdict(investigation)
    second = _verdict(investigate(investigation.incident.logs_alone()))
    if first == second:
        sentence = f"From the order of the log lines alone: {_words(second)}. The same verdict."
    else:
        sentence = (
            f"From the order of the log lines alone: {_words(second)}. With everything that the engine said: "
            f"{_words(first)}. The verdict rests on times, events, probes or inspect, not on the log text."
        )
    return shown([("By a second road", [sentence])])


def _verdict(investigation: Investigation) -> tuple[Any, ...]:
    first = tables.records(investigation.findings)[0]
    return tuple(None if pd.isna(first[name]) else first[name] for name in ("category", "service", "dependency"))


def _words(verdict: tuple[Any, ...]) -> str:
    category, *who = verdict
    named = [str(name) for name in who if name is not None]
    return f"{category} ({' -> '.join(named)})" if named else str(category)
