"""The external edition: what happened and when, without log lines, hosts, files or names of services.

Nothing is taken away from the internal edition; it is written anew, so nothing can be forgotten there. A sentence for
each category says what broke in words that name no part of the system, and of human.yaml only ``external`` is shown.
The evidence ids stay: who has the internal edition finds each row by them.
"""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.postmortem.human import question
from incidentlab.report.postmortem.material import Material, moment
from incidentlab.report.postmortem.statement import Document, Grid, Node, Row, Section

_SAID = {
    "startup_race": "A part of the system started before another part that it needs was ready.",
    "wrong_host": "A part of the system looked for another part in the wrong place.",
    "dns_failure": "A part of the system could not find another part by its name.",
    "auth_failure": "A part of the system was turned away by another part: its login was wrong.",
    "missing_database": "A part of the system asked for stored data that had not been set up.",
    "healthcheck_misconfigured": "An automatic check of a part of the system gave a wrong answer.",
    "healthcheck_exec_failure": "An automatic check of a part of the system could not run.",
    "dependency_unhealthy": "A part of the system did not start, because one that it needs was not well.",
    "oom_killed": "A part of the system was ended because it used more memory than it was given.",
    "command_not_found": "A part of the system could not start: its program was not where it was looked for.",
    "crash_loop_app_bug": "A part of the system ended by an error of its own.",
    "port_conflict": "A part of the system could not start: what it needs was already in use.",
    "disk_full": "A part of the system could not write: no space was left.",
    "permission_denied": "A part of the system had no right to what it needs.",
    "missing_config": "A part of the system lacked a setting.",
    "migration_failure": "A change of stored data could not be made.",
    "incompatible_data": "A part of the system could not read data of another version.",
    "tls_failure": "Two parts of the system did not agree on an encrypted connection.",
    "resource_limits": "A part of the system came to a limit of its resources.",
    "network_timeout": "A part of the system did not get an answer in time.",
    "image_arch_mismatch": "A part of the system was built for another kind of machine.",
    "line_endings": "A part of the system could not start: its start script was saved in the wrong format.",
    "dependency_outage": "A part of the system was not available, and others that need it failed.",
    "benign": "Nothing in the evidence failed.",
    "unknown": "The cause is not known yet.",
}


def external(m: Material) -> Document:
    """Return the edition for readers outside."""
    rows = m.evidence(1)
    told = m.say(_SAID[m.verdict["category"]], rows)
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
