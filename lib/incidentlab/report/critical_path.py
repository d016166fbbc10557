"""The critical path of a start in words, and that of two starts side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.report.answer import shown
from incidentlab.report.show import Shown


def path_said(waits: pd.DataFrame, *, title: str = "The critical path") -> Shown:
    """Return who waited for whom until the last service was ready, the first one first.

    Parameters
    ----------
    waits : START_WAITS
    title
        What start it is.
    """
    rows = tables.records(waits[waits["critical"].fillna(value=False)])
    lines = [_line(row) for row in rows]
    return shown([(title, lines or ["no start of a service is in the evidence"])])


def starts_compared(before: pd.DataFrame, after: pd.DataFrame) -> Shown:
    """Return the critical path of two starts, and by how much each service was ready sooner or later.

    Parameters
    ----------
    before, after : START_WAITS
    """
    old = {row["service"]: row for row in tables.records(before)}
    lines = [line for row in tables.records(after) if (line := _moved(old.get(row["service"]), row))]
    sections = [path_said(before, title="Before"), path_said(after, title="After")]
    moved = shown([("Ready since the first start", lines or ["no service was seen to be ready in both"])])
    return Shown("".join(one.html for one in (*sections, moved)), "\n\n".join(one.text for one in (*sections, moved)))


def _line(row: dict[str, Any]) -> str:
    begin = f"{row['service']} was started after {row['waited_s']:.1f} s"
    waited = f", when {row['waited_for']} was {_WORDS[str(row['condition'])]}" if pd.notna(row["waited_for"]) else ""
    ready = f"; ready {row['ready_s']:.1f} s later" if pd.notna(row["ready_s"]) else ""
    return begin + waited + ready


def _moved(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    if old is None or pd.isna(old["ready_s"]) or pd.isna(new["ready_s"]):
        return ""
    one, other = (row["waited_s"] + row["ready_s"] for row in (old, new))
    return f"{new['service']}: {one:.1f} s, then {other:.1f} s"


_WORDS = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "done",
}
