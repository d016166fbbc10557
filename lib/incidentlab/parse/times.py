"""All times on the clock of the evidence: what a program printed where the engine tells no time, and declared clocks.

The order of what stands in several sources is told by their times alone. So a log without the engine's times is read
by those that its program printed, as soon as anything else beside it is timed; and the times of a source of which
somebody declared that its clock is wrong are moved by as much. Where it is declared that nobody knows how wrong it is,
pairs of events tell (`parse.pairs`), or else the times of that source are none. Elsewhere such pairs only give a hint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from incidentlab import tables
from incidentlab.parse import declared, pairs
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.log_table import SPOKEN

_TABLES = {table.name: table for table in tables.EVIDENCE_TABLES}
_TOLD = 0.5
"""So large a part of its lines states a time in a log that is read by these."""

_PRINTED = "no engine times: those that the program printed are taken"

Sources = dict[str, list[Evidence]]


def on_one_clock(sources: Sources, clocks: pd.DataFrame, unknown: dict[str, int]) -> tuple[Sources, pd.DataFrame]:
    """Return the evidence of all sources, its times as the clock of the evidence shows them, and CLOCKS.

    Parameters
    ----------
    sources
        Source of the ledger -> what was read of it.
    clocks : CLOCKS
        Those that are declared.
    unknown
        File of which it is declared that nobody knows its clock -> the line that says so.
    """
    every = [evidence for several in sources.values() for evidence in several]
    beside = any(len(e.frames.get(name, ())) for e in every for name in tables.BESIDE)
    if not beside and not unknown and clocks.empty:
        return sources, clocks
    wanted = {file for e in every for file in _files(e)} if beside or unknown else set(clocks["source"])
    timed = _each(sources, lambda one: _by_program(one) if wanted.intersection(_files(one)) else one)
    printed = {file for e in timed.values() for one in e if _PRINTED in one.gap for file in _files(one)}
    found = _each(timed, lambda one: _declared(one, clocks))
    offsets = _offsets(found, set(unknown), printed - set(clocks["source"]))
    inferred = tables.rows(
        [_clock(file, offset, unknown[file]) for file, offset in offsets.items() if offset and file in unknown],
        tables.CLOCKS,
    )
    lost = set(unknown) - set(inferred["source"])
    known = _each(found, lambda one: _lost(_declared(one, inferred), lost))
    return _each(known, lambda one: _hinted(one, offsets, set(unknown))), tables.join([clocks, inferred], tables.CLOCKS)


def _each(sources: Sources, change: Callable[[Evidence], Evidence]) -> Sources:
    return {source: [change(one) for one in several] for source, several in sources.items()}


def _offsets(sources: Sources, unknown: set[str], printed: set[str]) -> dict[str, pairs.Offset | None]:
    """Return how far the clock of each file that is asked for is ahead of those of all others that are known."""
    if not unknown | printed:
        return {}
    logs = [e.frames["logs"] for several in sources.values() for e in several if "logs" in e.frames]
    calls = {str(file): pairs.calls(rows) for frame in logs for file, rows in frame.groupby("file", sort=False)}
    known = {file: told for file, told in calls.items() if file not in unknown}
    return {
        file: pairs.offset(calls.get(file, {}), {other: told for other, told in known.items() if other != file})
        for file in sorted(unknown | printed)
    }


def _clock(file: str, offset: pairs.Offset, line: int) -> dict[str, object]:
    told = {"source": file, "drift_ppm": 0.0, "by": "inferred", "file": declared.NAME, "line": line}
    return told | offset._asdict()


def _lost(evidence: Evidence, lost: set[str]) -> Evidence:
    """Return evidence without the times of files whose clock nobody knows; what the program printed stays beside."""
    if not lost.intersection(_files(evidence)):
        return evidence
    frames = {}
    for name, frame in evidence.frames.items():
        own = frame["file"].isin(lost)
        times = [c.name for c in _TABLES[name].columns if c.dtype == tables.TIME and c.name != "app_ts"]
        frames[name] = tables.check(frame.assign(**{time: frame[time].mask(own) for time in times}), _TABLES[name])
    told = "its clock is not known and no pairs of events bound it: its times are left out, only its own order is known"
    return replace(evidence, frames=frames, gap=[*evidence.gap, told])


def _hinted(evidence: Evidence, offsets: dict[str, pairs.Offset | None], unknown: set[str]) -> Evidence:
    """Return evidence with a hint for the ledger where pairs of events show that its clock is another."""
    apart = [offsets[file] for file in sorted(_files(evidence) - unknown) if offsets.get(file)]
    hints = [
        f"pairs of events show its clock {_off(one.ahead_s)}, known to {one.error_s:g} s ({one.because}); its "
        f"times are not moved: declare ahead_s, or clock: unknown, in {declared.NAME}"
        for one in apart
        if one and abs(one.ahead_s) > one.error_s
    ]
    return replace(evidence, gap=[*evidence.gap, *hints]) if hints else evidence


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
    return replace(evidence, frames=evidence.frames | {"logs": timed}, gap=[_PRINTED, *kept])


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
    ahead, drift, error = (float(str(clock[name])) for name in ("ahead_s", "drift_ppm", "error_s"))
    gains = f", and {'gains' if drift > 0 else 'loses'} {abs(drift):g} s in a million" if drift else ""
    how = "as is declared" if clock["by"] == "declared" else "as pairs of events show"
    return f"its clock is {_off(ahead)}, {how}{gains}; its times are moved, and known to {error:g} s"


def _off(ahead_s: float) -> str:
    return f"{abs(ahead_s):g} s {'ahead' if ahead_s >= 0 else 'behind'}"
