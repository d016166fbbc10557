"""The times that programs print in their own lines.

A line's own time is not the engine's: it says when the program wrote, by the program's clock and in its zone, and an
analysis may compare it with others only where that zone is known. So it is read where it is stated, and where a
server prints UTC by convention; everything else is NaT.

`application` is the exact reader of one line, `applications` its twin by columns, which says of which lines it is
not sure.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from incidentlab.parse.buffer import AHEAD, DIGIT, ZERO, Bytes, Flags, Whole, lines_of, number, shaped, table, windows
from incidentlab.parse.clock import NAT, SECOND, epoch, rfc3339, seconds_of

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# The forms in which programs print their own time at (or near) the beginning of a line. The first four state
# their zone. Redis and nginx state none: they print the local time of their container, and a container's clock
# is UTC unless TZ was set, so they are read as UTC by that convention. Log4j's and Spring's times without a zone
# follow no such convention (applications do set their zone) and stay unread.
_APPLICATION = re.compile(
    r"""
    (?:^|(?<=[\[ .:="]))
    (?:
        (?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?[ ]?(?:Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)(?![\w:]))
      | (?P<common>(?<=\[)\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d[ ][+-]\d{4})
      | (?P<redis>(?<=^\d:[XCSM][ ])\d\d[ ][A-Z][a-z]{2}[ ]\d{4}[ ]\d\d:\d\d:\d\d\.\d{3}(?=[ ][.*\#-][ ]))
      | (?P<nginx>^\d{4}/\d\d/\d\d[ ]\d\d:\d\d:\d\d(?=[ ]\[[a-z]+\][ ]\d+\#\d+:))
    )
    """,
    re.VERBOSE,
)
_COUNTED = re.compile(r'"time":(?P<ms>\d{13})(?=[,}])|"ts":(?P<s>\d{10})\.(?P<fraction>\d+)(?=[,}])')
"""JSON lines may count from 1970, which needs no zone: pino in milliseconds, zap in seconds."""

REACH = 100
"""How many characters into a line a program's own time is looked for."""


def application(message: str) -> int:
    """Return the time that a program printed in its own line, or `NAT` where the line does not decide it.

    Examples
    --------
    >>> application("1970-01-01 00:00:01.543 UTC [43] LOG:  starting PostgreSQL")
    1543000000
    >>> application("2026-11-23 09:33:33.543 INFO no zone, no time") == NAT
    True
    """
    head = message[:REACH]
    if head.startswith("{"):
        counted = _COUNTED.search(head)
        if counted:
            whole, fraction = counted["ms"] or counted["s"], counted["fraction"] or ""
            return epoch(whole + (fraction[:9].ljust(9, "0") if counted["s"] else "000000"))
    match = _APPLICATION.search(head)
    if not match:
        return NAT
    text = match.group()
    if match.lastgroup == "iso":
        return rfc3339(text)
    return _worded(text) if match.lastgroup in ("common", "redis") else rfc3339(text.replace("/", "-") + "Z")


def _worded(text: str) -> int:
    """Read a time whose month is a word: the common log format (with its offset) or that of Redis (UTC)."""
    match = re.fullmatch(r"(\d\d).(\w{3}).(\d{4}).(\d\d:\d\d:\d\d)(\.\d{3})?(?: ([+-]\d{4}))?", text)
    if not match or match[2] not in _MONTHS:
        return NAT
    day, month, year, clock, fraction, offset = match.groups()
    return rfc3339(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{clock}{fraction or ''}{offset or 'Z'}")


def applications(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Flags]:
    """Return the times that programs printed in their lines, by columns: the twin of `application`.

    Parameters
    ----------
    data
        ASCII lines, each ended by an LF, and `buffer.AHEAD` zeros behind them.
    begins, ends
        Where the messages begin and end.

    Returns
    -------
    times
        Nanoseconds, or `NAT`.
    unsure
        The lines that only `application` can decide.
    """
    result = np.full(len(begins), NAT, np.int64)
    if not len(begins):
        return result, np.zeros(0, bool)
    unsure = data[begins] == ord("{")
    unsure |= (data[begins + 4] == ord("/")) & (data[begins + 7] == ord("/"))
    unsure |= (data[begins + 1] == ord(":")) & (data[begins + 3] == ord(" "))
    bracket = np.flatnonzero(data[:-AHEAD] == ord("["))
    unsure[lines_of(bracket[data[bracket + 3] == ord("/")], begins)] = True
    dash = np.flatnonzero(data[:-AHEAD] == ord("-"))
    start = dash[(data[dash + 3] == ord("-")) & (data[dash + 9] == ord(":")) & (dash >= 4)] - 4
    line = lines_of(start, begins)
    inside = (start >= begins[line]) & (start < np.minimum(ends, begins + REACH)[line])
    start, line = start[inside], line[inside]
    first = np.flatnonzero(np.diff(line, prepend=-1) != 0)
    start, line = start[first], line[first]
    far = start - begins[line] > REACH - 45
    unsure[line[far]] = True
    start, line = start[~far], line[~far]
    times, sure = _stated(data, start, start == begins[line])
    result[line] = times
    unsure[line[~sure]] = True
    for read in (_redis, _pino):
        rows, times = read(data, begins, ends)
        result[rows], unsure[rows] = times, False
    return result, unsure


def _redis(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole]:
    """Return the lines of Redis that have a time, and the times."""
    rows, heads = shaped(data, begins, ends, b"0:? 00 ??? 0000 00:00:00.000 ? ")
    month = np.zeros(len(rows), np.int64)
    spelt = (heads[:, 7].astype(np.int64) << 16) + (heads[:, 8].astype(np.int64) << 8) + heads[:, 9]
    for place, name in enumerate(_MONTHS, 1):
        month[spelt == int.from_bytes(name.encode())] = place
    words = np.tile(np.frombuffer(b"0000-00-00T00:00:00", np.uint8), (len(rows), 1))
    words[:, 0:4], words[:, 8:10], words[:, 11:19] = heads[:, 11:15], heads[:, 4:6], heads[:, 16:24]
    words[:, 5], words[:, 6] = month // 10 + 48, month % 10 + 48
    seconds = seconds_of(words)
    good = (seconds != NAT) & _ROLE[heads[:, 2]] & _MARK[heads[:, 29]]
    return rows[good], seconds[good] * SECOND + number(heads[good, 25:28] - ZERO) * 1_000_000


def _pino(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole]:
    """Return the lines of pino, whose second field is the time in milliseconds, and the times."""
    rows, heads = shaped(data, begins, ends, b'{"level":00,"time":0000000000000?')
    good = np.isin(heads[:, 32], np.frombuffer(b",}", np.uint8))
    milliseconds = number(heads[:, 19:32] - ZERO)
    good &= milliseconds < -NAT // 1_000_000
    return rows[good], milliseconds[good] * 1_000_000


def _stated(data: Bytes, starts: Whole, heads: Any) -> tuple[Whole, Any]:
    """Return the times that begin at `starts` in their commonest forms, and whether each is decided.

    The forms: a fraction of 1 to 9 digits or none, then ``Z``, `` UTC`` or ``+hh:mm``.
    """
    text = windows(data, starts, 40)
    digits = np.cumprod(DIGIT[text[:, 20:30]], axis=1).sum(axis=1)
    count = np.where((text[:, 19] == ord(".")) | (text[:, 19] == ord(",")), digits, 0)
    zone = np.take_along_axis(text, (np.where(count > 0, 20 + count, 19))[:, None] + np.arange(7), axis=1)
    spaced = (text[:, 10] == ord("T")) | (text[:, 10] == ord(" "))
    seconds = seconds_of(text)
    known, offset = _offsets(zone)
    sure = (heads | _BEFORE[data[np.maximum(starts - 1, 0)]]) & (count < 10) & spaced & (seconds != NAT) & known
    fraction = number((text[:, 20:29] - ZERO) * (np.arange(9) < count[:, None]))
    return np.where(sure, (np.where(sure, seconds, 0) - offset) * SECOND + fraction, NAT), sure


def _offsets(zone: Bytes) -> tuple[Flags, Whole]:
    """Return whether seven bytes begin with a zone in one of the common forms, and its seconds ahead of UTC."""
    zulu = (zone[:, 0] == ord("Z")) & ~_IN_WORD[zone[:, 1]]
    utc = (zone[:, :4] == np.frombuffer(b" UTC", np.uint8)).all(axis=1) & ~_IN_WORD[zone[:, 4]]
    places = zone[:, [1, 2, 4, 5]]
    sign = np.where(zone[:, 0] == ord("+"), 1, np.where(zone[:, 0] == ord("-"), -1, 0))
    ahead = (sign != 0) & (zone[:, 3] == ord(":")) & DIGIT[places].all(axis=1) & ~_IN_WORD[zone[:, 6]]
    minutes = (places.astype(np.int64) - int(ZERO)) @ np.array([600, 60, 10, 1])
    return zulu | utc | ahead, np.where(ahead, sign * minutes * 60, 0)


_ROLE, _MARK, _BEFORE = table("XCSM"), table(".*#-"), table('[ .:="')
_IN_WORD = table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:")
