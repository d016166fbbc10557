"""What a scanner found: by severity and whether a fix is known, and what became of it since an earlier scan."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from incidentlab.plot import style

_SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN")
_CHANGES = (
    ("gone", "gone", style.GREEN, ""),
    ("still", "still there", style.GREY, ""),
    ("new", "new", style.VERMILION, "/"),
    ("ignored", "left out now", style.SKY, "."),
    ("unignored", "left out before", style.ORANGE, "."),
)


@style.literal
def severities(counts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many findings there are of each severity, those with a known fix apart.

    Parameters
    ----------
    counts : SEVERITY_COUNTS

    Returns
    -------
    matplotlib.axes.Axes
    """
    if not counts["vulnerabilities"].sum():
        return style.nothing("no vulnerability was reported; see what was ignored, and how old the data are", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(8, 2.6), layout="constrained")[1]
    rows = counts.set_index("severity").reindex(_SEVERITIES)
    fixable, total = rows["fixable"].astype(int), rows["vulnerabilities"].astype(int)
    places = range(len(rows))
    axes.barh(places, fixable, color=style.BLUE, label="a fixed version is known")
    axes.barh(places, total - fixable, left=fixable, color=style.ORANGE, hatch="//", edgecolor="white", label="none is")
    for place, number in zip(places, total, strict=True):
        axes.text(number, place, f" {number}", va="center", fontsize=8)
    axes.set_yticks(list(places), list(rows.index))
    _finish(axes, int(total.max()))
    return axes


@style.literal
def changes(found: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what became of the findings between two scans, by severity.

    Parameters
    ----------
    found : SCAN_CHANGES

    Returns
    -------
    matplotlib.axes.Axes
    """
    if found.empty:
        return style.nothing("neither scan has a finding", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(8, 2.6), layout="constrained")[1]
    known = found["severity"].where(found["severity"].isin(_SEVERITIES), "UNKNOWN")
    counts = pd.crosstab(known, found["change"]).reindex(_SEVERITIES, fill_value=0)
    left = pd.Series(0, index=counts.index)
    for change, words, colour, hatch in _CHANGES:
        if change in counts.columns and counts[change].any():
            own = counts[change]
            axes.barh(range(len(own)), own, left=left, color=colour, hatch=hatch, edgecolor="white", label=words)
            for place, (begin, number) in enumerate(zip(left, own, strict=True)):
                if number:
                    axes.text(begin + number / 2, place, str(number), ha="center", va="center", fontsize=8)
            left += own
    axes.set_yticks(range(len(counts)), list(counts.index))
    _finish(axes, int(left.max()))
    return axes


def _finish(axes: Axes, longest: int) -> None:
    axes.invert_yaxis()
    axes.set_xlim(0, longest * 1.1 + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("findings")
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="lower right", frameon=False, fontsize=8)
