"""Replays as figures: one setting as a curve, two as a heat map; recovery and time to ready as step curves."""

from __future__ import annotations

from itertools import product

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import PercentFormatter

from incidentlab.plot import style

_COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
_LINES = ("-", "--", "-.", ":")
NEVER = "does not recover"
WORDS = {
    "tries": "tries within one run",
    "initial_s": "delay before the second try (s)",
    "factor": "each delay is so many times the one before",
    "cap_s": "longest delay (s)",
    "restart_max": "restarts that on-failure:N may make (N)",
    "interval_s": "interval of the healthcheck (s)",
    "timeout_s": "time that a probe may take (s)",
    "start_period_s": "start period of the healthcheck (s)",
    "retries": "failed probes that make it unhealthy",
    "restart": "restart policy",
    "condition": "what depends_on waits for",
}
"""parameter of a setting -> the words of its axis, with the unit"""


@style.literal
def whatif(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw when the service recovers under each value of one setting, or of two.

    Parameters
    ----------
    table : WHATIF
        As `sweep` gives it for a curve, as `grid` does for a heat map.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if table.empty:
        return style.nothing("nothing can be replayed", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(9, 4.2), layout="constrained")[1]
    return _heat(axes, table) if table["other"].notna().any() else _curve(axes, table)


def _heat(ax: Axes, table: pd.DataFrame) -> Axes:
    values, others = list(dict.fromkeys(table["value"])), list(dict.fromkeys(table["other_value"]))
    cells = table.pivot(index="other_value", columns="value", values="at_s").reindex(index=others, columns=values)
    ax.set_facecolor("white")
    mesh = ax.pcolormesh(cells.to_numpy(), cmap="viridis_r", edgecolors="white", linewidth=1.5)
    dark = cells.to_numpy()[~pd.isna(cells.to_numpy())].mean() if cells.notna().to_numpy().any() else 0.0
    for (row, other), (column, value) in product(enumerate(others), enumerate(values)):
        at = float(cells.loc[other, value])
        if pd.isna(at):
            ax.add_patch(Rectangle((column, row), 1, 1, facecolor="white", edgecolor="#B0B0B0", hatch="////"))
        else:
            colour = "white" if at > dark else "black"
            ax.text(column + 0.5, row + 0.5, f"{at:.1f}", ha="center", va="center", fontsize=8, color=colour)
    ax.set_xticks([place + 0.5 for place in range(len(values))], values)
    ax.set_yticks([place + 0.5 for place in range(len(others))], others)
    ax.set_xlabel(_words(table["parameter"].iloc[0]))
    ax.set_ylabel(_words(table["other"].iloc[0]))
    if cells.notna().to_numpy().any():
        bar = ax.figure.colorbar(mesh, ax=ax)
        bar.set_label("recovered after the stack's start (s)")
    if cells.isna().to_numpy().any():
        patch = Patch(facecolor="white", edgecolor="#B0B0B0", hatch="////", label=NEVER)
        ax.legend(handles=[patch], loc="lower left", bbox_to_anchor=(0.0, 1.01), frameon=False, fontsize=8)
    return ax


def _words(parameter: object) -> str:
    return WORDS.get(str(parameter), str(parameter))


def _curve(ax: Axes, table: pd.DataFrame) -> Axes:
    numeric = table["value_number"].notna().all()
    x = table["value_number"] if numeric else pd.Series(range(len(table)), dtype="float64")
    good = table["recovers"].astype(bool)
    ax.plot(x[good], table["at_s"][good], marker="o", color=style.GREEN, label="recovers")
    never, bottom = x[~good], ax.get_xaxis_transform()
    (crosses,) = ax.plot(never, [0.03] * len(never), marker="x", color=style.VERMILION, linestyle="none", label=NEVER)
    crosses.set_transform(bottom)
    if not numeric:
        ax.set_xticks(x, table["value"])
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_words(table["parameter"].iloc[0]))
    ax.set_ylabel("recovered after the stack's start (s)")
    _plain(ax)
    ax.legend(frameon=False, fontsize=8)
    return ax


@style.literal
def recovery(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw for each setting the share of starts that have recovered by a time, with its 95 % band.

    Parameters
    ----------
    table : RECOVERY

    Returns
    -------
    matplotlib.axes.Axes
    """
    if table.empty:
        return style.nothing("nothing can be replayed, or no start was seen to its end", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(9, 4.2), layout="constrained")[1]
    last = table["time_s"].max() * 1.05
    same: dict[tuple[object, ...], list[str]] = {}
    for setting, rows in table.groupby("setting", sort=False):
        same.setdefault(tuple(rows[["time_s", "recovered_ratio"]].to_numpy().ravel().tolist()), []).append(str(setting))
    for place, names in enumerate(same.values()):  # settings of one curve are one line: the last would hide the others
        _step(axes, table[table["setting"] == names[0]], ("recovered_ratio", last), "\n".join(names), place)
    axes.set_xlabel("time after the stack's start (s)")
    axes.set_ylabel("share of starts recovered")
    return _shares(axes)


@style.literal
def survival(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the Kaplan-Meier curve of the time to ready; a tick is a start that was not seen to its end.

    Parameters
    ----------
    table : SURVIVAL

    Returns
    -------
    matplotlib.axes.Axes
    """
    if table.empty:
        return style.nothing("no start of the dependency was seen", ax)
    axes = ax if ax is not None else plt.subplots(figsize=(9, 4.2), layout="constrained")[1]
    _step(axes, table, ("waiting_ratio", table["time_s"].max()), "not yet ready, with its interval", 0)
    censored = table[table["censored"].gt(0) & table["time_s"].gt(0)]
    if len(censored):
        axes.plot(censored["time_s"], censored["waiting_ratio"], marker="|", markersize=11, color=style.BLACK,
                  linestyle="none", label="not looked at any longer (censored)")  # fmt: skip
    axes.set_xlabel("time after the dependency's start (s)")
    axes.set_ylabel("share of starts not yet ready")
    return _shares(axes)


def _step(ax: Axes, rows: pd.DataFrame, drawn: tuple[str, float], words: str, place: int) -> None:
    column, last = drawn
    colour, line = _COLOURS[place % len(_COLOURS)], _LINES[place % len(_LINES)]
    extended = pd.concat([rows, rows.tail(1).assign(time_s=last)])
    x = extended["time_s"]
    ax.step(x, extended[column], where="post", color=colour, linestyle=line, label=words)
    ax.fill_between(
        x, extended["lower_ratio"], extended["upper_ratio"], step="post", color=colour, alpha=0.1, linewidth=0
    )


def _shares(ax: Axes) -> Axes:
    ax.set_ylim(-0.02, 1.05)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    _plain(ax)
    ax.set_xlim(left=0)
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8)
    return ax


def _plain(ax: Axes) -> None:
    ax.grid(axis="y", color="#EEEEEE")
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
