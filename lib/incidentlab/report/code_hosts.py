"""What was found, as code hosts show it beside the lines of files: SARIF, and the workflow commands of GitHub Actions.

Sources: OASIS SARIF 2.1.0; GitHub's documentation "Workflow commands for GitHub Actions", by which a percent sign and
line ends are escaped in messages, colons and commas in properties too.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, NamedTuple

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.knowledge.causes import CAUSES
from incidentlab.report.show import visible

_SCHEMA = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json"
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_PLACES = 10
"""Rows that are named beside the first; a hundred help nobody."""


class Annotation(NamedTuple):
    """One thing that was found.

    Parameters
    ----------
    rule
        Its category or rule.
    level
        error, warning or note.
    message
        In words.
    places
        Files with the number of a line, the decisive one first.
    """

    rule: str
    level: str
    message: str
    places: list[tuple[str, int]]


def accusation(investigation: Investigation) -> list[Annotation]:
    """Return the verdict as an annotation, where it names a cause: *benign* and *unknown* accuse nobody."""
    first = tables.records(investigation.findings)[0]
    if first["category"] in ("benign", "unknown"):
        return []
    rows = investigation.evidence[investigation.evidence["rank"].eq(1) & investigation.evidence["role"].eq("for")]
    located = tables.records(rows[rows["file"].notna()])
    places = [(str(row["file"]), int(row["line"]) if pd.notna(row["line"]) else 1) for row in located]
    return [Annotation(str(first["category"]), "error", str(first["sentence"]), places)]


def causes() -> dict[str, dict[str, Any]]:
    """Return what a SARIF log says of each category."""
    return {name: {"text": cause.means, "source": next(iter(cause.sources), None)} for name, cause in CAUSES.items()}


def sarif(rules: dict[str, dict[str, Any]], annotations: list[Annotation]) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log with one run.

    Parameters
    ----------
    rules
        Name -> ``text``, what it means, and ``source``, where it is documented; anything else is a property.
    annotations
        What was found.
    """
    told = [_rule(name, dict(facts)) for name, facts in rules.items()]
    driver = {"name": "incidentlab", "version": version("incidentlab"), "rules": told}
    results = [_result(one) for one in annotations]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    text, source = facts.pop("text"), facts.pop("source", None)
    told = {"id": name, "shortDescription": {"text": text}}
    told |= {"helpUri": source} if source and "://" in source else {}
    return told | ({"properties": facts} if facts else {})


def _result(one: Annotation) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": one.rule, "level": one.level, "message": {"text": visible(one.message)}}
    places = [
        {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": line}}}
        for file, line in one.places[: _PLACES + 1]
    ]
    result |= {"locations": places[:1]} if places else {}
    return result | ({"relatedLocations": places[1:]} if places[1:] else {})


def github(annotations: list[Annotation]) -> str:
    """Return workflow commands, one line for each annotation.

    Examples
    --------
    >>> print(github([Annotation("oom", "error", "killed: 100 % used", [("web.log", 3)])]), end="")
    ::error file=web.log,line=3,title=oom::killed: 100 %25 used
    """
    return "".join(f"{_command(one)}\n" for one in annotations)


def _command(one: Annotation) -> str:
    file, line = one.places[0] if one.places else (None, None)
    named = {"file": file, "line": line, "title": one.rule}
    kept = ",".join(f"{name}={_property(str(value))}" for name, value in named.items() if value is not None)
    return f"::{_COMMANDS[one.level]} {kept}::{_message(one.message)}"


def _message(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
