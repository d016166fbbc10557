"""The timeline: one lane a service, phases as bars, happenings as marks, refused windows shaded.

Where the source gives no times, the axis is the position in the source and says so: the picture then shows what came
before what, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from incidentlab import tables
from incidentlab.plot import style

_LANE = 0.62
_FAILURES_OVER = 0.12  # marks stand at different heights of the lane, so that none hides another
_HEIGHT = {"die": -0.18, "die_zero": -0.18, "start": -0.18, "restart": 0.02, "failure": _FAILURES_OVER}
_NO_TROUBLE = (
    "create", "start", "health", "ready", "probe_pass", "first_line", "last_line", "state", "deploy", "note",
)  # fmt: skip
_PROBES = ("probe_pass", "probe_fail", "probe_timeout", "probe_exec_error")


@style.literal
def timeline(
    happenings: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    window: tuple[pd.Timestamp, pd.Timestamp],
    refused: pd.DataFrame | None = None,
    first: Sequence[str | None] = (),
    timezone: str = "UTC",
    ax: Axes | None = None,
) -> Axes:
    """Draw what happened, one lane a service.

    Parameters
    ----------
    happenings : TIMELINE
    phases : PHASES
        An open phase is drawn to the end of the window with a ragged end.
    window
        First and last time of the evidence; NaT where there are none.
    refused : ATTEMPTS, optional
        Tries of services to reach a dependency: from the first failed one to the success that ended the series,
        the lanes of both are shaded.
    first
        Services whose lanes stand at the top, in this order; None is passed over. The others follow, those with most
        trouble first.
    timezone
        Zone of the labels.

    Returns
    -------
    matplotlib.axes.Axes
    """
    happenings = laned(happenings)
    timed = bool(happenings["ts"].notna().any())
    lanes = lanes_of(happenings, phases, first)
    axes = ax if ax is not None else _figure(len(lanes))
    position = {service: -row for row, service in enumerate(lanes)}
    handles: dict[str, Any] = {}
    _bars(axes, phases, position, timed=timed, end=window[1], handles=handles)
    if refused is not None:
        _shade(axes, refused, position, timed=timed, handles=handles)
    _marks(axes, happenings, position, timed=timed, handles=handles)
    _dress(axes, lanes, window, timed=timed, timezone=timezone)
    if handles:
        axes.legend(
            handles=list(handles.values()), loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=8
        )
    return axes


def _figure(lanes: int) -> Axes:
    _, axes = plt.subplots(figsize=(11, max(2.2, 0.62 * lanes + 1.2)), layout="constrained")
    return axes


def laned(happenings: pd.DataFrame) -> pd.DataFrame:
    """Return happenings with a lane for what stands beside the logs and is about no service."""
    beside = happenings["source"].where(happenings["source"].isin(tables.BESIDE))
    return happenings.assign(service=happenings["service"].fillna(beside))


def lanes_of(happenings: pd.DataFrame, phases: pd.DataFrame, first: Sequence[str | None]) -> list[str]:
    """Return the services: the chosen ones, then those with most to tell; ties in the order of the alphabet."""
    told = set(pd.concat([happenings["service"], phases["service"]]).dropna())
    trouble = happenings[~happenings["what"].isin(_NO_TROUBLE)]["service"]
    weight = trouble.value_counts()
    chosen = [service for service in dict.fromkeys(first) if service in told]
    rest = sorted(told.difference(chosen), key=lambda service: (-int(weight.get(service, 0)), service))
    return [str(service) for service in [*chosen, *rest]] or ["(no service)"]


def _x(ts: Any, order: Any, *, timed: bool) -> float | None:
    value = ts if timed else order
    if pd.isna(value):
        return None
    return float(mdates.date2num(value)) if timed else float(value)


def _bars(
    ax: Axes,
    phases: pd.DataFrame,
    position: dict[str, int],
    *,
    timed: bool,
    end: pd.Timestamp,
    handles: dict[str, Any],
) -> None:
    last = _x(end, phases["start_order"].max(), timed=timed)
    for phase in tables.records(phases[phases["phase"].isin(style.PHASES)]):
        words, colour = style.PHASES[phase["phase"]]
        begin = _x(phase["start"], phase["start_order"], timed=timed)
        stop = _x(phase["end"], phase["end_order"], timed=timed)
        finish = stop if stop is not None else last
        if begin is None or finish is None or phase["service"] not in position:
            continue
        middle = position[phase["service"]]
        hatch = 4 * style.HATCHES.get(phase["phase"], "") or None
        ax.barh(
            middle,
            finish - begin,
            left=begin,
            height=_LANE,
            color=colour,
            edgecolor="#B0B0B0" if hatch else "none",
            hatch=hatch,
            linewidth=0.0,
            zorder=1,
        )
        handles.setdefault(words, Patch(facecolor=colour, edgecolor="#B0B0B0", hatch=hatch, label=words))
        if stop is None:
            ax.plot([finish], [middle], marker=">", color=style.GREY, markersize=6, clip_on=False, zorder=2)


def refused_spans(attempts: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each lane to shade, with the first failed try of the series there and its last try."""
    for (service, dependency), series in attempts.groupby(["service", "dependency"], sort=True):
        tries = tables.records(series)
        if not all(row["ok"] for row in tries):
            yield from ((name, tries[0], tries[-1]) for name in (str(service), str(dependency)))


