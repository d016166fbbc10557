"""The time to ready of many starts: each start a mark, so that the median and the spread hide none of them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from incidentlab.plot import style

_NAMED = 60
"""With more starts than these, their names would overlap and are left out."""


@style.literal
def readiness(ready: pd.DataFrame, spread: pd.Series, *, ax: Axes | None = None) -> Axes:
    """Draw each start's time to ready, the fastest at the top, with the median, the middle half and the mean.

    Parameters
    ----------
    ready : READINESS
    spread
        Of the starts that were seen to their end, as `pandas.Series.describe` gives it: ``25%``, ``50%``, ``75%`` and
        ``mean``; missing without any such start.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ready.empty:
        return style.nothing("no start of the dependency was seen", ax)
    size = (9, min(1.6 + 0.19 * len(ready), 12))
    axes = ax if ax is not None else plt.subplots(figsize=size, layout="constrained")[1]
    rows = ready.sort_values(["duration_s", "incident"], ignore_index=True)
    if pd.notna(spread["50%"]):
        axes.axvspan(spread["25%"], spread["75%"], color=style.SKY, alpha=0.2, linewidth=0, label="middle half")
        axes.axvline(spread["50%"], color=style.BLUE, label="median")
        axes.axvline(spread["mean"], color=style.VERMILION, linestyle="--", label="mean")
    for seen, marker, words in ((True, "o", "seen ready"), (False, ">", "not ready while we looked: longer than this")):
        told = rows[rows["observed"].astype(bool) == seen]
        if len(told):
            axes.plot(told["duration_s"], told.index, marker, color=style.BLACK, markersize=4, label=words)
    named = rows["incident"] if len(rows) <= _NAMED else rows["incident"].head(0)
    axes.set_yticks(range(len(named)), named, parse_math=False)
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("time after the dependency's start (s)")
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper right", frameon=False, fontsize=8)  # the fastest are at the top
    return axes
