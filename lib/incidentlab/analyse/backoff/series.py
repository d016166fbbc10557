"""The unbroken series of tries in a log, and the gaps between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incidentlab import tables

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


def gaps_of(failed: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Return the seconds between failed tries; empty where only their order is known."""
    times = [row["ts"].value / 1e9 for row in failed if pd.notna(row["ts"])]
    gaps = np.diff(times) if len(times) == len(failed) else np.array([])
    return np.asarray(gaps[gaps > _SAME_TRY_S], dtype=np.float64)
