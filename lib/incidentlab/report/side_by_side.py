"""Hypotheses side by side: what speaks for each, what against, what would have to be known."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.wording import parties
from incidentlab.investigate import Investigation
from incidentlab.report.answer import at, shown
from incidentlab.report.show import Shown, table

_SHOWN = 4
"""Rows of one kind that are quoted; the others are counted."""


def side_by_side(investigation: Investigation) -> Shown:
    """Return one row for each hypothesis, with the rows for it, against it, and what is not known."""
    rows = tables.records(investigation.evidence)
    cells = [
        {
            "rank": finding["rank"],
            "hypothesis": _hypothesis(finding),
            "confidence": finding["confidence"],
            "for": _quoted(rows, finding["rank"], "for"),
            "against": _quoted(rows, finding["rank"], "against"),
            "not known": _quoted(rows, finding["rank"], "missing"),
        }
        for finding in tables.records(investigation.findings)
    ]
    return table(pd.DataFrame(cells))


def excluded(investigation: Investigation, *, timezone: str = "UTC") -> Shown:
    """Return what the cause is not: each cause that is ruled out, with the row that does it."""
    rows = investigation.excluded
    if rows.empty:
        words = "Its rows rule out no other cause by themselves: read below what speaks for it and against it."
        return shown([("What it is not", [words])])
    columns = {
        "it is not": rows["category"],
        "because": rows["because"],
        "ts": rows["ts"],
        "fact": rows["fact"],
        "file": rows["file"],
        "line": rows["line"],
    }
    return table(pd.DataFrame(columns), timezone=timezone)


def causes(investigation: Investigation) -> Shown:
    """Return the chain of causes: each finding with the one that it follows from, first causes first."""
    findings = investigation.findings.assign(cause=investigation.findings["follows"].astype("str"))
    told = findings.assign(cause=findings["cause"].where(findings["follows"].notna(), "a first cause"))
    return table(told, columns=["rank", "cause", "category", "service", "dependency", "sentence"])


def _hypothesis(finding: dict[str, Any]) -> str:
    who = parties(finding)
    return f"{finding['category']} {f'({who})' if who else ''}: {finding['sentence']}"


def _quoted(rows: list[dict[str, Any]], rank: int, role: str) -> str:
    chosen = [row for row in rows if row["rank"] == rank and row["role"] == role]
    quoted = [f"{row['fact']}{at(row)}" for row in chosen[:_SHOWN]]
    more = len(chosen) - len(quoted)
    return "; ".join([*quoted, *([f"and {more} more"] if more > 0 else [])])
