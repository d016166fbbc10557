"""Moments and durations as a tired person reads them: no date where all is of one day, no digit that nobody needs."""

from __future__ import annotations

from typing import Any

import pandas as pd

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def clock(ts: Any, *, day: Any = None, timezone: str = "UTC") -> str:
    """Return a time of day, to the second; with its date where that is another than that of `day`.

    Where no clock tells the time, that is said.

    Examples
    --------
    >>> clock(pd.Timestamp("2026-11-23T14:41:20.519Z"), day=pd.Timestamp("2026-11-23T09:00:00Z"))
    '14:41:20'
    >>> clock(pd.Timestamp("2026-11-23T14:41:20.519Z"))
    '2026-11-23 14:41:20'
    """
    if pd.isna(ts):
        return "an unknown time"
    local = ts.tz_convert(timezone)
    same = pd.notna(day) and day is not None and day.tz_convert(timezone).date() == local.date()
    return str(local.strftime("%H:%M:%S" if same else "%Y-%m-%d %H:%M:%S"))


def lasted(seconds: float) -> str:
    """Return a duration in the two largest units that matter.

    Examples
    --------
    >>> [lasted(span) for span in (0.0284, 6.28, 75.0, 7320.0, 200_000.0)]
    ['0.03 s', '6.3 s', '1 min 15 s', '2 h 2 min', '2 d 8 h']
    """
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    for unit, small, name, part in ((_HOUR, _MINUTE, "min", "s"), (_DAY, _HOUR, "h", "min")):
        if seconds < unit:
            big, rest = divmod(round(seconds / (small / 60)), 60)
            return f"{big} {name} {rest} {part}" if rest else f"{big} {name}"
    days, hours = divmod(round(seconds / _HOUR), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def span(first: Any, last: Any, *, day: Any = None, timezone: str = "UTC") -> str:
    """Return from when to when, or the one moment; empty where no clock tells.

    Examples
    --------
    >>> first, last = pd.Timestamp("2026-11-23T14:41:20Z"), pd.Timestamp("2026-11-23T14:41:26Z")
    >>> span(first, last, day=first)
    '14:41:20 to 14:41:26'
    """
    if pd.isna(first) or pd.isna(last):
        return ""
    one, other = clock(first, day=day, timezone=timezone), clock(last, day=day, timezone=timezone)
    if one == other:
        return one
    return f"{one} to {clock(last, day=first, timezone=timezone)}"
