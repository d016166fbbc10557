"""A hypothesis: one possible cause, what speaks for and against it, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from incidentlab import tables

Record = dict[str, Any]
_PLACE = ("ts", "order", "service", "message", "file", "line", "pointer")
_MOST = 12
"""Rows that a hypothesis shows of one kind: enough to see a series begin and end."""

MORE = " times in all"
"""How the fact of a series ends of which only both ends are shown."""

MIDDLE = "_middle"
"""Key of the last row before what a series leaves out: the rows left out, as they are."""


@dataclass
class Hypothesis:
    """One possible cause.

    Parameters
    ----------
    category
        One of `incidentlab.tables.CATEGORIES`.
    service, dependency
        Who failed, and whom it needed; None where the evidence names none.
    confidence
        How often a finding like this is right (calibrated on labelled incidents).
    sentence
        The finding, with its figures.
    exactness
        3: names a fault; 2: says who did not reach whom; 1: says only that a program ended.
    rows
        Evidence.
    recovered, recovered_by
        Whether the service worked again, and what brought it back.
    subject
        What the deciding line names: a role, path, variable.
    kind
        What the deciding line is of: a kind of failure, or a condition that a remedy asks for.
    host, port
        The place that the deciding line names.
    holder, meant
        The container that holds the port, the service whose name was meant, where the evidence shows them.
    signs
        The failures that it reads, in order; what refutes it is held against them.
    hard
        Whether the program cannot do without what failed: a later success does not excuse it.
    worked
        A sign that the service does its work after the last of them.
    won
        The success of the same try, if there was one.
    proxy
        Whether only a proxy in front of the others tells it.
    harm, calm
        The harm that it explains; where there is none, the line that shows that who says it went on unharmed.
    follows
        The hypothesis of which this one is a consequence.
    """

    category: str
    service: str | None
    confidence: float
    sentence: str
    dependency: str | None = None
    exactness: int = 3
    rows: list[Record] = field(default_factory=list)
    recovered: bool | None = None
    recovered_by: str | None = None
    subject: str | None = None
    kind: str | None = None
    host: str | None = None
    port: int | None = None
    holder: str | None = None
    meant: str | None = None
    signs: list[Record] = field(default_factory=list)
    hard: bool = False
    worked: Record | None = None
    won: Record | None = None
    proxy: bool = False
    harm: Record | None = None
    calm: Record | None = None
    follows: Hypothesis | None = None

    @property
    def begins(self) -> tuple[int, Any, int]:
        """Where its first row stands: by time, and by order where there is none."""
        places = [(pd.isna(row["ts"]), row["ts"], _number(row["order"])) for row in self.rows if row["role"] == "for"]
        untimed = [(1, 0, order) for missing, _, order in places if missing]
        timed = [(0, ts.value, order) for missing, ts, order in places if not missing]
        return min([*timed, *untimed], default=(2, 0, 0))


def evidence(role: str, fact: str, row: Record) -> Record:
    """Return an evidence row that points at `row`."""
    return {"role": role, "fact": fact} | {name: row.get(name) for name in _PLACE}


def series(role: str, fact: str, rows: list[Record]) -> list[Record]:
    """Return evidence rows for a series: all of a short one, both ends of a long one."""
    half = _MOST // 2
    if len(rows) <= _MOST:
        return [evidence(role, fact, row) for row in rows]
    fact = f"{fact}, {len(rows)}{MORE}"
    shown = [evidence(role, fact, row) for row in (*rows[:half], *rows[-half:])]
    shown[half - 1][MIDDLE] = rows[half:-half]
    return shown


def whole(rows: list[Record]) -> list[Record]:
    """Return evidence rows with the middle of each long series, which `series` leaves out, in its place."""
    told = []
    for row in rows:
        told.append(row)
        told += [evidence(row["role"], row["fact"], inner) for inner in row.get(MIDDLE, ())]
    return told


def missing(fact: str, command: str) -> Record:
    """Return an evidence row for what is not there, with the command that would collect it."""
    return {"role": "missing", "fact": f"{fact}: `{command}`"} | dict.fromkeys(_PLACE)


def later(row: Record, than: Record) -> bool:
    """Say whether a row comes after another: by time where both have one, else by order."""
    if pd.notna(row.get("ts")) and pd.notna(than.get("ts")):
        return bool(row["ts"] > than["ts"])
    if pd.isna(row.get("order")) or pd.isna(than.get("order")):
        return False
    return bool(row["order"] > than["order"])


def within(row: Record, span: Record) -> bool:
    """Say whether a row stands between the first and the last line of a phase."""
    if pd.isna(span["start_order"]) or pd.isna(row["order"]):
        return False
    over: bool = pd.notna(span["end_order"]) and row["order"] > span["end_order"]
    return bool(span["start_order"] <= row["order"]) and not over


def first_later(rows: pd.DataFrame | None, than: Record | None) -> Record | None:
    """Return the first of many rows that comes after another, as `later` says it; the first of all for None."""
    if rows is None or than is None:
        found = rows
    elif pd.notna(than.get("ts")):
        timed = rows["ts"].gt(than["ts"])
        by_order = rows["order"].gt(than["order"]).fillna(value=False) if pd.notna(than.get("order")) else False
        found = rows[timed.where(rows["ts"].notna(), by_order).astype(bool)]
    else:
        found = rows[rows["order"].gt(than["order"]).fillna(value=False)] if pd.notna(than.get("order")) else rows[:0]
    return None if found is None or found.empty else tables.records(found.head(1))[0]


def rate(count: int, first: Any, last: Any) -> str:
    """Say how often a minute something came between two times; nothing where they are not a second apart, or unknown.

    Examples
    --------
    >>> rate(3, pd.Timestamp("2026-01-01T10:00:00Z"), pd.Timestamp("2026-01-01T10:02:00Z"))
    ', 1.5 a minute'
    """
    lasted = (last - first).total_seconds() if pd.notna(first) and pd.notna(last) else 0.0
    return f", {60 * count / lasted:.1f} a minute" if lasted >= 1 else ""


def times(count: int) -> str:
    """Say how often, in words.

    Examples
    --------
    >>> times(1), times(7)
    ('once', '7 times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def seconds(span: pd.Timedelta) -> str:
    """Say how long, to the millisecond.

    Examples
    --------
    >>> seconds(pd.Timedelta("5.6416s"))
    '5.642 s'
    """
    return f"{span.total_seconds():.3f} s"


def _number(order: Any) -> int:
    return 0 if pd.isna(order) else int(order)


def by_service(rows: list[Record]) -> dict[str, list[Record]]:
    """Return the rows of each service; those without one under the empty name."""
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["service"] if pd.notna(row["service"]) else "", []).append(row)
    return found
