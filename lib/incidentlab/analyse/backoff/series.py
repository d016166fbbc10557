"""The unbroken series of tries in a log, and the gaps between them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from incidentlab import tables

SLOW = ("timeout", "unreachable")
"""Kinds of failure that take long to be known."""
_SAME_TRY_S = 0.02
"""Two failures logged closer than this are one try told twice (a closed socket and its reset)."""


def series_of(attempts: pd.DataFrame) -> list[list[dict[str, Any]]]:
    """Split the tries of each service and dependency where a run ends and after each success."""
    found = []
    for _, group in attempts.groupby(["service", "dependency"], sort=True):
        split: list[list[dict[str, Any]]] = [[]]
        for row in tables.records(group):
            before = split[-1][-1] if split[-1] else None
            if before is not None and (before["ok"] or _differs(before["run"], row["run"])):
                split.append([])
            split[-1].append(row)
        kept = [series for series in split if series and not series[0]["ok"]]
        for number, series in enumerate(kept, start=1):
            last = "success" if series[-1]["ok"] else "open" if series is split[-1] else "run_end"
            found.append([row | {"series": number, "ended_by": last} for row in series])
    return found


def _differs(run: Any, other: Any) -> bool:
    return bool(pd.notna(run) and pd.notna(other) and run != other)


def gaps_of(failed: list[dict[str, Any]]) -> list[tuple[float, dict[str, Any]]]:
    """Return the seconds between failed tries, each with the try that ended it; empty where only order is known."""
    if any(pd.isna(row["ts"]) for row in failed):
        return []
    pairs = [((row["ts"] - before["ts"]).value / 1e9, row) for before, row in pairwise(failed)]
    return [(gap, row) for gap, row in pairs if gap > _SAME_TRY_S]


def quick(gaps: list[tuple[float, dict[str, Any]]]) -> list[tuple[int, float]]:
    """Return place and seconds of the gaps that tell a delay: those that no slow try ended, if there are others.

    A try that times out adds its timeout to the gap before it, so among tries that are answered at once it says
    nothing of the delay.
    """
    placed = [(place, gap, row["kind"] in SLOW) for place, (gap, row) in enumerate(gaps)]
    answered = [(place, gap) for place, gap, slow in placed if not slow]
    return answered or [(place, gap) for place, gap, _ in placed]
