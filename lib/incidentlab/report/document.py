"""The answer for programs: the JSON that `incidentlab diagnose --json` prints. Its shape is a contract."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.incident import Incident
from incidentlab.investigate import Investigation
from incidentlab.report import beside
from incidentlab.report.headline import next_step, state_now

_PLACE = ("file", "line", "pointer")


def document(investigation: Investigation, source: str) -> dict[str, Any]:
    """Return the answer as plain data, ready for `json.dumps`.

    Parameters
    ----------
    investigation
        Result of `investigate`.
    source
        What was given on the command line.

    Returns
    -------
    dict
        ``source``, ``verdict`` {category, service, dependency, confidence, services: every name by which the evidence
        calls the service, its containers' included}, ``findings`` (ranked, each with its
        ``evidence`` [{file, line, pointer, role, fact}], the rows that speak for it first), ``now`` (the state in
        words, the next command, and how each container stands when the evidence ends), ``beside`` (what metrics,
        deploys and alarms tell, each with its ``evidence``), ``ledger``, ``unparsed_lines``, ``versions``. Times are
        RFC 3339, a missing value is null.
    """
    findings = [_finding(row, investigation.evidence) for row in tables.records(investigation.findings)]
    verdict = {name: findings[0][name] for name in ("category", "service", "dependency", "confidence")}
    verdict["services"] = _names(verdict["service"], investigation.incident)
    return {
        "source": source,
        "verdict": verdict,
        "findings": findings,
        "now": {
            "sentence": state_now(investigation),
            "next": next_step(investigation) or None,
            "containers": [values(row) for row in tables.records(investigation.states)],
        },
        "beside": [
            {"sentence": one.text, "evidence": [values({name: row[name] for name in _PLACE}) for row in one.rows]}
            for one in beside.every(investigation)
        ],
        "ledger": [values(row) for row in tables.records(investigation.incident.ledger)],
        "unparsed_lines": investigation.incident.unparsed,
        "versions": {"incidentlab": version("incidentlab"), "python": platform.python_version()},
    }


def _names(service: str | None, incident: Incident) -> list[str]:
    if service is None:
        return []
    frames = (incident.logs, incident.events, incident.containers)
    called = [frame.loc[frame["service"] == service, "container"].dropna().unique() for frame in frames]
    told = incident.logs.loc[incident.logs["kind"] == "compose", "message"]
    spoken = told.str.findall(rf"\b[\w.-]*[-_]{re.escape(service)}(?:[-_]\d+)?\b").explode().dropna().unique()
    return sorted({service, *(str(name) for names in [*called, spoken] for name in names)})


def _finding(row: dict[str, Any], evidence: pd.DataFrame) -> dict[str, Any]:
    rows = tables.records(evidence[evidence["rank"] == row["rank"]])
    kept = (*_PLACE, "role", "fact")
    located = [values({name: item[name] for name in kept}) for item in rows if pd.notna(item["line"])]
    located.sort(key=lambda item: item["role"] != "for")
    missing = [str(item["fact"]) for item in rows if item["role"] == "missing"]
    return values(row) | {"evidence": located, "missing": missing}


def values(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table as JSON holds it: times as RFC 3339 to the nanosecond, a missing value as null."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%dT%H:%M:%S}.{value.value % 10**9:09d}Z"
    return value.item() if hasattr(value, "item") else value
