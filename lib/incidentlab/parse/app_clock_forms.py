"""The forms in which programs print their times, each read by columns: arithmetic on the digits of all its rows.

Where a time stands in a line, `app_clocks` and `heads` find out; here it only is read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from incidentlab.parse.app_clock import MONTHS
from incidentlab.parse.buffer import DIGIT, ZERO, Bytes, Flags, Whole, number, places_of, run, windows
from incidentlab.parse.clock import NAT, SECOND, seconds_of


class Form(NamedTuple):
    """How a time is spelt: the group of `app_clock` that finds it, and of RFC 3339 the digits behind point and sign."""

    group: str
    fraction: int = 0
    zone: str = ""


FORMS = (
    *(Form(group) for group in ("common", "redis", "nginx", "ms", "fraction")),
    *(Form("iso", fraction, zone) for fraction in range(10) for zone in ("", "00", "0000", "00:00")),
)
_ISO = re.compile(r".{19}(?:[.,](0+))? ?(?:Z|UTC|GMT|[+-](.+))")


def form(group: str, text: str) -> int:
    """Return the place in `FORMS` of a time of a group that is spelt so, each digit a ``0``.

    Examples
    --------
    >>> FORMS[form("iso", "0000-00-00T00:00:00.000+00:00")]
    Form(group='iso', fraction=3, zone='00:00')
    """
    found = _ISO.fullmatch(text) if group == "iso" else None
    return FORMS.index(Form(group, len(found[1] or ""), found[2] or "") if found else Form(group))


def at(data: Bytes, form: Form, start: Whole, stop: Whole) -> tuple[Whole, Flags]:
    """Return the times of one form that stand at known places, and which are sure."""
    if form.group == "iso":
        return _iso(data, form, start, stop)
    if form.group == "common":
        return common(windows(data, start, 26))
    if form.group == "redis":
        return redis(windows(data, start, 24))
    if form.group == "nginx":
        return nginx(windows(data, start, 19))
    if form.group == "ms":
        return pino(windows(data, start, 20))
    return zap(cut(windows(data, start, 40), stop - start))[:2]


def _iso(data: Bytes, form: Form, start: Whole, stop: Whole) -> tuple[Whole, Flags]:
    """Return the times of RFC 3339 and its kin."""
    offset = np.zeros(len(start), np.int64)
    if form.zone:
        digits = windows(data, stop - len(form.zone), 5)[:, [0, 1, -2, -1] if ":" in form.zone else [0, 1, 2, 3]]
        if len(form.zone) == 2:
            digits[:, 2:] = ZERO
        offset = np.where(data[stop - len(form.zone) - 1] == ord("-"), -1, 1) * seconds(digits)
    fraction = number(windows(data, start + 20, form.fraction) - ZERO) if form.fraction else offset * 0
    return time(windows(data, start, 19), offset, fraction * 10 ** (9 - form.fraction))


def common(text: Bytes) -> tuple[Whole, Flags]:
    """Return the times of rows ``DD/Mon/YYYY:hh:mm:ss +hhmm``."""
    words = _words(text[:, 7:11], text[:, 3:6], text[:, 0:2], text[:, 12:20])
    offset = np.where(text[:, 21] == ord("-"), -1, 1) * seconds(text[:, 22:26])
    return time(words, offset, np.zeros(len(text), np.int64))


def redis(text: Bytes) -> tuple[Whole, Flags]:
    """Return the times of rows ``DD Mon YYYY hh:mm:ss.mmm``."""
    words = _words(text[:, 7:11], text[:, 3:6], text[:, 0:2], text[:, 12:20])
    return time(words, np.zeros(len(text), np.int64), number(text[:, 21:24] - ZERO) * 1_000_000)


def nginx(text: Bytes) -> tuple[Whole, Flags]:
    """Return the times of rows ``YYYY/MM/DD hh:mm:ss``."""
    words = text[:, :19].copy()
    words[:, 4] = words[:, 7] = ord("-")
    never = np.zeros(len(text), np.int64)
    return time(words, never, never)


def pino(text: Bytes) -> tuple[Whole, Flags]:
    """Return the times of rows ``"time":`` and 13 digits."""
    milliseconds = number(text[:, 7:20] - ZERO)
    small = milliseconds < -NAT // 1_000_000
    return milliseconds * small * 1_000_000, small


def zap(text: Bytes) -> tuple[Whole, Flags, Whole]:
    """Return the times of rows ``"ts":``, ten digits, a point and more of them; which are sure; and how many more."""
    tail = run(np.append(DIGIT[text[:, 16:39]], np.zeros((len(text), 1), bool), axis=1))
    seconds, fraction = number(text[:, 5:15] - ZERO), text[:, 16:25] - ZERO
    small = seconds < 9e9
    times = seconds * small * SECOND + number(np.where(np.arange(9) < tail[:, None], fraction, 0))
    return times, small & (tail < 23), tail


def time(text: Bytes, offset: Whole, fraction: Whole) -> tuple[Whole, Flags]:
    """Return the times of rows that are spelt ``YYYY-MM-DD?hh:mm:ss``, and which are sure: not at the borders of ns."""
    seconds, year = seconds_of(text), number(text[:, :4] - ZERO)
    times = np.where(seconds == NAT, NAT, (np.where(seconds == NAT, 0, seconds) - offset) * SECOND + fraction)
    return times, (year >= 1679) & (year <= 2260)


def _words(year: Bytes, month: Bytes, day: Bytes, clock: Bytes) -> Bytes:
    """Return dates and times of day as ``YYYY-MM-DDThh:mm:ss``; an unknown month becomes ``00``."""
    words = np.tile(np.frombuffer(b"0000-00-00T00:00:00", np.uint8), (len(year), 1))
    words[:, 0:4], words[:, 8:10], words[:, 11:19] = year, day, clock
    spelt = (month[:, 0].astype(np.int64) << 16) + (month[:, 1].astype(np.int64) << 8) + month[:, 2]
    for place, name in enumerate(MONTHS, 1):
        words[spelt == int.from_bytes(name.encode()), 5:7] = divmod(place, 10)[0] + 48, place % 10 + 48
    return words


def seconds(digits: Bytes) -> Whole:
    """Return the seconds of rows ``hhmm``."""
    seconds: Whole = (digits.astype(np.int64) - int(ZERO)) @ np.array([36000, 3600, 600, 60])
    return seconds


def cut(text: Bytes, size: Whole) -> Bytes:
    """Return rows in which only the first `size` bytes stand."""
    near = places_of(size < text.shape[1])
    text[near] *= np.arange(text.shape[1]) < size[near, None]
    return text
