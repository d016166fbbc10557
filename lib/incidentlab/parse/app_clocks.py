"""The times that programs print in their own lines, by columns: the twin of `incidentlab.parse.app_clock`.

A form is found by the signs that stand between its digits, over the whole buffer or at the heads of the lines, and
read by arithmetic on the columns of its digits. Of several in one line the first counts, as for the exact reader.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from incidentlab.parse.app_clock import MONTHS
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
from incidentlab.parse.clock import NAT, SECOND, seconds_of

_HEAD = 112
"""Bytes of a JSON line in which a count is looked for; no wider than `buffer.AHEAD`."""


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
    text = _cut(windows(data, start, 40), last[line] - start)
    spelt = _digits(text, b"0000-00-00?00:00:00") & _BETWEEN[text[:, 10]]
    point = (text[:, 19] == ord(".")) | (text[:, 19] == ord(","))
    count = np.where(point, run(np.append(DIGIT[text[:, 20:29]], np.zeros((len(text), 1), bool), axis=1)), 0)
    at = np.where(count > 0, 20 + count, 19)
    row = np.arange(len(text))
    at += text[row, at] == ord(" ")
    known, offset = _zone(text[row[:, None], at[:, None] + np.arange(7)])
    good = places_of(spelt & known)
    text, count = text[good], count[good]
    fraction = number((text[:, 20:29] - ZERO) * (np.arange(9) < count[:, None]))
    return _Found(line[good], start[good], *_time(text, offset[good], fraction))


def _common(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the common log format, in brackets."""
    size = len(data) - AHEAD
    slash = data[: size + 16] == ord("/")
    start = places_of((data[:size] == ord("[")) & slash[3 : size + 3] & slash[7 : size + 7]) + 1
    line = lines_of(start, begins)
    inside = (start > begins[line]) & (start + 26 <= last[line])
    start, line = start[inside], line[inside]
    text = windows(data, start, 26)
    sign = np.where(text[:, 21] == ord("+"), 1, np.where(text[:, 21] == ord("-"), -1, 0))
    good = places_of(_digits(text, b"00/???/0000:00:00:00 ?0000") & _capitalised(text[:, 3:6]) & (sign != 0))
    text = text[good]
    words = _words(text[:, 7:11], text[:, 3:6], text[:, 0:2], text[:, 12:20])
    offset = sign[good] * _seconds(text[:, 22:26])
    return _Found(line[good], start[good], *_time(words, offset, np.zeros(len(good), np.int64)))


def _redis(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the lines of Redis."""
    rows, heads = shaped(data, begins, last, b"0:? 00 ??? 0000 00:00:00.000 ? ")
    good = _ROLE[heads[:, 2]] & _MARK[heads[:, 29]] & _capitalised(heads[:, 7:10])
    rows, heads = rows[good], heads[good]
    words = _words(heads[:, 11:15], heads[:, 7:10], heads[:, 4:6], heads[:, 16:24])
    fraction = number(heads[:, 25:28] - ZERO) * 1_000_000
    return _Found(rows, begins[rows] + 4, *_time(words, np.zeros(len(rows), np.int64), fraction))


def _nginx(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find the error log of nginx: time, level in brackets, process and thread."""
    rows, _ = shaped(data, begins, last, b"0000/00/00 00:00:00 [")
    text = _cut(windows(data, begins[rows], 80), last[rows] - begins[rows])
    row, at = np.arange(len(rows)), np.full(len(rows), 21)
    good = np.ones(len(rows), bool)
    for letters, sign in ((SMALL, b"]"), (None, b" "), (DIGIT, b"#"), (DIGIT, b":")):
        if letters is not None:
            count = run(letters[text[row[:, None], at[:, None] + np.arange(15)]])
            good &= count > 0
            at = at + count
        good &= text[row, at] == ord(sign)
        at = at + 1
    words = text.copy()
    words[:, 4] = words[:, 7] = ord("-")
    found = _time(words, np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64))
    good |= at > 60  # runs longer than the windows
    return _Found(rows[good], begins[rows[good]], found[0][good], found[1][good] & (at <= 60)[good])


