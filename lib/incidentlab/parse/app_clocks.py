"""The times that programs print in their own lines, by columns: the twin of `incidentlab.parse.app_clock`.

A form is found by the signs that stand between its digits, over the whole buffer or at the heads of the lines, and
read by arithmetic on the columns of its digits. Of several in one line the first counts, as for the exact reader.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from incidentlab.parse import app_clock_forms as forms
from incidentlab.parse.buffer import (
    AHEAD,
    CAPITAL,
    DIGIT,
    SMALL,
    WORD,
    ZERO,
    Bytes,
    Flags,
    Whole,
    firsts,
    lines_of,
    number,
    places_of,
    run,
    shaped,
    table,
    windows,
)
from incidentlab.parse.clock import NAT

_HEAD = 112
"""Bytes of a JSON line in which a count is looked for; where its characters take more, `AHEAD`."""


_ISO = 40
"""Bytes that no time of RFC 3339 fills."""


class _Found(NamedTuple):
    """Times in ascending order of their places: in which line, where, and whether `times` is sure."""

    line: Whole
    start: Whole
    times: Whole
    sure: Flags


def applications(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Flags]:
    """Return the times that programs printed in their lines.

    Parameters
    ----------
    data
        Lines of UTF-8 (one at least), each ended by an LF, and `buffer.AHEAD` zeros behind them.
    begins, last
        Where the messages begin, and where the part of them ends that is looked at: `app_clock.REACH` characters.

    Returns
    -------
    times
        Nanoseconds, or `NAT`.
    unsure
        The lines that only `app_clock.application` can decide.
    """
    times, unsure = np.full(len(begins), NAT, np.int64), np.zeros(len(begins), bool)
    place = np.full(len(begins), len(data), np.int64)
    for read in (_iso, _common, _redis, _nginx, _counted):
        found = read(data, begins, last)
        first = firsts(found.line)
        first = first[found.start[first] < place[found.line[first]]]
        line = found.line[first]
        place[line], times[line], unsure[line] = found.start[first], found.times[first], ~found.sure[first]
    return times, unsure


def _iso(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find RFC 3339 and its kin, with the zone that it must state."""
    size = len(data) - AHEAD
    dash = data[: size + 16] == ord("-")
    start = places_of(dash[:size] & dash[3 : size + 3] & (data[9 : size + 9] == ord(":"))) - 4
    line = lines_of(start, begins)
    inside = (start >= begins[line]) & (start < last[line])
    start, line = start[inside], line[inside]
    led = (start == begins[line]) | _BEFORE[data[np.maximum(start - 1, 0)]]
    start, line = start[led], line[led]
    there, times, sure = _iso_times(forms.cut(windows(data, start, _ISO), last[line] - start))
    good = places_of(there)
    return _Found(line[good], start[good], times[good], sure[good])


def _iso_times(text: Bytes) -> tuple[Flags, Whole, Flags]:
    """Return which rows begin with RFC 3339 or its kin and a zone, their times, and which are sure."""
    spelt = _digits(text, b"0000-00-00?00:00:00") & _BETWEEN[text[:, 10]]
    point = (text[:, 19] == ord(".")) | (text[:, 19] == ord(","))
    count = np.where(point, run(np.append(DIGIT[text[:, 20:29]], np.zeros((len(text), 1), bool), axis=1)), 0)
    at = np.where(count > 0, 20 + count, 19)
    row = np.arange(len(text))
    at += text[row, at] == ord(" ")
    known, offset = _zone(text[row[:, None], at[:, None] + np.arange(7)])
    fraction = number((text[:, 20:29] - ZERO) * (np.arange(9) < count[:, None]))
    return spelt & known, *forms.time(text, offset, fraction)


