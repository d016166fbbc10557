"""What the evidence says about the incident: summary, impact, what broke, why, the fix, the check."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.wording import sentence
from incidentlab.report.postmortem.material import Material, Record, at, moment, name
from incidentlab.report.postmortem.people.human import question
from incidentlab.report.postmortem.sections import modified
from incidentlab.report.postmortem.sections.weighed import weighed
from incidentlab.report.postmortem.statement import Excerpt, Node, Section, Statement

_LONGEST = 14
"""Lines of the symptom that are quoted."""
_QUIET = ("benign", "unknown")
_RESTART_HELPS = ("startup_race", "dependency_outage", "healthcheck_misconfigured")


def summary(m: Material) -> Section:
    """Return the verdict, how sure it is, how long it took, and what a person says of it."""
    said: list[Node] = [m.say(str(m.verdict["sentence"]), m.evidence(1))]
    said += _recovery(m)
    return Section("Summary", (*said, *m.people("summary")))


def impact(m: Material) -> Section:
    """Return what failed, service by service, and what a person knows of those who suffered."""
    failed = _since_start(m, m.found.failures)
    said: list[Node] = []
    for service, rows in failed.groupby("service", sort=True):
        kinds = ", ".join(f"{kind} {count}" for kind, count in rows["kind"].value_counts().sort_index().items())
        span = f"from {moment(rows['ts'].min())} to {moment(rows['ts'].max())}" if rows["ts"].notna().any() else ""
        said.append(m.say(f"{service} reported {_times(len(rows))} ({kinds}) {span}".rstrip() + ".", _dicts(rows)))
    ended = m.found.lifetimes[m.found.lifetimes["exit_code"].gt(0).fillna(value=False)]
    for service, rows in ended.groupby("service", sort=True):
        codes = ", ".join(str(code) for code in sorted(rows["exit_code"].unique()))
        said.append(m.say(f"{service} ended in error, exit code {codes}: {_runs(len(rows))}.", _dicts(rows)))
    said = said or [m.say(f"{sentence(harm)}.", [harm]) for harm in tables.records(m.found.harms) if at_a_place(harm)]
    bursts = m.found.timeline[m.found.timeline["what"] == "errors"]
    said += [m.say(f"{name(row['service'])}: {row['detail']}", [row]) for row in tables.records(bursts)]
    none = [] if said else [Statement(m.ledger, "No failure and no end in error is in the evidence.")]
    return Section("Impact", (*said, *none, *m.people("impact")))


def at_a_place(row: Record) -> bool:
    """Say whether a row of a result points at a line."""
    return bool(pd.notna(row["file"]) and pd.notna(row["line"]))


def broke(m: Material) -> Section:
    """Return the finding and everything that followed from it."""
    findings = tables.records(m.found.findings)
    reached = {1}
    said = [m.say(str(findings[0]["sentence"]), m.evidence(1))]
    for finding in findings[1:]:
        if pd.notna(finding["follows"]) and int(finding["follows"]) in reached:
            reached.add(int(finding["rank"]))
            said.append(m.say(f"From it followed: {finding['sentence']}", m.evidence(int(finding["rank"]))))
    return Section("What broke", tuple(said))


def why(m: Material) -> Section:
    """Return each fact that speaks for the verdict, with the rows that show it."""
    return Section("Why it broke", tuple(_facts(m, 1, "for")) or broke(m).nodes)


def incident(m: Material) -> list[Section]:
    """Return the incident in the order in which it is told: when, symptom, cause, diagnosis, fix, check."""
    verdict = m.verdict
    who = " -> ".join(_who(m))
    about = (
        f"The diagnosis is {verdict['category']}{f' ({who})' if who else ''}, confidence {verdict['confidence']:.2f}"
    )
    sure = f"{about}: findings like this one are right in {verdict['confidence'] * 100:.0f} of 100 cases."
    return [
        Section("Incident", (m.say(sure, m.evidence(1)),)),
        Section("Timestamp", (_window(m),), 3),
        Section("Error / symptom", tuple(_symptom(m)), 3),
        Section("Root cause and contributing factors", (*_causes(m), *m.people("contributing_factors")), 3),
        Section("Diagnosis steps performed", (*_diagnosed(m), *m.people("diagnosis_steps")), 3),
        Section("Fix, short-term", (*_recovery(m), *_again(m), *m.people("fix_short_term")), 3),
        Section("Fix, long-term", (*_remedy(m), *m.people("fix_long_term")), 3),
        Section("Why this fix", (*_reasons(m), *weighed(m), *m.people("why_this_fix")), 3),
        Section("Verification", (*_verified(m), *m.people("verification")), 3),
        Section("Follow-ups", m.people("follow_ups"), 3),
    ]


def unknown(m: Material) -> Section:
    """Return what the evidence cannot answer, source by source."""
    bad = [cite for cite in m.ledger if "complete as far as can be known" not in cite.text]
    said = [Statement((cite,), f"The evidence is incomplete: {cite.text}.") for cite in bad]
    said += [Statement(m.ledger, f"Not known: {row['fact']}.") for row in m.evidence(1, "missing")]
    whole = f"{len(m.ledger) - len(bad)} of {len(m.ledger)} sources are complete as far as can be known."
    return Section("What we do not know", (*said, Statement(m.ledger, whole)))


def commands(m: Material) -> Section:
    """Return the commands that show whether it works now."""
    remedy = name(m.verdict["remedy"], "")
    lines = ["docker compose ps", *(f"docker compose logs {key}" for key in _who(m))]
    check = remedy.partition("Verify: ")[2]
    said: list[Node] = [Excerpt(m.cites(m.evidence(1)), tuple(lines))]
    if check:
        said.append(m.say(f"To verify the proposed change: {' '.join(check.split())}", m.evidence(1)))
    return Section("Commands to verify", (*said, *modified.checked(m), *m.people("commands_to_verify")))


def _window(m: Material) -> Statement:
    start, end = m.found.incident.start, m.found.incident.end
    if pd.isna(start):
        return Statement(m.ledger, "The evidence gives no times: only the order of the lines is known.")
    return Statement(m.ledger, f"The evidence covers {moment(start)} to {moment(end)}.")


def _symptom(m: Material) -> list[Node]:
    """Return the first failure of the service that the verdict names, as it stands in its log."""
    failures = m.found.failures
    own = failures[failures["service"] == m.verdict["service"]]
    rows = _dicts(own if len(own) else failures)
    if not rows or m.verdict["category"] in _QUIET:
        fact = [row for row in m.evidence(1) if pd.notna(row["message"])][:3]
        return [Excerpt(m.cites(fact), tuple(str(row["message"]) for row in fact))] if fact else [question("summary")]
    first: Record = rows[0]
    logs = m.found.incident.logs
    inside = logs["line"].between(first["line"], first["last_line"]) & (logs["file"] == first["file"])
    lines = _dicts(logs[inside & (logs["service"].eq(first["service"]) | logs["service"].isna())].head(_LONGEST))
    quoted = m.say(f"{name(first['service'])} logged first, {at(first['ts'])}:", lines or [first])
    return [quoted, Excerpt(m.cites(lines or [first]), tuple(str(row["message"]) for row in lines or [first]))]


def _causes(m: Material) -> list[Node]:
    said: list[Node] = [m.say(str(m.verdict["sentence"]), m.evidence(1)), *_facts(m, 1, "against")]
    for finding in tables.records(m.found.findings)[1:]:
        if pd.isna(finding["follows"]):
            text = (
                f"Also possible, {finding['category']}, confidence {finding['confidence']:.2f}: {finding['sentence']}"
            )
            said.append(m.say(text, m.evidence(int(finding["rank"]))))
    return said


def _diagnosed(m: Material) -> list[Node]:
    found = m.found
    counts = f"{len(found.incident.logs)} log lines, {len(found.incident.events)} engine events"
    read = f"incidentlab read {counts} and {len(found.incident.probes)} probes from {len(m.ledger)} sources."
    folded = f"It folded them into {_times(len(found.failures))} and {_runs(len(found.lifetimes))} of containers."
    tried = f"It matched {len(found.attempts)} tries of one service to reach another."
    count = len(found.findings)
    ranked = f"It weighed {count} hypothes{'i' if count == 1 else 'e'}s by what speaks for and against each."
    return [
        Statement(m.ledger, read),
        m.say(folded, [*_dicts(found.failures), *_dicts(found.lifetimes)]),
        m.say(tried, _dicts(found.attempts)),
        m.say(ranked, _dicts(found.evidence)),
    ]


def _recovery(m: Material) -> list[Node]:
    """Return how and when it was over, where the evidence shows it."""
    known = {row["name"]: row for row in tables.records(m.milestones)}
    over = known["mitigated"]
    if pd.isna(over["source"]):
        return []
    words = {"restart_policy": "its restart policy", "retry": "its own retries", "human": "an act by hand"}
    how = words.get(m.verdict["recovered_by"])
    lived = m.found.lifetimes
    again = lived[(lived["service"] == m.verdict["service"]) & lived["brought_by"].isin(["policy", "human"])]
    rows = [over, *((_dicts(again) or m.evidence(1)) if how else [])]
    return [m.say(f"It was mitigated {at(over['ts'])}{f', by {how}' if how else ''}.", rows)]


def _again(m: Material) -> list[Node]:
    """Return the restart that ends it for now, where the service only has to try once more."""
    who = _who(m)
    if m.verdict["category"] not in _RESTART_HELPS or len(who) < 2:
        return []
    rows, (service, dependency) = m.evidence(1), who
    lines = (f"docker compose restart {service}", f"docker compose logs {service} --follow")
    return [m.say(f"Proposed once {dependency} is ready:", rows), Excerpt(m.cites(rows), lines)]


def _remedy(m: Material) -> list[Node]:
    remedy = name(m.verdict["remedy"], "").partition("Verify: ")[0].strip()
    if not remedy:
        return []
    rows = m.evidence(1)
    return [m.say(f"Proposed for {m.verdict['category']}:", rows), Excerpt(m.cites(rows), tuple(remedy.split("\n")))]


def _reasons(m: Material) -> list[Node]:
    if m.verdict["category"] in _QUIET:
        return []
    return [m.say(f"It acts on what these rows show: {m.verdict['sentence']}", m.evidence(1))]


def _verified(m: Material) -> list[Node]:
    over = next(row for row in tables.records(m.milestones) if row["name"] == "resolved")
    if pd.isna(over["source"]) or over["source"] != "evidence":
        return []
    begin = f"It was resolved {at(over['ts'])} ({over['what']})"
    text = f"{begin}; since then no failure of {name(over['service'])} is in the evidence."
    return [m.say(text, [over])]


def _facts(m: Material, rank: int, role: str) -> list[Statement]:
    grouped: dict[str, list[Record]] = {}
    for row in m.evidence(rank, role):
        grouped.setdefault(str(row["fact"]), []).append(row)
    word = "" if role == "for" else "Against it: "
    return [m.say(f"{word}{fact}{_often(rows)}.", rows) for fact, rows in grouped.items()]


def _often(rows: list[Record]) -> str:
    begin = f" ({moment(rows[0]['ts'])}"
    return f"{begin})" if len(rows) == 1 else f"{begin} and {len(rows) - 1} more)"


def _since_start(m: Material, rows: pd.DataFrame) -> pd.DataFrame:
    started = m.milestones["ts"].iloc[0]
    return rows if pd.isna(started) else rows[~(rows["ts"] < started)]


def _who(m: Material) -> list[str]:
    return [str(m.verdict[key]) for key in ("service", "dependency") if pd.notna(m.verdict[key])]


def _dicts(frame: pd.DataFrame) -> list[Record]:
    return tables.records(frame)


def _times(count: int) -> str:
    return f"{count} failure{'' if count == 1 else 's'}"


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"
