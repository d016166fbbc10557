"""What runs against what is written, and what is installed against what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found

_CHANGED = re.compile(r"not what the containers were made from: ([\w., -]+)")
"""What a capture says in its ledger where Compose gives a service another hash today."""


def not_what_is_written(case: Case) -> Iterator[Found]:
    """Yield the services whose containers were made from another Compose file than the one that is there."""
    for row in case.rows("ledger", source="config"):
        told: re.Match[str] | None = _CHANGED.search(str(row["gap"])) if pd.notna(row["gap"]) else None
        services: list[str] = told[1].split(", ") if told else []
        for name in (service.rstrip(";. ") for service in services):
            if name in case.services:
                yield Found("not-what-is-written", case.place(name, "image"), name, {"service": name})


def fixes_known(case: Case) -> Iterator[Found]:
    """Yield the images for whose packages a scan knows fixed versions."""
    for scan in tables.records(case.scans):
        own = case.vulnerabilities[case.vulnerabilities["image_id"].eq(scan["image_id"])]
        known = own[own["fixed_version"].notna() & ~own["ignored"].fillna(value=False)]
        known = known[known["scanned"].eq(scan["scanned"]) | pd.isna(scan["scanned"])]
        if len(known) and isinstance(scan["image_id"], str):
            packages = sorted(known["package"].dropna().unique())
            names = {"image": str(scan["artifact"]), "count": str(len(known)), "packages": ", ".join(packages[:5])}
            names["date"] = f"{scan['scanned']:%Y-%m-%d}" if pd.notna(scan["scanned"]) else "an unknown date"
            yield Found("fixes-known", tables.records(known)[0], None, names)