def _common(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the common log format, in brackets."""
    size = len(data) - AHEAD
    slash = data[: size + 16] == ord("/")
    start = places_of((data[:size] == ord("[")) & slash[3 : size + 3] & slash[7 : size + 7]) + 1
    line = lines_of(start, begins)
    inside = (start > begins[line]) & (start + 26 <= last[line])
    start, line = start[inside], line[inside]
    text = windows(data, start, 26)
    signed = (text[:, 21] == ord("+")) | (text[:, 21] == ord("-"))
    good = places_of(_digits(text, b"00/???/0000:00:00:00 ?0000") & _capitalised(text[:, 3:6]) & signed)
    return _Found(line[good], start[good], *forms.common(text[good]))


def _redis(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the lines of Redis."""
    rows, heads = shaped(data, begins, last, b"0:? 00 ??? 0000 00:00:00.000 ? ")
    good = _ROLE[heads[:, 2]] & _MARK[heads[:, 29]] & _capitalised(heads[:, 7:10])
    rows = rows[good]
    return _Found(rows, begins[rows] + 4, *forms.redis(heads[good, 4:]))


def _nginx(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the error log of nginx: time, level in brackets, process and thread."""
    rows, _ = shaped(data, begins, last, b"0000/00/00 00:00:00 [")
    text = forms.cut(windows(data, begins[rows], 80), last[rows] - begins[rows])
    row, at = np.arange(len(rows)), np.full(len(rows), 21)
    good = np.ones(len(rows), bool)
    for letters, sign in ((SMALL, b"]"), (None, b" "), (DIGIT, b"#"), (DIGIT, b":")):
        if letters is not None:
            count = run(letters[text[row[:, None], at[:, None] + np.arange(15)]])
            good &= count > 0
            at = at + count
        good &= text[row, at] == ord(sign)
        at = at + 1
    times, sure = forms.nginx(text)
    good |= at > 60  # runs longer than the windows
    return _Found(rows[good], begins[rows[good]], times[good], (sure & (at <= 60))[good])


def _counted(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find what JSON lines count from 1970: milliseconds as pino, seconds as zap; it outranks what stands before."""
    rows = places_of(data[begins] == ord("{"))
    size = last[rows] - begins[rows]
    width = _HEAD if (size <= _HEAD).all() else AHEAD
    heads = forms.cut(windows(data, begins[rows], width), size)
    flat = np.append(heads.ravel(), np.zeros(width, np.uint8))
    quote = places_of(flat == ord('"'))
    quote = quote[flat[quote + 1] == ord("t")]
    text = windows(flat, quote, 40)
    own = np.arange(40) < (width - quote % width)[:, None]  # not what stands in the next line's head
    text = text * own
    pino = _digits(text, b'"time":0000000000000?') & _spells(text, b'"time":') & _ENDS[text[:, 20]]
    milliseconds, small = forms.pino(text)
    seconds, near, tail = forms.zap(text)
    zap = _digits(text, b'"ts":0000000000.') & _spells(text, b'"ts":') & (tail > 0)
    zap &= _ENDS[text[np.arange(len(text)), 16 + tail]] | (tail == 23)
    good = pino | zap
    times, sure = np.where(pino, milliseconds, seconds), np.where(pino, small, near)
    line, times, sure = quote[good] // width, times[good], sure[good]
    far = np.setdiff1d(places_of(size > width), line)  # a count may stand behind the head
    order = np.argsort(np.concatenate([line, far]), kind="stable")
    line, sure = np.concatenate([line, far])[order], np.concatenate([sure, np.zeros(len(far), bool)])[order]
    times = np.concatenate([times, np.full(len(far), NAT)])[order]
    return _Found(rows[line], np.full(len(line), -1), times, sure)


def _zone(text: Bytes) -> tuple[Flags, Whole]:
    """Return whether seven bytes begin with a zone that no letter, digit or colon follows, and its seconds."""
    end = ~_GOES_ON[text]
    zulu = (text[:, 0] == ord("Z")) & end[:, 1]
    utc = ((text[:, :3] == _UTC).all(axis=1) | (text[:, :3] == _GMT).all(axis=1)) & end[:, 3]
    digit = DIGIT[text]
    signed = ((text[:, 0] == ord("+")) | (text[:, 0] == ord("-"))) & digit[:, 1] & digit[:, 2]
    colon = signed & (text[:, 3] == ord(":")) & digit[:, 4] & digit[:, 5] & end[:, 6]
    four = signed & digit[:, 3] & digit[:, 4] & end[:, 5]
    two = signed & end[:, 3]
    places = np.where(colon[:, None], text[:, [1, 2, 4, 5]], text[:, 1:5])
    places = np.where((two & ~colon & ~four)[:, None] & (np.arange(4) > 1), ZERO, places)
    ahead = np.where(colon | four | two, forms.seconds(np.where(DIGIT[places], places, ZERO)), 0)
    return zulu | utc | colon | four | two, np.where(text[:, 0] == ord("-"), -ahead, ahead)


def _digits(text: Bytes, shape: bytes) -> Flags:
    """Return which rows have digits where the shape has ``0``, and its signs where it has signs; ``?`` is anything."""
    pattern = np.frombuffer(shape, np.uint8)
    fixed = places_of((pattern != ord("0")) & (pattern != ord("?")))
    good: Flags = (text[:, fixed] == pattern[fixed]).all(axis=1) & DIGIT[text[:, places_of(pattern == ZERO)]].all(
        axis=1
    )
    return good


def _spells(text: Bytes, word: bytes) -> Flags:
    good: Flags = (text[:, : len(word)] == np.frombuffer(word, np.uint8)).all(axis=1)
    return good


def _capitalised(text: Bytes) -> Any:
    return CAPITAL[text[:, 0]] & SMALL[text[:, 1]] & SMALL[text[:, 2]]


_ROLE, _MARK, _BEFORE, _BETWEEN, _ENDS = table("XCSM"), table(".*#-"), table('[ .:="'), table("T "), table(",}")
_GOES_ON = WORD | table(":")
_UTC, _GMT = np.frombuffer(b"UTC", np.uint8), np.frombuffer(b"GMT", np.uint8)
