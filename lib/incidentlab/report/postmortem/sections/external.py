"""The external edition: what happened and when, without log lines, hosts, files or names of services.

Nothing is taken away from the internal edition; it is written anew, so nothing can be forgotten there. A sentence for
each category says what broke in words that name no part of the system, and of human.yaml only ``external`` is shown.
The evidence ids stay: who has the internal edition finds each row by them.
"""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.knowledge.causes import CAUSES
from incidentlab.report.postmortem.material import Material, moment
from incidentlab.report.postmortem.people.human import question
from incidentlab.report.postmortem.statement import Document, Grid, Node, Row, Section


def external(m: Material) -> Document:
    """Return the edition for readers outside."""
    rows = m.evidence(1)
    told = m.say(CAUSES[m.verdict["category"]].outside, rows)
    sections = [
        Section("Summary", (told, *_people(m, "external.summary"))),
        Section("Impact", _people(m, "external.impact")),
        Section("Timeline", tuple(_times(m))),
        Section("Next steps", _people(m, "external.next_steps")),
    ]
    return Document("Incident report", m.human.status, tuple(sections), internal=False)


def _people(m: Material, key: str) -> tuple[Node, ...]:
    written = m.human.get(key)
    return (written,) if written else (question(key),)


def _times(m: Material) -> list[Node]:
    known = [row for row in tables.records(m.milestones) if pd.notna(row["ts"])]
    if not known:
        return [m.say("The evidence gives no times.", [])]
    rows = tuple(Row(m.cites([row]), (row["name"], moment(row["ts"])[:19] + " UTC")) for row in known)
    spans = [row for row in tables.records(m.metrics) if pd.notna(row["duration_s"]) and row["name"] == "TTM"]
    begun = [row for row in known if row["name"] in ("impact", "mitigated")]
    lasted = [m.say(f"It lasted {row['duration_s']:.0f} seconds until it was mitigated.", begun) for row in spans]
    return [Grid(("milestone", "time"), rows), *lasted]
