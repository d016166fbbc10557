"""What changed between two scans: gone, new, still there, and for which of those a fix has appeared.

The same finding is recognised by its identity (see `incidentlab.parse.scans`). Two scans of the same image on two
days differ by what became known in between, two scans of two images by what was changed: both are told in the same
words, and which it is stands in the scans' own image ids. What an ignore file left out is no finding, but it is not
gone either: it is told apart.
"""

from __future__ import annotations

import pandas as pd

from incidentlab import tables

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN")
"""Trivy's severities, the worst first."""


def compare(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each finding between two scans.

    Parameters
    ----------
    before, after : VULNERABILITIES
        The rows of one scan each.

    Returns
    -------
    pandas.DataFrame
        SCAN_CHANGES: one row per identity, worst severity first. `change` is gone, new, still, ignored (it is left
        out of the later scan by an ignore file) or unignored (it was left out before, and is a finding now).
        `newly_fixable` says that a fixed version is known now and was not before.

    Examples
    --------
    >>> row = {"package": "zlib", "vulnerability": "CVE-1", "severity": "LOW", "ignored": False, "identity": "z"}
    >>> one = tables.rows([row], tables.VULNERABILITIES)
    >>> two = tables.rows([row | {"fixed_version": "1.3"}], tables.VULNERABILITIES)
    >>> compare(one, two)[["vulnerability", "change", "newly_fixable"]].values.tolist()
    [['CVE-1', 'still', True]]
    """
    was, now = before.drop_duplicates("identity"), after.drop_duplicates("identity")
    both = was.merge(now, on="identity", how="outer", suffixes=("_before", "_after"))
    latest = {name: both[f"{name}_after"].fillna(both[f"{name}_before"]) for name in _KEPT}
    there = {side: both[f"ignored_{side}"].map({True: "ignored", False: "found"}).fillna("absent") for side in _SIDES}
    told = pd.Series([_CHANGES.get(pair) for pair in zip(there["before"], there["after"], strict=True)], dtype="str")
    fixable = both["fixed_version_before"].isna() & both["fixed_version_after"].notna() & there["before"].ne("absent")
    changes = both.assign(**latest, change=told, newly_fixable=fixable & there["after"].eq("found"))
    rank = changes["severity"].map({name: place for place, name in enumerate(SEVERITIES)}).fillna(len(SEVERITIES))
    changes = changes.assign(rank=rank)[changes["change"].notna()].sort_values(["rank", "change", "package"])
    return tables.check(changes, tables.SCAN_CHANGES)


def by_severity(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many findings there are of each severity, and for how many of them a fix is known.

    Parameters
    ----------
    found : VULNERABILITIES
        Rows that were ignored are not counted.

    Returns
    -------
    pandas.DataFrame
        SEVERITY_COUNTS, always all five severities, the worst first.

    Examples
    --------
    >>> row = {"severity": "HIGH", "fixed_version": "2", "ignored": False}
    >>> by_severity(tables.rows([row], tables.VULNERABILITIES))["fixable"].tolist()
    [0, 1, 0, 0, 0]
    """
    counted = found[~found["ignored"].fillna(value=False)]
    severity = counted["severity"].where(counted["severity"].isin(SEVERITIES), "UNKNOWN")
    total = severity.value_counts().reindex(SEVERITIES, fill_value=0)
    fixable = severity[counted["fixed_version"].notna()].value_counts().reindex(SEVERITIES, fill_value=0)
    rows = [
        {"severity": name, "vulnerabilities": int(total[name]), "fixable": int(fixable[name])} for name in SEVERITIES
    ]
    return tables.rows(rows, tables.SEVERITY_COUNTS)


_SIDES = ("before", "after")
_KEPT = ("package", "version", "fixed_version", "vulnerability", "severity", "target", "title", "url", "layer")
_CHANGES = {
    ("absent", "found"): "new",
    ("found", "absent"): "gone",
    ("found", "found"): "still",
    ("found", "ignored"): "ignored",
    ("ignored", "found"): "unignored",
}
