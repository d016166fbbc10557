"""The fix, proposed: what ends it now, and what keeps it from coming back, in the stack and in the program."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.whatif.chance import deadline_s
from incidentlab.knowledge.retries import RUNTIMES, snippet
from incidentlab.report.compose_diff import compose_diff
from incidentlab.report.postmortem.material import Material, Record, name, span
from incidentlab.report.postmortem.sections.told import failed_tries
from incidentlab.report.postmortem.sections.weighed import replayed, weighed
from incidentlab.report.postmortem.statement import Excerpt, Node

_RESTART_HELPS = ("startup_race", "dependency_outage", "healthcheck_misconfigured")
_MARGIN = 3
"""The proposed loop outlasts a start this many times as slow as the one that was seen: a margin, not a measurement."""
_FIRST_S, _FACTOR, _CAP_S = 2.0, 1.5, 10.0
"""First delay, growth and longest delay of the proposed loop: those of the reference's `waitForDb`."""
_MOST_TRIES = 60
_MOST_RULES = 3


def fixes(m: Material) -> tuple[list[Node], list[Node], list[Node]]:
    """Return what is proposed now, what in the long run, and why."""
    if m.quiet:
        return [], [], []
    remedy, change, rows = _remedy(m), _change(m), m.evidence(1)
    short = _again(m)
    if not short and len(remedy) > 1:
        short, remedy = remedy[:2], remedy[2:]
    if change:
        remedy = [m.say("Proposed in the Compose file:", rows), Excerpt(m.cites(rows), tuple(change))]
    return short, [*remedy, *_loop(m)], weighed(m)


def _remedy(m: Material) -> list[Node]:
    """Return the remedy without its check: sentences, and commands as they are to be copied, in turn."""
    lines = name(m.verdict["remedy"], "").partition("Verify: ")[0].strip().split("\n")
    rows, nodes = m.evidence(1), list[Node]()
    for copied, block in groupby((line for line in lines if line), key=lambda line: line.startswith("  ")):
        texts = [line.removeprefix("  ") for line in block]
        nodes += [Excerpt(m.cites(rows), tuple(texts))] if copied else [m.say(text, rows) for text in texts]
    return nodes


def _change(m: Material) -> list[str]:
    incident = m.found.incident
    lines = compose_diff(m.verdict, incident.services, containers=incident.containers)
    return [line for line in lines if line.strip()]


def _again(m: Material) -> list[Node]:
    """Return the restart that ends it for now, where the service only has to try once more."""
    service, dependency = m.verdict["service"], m.verdict["dependency"]
    if m.verdict["category"] not in _RESTART_HELPS or pd.isna(service) or pd.isna(dependency):
        return []
    rows = m.evidence(1)
    lines = (f"docker compose restart {service}", f"docker compose logs {service} --follow")
    over = pd.notna(m.verdict["recovered"]) and bool(m.verdict["recovered"])
    when = "Should it come again" if over else "Now"
    return [m.say(f"{when}, once {dependency} is ready:", rows), Excerpt(m.cites(rows), lines)]


def _loop(m: Material) -> list[Node]:
    """Return a loop for the program itself, with the number of tries that the replay asks for, in its own language."""
    known = replayed(m)
    if known is None:
        return []
    facts, setting, rows = known
    ready = min((begin for begin, _ in facts.ready), default=None)
    if ready is None:
        return []
    base = replace(setting, initial_s=_FIRST_S, factor=_FACTOR, cap_s=_CAP_S, restart="no", condition="service_started")
    limits = ((tries, deadline_s(facts, replace(base, tries=tries))) for tries in range(2, _MOST_TRIES))
    tries, limit = next(((tries, limit) for tries, limit in limits if limit >= _MARGIN * ready), (_MOST_TRIES, 0.0))
    text = (
        f"Proposed in {facts.service} itself, because `depends_on` does not hold when a container is restarted alone: "
        f"{tries} tries, {_FIRST_S:g} s apart at first, then {_FACTOR:g} times longer, at most {_CAP_S:g} s. In the "
        f"replay they outlast a start of {span(limit)}, {_MARGIN} times the {span(ready)} that {facts.dependency} took."
    )
    said: list[Node] = [m.say(text, rows)]
    runtime = _runtime(m, facts.service)
    if runtime is not None:
        numbers = {"tries": f"{tries}", "factor": f"{_FACTOR:g}"}
        for unit, scale in (("s", 1), ("ms", 1000)):
            numbers |= {f"initial_{unit}": f"{_FIRST_S * scale:g}", f"cap_{unit}": f"{_CAP_S * scale:g}"}
        said.append(Excerpt(m.cites(rows), tuple(snippet(runtime, numbers))))
    return said


def _runtime(m: Material, service: str) -> str | None:
    """Return the language of a service, by the program that it is, or by the words of its log; None for any other."""
    seen = m.found.incident.containers
    commands = seen.loc[seen["service"].eq(service), "command"].dropna()
    words = re.split(r"[^a-z]+", " ".join(commands).lower())
    told = m.found.marks[m.found.marks["runtime"].isin(RUNTIMES)]
    own = told[m.found.incident.logs["service"].iloc[told["row"].astype(int)].eq(service).to_numpy()]
    spoken = own["runtime"].value_counts().index.tolist()
    return next((name for name in (*RUNTIMES, *spoken) if name in words or name in spoken), None)


Proposal = tuple[str, str, str, list[Record]]
"""What to do, its kind, what it comes from, and the rows that call for it."""


def proposals(m: Material) -> list[Proposal]:
    """Return action items that the evidence calls for, and that nobody decided on yet.

    Who takes one writes it under ``action_items``, who does not under ``refused``, in its own words.
    """
    found = [*_from_replay(m), *_from_audit(m), *_from_signal(m)]
    decided = {text.text for text in m.human.all("refused")}
    decided |= {item["what"].text for item in m.human.records("action_items") if "what" in item}
    return [] if m.quiet else [one for one in found if one[0] not in decided]


def _from_replay(m: Material) -> list[Proposal]:
    known = replayed(m)
    if known is None:
        return []
    service, dependency = known[0].service, known[0].dependency
    what = f"Add a retry loop with a growing delay to {service}'s first connection to {dependency}"
    return [(what, "prevent", "replay", failed_tries(m, service, dependency))]


def _from_audit(m: Material) -> list[Proposal]:
    """Return the changes of the Compose file that rules ask of the services of the verdict."""
    broken = m.found.audit
    who = [m.verdict[key] for key in ("service", "dependency") if pd.notna(m.verdict[key])]
    own = broken[broken["state"].eq("found") & broken["service"].isin(who) & broken["change"].notna()]
    return [
        (
            str(row["remedy"]).split("\n")[0].split(". ")[0].split(", and ")[0].rstrip(".:"),
            "prevent",
            row["rule"],
            [row],
        )
        for row in tables.records(own.head(_MOST_RULES))
        if pd.notna(row["remedy"])
    ]


def _from_signal(m: Material) -> list[Proposal]:
    seen = m.signal
    if seen is None or pd.notna(m.named["detected"]["source"]):
        return []
    return [(f"Add an alarm on {name(seen['service'])}: {_alarm(seen)}", "detect", "first signal", [seen])]


def _alarm(row: Record) -> str:
    return {"health": "unhealthy", "oom": "out of memory"}.get(row["what"], "a container that ends in error")
