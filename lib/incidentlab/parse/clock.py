"""The one module that reads timestamps.

Every time becomes whole nanoseconds since 1970 in UTC, held in an int64 and never in a float. What is no time,
bears no zone, is the engine's zero time (year 1, "never") or lies outside int64 becomes `NAT`, pandas' own NaT.
Go trims the zeros of a fraction and prints an offset where the daemon is not in UTC, so text is never compared
as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

NAT = int(np.iinfo(np.int64).min)
"""What pandas stores for NaT."""

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
"""RFC 3339 as the engine writes it; a pattern without groups."""

WIDTH = 30
"""Bytes of the fixed form that `docker logs -t` prints: nine digits and a Z."""

_EPOCH = date(1970, 1, 1).toordinal()
_PARTS = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc3339(text: str) -> int:
    """Return the nanoseconds of a whole RFC 3339 text, or `NAT`.

    Examples
    --------
    >>> rfc3339("1970-01-01T00:00:01.5Z")
    1500000000
    >>> rfc3339("1970-01-01T02:00:00+02:00")
    0
    >>> rfc3339("0001-01-01T00:00:00Z") == NAT
    True
    """
    match = _PARTS.fullmatch(text)
    return _zoned(match) if match else NAT


def epoch(value: object) -> int:
    """Return a count of nanoseconds, given as an integer or as its digits, or `NAT`; a float is refused.

    Examples
    --------
    >>> epoch("1795425730508346070")
    1795425730508346070
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        return NAT
    text = str(value)
    return _inside(int(text)) if re.fullmatch(r"-?\d{1,19}", text) else NAT


def column(nanoseconds: Iterable[int] | np.ndarray[Any, Any]) -> pd.DatetimeIndex:
    """Return nanoseconds as a column of UTC times; `NAT` becomes NaT.

    Examples
    --------
    >>> column([0, NAT])
    DatetimeIndex(['1970-01-01 00:00:00+00:00', 'NaT'], dtype='datetime64[ns, UTC]', freq=None)
    """
    values = np.asarray(nanoseconds if isinstance(nanoseconds, np.ndarray) else list(nanoseconds), dtype=np.int64)
    return pd.DatetimeIndex(values.view("datetime64[ns]")).tz_localize("UTC")


def time(nanoseconds: int) -> pd.Timestamp:
    """Return one UTC time, NaT for `NAT`.

    Examples
    --------
    >>> time(1)
    Timestamp('1970-01-01 00:00:00.000000001+0000', tz='UTC')
    """
    stamp: pd.Timestamp = column([nanoseconds])[0]
    return stamp


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
    >>> time(application("2026-11-23 09:33:33.543 UTC [43] LOG:  starting PostgreSQL"))
    Timestamp('2026-11-23 09:33:33.543000+0000', tz='UTC')
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


def fixed(data: Bytes, starts: Whole) -> Whole:
    """Return the nanoseconds of the fixed 30-byte forms that begin at `starts`, `NAT` where there is none.

    Parameters
    ----------
    data
        The bytes, as uint8.
    starts
        Offsets into it; one may point nearer than 30 bytes to the end.

    Examples
    --------
    >>> text = np.frombuffer(b"1970-01-01T00:00:01.000000002Z", np.uint8)
    >>> fixed(text, np.array([0])).tolist()
    [1000000002]
    """
    result = np.full(len(starts), NAT, np.int64)
    inside = np.flatnonzero(starts <= len(data) - WIDTH)
    if len(inside):
        windows = _windows(data, starts[inside], WIDTH)
        seconds = _seconds(windows)
        digits = windows[:, 20:29] - _ZERO
        good = (
            (seconds != NAT)
            & (windows[:, 10] == ord("T"))
            & (windows[:, 19] == ord("."))
            & (windows[:, 29] == ord("Z"))
        )
        good &= (digits <= 9).all(axis=1)
        result[inside[good]] = seconds[good] * _SECOND + _number(digits[good])
    return result


