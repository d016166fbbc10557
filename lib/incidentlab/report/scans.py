"""What a scanner found, in words: how much of it, of which date, and what became of it since an earlier scan."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation, scan_change
from incidentlab.report.answer import Section, shown
from incidentlab.report.show import Shown

_WORDS = {
    "gone": "gone",
    "new": "new",
    "still": "still there",
    "ignored": "left out now",
    "unignored": "left out before",
}


def scans_said(investigation: Investigation) -> Shown:
    """Return one line for each scan: what was found, with which data, and what was left out."""
    lines = [_line(row) for row in tables.records(investigation.incident.scans)]
    nothing = "no scan is in the evidence: that says nothing about what is in the images (capture --scan)"
    return shown([("The scans", lines or [nothing])])


def _line(row: dict[str, Any]) -> str:
    fixable = f"{row['artifact']}: {row['vulnerabilities']} vulnerabilities, {row['secrets']} secrets"
    left = f"; {row['ignored']} more left out by an ignore file or a VEX document" if row["ignored"] else ""
    when = f"scanned {row['scanned']:%Y-%m-%d}" if pd.notna(row["scanned"]) else "it is not known when it was scanned"
    data = (
        f"data of {row['data_updated']:%Y-%m-%d}"
        if pd.notna(row["data_updated"])
        else "the age of its data is not known"
    )
    old = f"; {row['os']} gets no security updates any more" if row["end_of_life"] is True else ""
    return f"{fixable}{left} ({row['scanner']}, {when}, {data}){old}"


def scan_change_said(before: Investigation, after: Investigation) -> Shown:
    """Return how many findings are gone, new and still there, and which of them can be fixed now."""
    changes = scan_change(before, after)
    counts = changes["change"].value_counts()
    told = ", ".join(
        f"{counts.get(name, 0)} {words}" for name, words in _WORDS.items() if name in counts or name == "gone"
    )
    lines = [told, *_same_image(before, after)]
    now = changes[changes["newly_fixable"].eq(other=True)]
    sections: list[Section] = [("Since the earlier scan", lines)]
    if len(now):
        known = [f"{row['vulnerability']} in {row['package']}: {row['fixed_version']}" for row in tables.records(now)]
        sections.append(("A fix has become known", known))
    return shown(sections)


def _same_image(before: Investigation, after: Investigation) -> list[str]:
    ids = [set(one.incident.scans["image_id"].dropna()) for one in (before, after)]
    if not all(ids):
        return []
    same = ids[0] == ids[1]
    return [
        "the same image: what differs became known in between"
        if same
        else "two images: what differs was changed, or became known in between"
    ]
