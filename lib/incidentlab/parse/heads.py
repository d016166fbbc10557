"""What lines state of themselves, their level and their program's own time, read once for all that begin alike.

A program prints few forms of lines. So the heads of many lines are laid side by side, each digit made a ``0``, and the
exact readers (`level`, `app_clock`) are asked once about each different head, its shape: their patterns take any digit
for another, so what they find in a shape they find at the same place in each of its lines. Digits that count, a number
for a level or the time, are then read by columns from that place.

A shape tells only what no text behind it can change: the first thing found, and found whole. Lines of which it does
not tell are compared by a longer head, at last read by the columns of `levels` and `app_clocks`, and where these are
not sure, one by one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from incidentlab.parse import app_clock, app_clocks, level, levels
from incidentlab.parse.app_clock_forms import FORMS, at, form
from incidentlab.parse.buffer import AHEAD, ZERO, Bytes, Flags, Whole, places_of, reach, windows
from incidentlab.parse.clock import NAT
from incidentlab.parse.level_fields import TENS, with_fields
from incidentlab.parse.texts import cut

_WIDTHS = (48, 80, 112, 160)
"""Bytes of the heads that are compared, one after the other; multiples of 8. What tells is mostly near."""

_RARE, _MANY = 4, 64
"""Of more than `_MANY` shapes, those of fewer than `_RARE` lines are left alone: there each line has its own."""

_KEPT = 20_000
"""So many shapes are remembered."""

_UNKNOWN, _NUMBER = -1, -2
"""What a shape does not tell, and a level that is told by a number of two digits."""

_NEVER = len(FORMS)
"""The form of the time of a line that states none."""

_LONG = "0" * 13
"""A form that begins with so many digits may be longer than the shortest head."""


class Reading(NamedTuple):
    """What a shape tells of its lines.

    Attributes
    ----------
    level
        Its place in `level.NAMES`, `_NUMBER` or `_UNKNOWN`.
    place
        Where in the line the number stands.
    field
        Whether a field states it. Any other level is overruled by a field that stands behind the head.
    form
        The place in `FORMS` of the form of the time, `_NEVER` or `_UNKNOWN`.
    start, stop
        Where in the line the time stands.
    """

    level: int
    place: int
    field: bool
    form: int
    start: int
    stop: int


def reading(head: str, *, whole: bool) -> Reading:
    """Return what the head of a line tells, whatever its digits are.

    Parameters
    ----------
    head
        How the line begins, each digit a ``0``.
    whole
        Whether nothing stands behind it.

    Examples
    --------
    >>> reading("0000-00-00 00:00:00 UTC [00] LOG:  duration", whole=False)
    Reading(level=2, place=0, field=False, form=5, start=0, stop=23)
    >>> reading("ready", whole=False).level, reading("ready", whole=True).level
    (-1, 0)
    """
    return Reading(*_level(head, whole=whole), *_time(head, whole=whole))


def _level(head: str, *, whole: bool) -> tuple[int, int, bool]:
    near = whole or len(head) >= level.REACH  # all of the line that is looked at but for fields
    json, unknown = head[:1] == "{", (_UNKNOWN, 0, False)
    if head.startswith(_LONG) and not near:
        return unknown
    for match, name in level.stated(head):
        group = str(match.lastgroup)
        field = group in level.FIELDS
        if (not field and json and not whole) or (match.end() == len(head) and not (whole if field else near)):
            return unknown
        if group == "number":
            return _NUMBER, _bytes(head, match.start(group)), True
        if name:
            return level.NAMES.index(name), 0, field
    return (0, 0, False) if whole or (near and not json) else unknown


def _time(head: str, *, whole: bool) -> tuple[int, int, int]:
    match, whole = app_clock.stated(head), whole or len(head) >= app_clock.REACH
    if not match:
        return _NEVER if whole else _UNKNOWN, 0, 0
    group = str(match.lastgroup)
    overruled = head[:1] == "{" and group not in app_clock.COUNTED
    if not whole and (overruled or match.end() == len(head)):
        return _UNKNOWN, 0, 0
    return form(group, match.group()), _bytes(head, match.start()), _bytes(head, match.end())


def _bytes(text: str, place: int) -> int:
    return len(text[:place].encode())


class Heads:
    """Reads the levels and times of lines, and remembers the shapes that it has seen."""

    def __init__(self) -> None:
        self._known: dict[bytes, Reading] = {}

    def stated(self, data: Bytes, begins: Whole, ends: Whole) -> tuple[Any, Whole]:
        """Return the levels of many lines, as places in `level.NAMES`, and their own times in nanoseconds.

        Parameters
        ----------
        data
            Lines of UTF-8 without a NUL, each ended by an LF, and `buffer.AHEAD` bytes behind them.
        begins, ends
            Where the messages begin and end, in ascending order.
        """
        found, timed = np.full(len(begins), _UNKNOWN, np.int8), np.zeros(len(begins), np.bool_)
        times, fields = np.full(len(begins), NAT, np.int64), with_fields(data, begins, ends)
        for width in _WIDTHS:
            rows = places_of((found < 0) | ~timed)
            if not len(rows):
                break
            table, codes = self._readings(data, begins[rows], ends[rows], width)
            rows, codes = rows[codes >= 0], codes[codes >= 0]
            open_ = found[rows] < 0
            found[rows[open_]] = _told(data, begins[rows[open_]], fields[rows[open_]], table, codes[open_])
            open_ = ~timed[rows]
            _read_times(data, begins, rows[open_], table, codes[open_], times, timed)
        _by_columns(data, begins, ends, found, times, timed)
        return found, times

    def _readings(self, data: Bytes, begins: Whole, ends: Whole, width: int) -> tuple[Whole, Whole]:
        """Return what the shapes of some lines tell, one a row; and which is that of each line, -1 for none."""
        heads = _heads(data, begins, ends, width)
        words = heads.view("<u8")
        codes, unique = pd.factorize(words @ _MIX[: width // 8])
        first = np.empty(len(unique), np.int64)
        first[codes[::-1]] = np.arange(len(codes))[::-1]
        often = np.bincount(codes) >= (_RARE if len(unique) > _MANY else 0)
        own = (words == words[first[codes]]).all(axis=1)  # not another head of the same number
        table = np.full((len(unique), len(Reading._fields)), _UNKNOWN, np.int64)
        for place in places_of(often).tolist():
            table[place] = self._reading(heads[first[place]].tobytes())
        return table, np.where(own & often[codes], codes, -1)

    def _reading(self, shape: bytes) -> Reading:
        known = self._known.get(shape)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            text = shape.rstrip(b"\0")
            known = reading(text.decode("utf-8", "ignore"), whole=len(text) < len(shape))
            self._known[shape] = known
        return known


_MIX = np.random.default_rng(1).integers(1, 2**63, _WIDTHS[-1] // 8, dtype=np.uint64) | np.uint64(1)
"""Odd multipliers that make one number of a head; equal numbers are compared byte by byte afterwards."""


def _heads(data: Bytes, begins: Whole, ends: Whole, width: int) -> Bytes:
    """Return the heads of lines, a row each: digits are ``0``, and what stands behind the end is NUL."""
    heads = windows(data, begins, width)
    short = places_of(ends - begins < width)
    heads[short] *= np.arange(width) < (ends - begins)[short, None]
    heads -= ZERO
    heads *= heads > 9
    heads += ZERO
    return heads


def _told(data: Bytes, begins: Whole, fields: Flags, table: Whole, codes: Whole) -> Any:
    """Return the levels that the shapes of lines tell; `fields` are the lines that may have one."""
    found = table[:, _LEVEL][codes]
    found[fields & (table[:, _FIELD] == 0)[codes] & (found >= 0)] = _UNKNOWN
    numbered = places_of(found == _NUMBER)
    number = TENS[data[begins[numbered] + table[:, _PLACE][codes[numbered]]]]
    found[numbered] = np.where(number > 0, number, _UNKNOWN)
    return found


def _read_times(
    data: Bytes, begins: Whole, rows: Whole, table: Whole, codes: Whole, times: Whole, timed: Flags
) -> None:
    """Read the times whose places the shapes of some lines tell, and note for which lines that is done."""
    forms = table[:, _FORM][codes]
    timed[rows[forms == _NEVER]] = True
    for kind in np.unique(forms[(forms >= 0) & (forms < _NEVER)]).tolist():
        own = places_of(forms == kind)
        begin, code = begins[rows[own]], codes[own]
        read, sure = at(data, FORMS[kind], begin + table[:, _START][code], begin + table[:, _STOP][code])
        times[rows[own]], timed[rows[own]] = read, sure


_LEVEL, _PLACE, _FIELD, _FORM, _START, _STOP = range(len(Reading._fields))


def _by_columns(data: Bytes, begins: Whole, ends: Whole, found: Any, times: Whole, timed: Flags) -> None:
    """Read the levels and times that no shape tells."""
    rows = places_of(found < 0)
    if len(rows):
        text, first, last = _gathered(data, begins[rows], ends[rows])
        found[rows], doubt = levels.codes(text, first, last, reach(text, first, last, level.REACH))
        for place in places_of(doubt).tolist():
            found[rows[place]] = level.NAMES.index(level.of(_text(text, first[place], last[place])) or "")
    rows = places_of(~timed)
    if len(rows):
        text, first, last = _gathered(data, begins[rows], ends[rows])
        times[rows], doubt = app_clocks.applications(text, first, reach(text, first, last, app_clock.REACH))
        for place in places_of(doubt).tolist():
            times[rows[place]] = app_clock.application(_text(text, first[place], last[place]))


def _gathered(data: Bytes, begins: Whole, ends: Whole) -> tuple[Bytes, Whole, Whole]:
    """Return some lines as a buffer of their own, an LF before them, and where they begin and end in it."""
    own = cut(data, begins, ends + 1).buffers()[2]
    last = np.cumsum(ends + 1 - begins)
    text = np.concatenate([[_LF], np.frombuffer(own, np.uint8)[: last[-1]], np.zeros(AHEAD, np.uint8)])
    return text, last - (ends - begins), last


def _text(data: Bytes, begin: int, end: int) -> str:
    return data[begin:end].tobytes().decode()


_LF = np.uint8(10)
