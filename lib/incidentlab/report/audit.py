"""An audit in words, as JSON and for code hosts: what is wrong and where, what to change, what cannot be told."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.knowledge.rules import RULES
from incidentlab.report.answer import Section, at, ledger_lines, shown
from incidentlab.report.change import change_lines
from incidentlab.report.code_hosts import Annotation
from incidentlab.report.document import values
from incidentlab.report.show import Shown

_TITLES = {"error": "Cannot work so", "warning": "Broke something, or will", "note": "Can be better"}


def audited(investigation: Investigation) -> Shown:
    """Return what an audit found, the worst first, what to change, and what it could not tell."""
    return shown(sections(investigation))


def sections(investigation: Investigation) -> list[Section]:
    """Return the sections of an audit: one for each level that has findings, and one for what is not known."""
    found = investigation.audit[investigation.audit["state"].eq("found")]
    told: list[Section] = [_summary(investigation.audit)]
    for level, title in _TITLES.items():
        rows = found[found["level"].eq(level)]
        lines = [
            line
            for _, group in rows.groupby("rule", sort=False)
            for line in _lines(tables.records(group), investigation.incident.settings)
        ]
        if lines:
            told.append((f"{title} ({level})", lines))
    unknown = _unknown(investigation.audit)
    if unknown:
        told.append(("Cannot be told from this evidence", unknown))
    return [*told, ("What we do not know", ledger_lines(investigation))]


def _summary(audit: pd.DataFrame) -> Section:
    found = audit[audit["state"].eq("found")]
    counts = {level: int(found["level"].eq(level).sum()) for level in tables.LEVELS}
    said = ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items())
    silent = len(RULES) - audit["rule"].nunique()
    return f"Audit: {said}", [f"{len(RULES)} rules were asked; {silent} of them have nothing to say"]


def _lines(rows: list[dict[str, Any]], settings: pd.DataFrame) -> list[str]:
    """Return what is said of one rule: what was found, what to change, and how that looks in the file."""
    lines = [f"{row['rule']}: {row['sentence']}{_where(row)}" for row in rows]
    lines += [f"Remedy: {text}" for text in dict.fromkeys(row["remedy"] for row in rows if pd.notna(row["remedy"]))]
    for row in rows:
        if pd.notna(row["change"]):
            service = row["service"] if pd.notna(row["service"]) else None
            lines += [f"  {line}" for line in change_lines(service, json.loads(row["change"]), settings)]
    return lines


def _where(row: dict[str, Any]) -> str:
    """Return where a row stands; the keys of a Compose file are not told beside their line."""
    keys = pd.notna(row["pointer"]) and str(row["pointer"]).startswith("/services/")
    return at(row | {"pointer": None} if keys else row)


def _unknown(audit: pd.DataFrame) -> list[str]:
    """Return one line for each rule of which something is missing."""
    rows = audit[audit["state"].eq("not known")]
    lines = []
    for rule, group in rows.groupby("rule", sort=False):
        missing = list(dict.fromkeys(group["missing"].dropna()))
        more = f"; and {len(missing) - 1} more" if len(missing) > 1 else ""
        lines.append(f"{rule}: whether {RULES[str(rule)].condition}; missing: {missing[0]}{more}")
    return lines


def broken(investigation: Investigation, level: str) -> bool:
    """Return whether something of a level or a worse one was found."""
    worst = tables.LEVELS[: tables.LEVELS.index(level) + 1]
    audit = investigation.audit
    return bool((audit["state"].eq("found") & audit["level"].isin(worst)).any())


def audit_document(investigation: Investigation, source: str) -> dict[str, Any]:
    """Return an audit as plain data, ready for `json.dumps`.

    Returns
    -------
    dict
        ``source``, ``findings`` (what is found: rule, level, service, sentence, remedy, change, file, line, pointer,
        sources), ``not_known`` (the same with ``missing``), ``ledger``, ``versions``.
    """
    rows = [_document(row) for row in tables.records(investigation.audit)]
    return {
        "source": source,
        "findings": [row for row in rows if row["state"] == "found"],
        "not_known": [row for row in rows if row["state"] != "found"],
        "ledger": [values(row) for row in tables.records(investigation.incident.ledger)],
        "versions": {"incidentlab": version("incidentlab"), "python": platform.python_version()},
    }


def _document(row: dict[str, Any]) -> dict[str, Any]:
    plain = values(row)
    change = json.loads(plain["change"]) if plain["change"] else None
    return plain | {"change": change, "sources": RULES[row["rule"]].sources}


def annotated(investigation: Investigation) -> list[Annotation]:
    """Return what was found, for code hosts; what cannot be told is left out."""
    found = tables.records(investigation.audit[investigation.audit["state"].eq("found")])
    return [_annotation(row) for row in found]


def rules() -> dict[str, dict[str, Any]]:
    """Return what a SARIF log says of each rule."""
    return {
        name: {
            "text": rule.condition,
            "source": next(iter(rule.sources), None),
            "versions": rule.versions,
            "needs": rule.needs,
        }
        for name, rule in RULES.items()
    }


def _annotation(row: dict[str, Any]) -> Annotation:
    remedy = f" {row['remedy']}" if pd.notna(row["remedy"]) else ""
    line = int(row["line"]) if pd.notna(row["line"]) else 1
    places = [(str(row["file"]), line)] if pd.notna(row["file"]) else []
    return Annotation(row["rule"], row["level"], f"{row['sentence']}{remedy}", places)
