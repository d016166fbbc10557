"""The gaps between an application's tries, with the retry policy that was read off them, and the declared one."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from incidentlab.plot import style

_COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
_MARKERS = ("o", "s", "^", "D", "P", "X")


@style.literal
def backoff(gaps: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the gaps of each series of tries, the fitted delays with the band of their jitter, and the declared ones.

    Parameters
    ----------
    gaps : BACKOFF_GAPS

    Returns
    -------
    matplotlib.axes.Axes
    """
    if gaps.empty:
        return style.nothing("no service was seen to try twice within one run, at known times", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(8, 4.2), layout="constrained")[1]
    series = list(gaps.groupby(["service", "dependency", "series"], sort=True))
    for place, ((service, dependency, number), rows) in enumerate(series):
        words = f"{service} to {dependency}" + (f", series {number}" if gaps["series"].max() > 1 else "")
        _draw(axes, rows, words, place)
    declared = gaps[gaps["declared_s"].notna()].drop_duplicates("number").sort_values("number")
    if len(declared):
        x = declared["number"].astype(float)
        axes.plot(x, declared["declared_s"], marker="_", markersize=16, color=style.BLACK, linestyle="none", zorder=4,
                  label="declared delay")  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("after which failed try")
    axes.set_ylabel("time to the next try (s)")
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    return axes


def _draw(ax: Axes, rows: pd.DataFrame, words: str, place: int) -> None:
    colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
    x, slow = rows["number"].astype(float), rows["slow"].astype(bool)
    mark: dict[str, Any] = {"marker": marker, "color": colour, "linestyle": "none", "zorder": 3}
    ax.plot(x[~slow], rows["gap_s"][~slow], label=words, **mark)
    if slow.any():
        ax.plot(x[slow], rows["gap_s"][slow], markerfacecolor="white", label=f"{words}: ended by a slow try", **mark)
    if rows["fitted_s"].notna().any():
        ax.plot(x, rows["fitted_s"], color=colour, linewidth=1.2, zorder=2, label=f"{words}: fitted")
    if rows["fitted_upper_s"].notna().any():
        ax.fill_between(x, rows["fitted_lower_s"], rows["fitted_upper_s"], color=colour, alpha=0.15, linewidth=0)