def _shade(ax: Axes, attempts: pd.DataFrame, position: dict[str, int], *, timed: bool, handles: dict[str, Any]) -> None:
    words = "dependency could not be reached"
    for name, first, last in refused_spans(attempts):
        begin = _x(first["ts"], first["order"], timed=timed)
        finish = _x(last["ts"], last["order"], timed=timed)
        if name in position and begin is not None and finish is not None:
            ax.barh(
                position[name],
                finish - begin,
                left=begin,
                height=0.94,
                color=style.VERMILION,
                alpha=0.13,
                zorder=0,
            )
            handles.setdefault(words, Patch(facecolor=style.VERMILION, alpha=0.2, label=words))


def height_of(kind: str) -> float:
    """Return how far above the middle of its lane a mark of this kind stands."""
    return 0.24 if kind in _PROBES else _HEIGHT.get(kind, 0.0)


def kind_of(happening: dict[str, Any]) -> str | None:
    """Return the kind of mark of a happening, a key of `style.MARKS`; None where it is not drawn."""
    what = happening["what"]
    if what == "die":
        return "die_zero" if happening["detail"] == "exit code 0" else "die"
    if what in style.MARKS:
        return str(what)
    quiet = ("create", "stop", "health", "destroy", "unpause", "temporary_server", "stopping")
    return None if what in quiet else "failure"


def _marks(
    ax: Axes, happenings: pd.DataFrame, position: dict[str, int], *, timed: bool, handles: dict[str, Any]
) -> None:
    points: dict[str, list[tuple[float, float]]] = {}
    for happening in tables.records(happenings):
        kind = kind_of(happening)
        x = _x(happening["ts"], happening["order"], timed=timed)
        if kind is None or x is None or happening["service"] not in position:
            continue
        points.setdefault(kind, []).append((x, position[happening["service"]] + height_of(kind)))
    for kind in [kind for kind in style.MARKS if kind in points]:
        words, marker, colour = style.MARKS[kind]
        xs, ys = zip(*points[kind], strict=True)
        (line,) = ax.plot(
            xs, ys, marker=marker, color=colour, linestyle="none", markersize=9 if marker == "*" else 6, zorder=3
        )
        line.set_label(words)
        handles[words] = line


def _dress(
    ax: Axes, lanes: list[str], window: tuple[pd.Timestamp, pd.Timestamp], *, timed: bool, timezone: str
) -> None:
    ax.set_yticks([-row for row in range(len(lanes))], lanes)
    ax.set_ylim(-len(lanes) + 0.45, 0.55)
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.grid(axis="x", color="#EEEEEE", zorder=-1)
    ax.set_axisbelow(True)
    if timed:
        style.time_axis(ax, *window, timezone=timezone)
    else:
        ax.set_xlabel("position in the source (no times given: order only, distances mean nothing)")
