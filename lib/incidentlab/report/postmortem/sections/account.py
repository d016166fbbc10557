"""What the evidence says about the incident: summary, impact, what broke, why, the fix, the check. Each thing once."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report import beside
from incidentlab.report.postmortem.material import Material, Record, moment, name, span
from incidentlab.report.postmortem.people.human import question
from incidentlab.report.postmortem.sections import chain, modified, theirs, told
from incidentlab.report.postmortem.sections.fix import fixes
from incidentlab.report.postmortem.statement import Excerpt, Node, Passage, Section, Statement

_LONGEST = 14
"""Lines of the symptom that are quoted."""
_WELL = "the service works"
"""A fact that is no symptom."""
_QUIET = ("benign", "unknown")


def summary(m: Material) -> Section:
    """Return what happened in a sentence, how long it took, how it ended, and what a person says of it."""
    said = [m.say(f"{m.gist}.", m.evidence(1)), *_lasted(m), *told.states(m)]
    return Section("Summary", (Passage(tuple(said)), *m.people("summary", ask=m.verdict["category"] in _QUIET)))


def impact(m: Material) -> Section:
    """Return whom else it harmed, and what a person knows of those who suffered."""
    said = chain.effects(m)
    bursts = m.found.timeline[m.found.timeline["what"] == "errors"]
    said += [m.say(f"{name(row['service'])}: {row['detail']}", [row]) for row in tables.records(bursts)]
    said += [m.say(f"{one.text}.", one.rows) for one in beside.breaches(m.found, m.clock)]
    none = [] if said else [Statement(m.ledger, "No other service failed in the evidence.")]
    return Section("Impact", (*said, *none, *m.people("impact"), *theirs.numbers(m)))


def broke(m: Material) -> Section:
    """Return what was seen to break."""
    said = chain.broke(m) or [Statement(m.ledger, "No container ended in error in the evidence.")]
    return Section("What broke", (*said, *m.people("what_broke", ask=False)))


def why(m: Material) -> Section:
    """Return the chain that led to it, and what was deployed before it."""
    led = [m.say(f"{one.text}.", one.rows) for one in beside.deploys(m.found, m.clock)]
    return Section("Why it broke", (*chain.chain(m), *led, *m.people("why_it_broke", ask=False)))


def incident(m: Material) -> list[Section]:
    """Return the incident in the order in which it is told: when, symptom, cause, diagnosis, fix, check."""
    verdict, who = m.verdict, " → ".join(_who(m))
    text = (
        f"The diagnosis is {verdict['category']}{f' ({who})' if who else ''}, confidence {verdict['confidence']:.2f}: "
        f"findings like it are right in {verdict['confidence'] * 100:.0f} of 100 cases."
    )
    short, long, reasons = fixes(m)
    proved = modified.verified(m)
    return [
        Section("Incident", (m.say(text, m.evidence(1)),)),
        Section("Timestamp", (_window(m),), 3),
        Section("Error / symptom", (*_symptom(m), *m.people("symptom", ask=False)), 3),
        Section("Root cause and contributing factors", tuple(_causes(m)), 3),
        Section("Diagnosis steps performed", (_diagnosed(m), *m.people("diagnosis_steps", ask=False)), 3),
        Section("Fix, short-term", (*short, *m.people("fix_short_term", ask=not short)), 3),
        Section("Fix, long-term", (*long, *m.people("fix_long_term", ask=not long)), 3),
        Section("Why this fix", (*reasons, *m.people("why_this_fix", ask=not reasons)), 3),
        Section("Verification", (*_verified(m), *proved, *m.people("verification", ask=not proved)), 3),
        Section("Follow-ups", (*_open(m), *m.people("follow_ups", ask=False)), 3),
    ]


def unknown(m: Material) -> Section:
    """Return what the evidence cannot answer, source by source."""
    bad = [cite for cite in m.ledger if "complete as far as can be known" not in cite.text]
    said = [Statement((cite,), f"The evidence is incomplete: {cite.text}.") for cite in bad]
    said += [Statement(m.ledger, f"Not known: {row['fact']}.") for row in m.evidence(1, "missing")]
    whole = f"{len(m.ledger) - len(bad)} of {len(m.ledger)} sources are complete as far as can be known."
    return Section("What we do not know", (Passage((*said, Statement(m.ledger, whole))),))


def _lasted(m: Material) -> list[Statement]:
    """Return how long it lasted, and how it was over; where it was not, until when that is known."""
    known = {row["name"]: row for row in tables.records(m.milestones)}
    begun, over = known["impact"], known["mitigated"]
    if pd.isna(begun["ts"]):
        return []
    words = {
        "restart_policy": "; its restart policy brought it back",
        "retry": "; its own retries brought it back",
        "human": "; an act by hand ended it",
    }
    how = words.get(m.verdict["recovered_by"], "")
    if pd.notna(over["ts"]):
        lasted = span((over["ts"] - begun["ts"]).total_seconds())
        text = f"It lasted {lasted}, from {m.clock(begun['ts'])} to {m.clock(over['ts'])}{how}."
        return [m.say(text, [begun, over])]
    end = m.found.incident.end
    last = f"; it was not over when the evidence ends, {span((end - begun['ts']).total_seconds())} later"
    return [m.say(f"It began at {m.clock(begun['ts'])}{last if pd.notna(end) else ''}.", [begun])]


def _window(m: Material) -> Statement:
    start, end = m.found.incident.start, m.found.incident.end
    if pd.isna(start):
        return Statement(m.ledger, "The evidence gives no times: only the order of the lines is known.")
    return Statement(m.ledger, f"The evidence covers {moment(start)[:19]} to {moment(end)[11:19]} UTC.")


def _symptom(m: Material) -> list[Node]:
    """Return the first failure of the service that the verdict names, as it stands in its log."""
    failures = m.found.failures
    own = failures[failures["service"] == m.verdict["service"]]
    rows = tables.records(own if len(own) else failures)
    if not rows or m.verdict["category"] in _QUIET:
        fact = [row for row in m.evidence(1) if pd.notna(row["message"]) and row["fact"] != _WELL][:3]
        return [Excerpt(m.cites(fact), tuple(str(row["message"]) for row in fact))] if fact else [question("summary")]
    first: Record = rows[0]
    logs = m.found.incident.logs
    inside = logs["line"].between(first["line"], first["last_line"]) & (logs["file"] == first["file"])
    lines = tables.records(
        logs[inside & (logs["service"].eq(first["service"]) | logs["service"].isna())].head(_LONGEST)
    )
    return [Excerpt(m.cites([first]), tuple(str(row["message"]) for row in lines or [first]))]


def _causes(m: Material) -> list[Node]:
    """Return what speaks against the verdict, what else the evidence would allow, and what people add."""
    said = [m.say(f"Against it: {row['fact']}.", [row]) for row in m.evidence(1, "against")[:3]]
    for finding in tables.records(m.found.findings)[1:]:
        if pd.isna(finding["follows"]) and finding["category"] != m.verdict["category"]:
            text = f"Also possible ({finding['category']}, {finding['confidence']:.2f}): {finding['sentence']}"
            said.append(m.say(text, m.evidence(int(finding["rank"]))))
    return [*told.conditions(m), *said, *m.people("contributing_factors"), *theirs.whys(m)]


def _open(m: Material) -> list[Node]:
    """Return what is still to be looked at: what the evidence could not answer, and what else it would allow."""
    missing = [m.say(f"Look at what is not known: {row['fact']}.", m.evidence(1)) for row in m.evidence(1, "missing")]
    again = f"Capture the next start with `incidentlab record {m.found.incident.name}`, and compare it with this one."
    return [*missing[:3], m.say(again, m.evidence(1))] if not m.quiet else []


def _diagnosed(m: Material) -> Statement:
    incident = m.found.incident
    more = f", {len(incident.notes)} notes and {len(incident.readings)} readings of metrics"
    beside = more if len(incident.notes) + len(incident.readings) else ""
    read = (
        f"incidentlab read {len(incident.logs)} log lines, {len(incident.events)} engine events and "
        f"{len(incident.probes)} probes{beside} from {len(m.ledger)} sources, and weighed {len(m.found.findings)} "
        f"hypothes{'i' if len(m.found.findings) == 1 else 'e'}s."
    )
    return Statement(m.ledger, read)


def _verified(m: Material) -> list[Node]:
    over = next(row for row in tables.records(m.milestones) if row["name"] == "resolved")
    if pd.isna(over["source"]) or over["source"] != "evidence":
        return []
    since = f" at {m.clock(over['ts'])}" if pd.notna(over["ts"]) else ""
    return [m.say(f"{name(over['service'])} worked again{since} ({over['what']}); no failure of it follows.", [over])]


def _who(m: Material) -> list[str]:
    return [str(m.verdict[key]) for key in ("service", "dependency") if pd.notna(m.verdict[key])]
