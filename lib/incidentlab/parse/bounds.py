"""What is beyond any incident of a Compose project: it is left out before anything computes with it, and counted.

A clock that was never set shows 1970, a broken one anything. Two times that are further apart than 292 years have no
difference in 64 bits of nanoseconds, so a time before Unix counts, or centuries ahead, is none; its line stays.

A project of thousands of services is a text whose prefixes are no names, or an attempt to have an analysis that looks
at pairs of services take for ever. The lines of what is too much stay too, as those of nobody.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables

FIRST, LAST = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")
MOST_SERVICES = 1_000
"""Services that are told apart, those of the containers first, then those that say most."""

_SPECIFIED = {table.name: table for table in tables.EVIDENCE_TABLES}
Frames = dict[str, pd.DataFrame]
Row = dict[str, Any]


def kept(frames: Frames) -> tuple[Frames, dict[str, Row]]:
    """Return evidence tables within bounds, and the rows of the ledger that count what is not, under their source."""
    timed, times = _timed(frames)
    told, services = _named(timed)
    return told, times | services


def _timed(frames: Frames) -> tuple[Frames, dict[str, Row]]:
    """Take times that no clock of a container shows for none.

    Examples
    --------
    >>> ts = pd.to_datetime(["1677-09-21T00:12:44Z", "2026-11-23T09:24:45Z"], format="ISO8601").as_unit("ns")
    >>> event = {name: None for name in tables.EVENTS.names} | {"action": "die"}
    >>> found, said = _timed({"events": tables.rows([event | {"ts": time} for time in ts], tables.EVENTS)})
    >>> found["events"]["ts"].isna().tolist(), said["times"]["gap"]
    ([False, True], '1 times before 1970 or after 2199 are taken for none: no clock of a container shows them')
    """
    found, count = {}, 0
    for name, frame in frames.items():
        times = [column.name for column in _SPECIFIED[name].columns if column.dtype == tables.TIME]
        odd = {time: ~frame[time].between(FIRST, LAST) & frame[time].notna() for time in times}
        lost = {time: frame[time].mask(strange) for time, strange in odd.items() if strange.any()}
        found[name] = tables.check(frame.assign(**lost), _SPECIFIED[name]) if lost else frame
        count += sum(int(strange.sum()) for strange in odd.values())
    told = f"{count} times before 1970 or after 2199 are taken for none: no clock of a container shows them"
    return found, {"times": {"source": "times", "gap": told}} if count else {}


def _named(frames: Frames) -> tuple[Frames, dict[str, Row]]:
    """Tell as many services apart as a project may have."""
    order = ["containers", "services", *(name for name in frames if name not in ("containers", "services"))]
    named = [frames[name]["service"].value_counts() for name in order if "service" in frames.get(name, ())]
    every = list(dict.fromkeys(str(service) for counts in named for service in counts.index))
    if len(every) <= MOST_SERVICES:
        return frames, {}
    known = every[:MOST_SERVICES]
    found = {}
    for name, frame in frames.items():
        strange = frame["service"].notna() & ~frame["service"].isin(known) if "service" in frame else None
        if strange is None or not strange.any():
            found[name] = frame
        elif name == "logs":
            nobody = {column: frame[column].mask(strange) for column in ("service", "replica", "container")}
            found[name] = tables.check(frame.assign(**nobody), tables.LOGS)
        else:
            found[name] = tables.check(frame[~strange], _SPECIFIED[name])
    told = f"{len(every)} names of services: {MOST_SERVICES} are told apart, the lines of the others are nobody's"
    return found, {"services": {"source": "services", "truncated": told}}
