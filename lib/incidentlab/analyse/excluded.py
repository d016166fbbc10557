"""What the cause is not: other causes that leave the same first trace, each with the row that rules it out.

A person who reads "connection refused" thinks of a wrong host, a wrong password, an outage. The rows that speak for
the verdict often rule these out by a general truth, which `knowledge/excluded.toml` holds.
"""

from __future__ import annotations

import re

import pandas as pd

from incidentlab import tables
from incidentlab.knowledge.excluded import RULES


def excluded(findings: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the causes that the rows for the verdict rule out.

    Parameters
    ----------
    findings : FINDINGS
        That of rank 1 is the verdict.
    evidence : EVIDENCE

    Returns
    -------
    pandas.DataFrame
        EXCLUDED: for each rule that fits, the first row that shows it.
    """
    verdict = tables.records(findings)[0]["category"]
    rows = tables.records(evidence[evidence["rank"].eq(1) & evidence["role"].eq("for") & evidence["line"].notna()])
    told: dict[str, dict[str, object]] = {}
    for rule in RULES:
        row = next((row for row in rows if re.search(rule.by, str(row["fact"]))), None)
        if verdict in rule.of and row is not None and rule.excludes not in told:
            kept = {name: row[name] for name in tables.EXCLUDED.names if name in row}
            told[rule.excludes] = kept | {"category": rule.excludes, "because": rule.because}
    return tables.rows(list(told.values()), tables.EXCLUDED)
