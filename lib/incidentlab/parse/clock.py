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
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from incidentlab.parse.buffer import ZERO, Bytes, Whole, number, places_of, wide, windows

NAT = int(np.iinfo(np.int64).min)
"""What pandas stores for NaT."""

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
"""RFC 3339 as the engine writes it; a pattern without groups."""

WIDTH = 30
"""Bytes of the fixed form that `docker logs -t` prints: nine digits and a Z."""

_EPOCH = date(1970, 1, 1).toordinal()
_PARTS = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)",
    re.ASCII,
)

_MINUTE = re.compile(r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)( ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))$", re.ASCII)


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


def typed(text: str) -> tuple[int, float]:
    """Return the nanoseconds of a time as a person types it, and how exact it is: its last digit, in seconds.

    Examples
    --------
    >>> typed("1970-01-01 00:01Z"), typed("1970-01-01T00:00:01.5+00:00")
    ((60000000000, 60.0), (1500000000, 0.1))
    """
    whole = _MINUTE.sub(r"\1:00\2", text.strip())
    match = _PARTS.fullmatch(whole)
    exact = 60.0 if whole != text.strip() else 10.0 ** -len(match[7] or "") if match else 0.0
    return (_zoned(match), exact) if match else (NAT, exact)


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


def order(nanoseconds: Whole) -> Whole:
    """Return the places of times in ascending order; equal ones stay as they stand, `NAT` comes last.

    Examples
    --------
    >>> order(np.array([7, NAT, 5, 7])).tolist()
    [2, 0, 3, 1]
    """
    key = np.where(nanoseconds == NAT, -NAT - 1, nanoseconds)
    rising = bool((key[1:] >= key[:-1]).all())
    return np.arange(len(key)) if rising else np.argsort(key, kind="stable")


def time(nanoseconds: int) -> pd.Timestamp:
    """Return one UTC time, NaT for `NAT`.

    Examples
    --------
    >>> time(1)
    Timestamp('1970-01-01 00:00:00.000000001+0000', tz='UTC')
    """
    stamp: pd.Timestamp = column([nanoseconds])[0]
    return stamp


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
        text = windows(data, starts[inside], WIDTH)
        seconds, digits = seconds_of(text), wide(data, 8)[starts[inside] + 20] - _ZEROS
        good = (seconds != NAT) & (text[:, 10] == ord("T")) & (text[:, 19] == ord(".")) & (text[:, 29] == ord("Z"))
        good &= (digits | (digits + _ABOVE_NINE)) & _HIGH == 0
        ninth = text[:, 28] - ZERO
        good &= ninth <= 9
        result[inside[good]] = (seconds * SECOND + eight(digits).astype(np.int64) * 10 + ninth)[good]
    return result


_ZEROS, _ABOVE_NINE, _HIGH = (np.uint64(0x0101010101010101 * byte) for byte in (0x30, 0x76, 0x80))


def eight(digits: Any) -> Any:
    """Return the numbers of eight decimal digits each, given as little-endian numbers with a digit in every byte.

    Neighbours are joined to pairs, pairs to fours, fours to eights, all at once (Daniel Lemire, "Quickly parsing eight
    digits", 2018).
    """
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    low = (pairs & _PAIRS) * np.uint64(0x000F424000000064)
    high = ((pairs >> np.uint64(16)) & _PAIRS) * np.uint64(0x0000271000000001)
    return (low + high) >> np.uint64(32)


_PAIRS = np.uint64(0x000000FF000000FF)
SECOND = 1_000_000_000

_FEW = 64
"""So few minutes are looked up one by one."""

_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def seconds_of(text: Bytes) -> Whole:
    """Return the seconds since 1970 of rows that begin with ``YYYY-MM-DD?hh:mm:ss``, `NAT` where they do not.

    Years at the borders of int64 nanoseconds are left to the scalar reader. Rows of one minute stand together, so a
    minute is read once.
    """
    if not len(text):
        return np.zeros(0, np.int64)
    minute = text[:, :16].copy()
    minute[:, 10] = ord("T")
    halves = minute.view("<u8")
    begin = np.concatenate([[0], 1 + places_of((halves[1:] != halves[:-1]).any(axis=1))])
    few = len(begin) < _FEW
    read = np.array([_minute(minute[row].tobytes()) for row in begin]) if few else _minutes(minute[begin])
    whole = np.repeat(read, np.diff(begin, append=len(text)))
    tens, ones = text[:, 17] - ZERO, text[:, 18] - ZERO
    good = (whole != NAT) & (text[:, 16] == ord(":")) & (tens <= 5) & (ones <= 9)
    return np.where(good, whole + tens.astype(np.int64) * 10 + ones, NAT)


@lru_cache(maxsize=4096)
def _minute(text: bytes) -> int:
    return int(_minutes(np.frombuffer(text, np.uint8)[None])[0])


def _minutes(text: Bytes) -> Whole:
    """Return the seconds since 1970 of rows ``YYYY-MM-DD?hh:mm``."""
    digits = text - ZERO
    year, month, day, hour, minute = (
        number(digits[:, start:stop]) for start, stop in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16))
    )
    good = (digits[:, [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15]] <= 9).all(axis=1)
    good &= (text[:, 4] == 45) & (text[:, 7] == 45) & (text[:, 13] == 58)
    good &= (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (day >= 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= day <= _DAYS[np.where(good, month, 0)] + (leap & (month == 2))
    good &= (year >= 1678) & (year <= 2261)
    return np.where(good, ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60, NAT)


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
