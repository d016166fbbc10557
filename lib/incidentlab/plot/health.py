"""Health as the engine judges it: a lane a service, states as bars, probes as marks by outcome.

A state that the engine only forced is hatched, because it is no judgement; a probe that did not count because of the
start period is hollow, and the start period itself is drawn under the lane.
"""

from __future__ import annotations

from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from incidentlab import tables
from incidentlab.plot import style

STATES = {"starting": style.PHASES["starting"][1], "healthy": "#8FD3BD", "unhealthy": "#F0B08A"}
FORCED = "not judged: stopped, paused or waiting (reads unhealthy)"
PERIOD = "start period"
_SHAPES = {"pass": "o", "fail": "s", "timeout": "h", "exec_error": "d"}
_BAR, _PROBES, _PERIOD = 0.34, 0.30, -0.26


@style.literal
def health(
    states: pd.DataFrame,
    probes: pd.DataFrame,
    *,
    window: tuple[pd.Timestamp, pd.Timestamp],
    timezone: str = "UTC",
    ax: Axes | None = None,
) -> Axes:
    """Draw the health states of each service, with the probes that made them.

    Parameters
    ----------
    states : HEALTH
    probes : HEALTH_PROBES
    window
        First and last time of the evidence; an open state is drawn to its end.
    timezone
        Zone of the labels.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if states.empty or pd.Series(window).isna().any():
        return style.nothing("no state of health is known: no container with a healthcheck, or none seen to start", ax)
    lanes = sorted(states["service"].dropna().unique())
    size = (11, max(2.2, 0.7 * len(lanes) + 1.2))
    axes = ax if ax is not None else plt.subplots(figsize=size, layout="constrained")[1]
    position = {service: -float(row) for row, service in enumerate(lanes)}
    handles: dict[str, Any] = {}
    _periods(axes, states, position, window[1], handles)
    _bars(axes, states, position, window[1], handles)
    _marks(axes, probes[probes["run"].notna()], position, handles)
    axes.set_yticks(list(position.values()), lanes)
    axes.set_ylim(-len(lanes) + 0.45, 0.6)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    style.time_axis(axes, *window, timezone=timezone)
    if handles:
        axes.legend(
            handles=list(handles.values()), loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8
        )
    return axes


def _bars(
    ax: Axes, states: pd.DataFrame, position: dict[str, float], end: pd.Timestamp, handles: dict[str, Any]
) -> None:
    for state in tables.records(states):
        forced = bool(state["forced"])
        colour, hatch = ("#FFFFFF", "////") if forced else (STATES[state["state"]], None)
        words = FORCED if forced else state["state"]
        begin = float(mdates.date2num(state["start"]))
        finish = float(mdates.date2num(end if pd.isna(state["end"]) else state["end"]))
        ax.barh(
            position[state["service"]], max(0.0, finish - begin), left=begin, height=_BAR, color=colour,
            edgecolor="#B0B0B0" if forced else "none", hatch=hatch, linewidth=0.0, zorder=2,
        )  # fmt: skip
        handles.setdefault(words, Patch(facecolor=colour, edgecolor="#B0B0B0", hatch=hatch, label=words))
        if pd.isna(state["end"]):
            ax.plot([finish], [position[state["service"]]], marker=">", color=style.GREY, markersize=6, clip_on=False)


def _periods(
    ax: Axes, states: pd.DataFrame, position: dict[str, float], end: pd.Timestamp, handles: dict[str, Any]
) -> None:
    starting = states[(states["state"] == "starting") & states["period_end"].notna()]
    for state in tables.records(starting):
        until = [state["period_end"], end] + ([] if pd.isna(state["end"]) else [state["end"]])
        begin, finish = float(mdates.date2num(state["start"])), float(mdates.date2num(min(until)))
        ax.barh(
            position[state["service"]] + _PERIOD, max(0.0, finish - begin), left=begin, height=0.1,
            color=style.YELLOW, zorder=1,
        )  # fmt: skip
        words = f"{PERIOD}: failures do not count"
        handles.setdefault(words, Patch(facecolor=style.YELLOW, label=words))


def _marks(ax: Axes, probes: pd.DataFrame, position: dict[str, float], handles: dict[str, Any]) -> None:
    for (outcome, counted), rows in probes.groupby(["outcome", "counted"], sort=True):
        words, _, colour = style.MARKS[f"probe_{outcome}"]
        marker = _SHAPES[str(outcome)]
        heights = rows["service"].map(position).astype(float) + _PROBES
        x = mdates.date2num(rows["end"])
        (line,) = ax.plot(
            x, heights, marker=marker, color=colour, markerfacecolor=colour if counted else "white", linestyle="none",
            markersize=6, zorder=3,
        )  # fmt: skip
        label = words if counted else f"{words}, not counted"
        line.set_label(label)
        handles.setdefault(label, line)
