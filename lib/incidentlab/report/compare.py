"""Two captures side by side, in words and as JSON: what was changed, and what came of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation, compare
from incidentlab.report.answer import shown
from incidentlab.report.document import values
from incidentlab.report.show import Shown

_TITLES = {
    "verdict": "The verdict",
    "configuration": "What was changed in the Compose file",
    "image": "What was changed in the images",
    "layer": "The layers that make the difference",
    "vulnerabilities": "What the scans found",
    "readiness": "How long until ready",
    "restarts": "Restarts",
    "health": "State and health",
}


def compared(before: Investigation, after: Investigation) -> Shown:
    """Return in what two captures differ, the verdict first."""
    told = compare(before, after)
    sections = [(title, told.loc[told["area"].eq(area), "sentence"].tolist()) for area, title in _TITLES.items()]
    silent = [f"{title}: no difference, or not known" for title, lines in sections if not lines]
    return shown([*((title, lines) for title, lines in sections if lines), ("Nothing else", silent)])


def comparison(before: Investigation, after: Investigation, sources: tuple[str, str]) -> dict[str, Any]:
    """Return a comparison as plain data: ``before``, ``after``, ``differences``, and the ledger of each.

    Parameters
    ----------
    sources
        What was given on the command line.
    """
    return {
        **dict(zip(("before", "after"), sources, strict=True)),
        "differences": [values(row) for row in tables.records(compare(before, after))],
        "ledgers": {name: _ledger(one.incident.ledger) for name, one in (("before", before), ("after", after))},
    }


def _ledger(ledger: pd.DataFrame) -> list[dict[str, Any]]:
    return [values(row) for row in tables.records(ledger)]
