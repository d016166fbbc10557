"""All times on the clock of the evidence: what a program printed where the engine tells no time, and declared clocks.

The order of what stands in several sources is told by their times alone. So a log without the engine's times is read
by those that its program printed, as soon as anything else beside it is timed; and the times of a source of which
somebody declared that its clock is wrong are moved by as much.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from incidentlab import tables
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.log_table import SPOKEN

_TABLES = {table.name: table for table in tables.EVIDENCE_TABLES}
_TOLD = 0.5
"""So large a part of its lines states a time in a log that is read by these."""

Sources = dict[str, list[Evidence]]


def on_one_clock(sources: Sources, clocks: pd.DataFrame) -> Sources:
    """Return the evidence of all sources, its times as the clock of the evidence shows them.

    Parameters
    ----------
    sources
        Source of the ledger -> what was read of it.
    clocks : CLOCKS
        Those that are declared.
    """
    every = [evidence for several in sources.values() for evidence in several]
    beside = any(len(e.frames.get(name, ())) for e in every for name in ("notes", "readings"))
    wanted = set(clocks["source"]) | ({str(f) for e in every for f in _files(e)} if beside else set())
    found = {}
    for source, several in sources.items():
        timed = [_by_program(one) if wanted.intersection(_files(one)) else one for one in several]
        found[source] = [_declared(one, clocks) for one in timed]
    return found


def moved(frame: pd.DataFrame, table: tables.Table, clocks: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the times of each file as the clock of the evidence shows them.

    Parameters
    ----------
    frame
        Any table of evidence.
    table
        What it is.
    clocks : CLOCKS

    Examples
    --------
    >>> noted = tables.rows([{"ts": pd.Timestamp("2026-01-01T00:00:02Z"), "file": "a"}], tables.NOTES)
    >>> wrong = tables.rows([{"source": "a", "ahead_s": 2.0, "drift_ppm": 0.0}], tables.CLOCKS)
    >>> moved(noted, tables.NOTES, wrong)["ts"].iloc[0]
    Timestamp('2026-01-01 00:00:00+0000', tz='UTC')
    """
    times = [column.name for column in table.columns if column.dtype == tables.TIME]
    told = {name: frame[name] for name in times}
    for clock in tables.records(clocks):
        own = frame["file"].eq(clock["source"])
        first = pd.concat([frame.loc[own, name] for name in times]).min() if times else tables.NEVER
        for name in times if pd.notna(first) else ():
            gained = (frame.loc[own, name] - first).dt.total_seconds() * clock["drift_ppm"] / 1e6
            shift = pd.to_timedelta(np.rint((gained.fillna(0.0) + clock["ahead_s"]) * 1e9), unit="ns")
            told[name] = told[name].mask(own, frame.loc[own, name] - shift)
    return tables.check(frame.assign(**told), table)


def _files(evidence: Evidence) -> set[str]:
    return {str(file) for frame in evidence.frames.values() for file in frame["file"].dropna().unique()}


def _by_program(evidence: Evidence) -> Evidence:
    """Return a log without the engine's times with those that its program printed; a line without has that above it."""
    logs = evidence.frames.get("logs")
    if logs is None or not len(logs) or logs["ts"].notna().any():
        return evidence
    spoken = logs["kind"].isin(SPOKEN)
    if logs.loc[spoken, "app_ts"].notna().sum() < _TOLD * spoken.sum() or not spoken.any():
        return evidence
    timed = tables.check(logs.assign(ts=logs["app_ts"].ffill()), tables.LOGS)
    kept = [note for note in evidence.gap if not note.startswith("no engine times")]
    told = "no engine times: those that the program printed are taken"
    return replace(evidence, frames=evidence.frames | {"logs": timed}, gap=[told, *kept])


def _declared(evidence: Evidence, clocks: pd.DataFrame) -> Evidence:
    """Return evidence with its times moved as its clock is declared, and the words of the ledger."""
    own = clocks[clocks["source"].isin(_files(evidence))]
    if not len(own):
        return evidence
    frames = {name: moved(frame, _TABLES[name], own) for name, frame in evidence.frames.items()}
    return replace(evidence, frames=frames, gap=[*evidence.gap, *(said(clock) for clock in tables.records(own))])


def said(clock: dict[str, object]) -> str:
    """Return the words of the ledger for a clock that is not that of the evidence.

    Examples
    --------
    >>> said({"ahead_s": -2.0, "drift_ppm": 40.0, "error_s": 0.1, "by": "declared"})
    'its clock is 2 s behind, as is declared, and gains 40 s in a million; its times are moved, and known to 0.1 s'
    """
    ahead, drift = float(str(clock["ahead_s"])), float(str(clock["drift_ppm"]))
    off = f"{abs(ahead):g} s {'ahead' if ahead >= 0 else 'behind'}"
    gains = f", and {'gains' if drift > 0 else 'loses'} {abs(drift):g} s in a million" if drift else ""
    how = "as is declared" if clock["by"] == "declared" else "as pairs of events show"
    return f"its clock is {off}, {how}{gains}; its times are moved, and known to {float(str(clock['error_s'])):g} s"
