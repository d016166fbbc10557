"""Which harm a hypothesis explains: a line that speaks of a failure accuses nobody where nothing was harmed.

A harm is explained by words of whoever was harmed, said before it was over. A server's words on a client (a refused
login) explain what happened to the client. What somebody pasted counts as harmed, too, where it ends in the error:
nobody pastes the last lines of a program that is well.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import naming
from incidentlab.analyse.diagnosis.calm import calm_after
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, later, within

_LAST = 5
"""With no more calm lines than these after it, an error is among the last words of a program that is known to work."""

_LAST_OF_ANY = 20
"""The same of a program that says nothing of its work: an excerpt need not be in order, or may hold two programs."""

_AGAIN = 3
"""What is said as often as this did not pass."""

_TRACE = 3
"""Lines of a record that show how a program came to its end, where no logger gave it a level: nobody caught it."""

_STATES = ("ended", "restarting", "unhealthy", "never started", "listed")
"""Harms that the engine, Compose or a table of containers tells."""

_OF_CLIENTS = ("auth", "missing_database", "privilege", "schema", "sql", "tls")
"""Kinds of failures by which a server speaks of a client: whether it goes on itself tells nothing of the client."""


def explain(case: Case, harmed: pd.DataFrame, possible: list[Hypothesis]) -> None:
    """Give each hypothesis that reads lines the harm that it explains, or the calm line that shows that none was."""
    rows = tables.records(harmed)
    for found in possible:
        if found.signs:
            found.harm = next((harm for harm in rows if _explains(case, found, harm)), None)
            found.service = naming.called(case, found.service) if found.service else _only(rows)
            found.calm = None if found.harm is not None or _lasts(case, found) else _calm(case, found)


def _calm(case: Case, found: Hypothesis) -> Record | None:
    """Return the first of many calm lines after the last sign; fewer are enough where the program is known to work."""
    last = found.signs[-1]
    calm = calm_after(case, found.service, last)
    enough = _LAST if case.works(found.service, last) is not None else _LAST_OF_ANY
    return calm[0] if len({row["message"] for row in calm}) > enough else None


def _lasts(case: Case, found: Hypothesis) -> bool:
    """Say whether the lines themselves show a harm that did not pass: said again and again, uncaught, of a client.

    What fails while a server initialises itself is not made up for: it does so once (official images' entrypoints).
    """
    first, last = found.signs[0], found.signs[-1]
    if len(found.signs) >= _AGAIN or _uncaught(last) or inside(case, first) or naming.is_of_engine(last):
        return True
    of_client = found.kind in _OF_CLIENTS and (found.service in case.stores or found.service is None)
    return of_client and not any(case.works(name, last) for name in case.names - case.stores)


def inside(case: Case, row: Record) -> bool:
    """Say whether a row was said while the temporary server of a first start ran."""
    spans = case.spans(row["service"] if pd.notna(row["service"]) else None)
    return any(span["phase"] == "temporary_server" and within(row, span) for span in spans)


def _uncaught(row: Record) -> bool:
    lines: Any = row["last_line"] if row.get("last_line") is not None and pd.notna(row["last_line"]) else row["line"]
    return pd.isna(row["level"]) and pd.notna(lines) and lines - row["line"] >= _TRACE


def _only(harmed: list[Record]) -> str | None:
    """Return the one service that is listed or told as ended or ill, where the lines of a failure name none."""
    names = {str(harm["service"]) for harm in harmed if harm["kind"] in _STATES and pd.notna(harm["service"])}
    return names.pop() if len(names) == 1 else None


def _explains(case: Case, found: Hypothesis, harm: Record) -> bool:
    whose: str | None = str(harm["service"]) if pd.notna(harm["service"]) else None
    theirs = found.service in case.stores and whose not in case.stores
    if whose != found.service and not theirs and None not in (whose, found.service):
        return False
    return harm["count"] > 1 or not later(found.signs[0], harm)
