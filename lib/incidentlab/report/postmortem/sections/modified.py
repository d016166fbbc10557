"""What was changed, drafted from two captures: settings and images before and after, what came of it, what verifies it.

The evidence shows that a setting or an image changed, and what the project did before and after. Why it was changed,
and what it costs, only people know: that stays a question. What they wrote of an image is held against its sizes.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import size
from incidentlab.investigate import Investigation, compare
from incidentlab.knowledge.patterns import REACH
from incidentlab.report.postmortem.material import Material, Record, counted, name
from incidentlab.report.postmortem.people.wording import Remark
from incidentlab.report.postmortem.statement import Grid, Node, Passage, Statement

_CHANGED = ("configuration", "image", "layer")
_LONG = 160
_SMALLER = re.compile(
    r"(?i)\b(?:image|size|layer)s?\b[^.;]*\b(?:reduc|shr[iau]nk|smaller|slimm|minimi[sz]|optimi[sz])\w*"
    r"|\b(?:reduc|shr[iau]nk|slimm|minimi[sz]|optimi[sz])\w*[^.;]*\b(?:image|size)s?\b"
)
"""Words that say of an image that it became smaller."""


@lru_cache(maxsize=4)
def _differences(before: Investigation, after: Investigation) -> pd.DataFrame:
    return compare(before, after)


def drafted(m: Material) -> list[Node]:
    """Return what was changed and what came of it; empty without a capture from each side of the change."""
    if m.change is None:
        return []
    before, after = m.change
    told = _differences(before, after.found)
    changed = tables.records(told[told["area"].isin(_CHANGED)])
    came = tables.records(told[~told["area"].isin(_CHANGED)])
    nodes: list[Node] = []
    if changed:
        header = ("service", "what", "before", "after")
        nodes.append(Grid(header, tuple(after.row(_cells(row), [row]) for row in changed)))
    else:
        nodes.append(after.say("Neither the Compose file nor an image differs between the two captures.", []))
    sentences = [after.say(f"{row['sentence'][0].upper()}{row['sentence'][1:]}.", [row]) for row in came]
    return [*nodes, Passage(tuple(sentences))] if sentences else nodes


def verified(m: Material) -> list[Node]:
    """Return whether the failed tries of the incident are gone in the capture after the fix."""
    service, dependency = m.verdict["service"], m.verdict["dependency"]
    if m.after is None or m.change is None or pd.isna(service) or pd.isna(dependency):
        return []
    after = m.change[1]
    failures = m.after.failures
    failed = failures[failures["service"].eq(service) & failures["kind"].isin(REACH)]
    if len(failed):
        kinds = ", ".join(f"{count} {kind}" for kind, count in failed["kind"].value_counts().items())
        text = f"Not verified: {counted(len(failed), 'try', 'tries')} of {service} failed after the change: {kinds}."
        return [after.say(text, tables.records(failed))]
    worked = _worked(m.after, str(service))
    if not worked:
        text = f"Not verified: the evidence after the change does not show {service} at work."
        return [Statement(after.ledger, text)]
    quoted = f"{after.clock(worked[0]['ts'])}: “{worked[0]['message']}”"
    text = f"Verified in a capture after the change: {service} worked at {quoted}, after 0 refused tries."
    return [after.say(text, [*worked, *tables.records(_ready(m.after, str(dependency)))])]


def _worked(found: Investigation, service: str) -> list[Record]:
    """Return the first line in which a service says that it succeeded."""
    told = found.marks[found.marks["question"].eq("success")]
    lines = found.incident.logs.iloc[told["row"].astype(int)]
    return tables.records(lines[lines["service"].eq(service)].head(1))


def _ready(found: Investigation, server: str) -> pd.DataFrame:
    phases = found.phases
    return phases[phases["service"].eq(server) & phases["phase"].eq("ready")].head(1)


def _cells(row: Record) -> tuple[str, ...]:
    counted = row["area"] == "layer" or row["what"] == "size"
    told = [
        size(int(row[key])) if counted and pd.notna(row[key]) else name(row[key], "\u2014")
        for key in ("before", "after")
    ]
    values = (name(row["service"]), row["what"], *told)
    return tuple(value if len(value) <= _LONG else value[: _LONG - 1] + "\u2026" for value in map(str, values))


def checked(m: Material) -> list[Node]:
    """Return the commands that verify the change, with what each showed; empty without two captures."""
    if m.change is None:
        return []
    before, after = m.change
    told = _differences(before, after.found)
    services = told.loc[told["area"].isin(_CHANGED), "service"].dropna().unique()
    rows = [row for service in services for row in tables.records(after.found.verifications(service))]
    header = ("command", "is to show", "showed", "holds")
    listed = tuple(after.row((row["command"], row["claim"], row["shows"], row["holds"]), [row]) for row in rows)
    return [Grid(header, listed)] if listed else []


def contradicted(m: Material) -> list[Remark]:
    """Return where people call an image smaller, and it is not."""
    if m.change is None:
        return []
    told = _differences(m.change[0], m.change[1].found)
    sizes = tables.records(told[told["area"].eq("image") & told["what"].eq("size")].dropna(subset=["before", "after"]))
    grown = [row["sentence"] for row in sizes if int(row["after"]) > int(row["before"])]
    return [
        Remark(text.key, text.line, f"'{found[0]}'", f"the evidence says otherwise: {grown[0]}")
        for text in m.human.texts.values()
        if grown and (found := _SMALLER.search(text.text))
    ]
