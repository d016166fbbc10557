"""Whether a change holds: one line for each command that one would type, with what it showed."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.answer import at, shown
from incidentlab.report.show import Shown

_TITLES = {"yes": "Verified", "no": "Contradicted", "not known": "Not shown by this evidence"}


def verified(told: pd.DataFrame) -> Shown:
    """Return what holds, what does not, and what the evidence does not show.

    Parameters
    ----------
    told : VERIFICATIONS
    """
    sections = []
    for holds in ("no", "yes", "not known"):
        rows = tables.records(told[told["holds"].eq(holds)])
        lines = [f"{row['claim']}: {row['shows']}{at(row)}" for row in rows]
        if lines:
            sections.append((_TITLES[holds], lines))
    return shown(sections)
