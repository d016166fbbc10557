"""What the interactive timeline draws, as frames with one row a mark, a bar or a shaded stretch.

All text of these frames is shown to people, so control characters are made visible and long lines are cut here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.offline import visible
from incidentlab.plot import style
from incidentlab.plot.timeline import height_of, kind_of, refused_spans

REFUSED = "dependency could not be reached"
SIGNS = {
    "^": "▲",
    "v": "▼",
    "x": "×",
    "*": "★",
    "D": "◆",
    "X": "✖",
    "|": "❘",
    "s": "■",
    "P": "✚",
    "o": "●",
    "h": "⬢",
    "d": "♦",
}
"""marker of matplotlib -> the same shape as a character"""
_SHAPES = {
    "^": "triangle", "v": "inverted_triangle", "x": "x", "*": "star", "D": "diamond", "X": "x", "|": "dash",
    "s": "square", "P": "plus", "o": "circle", "h": "hex", "d": "diamond",
}  # fmt: skip
"""marker of matplotlib -> the same shape of Bokeh"""
_HATCHES = {"backoff": "/", "exited": "."}
_LONGEST = 300
_MARKS = ("x", "lane", "kind", "words", "service", "when", "detail", "place", "marker", "colour", "angle", "size")
_BARS = ("left", "right", "lane", "words", "service", "when", "detail", "place", "fill", "edge", "hatch", "arrow")


@dataclass(frozen=True)
class Axis:
    """Where things stand: lanes from top to bottom, and times as milliseconds on a clock of one zone.

    Parameters
    ----------
    services
        One lane each.
    window
        First and last time of the evidence; NaT where there are none.
    timed
        False where the source gives no times: the axis is then the position in the source.
    timezone
        The axis has the zone's offset at the start of the window; what a mark says is right on both sides of a change.
    """

    services: list[str]
    window: tuple[pd.Timestamp, pd.Timestamp]
    timed: bool
    timezone: str = "UTC"

    @property
    def lanes(self) -> list[str]:
        """The lanes, by the names that are shown."""
        return list(dict.fromkeys(visible(service) for service in self.services))

    @property
    def label(self) -> str:
        """What the axis shows."""
        if not self.timed:
            return "position in the source (no times given: order only, distances mean nothing)"
        start = self.window[0].tz_convert(self.timezone)
        zone = "UTC" if self.timezone == "UTC" else f"{self.timezone}, UTC{start:%z}"
        return f"time on {start:%Y-%m-%d} ({zone})"

    def x(self, ts: Any, order: Any) -> float | None:
        """Return where a row stands; None where it has neither time nor position."""
        value = ts if self.timed else order
        if pd.isna(value):
            return None
        return float(order) if not self.timed else (ts.value + self._offset) / 1e6

    def when(self, ts: Any, order: Any) -> str:
        """Return when a row was, in words."""
        if not self.timed or pd.isna(ts):
            return "no time given" if pd.isna(order) else f"position {order}, no time given"
        return f"{ts.tz_convert(self.timezone):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {self.timezone}"

    @property
    def _offset(self) -> int:
        away = self.window[0].tz_convert(self.timezone).utcoffset()
        return 0 if away is None else int(away.total_seconds() * 1e9)


def marks(happenings: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """Return one row for each happening that the static timeline marks, in its order."""
    rows = []
    for happening in tables.records(happenings):
        kind, x = kind_of(happening), axis.x(happening["ts"], happening["order"])
        if kind is None or x is None or happening["service"] not in axis.services:
            continue
        words, marker, colour = style.MARKS[kind]
        said = words if happening["what"] == kind or kind == "die_zero" else f"{words}: {happening['what']}"
        lane = [visible(happening["service"]), height_of(kind)]
        look = [_SHAPES[marker], colour, 1.57 if marker == "|" else 0.0, 15 if marker == "*" else 10]
        when = axis.when(happening["ts"], happening["order"])
        rows.append([x, lane, kind, visible(said), lane[0], when, _line(happening["detail"]), _place(happening), *look])
    return pd.DataFrame(rows, columns=list(_MARKS))


def bars(phases: pd.DataFrame, axis: Axis) -> pd.DataFrame:
    """Return one row for each phase that the static timeline draws, an open one up to the end of the evidence."""
    rows = []
    end = axis.x(axis.window[1], phases["start_order"].max())
    for phase in tables.records(phases[phases["phase"].isin(style.PHASES)]):
        left, right = axis.x(phase["start"], phase["start_order"]), axis.x(phase["end"], phase["end_order"])
        reach = end if right is None else right
        if left is None or reach is None or phase["service"] not in axis.services:
            continue
        words, fill = style.PHASES[phase["phase"]]
        until = "still open when we stopped looking" if right is None else axis.when(phase["end"], phase["end_order"])
        when = f"{axis.when(phase['start'], phase['start_order'])} to {until}"
        hatch = _HATCHES.get(phase["phase"], " ")
        look = [fill, "#B0B0B0" if hatch != " " else fill, hatch, 8 if right is None else 0]
        name = visible(phase["service"])
        rows.append([left, reach, name, words, name, when, _line(phase["message"]), _place(phase), *look])
    return pd.DataFrame(rows, columns=list(_BARS))


def shades(attempts: pd.DataFrame | None, axis: Axis) -> pd.DataFrame:
    """Return one row for each lane and stretch in which a dependency could not be reached."""
    rows = []
    for service, begin, finish in [] if attempts is None else refused_spans(attempts):
        left, right = axis.x(begin["ts"], begin["order"]), axis.x(finish["ts"], finish["order"])
        if left is not None and right is not None and service in axis.services:
            rows.append([left, right, visible(service)])
    return pd.DataFrame(rows, columns=["left", "right", "lane"])


def limits(axis: Axis, drawn: dict[str, pd.DataFrame]) -> tuple[float, float]:
    """Return where the axis begins and ends: the window, or all that is drawn, with a margin on both sides."""
    reach = [axis.x(ts, None) for ts in axis.window] if axis.timed else [*drawn["marks"]["x"], *drawn["bars"]["right"]]
    known = [x for x in reach if x is not None] or [0.0]
    margin = max((max(known) - min(known)) * 0.03, 200.0 if axis.timed else 1.0)
    return min(known) - margin, max(known) + margin


def ends(frame: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return a frame with at most so many rows: the first half and the last."""
    half = most // 2
    return frame if len(frame) <= most else pd.concat([frame[: most - half], frame[len(frame) - half :]])


def _line(text: Any) -> str:
    return "" if pd.isna(text) else visible(str(text), longest=_LONGEST)


def _place(row: dict[str, Any]) -> str:
    """Return where a row stands, as ``file:line`` and, inside a JSON line, the pointer."""
    if pd.isna(row["file"]):
        return ""
    line = "" if pd.isna(row["line"]) else f":{row['line']}"
    return visible(f"{row['file']}{line}" + ("" if pd.isna(row["pointer"]) else f" {row['pointer']}"))
