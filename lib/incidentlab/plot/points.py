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
    ".": "·",
    "p": "⬟",
    "+": "+",
    "H": "⬣",
    "8": "◉",
    "1": "Y",
}
"""marker of matplotlib -> the same shape as a character"""
_SHAPES = {
    "^": "triangle", "v": "inverted_triangle", "x": "x", "*": "star", "D": "diamond", "X": "x", "|": "dash",
    "s": "square", "P": "plus", "o": "circle", "h": "hex", "d": "diamond", ".": "dot",
    "p": "star_dot", "+": "cross", "H": "hex_dot", "8": "circle_dot", "1": "y",
}  # fmt: skip
"""marker of matplotlib -> the same shape of Bokeh"""
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


def marks(happenings: pd.DataFrame, axis: Axis, *, most: int) -> tuple[pd.DataFrame, int]:
    """Return one row for each happening that the static timeline marks, in its order; and how many are left out."""
    drawn = [row for row in tables.records(happenings) if kind_of(row) and _stands(row["service"], row, axis)]
    rows = [_mark(row, str(kind_of(row)), axis) for row in ends(drawn, most)]
    return pd.DataFrame(rows, columns=list(_MARKS)), len(drawn) - len(rows)


def _stands(service: Any, row: dict[str, Any], axis: Axis) -> bool:
    return service in axis.services and axis.x(row["ts"], row["order"]) is not None


def _mark(row: dict[str, Any], kind: str, axis: Axis) -> list[Any]:
    words, marker, colour = style.MARKS[kind]
    said = words if row["what"] == kind or kind == "die_zero" else f"{words}: {row['what']}"
    service, when = visible(row["service"]), axis.when(row["ts"], row["order"])
    told = [kind, visible(said), service, when, _line(row["detail"]), _place(row)]
    look = [_SHAPES[marker], colour, 1.57 if marker == "|" else 0.0, 15 if marker == "*" else 10]
    return [axis.x(row["ts"], row["order"]), [service, height_of(kind)], *told, *look]


def bars(phases: pd.DataFrame, axis: Axis, *, most: int) -> tuple[pd.DataFrame, int]:
    """Return one row for each phase that the static timeline draws, and how many are left out.

    An open phase reaches the end of the evidence, and bears an arrow there.
    """
    end = axis.x(axis.window[1], phases["start_order"].max())
    rows = [_bar(row, end, axis) for row in tables.records(phases[phases["phase"].isin(style.PHASES)])]
    drawn = [row for row in rows if row is not None]
    return pd.DataFrame(ends(drawn, most), columns=list(_BARS)), max(0, len(drawn) - most)


def _bar(phase: dict[str, Any], end: float | None, axis: Axis) -> list[Any] | None:
    left, stop = axis.x(phase["start"], phase["start_order"]), axis.x(phase["end"], phase["end_order"])
    right = end if stop is None else stop
    if left is None or right is None or phase["service"] not in axis.services:
        return None
    words, fill = style.PHASES[phase["phase"]]
    until = "still open when we stopped looking" if stop is None else axis.when(phase["end"], phase["end_order"])
    when = f"{axis.when(phase['start'], phase['start_order'])} to {until}"
    hatch, name = style.HATCHES.get(phase["phase"], " "), visible(phase["service"])
    look = [fill, "#B0B0B0" if hatch != " " else fill, hatch, 8 if stop is None else 0]
    return [left, right, name, words, name, when, _line(phase["message"]), _place(phase), *look]


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
    reach = [axis.x(ts, None) for ts in axis.window] if axis.timed else _drawn(drawn)
    known = [x for x in reach if x is not None] or [0.0]
    margin = max((max(known) - min(known)) * 0.03, 200.0 if axis.timed else 1.0)
    return min(known) - margin, max(known) + margin


def _drawn(drawn: dict[str, pd.DataFrame]) -> list[float]:
    return [*drawn["marks"]["x"], *drawn["bars"]["left"], *drawn["bars"]["right"]]


def ends(rows: list[Any], most: int) -> list[Any]:
    """Return at most so many rows: the first half and the last.

    Examples
    --------
    >>> ends([1, 2, 3, 4, 5], 3)
    [1, 2, 5]
    """
    half = most // 2
    return rows if len(rows) <= most else [*rows[: most - half], *rows[len(rows) - half :]]


def _line(text: Any) -> str:
    return "" if pd.isna(text) else visible(str(text), longest=_LONGEST)


def _place(row: dict[str, Any]) -> str:
    """Return where a row stands, as ``file:line`` and, inside a JSON line, the pointer."""
    if pd.isna(row["file"]):
        return ""
    line = "" if pd.isna(row["line"]) else f":{row['line']}"
    return visible(f"{row['file']}{line}" + ("" if pd.isna(row["pointer"]) else f" {row['pointer']}"))
