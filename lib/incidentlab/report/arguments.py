"""The rows behind a finding as lines to read: what says the same is one line, with how often, from when to when, where.

A line names the file and the lines of it; the pointer inside a line of JSON stands in the table and in the JSON.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import MORE
from incidentlab.investigate import Investigation
from incidentlab.report.moment import span
from incidentlab.report.show import visible

Record = dict[str, Any]

MOST = 8
"""Facts that stand on the first page; a dozen lines is what a tired person reads."""

_LONGEST = 140
"""Characters of a quoted line: the place beside it leads to the rest."""

_ROLES = {"for": "", "against": "against: ", "missing": "not known: "}


def arguments(investigation: Investigation, *, timezone: str = "UTC", every: bool = False) -> list[str]:
    """Return what speaks for the verdict, what against it and what is missing, one line for each fact.

    Parameters
    ----------
    investigation
        Its finding of rank 1 is the verdict.
    timezone
        The zone of the times.
    every
        Every row by itself, of long series too, instead of one line for each fact.
    """
    rows = tables.records(every_row(investigation) if every else investigation.evidence)
    rows = [row for row in rows if row["rank"] == 1]
    day = investigation.incident.end
    if every:
        return [_line([row], day, timezone, whole=True) for row in rows] or ["no row speaks for or against it"]
    facts = [group for role in _ROLES for group in _same(rows, role)]
    lines = [_line(group, day, timezone) for group in facts[:MOST]]
    counted = int(every_row(investigation)["rank"].eq(1).sum())
    rest = [f"{len(facts[:MOST])} of {len(facts)} facts shown"] if len(facts) > MOST else []
    if counted > len(rows):
        rest.append(f"{len(rows)} of {counted} rows stand behind these lines; `diagnose --all` shows every one")
    return [*lines, *rest] or ["no row speaks for or against it"]


def every_row(investigation: Investigation) -> pd.DataFrame:
    """Return EVIDENCE with the middle of each long series too, which the table itself leaves out."""
    return investigation.diagnosis.every_row


def _same(rows: list[Record], role: str) -> list[list[Record]]:
    """Return the rows of one role, those of one fact together, in order of time; what cites no new row is left out."""
    groups: dict[str, list[Record]] = {}
    for row in rows:
        if row["role"] == role:
            groups.setdefault(str(row["fact"]), []).append(row)
    seen: set[tuple[str, ...]] = set()
    kept = []
    for group in groups.values():
        places = {tuple(str(row[name]) for name in ("file", "line", "pointer")) for row in group}
        if role == "missing" or not places <= seen:
            kept.append(group)
        seen |= places
    return sorted(kept, key=lambda group: (pd.isna(group[0]["ts"]), group[0]["ts"] if pd.notna(group[0]["ts"]) else 0))


def _line(rows: list[Record], day: Any, timezone: str, *, whole: bool = False) -> str:
    first, last = rows[0], rows[-1]
    fact = str(first["fact"])
    often = f", {len(rows)} times" if len(rows) > 1 and not fact.endswith(MORE) else ""
    times = [row["ts"] for row in rows if pd.notna(row["ts"])]
    when = span(min(times), max(times), day=day, timezone=timezone) if times else ""
    when = f", {when}" if when else ""
    where = _where(first, last)
    said: str = visible(str(first["message"])).strip() if pd.notna(first["message"]) else ""
    quoted = f": {said if whole else _cut(said)}" if said else ""
    return f"{_ROLES[first['role']]}{fact}{often}{when}{where}{quoted}"


def _cut(text: str) -> str:
    """Leave out the middle of a long line: what was done stands at its begin, what came of it at its end."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST + 5 else f"{text[:half].rstrip()} ... {text[-half:].lstrip()}"


def _where(first: Record, last: Record) -> str:
    """Return where rows stand: a file and a line of it, or its first and last line."""
    one, other = (_place(row) for row in (first, last))
    if not one:
        return ""
    if one == other:
        return f" [{one}]"
    short = f":{last['line']}" if first["file"] == last["file"] else other
    return f" [{one} to {short}]"


def _place(row: Record) -> str:
    if pd.isna(row["file"]):
        return ""
    return str(row["file"]) if pd.isna(row["line"]) else f"{row['file']}:{row['line']}"
