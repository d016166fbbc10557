"""The ledger: one row for each source, with what was read of it beside what its capture said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock
from incidentlab.parse.evidence import Evidence

_SEEN = (("logs", "ts"), ("events", "ts"), ("probes", "start"), ("probes", "end"), ("samples", "ts"))
_BESIDE = (("notes", "ts"), ("readings", "ts"))


def window(frames: dict[str, pd.DataFrame]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last time of an incident; what stands beside the logs may reach far beyond."""
    for told in (_SEEN, _BESIDE):
        times = pd.concat([frames[table][column] for table, column in told])
        if times.notna().any():
            break
    return times.min(), times.max()


def entry(source: str, several: list[Evidence], said: dict[str, Any]) -> dict[str, Any]:
    """Return a source's row of the ledger: what was read, beside what the capture said of it."""
    times = pd.concat(
        [e.frames[table][column] for e in several for table, column in (*_SEEN, *_BESIDE) if table in e.frames]
        or [pd.Series()]
    )
    known = times.dropna()
    notes = {
        key: "; ".join(dict.fromkeys([*filter(None, [said.get(key)]), *(n for e in several for n in getattr(e, key))]))
        for key in ("truncated", "gap")
    }
    return {
        "source": source,
        "first": known.min() if len(known) else None,
        "last": known.max() if len(known) else None,
        "rows": sum(len(next(iter(e.frames.values()), ())) for e in several),
        "truncated": notes["truncated"] or None,
        "gap": notes["gap"] or None,
        "error": said.get("error"),
    }


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the ledger; a manifest holds times as text."""
    for row in rows:
        row |= {key: clock.time(clock.rfc3339(row[key])) for key in ("first", "last") if isinstance(row[key], str)}
    return tables.rows(rows, tables.LEDGER)
