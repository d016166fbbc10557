"""The external edition: what happened and when, without log lines, hosts, files, ids or names of services.

Nothing is taken away from the internal edition; it is written anew, so nothing can be forgotten there. A sentence for
each category says what broke in words that name no part of the system, and of human.yaml only ``external`` is shown.
Its sentences rest on rows like all others; the numbers of the rows are left to the internal edition.
"""

from __future__ import annotations

import pandas as pd

from incidentlab.knowledge.causes import CAUSES
from incidentlab.report.postmortem.material import Material, span
from incidentlab.report.postmortem.people.human import question
from incidentlab.report.postmortem.statement import Document, Node, Passage, Section, Statement


def external(m: Material) -> Document:
    """Return the edition for readers outside: what happened, what it meant for them, what is done."""
    told = [m.say(CAUSES[m.verdict["category"]].outside, m.evidence(1)), *_when(m)]
    sections = [
        Section("What happened", (Passage(tuple(told)), *_people(m, "external.summary"))),
        Section("What it meant for you", _people(m, "external.impact")),
        Section("What we do", _people(m, "external.next_steps")),
    ]
    title = m.human.get("external.title")
    return Document(title.text if title else _title(m), m.human.status, tuple(sections), internal=False)


def _people(m: Material, key: str) -> tuple[Node, ...]:
    written = m.human.get(key)
    return (written,) if written else () if m.quiet else (question(key),)


def _title(m: Material) -> str:
    begun = m.named["impact"]["ts"]
    return f"Service disruption on {_day(begun)}" if pd.notna(begun) else "Service disruption"


def _when(m: Material) -> list[Statement]:
    begun, over = m.named["impact"], m.named["mitigated"]
    if pd.isna(begun["ts"]):
        return []
    since = f"It began on {_day(begun['ts'])} at {begun['ts']:%H:%M} UTC"
    if pd.isna(over["ts"]):
        return [m.say(f"{since}.", [begun])]
    lasted = span(max(1.0, round((over["ts"] - begun["ts"]).total_seconds()))).replace(".0 s", " s")
    words = lasted.replace(" s", " seconds").replace(" min", " minutes").replace(" h", " hours")
    return [m.say(f"{since} and was over after {words}.", [begun, over])]


def _day(ts: pd.Timestamp) -> str:
    return f"{ts.day} {ts:%B %Y}"
