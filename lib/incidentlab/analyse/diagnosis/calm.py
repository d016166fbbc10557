"""What a program says when it is well again: lines after an error that complain of nothing."""

from __future__ import annotations

from incidentlab import tables
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Record
from incidentlab.analyse.marks import says

_NEAR = 200
"""As many lines after an error are looked at: who went on shows it soon."""


def calm_after(case: Case, service: str | None, row: Record) -> list[Record]:
    """Return the lines, of the next that a service says after a row, that complain of nothing."""
    spoken = case.spoken_after(service, row).head(_NEAR)
    failing = case.marks.loc[case.marks["question"].eq("failure") & case.marks["kind"].ne("harmless"), "row"]
    spoken = spoken[~spoken["level"].isin(["error", "fatal"]) & ~spoken.index.isin(failing)]
    calm = spoken[~says(spoken["message"], "complains") & ~says(spoken["message"], "trace_line")]
    return tables.records(calm)
