"""Hypotheses side by side: how many rows speak for each, how many against, and how sure it is.

Rows are counted, not weighed: the confidence, which is written beside each, is what weighs them.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from incidentlab import tables
from incidentlab.plot import style

_ROLES = (("for", style.BLUE, 1), ("against", style.ORANGE, -1))


@style.literal
def hypotheses(findings: pd.DataFrame, evidence: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the findings, the verdict at the top: rows for to the right, rows against to the left.

    Parameters
    ----------
    findings : FINDINGS
    evidence : EVIDENCE

    Returns
    -------
    matplotlib.axes.Axes
    """
    rows = tables.records(findings)
    axes = ax if ax is not None else _figure(len(rows))
    counts = evidence.groupby(["rank", "role"]).size()
    for place, row in enumerate(rows):
        for role, colour, side in _ROLES:
            count = int(counts.get((row["rank"], role), 0))
            axes.barh(-place, side * count, height=0.6, color=colour, label=role if place == 0 else None)
    axes.axvline(0, color=style.BLACK, linewidth=0.8)
    axes.set_yticks([-place for place in range(len(rows))], [_words(row) for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
    axes.set_xlabel("rows against   |   rows for")
    left, right = axes.get_xlim()
    axes.set_xlim(min(left, -1), max(right, 1))
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)
    return axes


def _figure(rows: int) -> Axes:
    _, axes = plt.subplots(figsize=(9, max(1.6, 0.5 * rows + 1.0)), layout="constrained")
    return axes


def _words(row: dict[str, Any]) -> str:
    """Return what a bar is called: category, services, confidence, and what it follows from."""
    who = " → ".join(str(row[name]) for name in ("service", "dependency") if pd.notna(row[name]))
    follows = f", follows from {row['follows']}" if pd.notna(row["follows"]) else ""
    return f"{row['rank']}. {row['category']} ({row['confidence']:.2f}{follows})\n{who}"
