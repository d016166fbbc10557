"""The timeline with what stands beside the logs: notes, deploys, alarms, and where a metric left its limits.

Each source has its clock, and each clock its error. Two rows of different sources that are closer together than their
errors have no known order, and say so.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables

Record = dict[str, Any]


def beside(
    happenings: pd.DataFrame, *, notes: pd.DataFrame, breaches: pd.DataFrame, clocks: pd.DataFrame
) -> pd.DataFrame:
    """Return a timeline with what stands beside the logs, and how exact each of its times is.

    Parameters
    ----------
    happenings : TIMELINE
    notes : NOTES
        Of the deploys before all other rows only the last of each service is taken: it may have changed something.
    breaches : BREACHES
    clocks : CLOCKS
        How exact the times of a file are; those of a file that it does not name are the clock of all.

    Returns
    -------
    pandas.DataFrame
        TIMELINE.
    """
    early = notes[notes["kind"].eq("deploy") & notes["ts"].lt(happenings["ts"].min())]
    kept = notes.drop(early.index[early.duplicated("service", keep="last")])
    noted = [_row(note, str(note["kind"]), _said(note), "notes") for note in tables.records(kept)]
    left = [_row(breach, "breach", str(breach["detail"]), "readings") for breach in tables.records(breaches)]
    rows = tables.join([happenings, tables.rows([*noted, *left], tables.TIMELINE)], tables.TIMELINE)
    return _ordered(rows, dict(zip(clocks["source"], clocks["error_s"], strict=True)))


def _row(row: Record, what: str, detail: str, source: str) -> Record:
    taken = {name: row[name] for name in ("ts", "service", "error_s", "file", "line", "pointer")}
    return taken | {"order": row.get("order", pd.NA), "what": what, "detail": detail, "source": source}


def _said(note: Record) -> str:
    text = " ".join(str(note["text"]).split())
    return f"{note['author']}: {text}" if pd.notna(note["author"]) else text


def _ordered(rows: pd.DataFrame, errors: dict[str, float]) -> pd.DataFrame:
    """Return a timeline with the error bar of each time, and where it hides which of two rows came first."""
    error = rows["error_s"].fillna(0.0) + rows["file"].map(errors).astype("float64").fillna(0.0)
    error = error.where(rows["ts"].notna())
    both = error + error.shift()
    near = rows["ts"].diff().dt.total_seconds().lt(both) & rows["file"].ne(rows["file"].shift())
    return tables.check(rows.assign(error_s=error, unordered_s=both.where(near)), tables.TIMELINE)