def applications(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the times that programs printed in their lines, by columns: the twin of `application`.

    Parameters
    ----------
    data
        ASCII lines, each ended by an LF, and at least 64 bytes of zero at the end.
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
    bracket = np.flatnonzero(data[: -len(_PAD)] == ord("["))
    unsure[lines_of(bracket[data[bracket + 3] == ord("/")], begins)] = True
    dash = np.flatnonzero(data[: -len(_PAD)] == ord("-"))
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


def shaped(data: Bytes, begins: Whole, ends: Whole, shape: bytes) -> tuple[Whole, Bytes]:
    """Return the lines that begin with a shape, in which ``0`` is any digit and ``?`` anything, and their heads."""
    pattern = np.frombuffer(shape, np.uint8)
    signs, digits = np.flatnonzero((pattern != ord("0")) & (pattern != ord("?"))), np.flatnonzero(pattern == ord("0"))
    rows = np.flatnonzero((ends - begins >= len(shape)) & (data[begins + signs[0]] == pattern[signs[0]]))
    heads = _windows(data, begins[rows], len(shape))
    good = (heads[:, signs] == pattern[signs]).all(axis=1) & _IS_DIGIT[heads[:, digits]].all(axis=1)
    return rows[good], heads[good]


def _redis(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole]:
    """Return the lines of Redis that have a time, and the times."""
    rows, heads = shaped(data, begins, ends, b"0:? 00 ??? 0000 00:00:00.000 ? ")
    month = np.zeros(len(rows), np.int64)
    spelt = (heads[:, 7].astype(np.int64) << 16) + (heads[:, 8].astype(np.int64) << 8) + heads[:, 9]
    for number, name in enumerate(_MONTHS, 1):
        month[spelt == int.from_bytes(name.encode())] = number
    words = np.tile(np.frombuffer(b"0000-00-00T00:00:00", np.uint8), (len(rows), 1))
    words[:, 0:4], words[:, 8:10], words[:, 11:19] = heads[:, 11:15], heads[:, 4:6], heads[:, 16:24]
    words[:, 5], words[:, 6] = month // 10 + 48, month % 10 + 48
    seconds = _seconds(words)
    good = (seconds != NAT) & np.isin(heads[:, 2], _ROLES) & np.isin(heads[:, 29], _MARKS)
    return rows[good], seconds[good] * _SECOND + _number(heads[good, 25:28] - _ZERO) * 1_000_000


def _pino(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole]:
    """Return the lines of pino, whose second field is the time in milliseconds, and the times."""
    rows, heads = shaped(data, begins, ends, b'{"level":00,"time":0000000000000?')
    good = np.isin(heads[:, 32], np.frombuffer(b",}", np.uint8))
    milliseconds = _number(heads[:, 19:32] - _ZERO)
    good &= milliseconds < -NAT // 1_000_000
    return rows[good], milliseconds[good] * 1_000_000


def _stated(data: Bytes, starts: Whole, heads: Any) -> tuple[Whole, Any]:
    """Return the times that begin at `starts` in their commonest forms, and whether each is decided.

    The forms: a fraction of 1 to 9 digits or none, then ``Z``, `` UTC`` or ``+hh:mm``.
    """
    windows = _windows(data, starts, 40)
    before = data[np.maximum(starts - 1, 0)]
    begun = heads | _BEFORE[before]
    digit = _IS_DIGIT[windows]
    count = np.cumprod(digit[:, 20:30], axis=1).sum(axis=1)
    pointed = ((windows[:, 19] == ord(".")) | (windows[:, 19] == ord(","))) & (count > 0)
    count = np.where(pointed, count, 0)
    zone = np.where(pointed, 20 + count, 19)
    rows = np.arange(len(starts))
    tail = [windows[rows, zone + step] for step in range(7)]
    zulu = (tail[0] == ord("Z")) & ~_IN_WORD[tail[1]]
    utc = (
        (tail[0] == ord(" "))
        & (tail[1] == ord("U"))
        & (tail[2] == ord("T"))
        & (tail[3] == ord("C"))
        & ~_IN_WORD[tail[4]]
    )
    signed = ((tail[0] == ord("+")) | (tail[0] == ord("-"))) & (tail[3] == ord(":")) & ~_IN_WORD[tail[6]]
    signed &= _IS_DIGIT[tail[1]] & _IS_DIGIT[tail[2]] & _IS_DIGIT[tail[4]] & _IS_DIGIT[tail[5]]
    seconds = _seconds(windows)
    sure = (
        begun
        & (count < 10)
        & (zulu | utc | signed)
        & (seconds != NAT)
        & ((windows[:, 10] == ord("T")) | (windows[:, 10] == ord(" ")))
    )
    ahead = [tail[place].astype(np.int64) - 48 for place in (1, 2, 4, 5)]
    offset = (ahead[0] * 10 + ahead[1]) * 3600 + (ahead[2] * 10 + ahead[3]) * 60
    offset = np.where(signed, np.where(tail[0] == ord("-"), -offset, offset), 0)
    kept = (windows[:, 20:29] - _ZERO) * (np.arange(9) < count[:, None])
    return np.where(sure, (np.where(sure, seconds, 0) - offset) * _SECOND + _number(kept), NAT), sure


Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Whole = np.ndarray[Any, np.dtype[np.int64]]

_ZERO = np.uint8(48)
_SECOND = 1_000_000_000
_PAD = bytes(64)
_ROLES = np.frombuffer(b"XCSM", np.uint8)
_MARKS = np.frombuffer(b".*#-", np.uint8)
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_IS_DIGIT = np.array([chr(byte) in "0123456789" for byte in range(256)])
_IN_WORD = np.array([byte < 128 and (chr(byte).isalnum() or chr(byte) in "_:") for byte in range(256)])
_BEFORE = np.array([chr(byte) in '[ .:="' for byte in range(256)])


def _windows(data: Bytes, starts: Whole, width: int) -> Bytes:
    return np.lib.stride_tricks.sliding_window_view(data, width)[starts]


def lines_of(places: Whole, begins: Whole) -> Whole:
    """Return, for places in ascending order, the last line that begins before each, or the first.

    Examples
    --------
    >>> lines_of(np.array([0, 7, 12]), np.array([5, 10])).tolist()
    [0, 0, 1]
    """
    counts = np.diff(np.searchsorted(places, begins), append=len(places))
    lead = len(places) - int(counts.sum())
    return np.concatenate([np.zeros(lead, np.int64), np.repeat(np.arange(len(begins)), counts)])


def _number(digits: Any) -> Whole:
    """Return the number that each row of decimal digits spells."""
    total = np.zeros(len(digits), np.int64)
    for place in range(digits.shape[1]):
        total = total * 10 + digits[:, place]
    return total


def _seconds(windows: Bytes) -> Whole:
    """Return the seconds since 1970 of rows that begin with ``YYYY-MM-DD?hh:mm:ss``, `NAT` where they do not.

    Years at the borders of int64 nanoseconds are left to the scalar reader.
    """
    digits = windows[:, :19] - _ZERO
    year, month, day, hour, minute, second = (
        _number(digits[:, start:stop]) for start, stop in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    )
    good = (digits[:, [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]] <= 9).all(axis=1)
    good &= (windows[:, 4] == 45) & (windows[:, 7] == 45) & (windows[:, 13] == 58) & (windows[:, 16] == 58)
    good &= (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59) & (day >= 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= day <= _DAYS[np.where(good, month, 0)] + (leap & (month == 2))
    good &= (year >= 1678) & (year <= 2261)
    return np.where(good, ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second, NAT)


def _days(year: Any, month: Any, day: Any) -> Any:
    """Return days since 1970-01-01 (Howard Hinnant's days_from_civil: years that begin in March)."""
    y = year - (month <= 2)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _zoned(match: re.Match[str]) -> int:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return NAT
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return NAT
    seconds = ((days * 24 + int(hour)) * 60 + int(minute)) * 60 + int(second) - _offset(zone)
    return _inside(seconds * 1_000_000_000 + int((fraction or "").ljust(9, "0")))


def _offset(zone: str) -> int:
    """Return the seconds that a zone is ahead of UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _inside(nanoseconds: int) -> int:
    return nanoseconds if NAT < nanoseconds < -NAT else NAT
