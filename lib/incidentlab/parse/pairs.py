"""How far apart two clocks are, as the identifiers of calls show that both sources print.

A call has an identifier (a request, a trace, a correlation), and whoever makes the call and whoever serves it print it
with their own clocks. The one encloses the other: what is served begins after it was asked for, and is over before the
answer is there. So the first lines of both bound the offset from one side and the last lines from the other, as NTP
bounds it by the four times of a packet; many calls together leave a small interval. Nothing is averaged: whatever lies
in the interval is possible, and its half is the error bar. Where the calls contradict each other nothing is inferred.

Source: RFC 5905, section 8: offset and delay of a packet by its four times; the true offset lies within half the delay.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pandas as pd

_ID = re.compile(r"""(?:request|req|trace|correlation)[-_ ]?id["']?\s*[=:]\s*["']?([\w.:/-]{4,64})""", re.IGNORECASE)
_LONGEST_NS = 60 * 1_000_000_000
"""An identifier that is printed for longer is that of no call."""
_LEAST = 2
"""Calls that bound an offset at least: one alone may be a chance."""
_UNITS_NS = (1_000_000_000, 1_000_000, 1_000)


class Call(NamedTuple):
    """When a source printed an identifier first and last, in nanoseconds, and on which lines."""

    first: int
    last: int
    first_line: int
    last_line: int


class Offset(NamedTuple):
    """How far one clock is ahead of others, in seconds, to both sides; by how many pairs of lines, and by which two."""

    ahead_s: float
    error_s: float
    pairs: int
    because: str


Calls = dict[str, Call]


def calls(logs: pd.DataFrame) -> Calls:
    """Return the calls of a log: identifiers that stand on at least two lines with times.

    Parameters
    ----------
    logs : LOGS
        Of one file.
    """
    timed = logs[logs["ts"].notna()]
    seen: dict[str, list[tuple[int, int]]] = {}
    for ns, line, message in zip(timed["ts"].astype("int64"), timed["line"], timed["message"], strict=True):
        for one in set(_ID.findall(message)):
            seen.setdefault(one, []).append((ns, line))
    spans = {one: (min(places), max(places)) for one, places in seen.items() if len(places) > 1}
    return {
        one: Call(first[0], last[0], first[1], last[1])
        for one, (first, last) in spans.items()
        if last[0] - first[0] <= _LONGEST_NS
    }


def offset(own: Calls, others: dict[str, Calls]) -> Offset | None:
    """Return how far the clock of `own` is ahead of that of other files; None where calls are few or contradict.

    Parameters
    ----------
    own
        The calls of a log.
    others
        File -> its calls.

    Examples
    --------
    >>> asked = {"a1b2": Call(1, 10**9, 1, 4), "c3d4": Call(5 * 10**9, 6 * 10**9, 5, 8)}
    >>> served = {"a1b2": Call(21 * 10**8 + 1, 29 * 10**8, 1, 2), "c3d4": Call(72 * 10**8, 78 * 10**8, 3, 4)}
    >>> offset(served, {"gate.log": asked})
    Offset(ahead_s=2.0, error_s=0.1, pairs=4, because='a1b2 (line 2, gate.log:4) and a1b2 (line 1, gate.log:1)')
    """
    lower, upper, longer = [], [], set()
    for file, theirs in others.items():
        before, after = _cut_ns(theirs), _cut_ns(own)  # what is cut off a time makes it earlier than it was
        for one in own.keys() & theirs.keys():
            mine, other = own[one], theirs[one]
            begins = mine.first - other.first, f"{one} (line {mine.first_line}, {file}:{other.first_line})"
            ends = mine.last - other.last, f"{one} (line {mine.last_line}, {file}:{other.last_line})"
            low, high = sorted((begins, ends))
            lower.append((low[0] - before, low[1]))
            upper.append((high[0] + after, high[1]))
            longer |= {begins < ends} if high[0] - low[0] > before + after else set()
    if len(lower) < _LEAST or len(longer) > 1 or max(lower)[0] > min(upper)[0]:
        return None
    low, high = max(lower), min(upper)
    ahead, error = (low[0] + high[0]) / 2e9, (high[0] - low[0]) / 2e9
    return Offset(round(ahead, 9), round(error, 9), 2 * len(lower), f"{low[1]} and {high[1]}")


def _cut_ns(known: Calls) -> int:
    """Return how much of its times a source cuts off: a second of one that prints whole seconds."""
    times = [time for call in known.values() for time in (call.first, call.last)]
    return next((unit for unit in _UNITS_NS if all(time % unit == 0 for time in times)), 0)
