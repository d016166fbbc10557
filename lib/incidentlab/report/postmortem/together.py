"""One document over several incidents: a general part, as people tell it, and below it each incident with its proof.

The general part has a human.yaml of its own; each incident has one in its folder. Where one change ended several
incidents, its captures before and after stand in the general part.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pandas as pd

from incidentlab.report.postmortem.draft import told
from incidentlab.report.postmortem.material import Material, span
from incidentlab.report.postmortem.people.human import Human, question
from incidentlab.report.postmortem.sections import modified, practice, theirs
from incidentlab.report.postmortem.statement import Document, Grid, Node, Prompt, Row, Section, Written

_OWN = (
    *("Summary", "Impact", "What broke", "Why it broke", "Timeline", "Detection", "Milestones", "Recurrence"),
    *("Timestamp", "Error / symptom", "Root cause and contributing factors", "Diagnosis steps performed"),
    *("Fix, short-term", "Fix, long-term", "Why this fix", "Verification", "Follow-ups"),
    *("Modifications and rationale", "Commands to verify", "What we do not know"),
)
"""Sections that each incident has for itself; all others stand once, in the general part."""
_LONG = 90
"""Letters of a heading."""


def together(incidents: list[Material], human: Human, change: Material | None = None) -> Document:
    """Return one document over several incidents.

    Parameters
    ----------
    incidents
        Each with what people wrote about it, and a prefix of its own for the files that it cites.
    human
        What people wrote about all of them.
    change
        The newest capture with the oldest before it, where both are to be compared.
    """
    sections = [*_general(incidents, human)]
    for m in incidents:
        sections += _incident(m)
    sections += _closing(human, change)
    title = human.get("title")
    shown = title.text if title else f"Postmortem: {len(incidents)} incidents"
    return Document(shown, human.status, tuple(section for section in sections if section.nodes))


def identity_of(names: list[str]) -> str:
    """Return the name of several incidents together, from their own, in whatever order they are given."""
    return f"together-{sha256(' '.join(sorted(names)).encode()).hexdigest()[:8]}"


def _general(incidents: list[Material], human: Human) -> list[Section]:
    rows = tuple(_row(m) for m in incidents)
    listed = Grid(("incident", "when", "lasted", "what"), rows)
    asks = {"what_broke": "What broke", "why_it_broke": "Why it broke", "actions_taken": "Actions taken"}
    asks |= {"lessons": "Lessons", "next_steps": "Next steps"}
    return [
        Section("Summary", (*_people(human, "summary"), listed)),
        theirs.glance(Material(incidents[0].found, human)),
        *(Section(title, _people(human, key)) for key, title in asks.items()),
    ]


def _row(m: Material) -> Row:
    begun, over = m.named["impact"]["ts"], m.named["mitigated"]["ts"]
    when: str = f"{begun:%Y-%m-%d %H:%M:%S}" if pd.notna(begun) else "not known"
    lasted = "to the end of the evidence"
    if pd.notna(begun) and pd.notna(over):
        lasted = span((over - begun).total_seconds())
    return m.row((m.prefix.rstrip("/"), when, lasted, m.gist), m.evidence(1))


def _incident(m: Material) -> list[Section]:
    """Return the sections of one incident, a level below its title; its questions are asked in its own human.yaml."""
    title = m.human.get("title")
    gist = m.gist if len(m.gist) <= _LONG else m.gist.split(": ")[0]
    own = [section for section in told(m, None) if section.title in _OWN]
    head = replace(own[0], title=f"Incident: {title.text if title else gist}", level=2)
    kept = (replace(section, level=3, nodes=_unasked(section)) for section in own[1:])
    return [head, *(section for section in kept if section.nodes)]


def _unasked(section: Section) -> tuple[Node, ...]:
    """Return what a section says; what nobody answered is asked in the incident's own postmortem, not here again."""
    return tuple(node for node in section.nodes if not isinstance(node, Prompt))


def _closing(human: Human, change: Material | None) -> list[Section]:
    entries: list[Node] = [practice.entry(item) for item in human.records("modifications")]
    drafted = modified.drafted(change) if change is not None else []
    items = theirs.grid_of(human, "action_items")
    return [
        Section("Modifications and rationale", (*drafted, *(entries or [question("modifications")]))),
        Section("Action items", (*items, *([] if items else [question("action_items")]))),
        Section("Operational notes", _people(human, "operational_notes", ask=False)),
        Section("Commands to verify", _people(human, "commands_to_verify", ask=False)),
        Section("Authors and reviewers", (*_people(human, "authors"), *theirs.grid_of(human, "reviews"))),
    ]


def _people(human: Human, key: str, *, ask: bool = True) -> tuple[Written | Prompt, ...]:
    return human.all(key) or ((question(key),) if ask else ())