def _counted(data: Bytes, begins: Whole, last: Whole) -> _Found:
    """Find what JSON lines count from 1970: milliseconds as pino, seconds as zap; it outranks what stands before."""
    rows = places_of(data[begins] == ord("{"))
    heads = _cut(windows(data, begins[rows], _HEAD), last[rows] - begins[rows])
    flat = np.append(heads.ravel(), np.zeros(_HEAD, np.uint8))
    quote = places_of(flat == ord('"'))
    quote = quote[flat[quote + 1] == ord("t")]
    text = windows(flat, quote, 40)
    own = np.arange(40) < (_HEAD - quote % _HEAD)[:, None]  # not what stands in the next line's head
    text = text * own
    pino = _digits(text, b'"time":0000000000000?') & _spells(text, b'"time":') & _ENDS[text[:, 20]]
    tail = run(np.append(DIGIT[text[:, 16:39]], np.zeros((len(text), 1), bool), axis=1))
    zap = _digits(text, b'"ts":0000000000.') & _spells(text, b'"ts":') & (tail > 0)
    zap &= _ENDS[text[np.arange(len(text)), 16 + tail]] | (tail == 23)
    digits = text - ZERO
    milliseconds = number(digits[:, 7:20])
    fraction = number(np.where(np.arange(9) < tail[:, None], digits[:, 16:25], 0))
    small = milliseconds < -NAT // 1_000_000
    seconds = number(digits[:, 5:15])
    times = np.where(
        pino, milliseconds * small * 1_000_000, np.where(zap & (seconds < 9e9), seconds, 0) * SECOND + fraction
    )
    good = pino | zap
    sure = np.where(pino, small, (tail < 23) & (seconds < 9e9))
    return _Found(rows[quote[good] // _HEAD], np.full(int(good.sum()), -1), times[good], sure[good])


def _time(text: Bytes, offset: Whole, fraction: Whole) -> tuple[Whole, Flags]:
    """Return the times of rows that are spelt ``YYYY-MM-DD?hh:mm:ss``, and which are sure: not at the borders of ns."""
    seconds, year = seconds_of(text), number(text[:, :4] - ZERO)
    there = seconds != NAT
    return np.where(there, (np.where(there, seconds, 0) - offset) * SECOND + fraction, NAT), (year >= 1679) & (
        year <= 2260
    )


def _words(year: Bytes, month: Bytes, day: Bytes, clock: Bytes) -> Bytes:
    """Return dates and times of day as ``YYYY-MM-DDThh:mm:ss``; an unknown month becomes ``00``."""
    words = np.tile(np.frombuffer(b"0000-00-00T00:00:00", np.uint8), (len(year), 1))
    words[:, 0:4], words[:, 8:10], words[:, 11:19] = year, day, clock
    spelt = (month[:, 0].astype(np.int64) << 16) + (month[:, 1].astype(np.int64) << 8) + month[:, 2]
    for place, name in enumerate(MONTHS, 1):
        words[spelt == int.from_bytes(name.encode()), 5:7] = divmod(place, 10)[0] + 48, place % 10 + 48
    return words


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
    ahead = np.where(colon | four | two, _seconds(np.where(DIGIT[places], places, ZERO)), 0)
    return zulu | utc | colon | four | two, np.where(text[:, 0] == ord("-"), -ahead, ahead)


def _seconds(digits: Bytes) -> Whole:
    """Return the seconds of rows ``hhmm``."""
    seconds: Whole = (digits.astype(np.int64) - int(ZERO)) @ np.array([36000, 3600, 600, 60])
    return seconds


def _cut(text: Bytes, size: Whole) -> Bytes:
    """Return rows in which only the first `size` bytes stand."""
    near = places_of(size < text.shape[1])
    text[near] *= np.arange(text.shape[1]) < size[near, None]
    return text


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
