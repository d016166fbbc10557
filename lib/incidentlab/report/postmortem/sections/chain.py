"""Why it broke, told as a chain: each link is one fact, in the order in which one led to the next.

Three kinds of chain are known: a service that did not wait for another, a server that went away while others needed
it, and a service that failed by itself. What no row shows is left out; the chain is then shorter, not vaguer.
"""

from __future__ import annotations

import re

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.wording import sentence
from incidentlab.report.postmortem.material import Material, Record, name, times
from incidentlab.report.postmortem.sections import told
from incidentlab.report.postmortem.statement import Node, Passage, Statement

WAITED = ("startup_race", "healthcheck_misconfigured", "dependency_unhealthy")
"""Causes in which one service did not wait for another, or waited in vain."""
_QUOTED = 110


def chain(m: Material) -> list[Node]:
    """Return the links from the first condition to the end, numbered; one alone is a sentence."""
    service, dependency, category = (m.verdict[key] for key in ("service", "dependency", "category"))
    pair = pd.notna(service) and pd.notna(dependency)
    if m.quiet:
        return []
    if category in WAITED and pair:
        links = _waited(m, service, dependency)
    elif category == "dependency_outage" and pair:
        links = _went(m, dependency)
    else:
        links = []
    links = links or _alone(m)
    return [Passage(tuple(links), numbered=True)] if len(links) > 1 else list(links)


def broke(m: Material) -> list[Node]:
    """Return what was seen to break: the ends of the service that the verdict is about, and what followed from it."""
    service, dependency = (m.verdict[key] for key in ("service", "dependency"))
    who = dependency if m.verdict["category"] == "dependency_outage" and pd.notna(dependency) else service
    said = [told.ends(m, who)] if pd.notna(who) else []
    kept = [one for one in said if one is not None]
    harms = [] if kept else _placed(tables.records(m.found.harms))
    kept += [m.say(f"{sentence(harm)}.", [harm]) for harm in harms]
    return [Passage(tuple(kept))] if kept else []


def _waited(m: Material, service: str, dependency: str) -> list[Statement]:
    links = [
        told.needs(m, service, dependency),
        told.prepared(m, dependency),
        told.deceived(m, dependency),
        told.tried(m, service, dependency),
        told.restart_that_helped(m, service, dependency),
    ]
    kept = [link for link in links if link is not None]
    return kept if len(kept) > 1 else []


def _went(m: Material, server: str) -> list[Statement]:
    links = [told.asked_for(m, server), *told.victims(m, server), told.came_back(m, server)]
    kept = [link for link in links if link is not None]
    return kept if len(kept) > 1 else []


def _alone(m: Material) -> list[Statement]:
    """Return what speaks for the verdict, fact by fact, and whom else it harmed."""
    grouped: dict[str, list[Record]] = {}
    for row in m.evidence(1, "for"):
        grouped.setdefault(str(row["fact"]), []).append(row)
    said = [m.say(f"{_first_upper(fact)}{_often(m, rows)}{_quoted(rows)}.", rows) for fact, rows in grouped.items()]
    service = m.verdict["service"]
    harmed: list[Statement] = told.victims(m, service) if pd.notna(service) else []
    return [*said, *harmed]


def _often(m: Material, rows: list[Record]) -> str:
    return f", {times(len(rows))}{m.during(rows)}" if len(rows) > 1 else m.during(rows)


def _quoted(rows: list[Record]) -> str:
    first = next((str(row["message"]) for row in rows if pd.notna(row["message"])), "")
    shown = first if len(first) <= _QUOTED else f"{first[:_QUOTED].rstrip()}…"
    return f": “{shown}”" if shown else ""


def _placed(rows: list[Record]) -> list[Record]:
    return [row for row in rows if pd.notna(row["file"]) and pd.notna(row["line"])]


def _first_upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" if re.match(r"[a-z]+ ", text) else text


def effects(m: Material) -> list[Node]:
    """Return whom else it harmed: the services that failed to reach the one that broke, and who needs it."""
    service, category = m.verdict["service"], m.verdict["category"]
    if m.quiet or pd.isna(service):
        return []
    waiting = _dependents(m, str(service))
    said = [waiting] if waiting is not None else []
    if category not in (*WAITED, "dependency_outage"):
        return [Passage(tuple(said))] if said else []
    others = m.found.failures[~m.found.failures["service"].isin([service, m.verdict["dependency"]])]
    others = others[others["service"].notna()]
    if category != "dependency_outage":
        for who, rows in others.groupby("service", sort=True):
            said.append(
                m.say(
                    f"{name(who)} failed too, {times(len(rows))}{m.during(tables.records(rows))}.", tables.records(rows)
                )
            )
    return [Passage(tuple(said))] if said else []


def _dependents(m: Material, service: str) -> Statement | None:
    """Return which services name the broken one under `depends_on`."""
    declared = m.found.incident.services if len(m.found.incident.services) else m.found.incident.containers
    needs = declared["depends_on"].fillna("").str.contains(f'"{service}"', regex=False)
    rows = tables.records(declared[needs & declared["service"].notna()])
    names = sorted({str(row["service"]) for row in rows})
    if not names:
        return None
    verb = "needs" if len(names) == 1 else "need"
    cited = [row | {"what": f"depends_on: {row['depends_on']}"} for row in rows]
    return m.say(
        f"{' and '.join(names) if len(names) < 3 else ', '.join(names)} {verb} {service} (`depends_on`).", cited
    )
