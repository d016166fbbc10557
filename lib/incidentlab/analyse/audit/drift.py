"""What runs against what is written, and what is installed against what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found, Record
from incidentlab.analyse.marks import sought

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


def moved_tag(case: Case) -> Iterator[Found]:
    """Yield the services of which one name stood for several images; one that is built here is to change."""
    for service in case.services:
        ran: dict[str, set[str]] = {}
        for row in case.rows("containers", service=service):
            if pd.notna(row["image"]) and pd.notna(row["image_id"]):
                ran.setdefault(str(row["image"]), set()).add(str(row["image_id"]))
        for image, ids in ran.items():
            if len(ids) > 1 and "@" not in image and not _built(case, service):
                names = {"service": service, "image": image, "count": str(len(ids))}
                yield Found("tag-moved", case.place(service, "image"), service, names)


def _built(case: Case, service: str) -> bool:
    return case.setting(service, "build") is not None or bool(case.below(service, "build"))


def unheard_port(case: Case) -> Iterator[Found]:
    """Yield the published ports that refused a client inside, while the program says that it listens on others."""
    for service in case.services:
        heard = _heard(case, service)
        if not heard:
            continue
        refused = case.rows("failures", target=service, kind="refused")
        ready = case.first_ready(service)
        for target, row in _published(case, service).items():
            tries = [one for one in refused if one["port"] == target and pd.notna(ready) and one["ts"] > ready]
            if target not in heard and tries:
                others = ", ".join(map(str, sorted(heard)))
                names = {"service": service, "port": str(target), "others": others, "count": str(len(tries))}
                yield Found("port-unheard", row, service, names)


def _published(case: Case, service: str) -> dict[int, Record]:
    """Return the TCP ports inside the container that are published, each with its setting; ranges are left out."""
    found = {}
    for row in case.below(service, "ports"):
        long, short = row["key"].endswith(".target"), re.fullmatch(r"(?:.*:)?(\d+)(?:/tcp)?", str(row["value"]))
        if short and (long or re.fullmatch(r"ports\.\d+", row["key"])):
            found[int(short[1])] = row
    return found


def _heard(case: Case, service: str) -> set[int]:
    """Return the ports on which a service says that it listens."""
    ready = case.logs.iloc[case.marks.loc[case.marks["kind"].eq("ready"), "row"].astype(int)]
    told = sought(ready.loc[ready["service"].eq(service), "message"], "port_told")
    return set(told["port"].astype(int))


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
