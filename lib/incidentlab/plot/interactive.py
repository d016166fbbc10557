"""The timeline once more, to zoom, to filter by service, and to point at: a later layer over the static figure.

It draws the same rows of the same tables, in the same lanes, shapes and colours. What it adds is the text: each mark
tells its time, its service, the line of the log and where that line stands. Nothing of it is needed to see a result.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from incidentlab.offline import Live
from incidentlab.offline.scripts import TIMELINE
from incidentlab.plot import points, style
from incidentlab.plot.timeline import laned, lanes_of

_LANE_HEIGHT = 54
"""Pixels of a lane; `timeline.js` keeps them when lanes are hidden."""
_FRAME_HEIGHT = 64
_POINTER = (
    '<div style="max-width:min(34rem,75vw);padding:2px 4px;white-space:normal;overflow-wrap:anywhere">'
    "<b>@{words}</b> @{service}<br>@{when}<br>"
    '<span style="font-family:ui-monospace,monospace">@{detail}</span><br>'
    '<span style="color:#55709a">@{place}</span></div>'
)
"""What a mark says when it is pointed at. A value is put in once and escaped; it is never read as a template again."""
_NOTE = "To zoom, to filter by service and to read each line: run this cell in JupyterLab, or open the exported page."


def interactive(
    happenings: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    window: tuple[pd.Timestamp, pd.Timestamp],
    refused: pd.DataFrame | None = None,
    first: Sequence[str | None] = (),
    timezone: str = "UTC",
    most: int = 2000,
) -> Live:
    """Return the timeline to zoom, to filter by service and to point at.

    Parameters
    ----------
    happenings, phases, window, refused, first, timezone
        As `timeline` takes them.
    most
        At most so many marks and so many bars are drawn: both ends of a longer story. How many are left out is said.

    Returns
    -------
    Live
        Drawn by BokehJS where a notebook is open, and in an exported page; elsewhere a note that says so.
    """
    happenings = laned(happenings)
    timed = bool(happenings["ts"].notna().any())
    lanes = lanes_of(happenings, phases, first)
    axis = points.Axis(lanes, window, timed=timed, timezone=timezone)
    marks, more = points.marks(happenings, axis, most=most)
    bars, longer = points.bars(phases, axis, most=most)
    left_out = more + longer
    drawn = {"marks": marks, "bars": bars, "refused": points.shades(refused, axis)}
    said = {
        "item": _item(axis, drawn),
        "legend": _legend(drawn),
        "note": f"{left_out} marks and bars in the middle are left out; the tables have them." if left_out else "",
        "lane": _LANE_HEIGHT,
        "frame": _FRAME_HEIGHT,
    }
    given = html.escape(json.dumps(said, separators=(",", ":"), ensure_ascii=False), quote=False).replace("'", "&#39;")
    text = f"<interactive timeline: {len(drawn['marks'])} marks in {len(axis.lanes)} lanes>"
    return Live(f"<div class=\"{TIMELINE}\" data-figure='{given}'><p>{_NOTE}</p></div>", text)


def _legend(drawn: dict[str, pd.DataFrame]) -> list[list[str]]:
    """Return what is drawn, as shape, colour and words: marks first, in the order of `style`."""
    kinds = set(drawn["marks"]["kind"])
    told = [
        [points.SIGNS[marker], colour, words] for kind, (words, marker, colour) in style.MARKS.items() if kind in kinds
    ]
    told += [["■", fill, words] for words, fill in drawn["bars"][["words", "fill"]].drop_duplicates().to_numpy()]
    return told + ([["■", "#F6D5C2", points.REFUSED]] if len(drawn["refused"]) else [])


def _item(axis: points.Axis, drawn: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the figure as BokehJS reads it; the same figure gives the same bytes."""
    from bokeh.embed import json_item  # half a second to import
    from bokeh.models import ColumnDataSource, FactorRange, HoverTool, Range1d
    from bokeh.plotting import figure

    begin, end = points.limits(axis, drawn)
    plot = figure(
        name=TIMELINE,
        height=_FRAME_HEIGHT + _LANE_HEIGHT * len(axis.lanes),
        sizing_mode="stretch_width",
        x_axis_type="datetime" if axis.timed else "linear",
        x_range=Range1d(start=begin, end=end, name="time"),
        y_range=FactorRange(factors=axis.lanes[::-1], name="lanes"),
        tools="xpan,xwheel_zoom,xbox_zoom,xzoom_in,xzoom_out,reset",
        active_drag="xpan",
        toolbar_location="above",
    )
    columns: dict[str, dict[str, Any]] = {
        name: {str(key): list(frame[key]) for key in frame} for name, frame in drawn.items()
    }
    source = {name: ColumnDataSource(data, name=name) for name, data in columns.items()}
    plot.hbar("lane", left="left", right="right", height=0.94, source=source["refused"], color=style.VERMILION,
              fill_alpha=0.13, line_alpha=0)  # fmt: skip
    bars = plot.hbar("lane", left="left", right="right", height=0.62, source=source["bars"], fill_color="fill",
                     line_color="edge", hatch_pattern="hatch", hatch_color="#B0B0B0", hatch_scale=6)  # fmt: skip
    plot.scatter("right", "lane", source=source["bars"], marker="triangle", size="arrow", angle=-math.pi / 2,
                 color=style.GREY)  # fmt: skip
    marks = plot.scatter("x", "lane", source=source["marks"], marker="marker", size="size", color="colour",
                         angle="angle", line_width=1.5)  # fmt: skip
    plot.add_tools(
        HoverTool(renderers=[marks], tooltips=_POINTER, limit=4, attachment="above"),
        HoverTool(renderers=[bars], tooltips=_POINTER, limit=1, attachment="below"),
    )
    _dress(plot, axis)
    return _numbered(dict(json_item(plot)))


def _dress(plot: Any, axis: points.Axis) -> None:
    plot.xaxis.axis_label = axis.label
    plot.xaxis.axis_label_text_font_style = "normal"
    plot.ygrid.grid_line_color = plot.outline_line_color = None
    plot.yaxis.major_tick_line_color = plot.yaxis.axis_line_color = None
    plot.yaxis.major_label_text_font_size = "13px"
    plot.toolbar.logo = None
    plot.toolbar.autohide = False


def _numbered(item: dict[str, Any]) -> dict[str, Any]:
    """Return a figure with its parts numbered in their own order: Bokeh counts on from figure to figure."""
    ids: dict[str, str] = {}

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: number(part) if key == "id" else walk(part) for key, part in value.items()}
        return [walk(part) for part in value] if isinstance(value, list) else value

    def number(name: str) -> str:
        return ids.setdefault(name, f"t{len(ids) + 1}")

    roots = walk(item["doc"]["roots"])
    return {"doc": {"version": item["doc"]["version"], "title": "", "roots": roots}, "root_id": number(item["root_id"])}
