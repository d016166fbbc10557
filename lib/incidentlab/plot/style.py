"""What all figures share: a colour for each service and each phase, a mark for each kind of happening, UTC times.

The colours are those of Okabe and Ito, chosen so that colour-blind readers can tell them apart (Color Universal
Design, 2008); a kind of happening is told by its shape as well, never by its colour alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

P = ParamSpec("P")

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#8A8A8A"

PHASES = {
    "starting": ("starting", "#D4D4D4"),
    "temporary_server": ("temporary server (socket only)", YELLOW),
    "restarting_inside": ("between temporary and real server", "#F5C77E"),
    "ready": ("ready", "#8FD3BD"),
    "running": ("running (nothing tells whether ready)", "#C9DDF0"),
    "paused": ("paused", "#E8D3E4"),
    "disconnected": ("cut off from its network", "#F3DCCB"),
    "stopping": ("stopping", "#BDBDBD"),
    "exited": ("not running", "#FFFFFF"),
}
"""phase -> words of the legend, fill"""

HATCHES = {"exited": ".", "paused": "|", "disconnected": "/"}
"""phase in which nobody is served -> character of its hatch"""

MARKS = {
    "start": ("start", "^", BLUE),
    "die_zero": ("exit, code 0", "v", GREY),
    "die": ("exit, code not 0", "v", BLACK),
    "failure": ("failed try or error", "x", VERMILION),
    "success": ("first success", "*", GREEN),
    "restart": ("restart by hand", "D", PURPLE),
    "oom": ("killed for memory", "X", VERMILION),
    "kill": ("kill signal", "|", BLACK),
    "pause": ("paused", "s", PURPLE),
    "ready": ("ready line", "P", GREEN),
    "probe_pass": ("probe passes", "o", GREEN),
    "probe_fail": ("probe fails", "o", VERMILION),
    "probe_timeout": ("probe times out", "h", VERMILION),
    "probe_exec_error": ("probe cannot run", "d", VERMILION),
    "first_line": ("first line of its log", ".", GREY),
    "last_line": ("last line of its log", ".", GREY),
    "state": ("state that inspect shows", "p", GREY),
    "deploy": ("deploy", "+", BLUE),
    "breach": ("metric beyond its limits", "H", VERMILION),
    "alarm": ("alarm", "8", VERMILION),
    "note": ("note", "1", GREY),
}
"""kind of happening -> words of the legend, marker, colour"""


def literal(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """Let a figure show every text as it stands: a dollar sign in a name or a log line begins no formula."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Axes:
        before = plt.rcParams["text.parse_math"]
        plt.rcParams["text.parse_math"] = False  # by itself: a context would undo what a backend sets when it is begun
        try:
            axes = draw(*args, **kwargs)
            for text in axes.get_figure(root=True).findobj(Text):  # type: ignore[union-attr]  # it was drawn on one
                text.set_parse_math(False)
        finally:
            plt.rcParams["text.parse_math"] = before
        return axes

    return drawn


def nothing(words: str, ax: Axes | None = None) -> Axes:
    """Say in a low figure that there is nothing to draw, and why, without an axis that would mean nothing."""
    axes = ax if ax is not None else plt.subplots(figsize=(8, 0.7), layout="constrained")[1]
    axes.set_axis_off()
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color="#595959")
    return axes


def time_axis(ax: Axes, t0: pd.Timestamp, t1: pd.Timestamp, *, timezone: str = "UTC") -> None:
    """Give `ax` a time axis from `t0` to `t1`, labelled with date and zone, with a margin on both sides."""
    margin = max((t1 - t0) * 0.03, pd.Timedelta(milliseconds=200))
    ax.set_xlim(mdates.date2num(t0 - margin), mdates.date2num(t1 + margin))
    locator = mdates.AutoDateLocator(minticks=4, maxticks=9, tz=timezone)
    seconds = t1 - t0 > pd.Timedelta(seconds=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M:%S" if seconds else "%H:%M:%S.%f", tz=timezone))
    ax.set_xlabel(f"time on {t0.tz_convert(timezone):%Y-%m-%d} ({timezone})")
