"""A series of segments that was read as one text: which row stands in which of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from incidentlab import tables
from incidentlab.parse.evidence import Evidence


def placed(evidence: Evidence, texts: dict[str, bytes]) -> Evidence:
    """Say of each row in which segment it stands, where a series of segments was read as one text."""
    if len(texts) == 1:
        return evidence
    paths = pd.Series(list(texts))
    ends = pd.Series([text.count(b"\n") for text in texts.values()]).cumsum()
    frames = {}
    for table in tables.EVIDENCE_TABLES:
        if table.name in evidence.frames:
            frame = evidence.frames[table.name]
            place = ends.searchsorted(frame["line"].astype("int64"))
            starts = ends.shift(fill_value=0).take(place).to_numpy()
            there = {"file": paths.take(place).to_numpy(), "line": frame["line"] - starts}
            frames[table.name] = tables.check(frame.assign(**there), table)
    return replace(evidence, frames=frames)
