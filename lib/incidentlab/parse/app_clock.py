"""The times that programs print in their own lines.

A line's own time is not the engine's: it says when the program wrote, by the program's clock and in its zone, and an
analysis may compare it with others only where that zone is known. So it is read where it is stated, and where a
server prints UTC by convention; everything else is NaT.

This is the exact reader of one line; `incidentlab.parse.app_clocks` is its twin by columns.
"""

from __future__ import annotations

import re

from incidentlab.parse.clock import NAT, epoch, rfc3339

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

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
    re.VERBOSE | re.ASCII,
)
_COUNTED = re.compile(r'"time":(?P<ms>\d{13})(?=[,}])|"ts":(?P<s>\d{10})\.(?P<fraction>\d+)(?=[,}])', re.ASCII)
"""JSON lines may count from 1970, which needs no zone: pino in milliseconds, zap in seconds."""

COUNTED = ("ms", "fraction")
"""The last groups of a count, which outranks any other time of its line."""

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
    match = stated(message)
    if not match:
        return NAT
    if match.lastgroup in COUNTED:
        digits = match["ms"] + "000000" if match["ms"] else match["s"] + match["fraction"][:9].ljust(9, "0")
        return epoch(digits)
    text = match.group()
    if match.lastgroup == "iso":
        return rfc3339(text)
    return _worded(text) if match.lastgroup in ("common", "redis") else rfc3339(text.replace("/", "-") + "Z")


def stated(message: str) -> re.Match[str] | None:
    """Return where a line states its own time; the last group is its form: ms, fraction, iso, common, redis, nginx."""
    head = message[:REACH]
    return (_COUNTED.search(head) if head.startswith("{") else None) or _APPLICATION.search(head)


def _worded(text: str) -> int:
    """Read a time whose month is a word: the common log format (with its offset) or that of Redis (UTC)."""
    match = re.fullmatch(r"(\d\d).(\w{3}).(\d{4}).(\d\d:\d\d:\d\d)(\.\d{3})?(?: ([+-]\d{4}))?", text, re.ASCII)
    if not match or match[2] not in MONTHS:
        return NAT
    day, month, year, clock, fraction, offset = match.groups()
    return rfc3339(f"{year}-{MONTHS.index(month) + 1:02}-{day}T{clock}{fraction or ''}{offset or 'Z'}")
