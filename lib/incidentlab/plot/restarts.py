"""The restart ladder: each restart's wait, observed over what the engine's formula gives.

The axis of seconds is logarithmic, so that a delay that doubles climbs in even steps until it levels off at a minute;
what stands above a step is the cost of starting the container.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MultipleLocator

from incidentlab.plot import style

CAUSES = {
    "policy": ("restarted by the policy", "o", style.BLUE),
    "human": ("started by a command", "D", style.PURPLE),
    "compose": ("replaced by Compose", "s", style.ORANGE),
    "unknown": ("started, cause not known", "X", style.BLACK),
}
"""cause -> words of the legend, marker, colour"""
_LADDER = ["service", "container_id"]


@style.literal
def restarts(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each restart's observed wait over the delay that the engine's formula gives.

    Parameters
    ----------
    table : RESTARTS

    Returns
    -------
    matplotlib.axes.Axes
    """
    if table.empty:
        return style.nothing("no second start of a container was seen", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(8, 4.2), layout="constrained")[1]
    handles: dict[str, Any] = {}
    ladders = [(str(key[0]), rows[rows["observed_s"].gt(0)]) for key, rows in table.groupby(_LADDER, sort=True)]
    for place, (service, ladder) in enumerate(ladders):
        shift = 0.14 * (place - (len(ladders) - 1) / 2)
        x = ladder["number"].astype(float) + shift
        _steps(axes, ladder, x, handles)
        _marks(axes, ladder, x, handles)
        if len(ladders) > 1 and len(ladder):
            end = (float(x.iloc[-1]), float(ladder["observed_s"].iloc[-1]))
            axes.annotate(service, end, xytext=(0, 8), textcoords="offset points", fontsize=8, ha="center")
    _dress(axes)
    if handles:
        axes.legend(
            handles=list(handles.values()), loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8
        )
    return axes


def _steps(ax: Axes, ladder: pd.DataFrame, x: pd.Series[float], handles: dict[str, Any]) -> None:
    known = ladder[ladder["predicted_s"].notna()]
    x, low, high = x[known.index], known["predicted_s"], known["observed_s"]
    ax.hlines(low, x - 0.3, x + 0.3, color=style.GREY, linewidth=2.5, zorder=1)
    ax.vlines(x, low, high, color=style.SKY, linewidth=2.5, zorder=1)
    if len(known):
        words = {"the engine's delay": style.GREY, "cost of the start": style.SKY}
        handles |= {word: Line2D([], [], color=colour, linewidth=2.5, label=word) for word, colour in words.items()}


def _marks(ax: Axes, ladder: pd.DataFrame, x: pd.Series[float], handles: dict[str, Any]) -> None:
    for cause, rows in ladder.groupby("cause", sort=False):
        words, marker, colour = CAUSES[str(cause)]
        (line,) = ax.plot(x[rows.index], rows["observed_s"], marker=marker, color=colour, linestyle="none", zorder=3)
        line.set_label(words)
        handles.setdefault(words, line)


def _dress(ax: Axes) -> None:
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_major_locator(MultipleLocator(1))
    ax.set_xlabel("restart")
    ax.set_ylabel("from die to start (s)")
    ax.margins(x=0.04, y=0.12)
    ax.grid(axis="y", color="#EEEEEE")
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
