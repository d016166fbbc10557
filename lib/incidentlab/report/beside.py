"""What stands beside the logs, in sentences: metrics beyond their limits, the deploy before the trouble, alarms.

A sentence tells when, and never why: that a deploy came before a breach makes it no cause. Where the errors of two
times hide which of them came first, this is said instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.report.moment import clock as clock_of
from incidentlab.report.moment import lasted
from incidentlab.report.show import visible

Record = dict[str, Any]
Clock = Callable[[Any], str]
_MOST = 5
"""Breaches, alarms and rows that a deploy came before that are told; all stand in the timeline."""
_LONGEST = 140
"""Characters of what somebody wrote: the place beside it leads to the rest."""


class Told(NamedTuple):
    """A sentence, without its full stop, and the rows that prove it."""

    text: str
    rows: list[Record]


def every(found: Investigation, timezone: str = "UTC") -> list[Told]:
    """Return all that is told of breaches, deploys and alarms."""
    if found.incident.notes.empty and found.incident.readings.empty:
        return []  # and no timeline is made for nothing

    def clock(ts: Any) -> str:
        return clock_of(ts, day=found.incident.end, timezone=timezone)

    return [*breaches(found, clock), *deploys(found, clock), *alarms(found, clock)]


def breaches(found: Investigation, clock: Clock) -> list[Told]:
    """Return when metrics were beyond their limits."""
    return [Told(_breach(row, clock), [row]) for row in tables.records(found.breaches.head(_MOST))]


def alarms(found: Investigation, clock: Clock) -> list[Told]:
    """Return the alarms that somebody wrote down."""
    rows = tables.records(found.timeline[found.timeline["what"].eq("alarm")].head(_MOST))
    return [Told(f"Alarm at {clock(row['ts'])}: {visible(row['detail'], longest=_LONGEST)}", [row]) for row in rows]


def deploys(found: Investigation, clock: Clock) -> list[Told]:
    """Return for each breach, and each service's first errors, the deploy before it; one sentence for each deploy."""
    happened = found.timeline[found.timeline["ts"].notna()]
    known = tables.records(happened[happened["what"].eq("deploy")])
    led: dict[tuple[str, int], list[Record]] = {}
    for row in troubles(found):
        if (deploy := _before(row, known)) is not None:
            led.setdefault((deploy["file"], deploy["line"]), [deploy]).append(row)
    return [Told(_led(rows[0], rows[1:], clock), rows) for rows in led.values()]


def troubles(found: Investigation) -> list[Record]:
    """Return the breaches and the first errors of each service, in order of time: rows of the timeline."""
    happened = found.timeline[found.timeline["ts"].notna()]
    wrong = happened[happened["what"].isin({"errors", *found.failures["kind"]}) & happened["source"].eq("logs")]
    firsts = wrong.drop_duplicates("service")
    return tables.records(happened[happened["what"].eq("breach") | happened.index.isin(firsts.index)])


def answers(found: Investigation) -> list[Record]:
    """Return the deploys after the first trouble: rows of the timeline."""
    begun = min((row["ts"] for row in troubles(found)), default=tables.NEVER)
    happened = found.timeline
    return tables.records(happened[happened["what"].eq("deploy") & happened["ts"].gt(begun)])


def _breach(row: Record, clock: Clock) -> str:
    whose: str = f"{row['service']}: " if pd.notna(row["service"]) else ""
    until: str = f" to {clock(row['until'])}" if pd.notna(row["until"]) else " to the last reading"
    since: str = f"; it may have begun up to {lasted(row['error_s'])} before" if pd.notna(row["error_s"]) else ""
    return f"{whose}{visible(row['detail'], longest=_LONGEST)}, from {clock(row['ts'])}{until}{since}"


def _before(row: Record, known: list[Record]) -> Record | None:
    """Return the last deploy that may have come before a row, one of its own service if there is any."""
    led = [one for one in known if _apart(one, row) > -_error(one, row)]
    own = [one for one in led if one["service"] == row["service"]] or led
    return own[-1] if own else None


def _apart(first: Record, then: Record) -> float:
    return float((then["ts"] - first["ts"]).total_seconds())


def _error(one: Record, other: Record) -> float:
    return float(one["error_s"] + other["error_s"])


def _led(deploy: Record, rows: list[Record], clock: Clock) -> str:
    surely = [row for row in rows if _apart(deploy, row) >= _error(deploy, row)]
    unsure = [row for row in rows if row not in surely]
    told = [f"{lasted(_apart(deploy, row))} before {_named(row)}" for row in surely[:_MOST]]
    if unsure:
        near = ", ".join(f"{lasted(abs(_apart(deploy, row)))} from {_named(row)}" for row in unsure[:_MOST])
        error = lasted(max(_error(deploy, row) for row in unsure))
        told.append(f"{near}, within the error of {error}: which came first is unknown")
    whose: str = f" of {deploy['service']}" if pd.notna(deploy["service"]) else ""
    head = f"The last deploy{whose} before it" if surely else f"A deploy{whose} at about the same time"
    what = f"“{visible(deploy['detail'], longest=_LONGEST)}”"
    return f"{head}: {what} at {clock(deploy['ts'])}, {'; '.join(told)}. No row shows that it is the cause"


def _named(row: Record) -> str:
    if row["what"] == "breach":
        return f"“{visible(row['detail'], longest=_LONGEST)}”"
    return f"the first errors of {row['service']}" if pd.notna(row["service"]) else "the first errors"
