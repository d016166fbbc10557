"""A server that could not be reached, held against its own phases: not yet ready, long ready, or gone again."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import culprits, outage
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, later, missing, seconds, times
from incidentlab.analyse.diagnosis.tries import PROXIES, unreached, who, whom
from incidentlab.analyse.marks import names_one
from incidentlab.knowledge import SERVERS
from incidentlab.knowledge.weights import weight

_LAG = pd.Timedelta(milliseconds=200)
"""The die event comes up to 61 ms after the end that it reports (measured on 20.10); its clients are cut off before."""

_MANY = 20
"""With more tries than these against a server whose start is not in the evidence, its start may be long over."""

_GONE = ("exited", "stopping")
"""The last phase of a server that went down and is not seen to come back."""

_PRODUCTS = [server.names for server in SERVERS if server.name != "web"]
"""What kinds of servers are called: as a part of a module's name, whom the library in a stack trace speaks to."""

_MEANT = {
    ("postgres", "mysql", "mongo", "mssql"): "database|db|schema|tables?",
    ("redis",): "cache",
    ("rabbitmq", "kafka"): "broker|queue",
}
"""Kinds of servers, and what programs call the only one of them."""

_HOWLESS = ("connect_text", "kafka_not_ready", "elastic_not_ready")
"""Signatures of what also comes later than a start: a topic that is not there yet, a shard that is lost."""

_ENDED_BY_SERVER = ("postgres_terminated", "postgres_crash_reset")
"""Signatures by which a server itself tells its clients that it goes down, or went down."""

_STARTED = pd.Timedelta(minutes=10)
"""No start takes longer: who is refused for longer was not early (Kubernetes, `progressDeadlineSeconds`, 600 s)."""

_MEANING = {
    "before_ready": ("startup_race", "startup_race"),
    "starting": ("startup_race", "startup_race"),
    "after_ready": ("wrong_host", "startup_race"),
    "after_down": ("dependency_outage", "dependency_outage"),
    "ended": ("dependency_outage", "dependency_outage"),
    "never_ready": ("startup_race", "startup_race"),
    "silent": ("startup_race", "startup_race"),
    "unseen": ("startup_race", "startup_race"),
    "lasting": ("dependency_outage", "dependency_outage"),
}
"""What each relation between the tries and the phases means, without and with a later success."""


def explain(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Hypothesis:
    """Return why a client found nobody at a target other than itself."""
    relation, mark = _relation(case, target, rows)
    later = case.success(client, rows[0], rows[-1]) is not None
    meaning = _MEANING[relation][later], weight(f"race.{relation}{'.later' * later}")
    if relation in ("unseen", "silent") and _vague(case, client, rows, meaning[1]):
        meaning = (meaning[0], min(meaning[1], weight("race.wording")))
    if meaning[0] == "startup_race" and relation != "before_ready":
        meaning = _cut_off(case, target, rows) or meaning
    found = unreached(case, client, rows, meaning, "")
    found.dependency = target or next((row["host"] for row in rows if pd.notna(row["host"])), None)
    found.exactness = 1 if all(row["kind"] == "unavailable" for row in rows) else 2
    if mark is not None:
        shown = mark | {"ts": mark["start"], "order": mark["start_order"]}
        found.rows.append(evidence("for", f"{target}: {mark['phase'].replace('_', ' ')}", shown))
    if relation == "after_down" and mark is not None:
        how, sent = culprits.went(case, target, mark)
        found.rows += [evidence("for", f"{target} {how}", sent)] if sent is not None else []
        if found.recovered is None:
            _back(case, found, mark, case.clock(rows[-1]))
    found.sentence = _tell(case, found, relation, mark, rows)
    if relation in ("unseen", "silent", "lasting"):
        command = " ".join(["docker compose logs -t", *([found.dependency] if found.dependency else [])])
        found.rows.append(missing("when the target could be used", command))
    if relation == "before_ready":
        _false_health(case, found, rows)
    return found


def not_ready(case: Case, target: str | None, rows: list[Record]) -> bool:
    """Say whether the target is known not to have been ready when it was tried."""
    return _relation(case, target, rows)[0] in ("before_ready", "after_down", "ended", "never_ready")


def _vague(case: Case, client: str | None, rows: list[Record], confidence: float) -> bool:
    """Say whether rows tell neither how a client failed nor whom it meant; a later success makes up for either.

    A proxy serves requests long after the start: that a server does not listen then may have any cause.
    """
    if all(row["signature"] == "connect_text" for row in rows):
        return True
    if all(row["runtime"] in PROXIES for row in rows):
        return True
    howless = all(row["kind"] == "connect" or row["signature"] in _HOWLESS for row in rows)
    nobody = all(pd.isna(row[place]) for row in rows for place in ("target", "host", "address"))
    answered = any(row["kind"] == "starting_up" and row["signature"] not in _HOWLESS for row in rows)
    nobody = nobody and not names_one(case.lines(client)["message"], _PRODUCTS, module=True)
    return confidence < weight("race.unseen.later") and not answered and (howless or nobody)


def _cut_off(case: Case, target: str | None, rows: list[Record]) -> tuple[str, float] | None:
    """Return what it means to be cut off: the end of a temporary server that had let the client in, or not known."""
    if not all(row["kind"] in ("unavailable", "reset") for row in rows):
        return None
    inside = target is not None and any(span["phase"] == "restarting_inside" for span in case.spans(target))
    by = "race.cut_off.by_server" if any(row["signature"] in _ENDED_BY_SERVER for row in rows) else "race.cut_off"
    return ("startup_race", weight("race.cut_off.inside")) if inside else ("dependency_outage", weight(by))


def _relation(case: Case, target: str | None, rows: list[Record]) -> tuple[str, Record | None]:
    """Say how the failed tries stand to the target's own phases, with the phase that decides."""
    long = case.clock(rows[-1]) - case.clock(rows[0]) > _STARTED
    if target is None:
        return "lasting" if long else "unseen", None
    spans = case.spans(target)
    ready = [span for span in spans if span["phase"] == "ready"]
    if not ready and all(span["phase"] == "exited" for span in spans):
        return ("ended", spans[-1]) if _ended(case, target, spans, rows[-1]) else ("silent", None)
    if not ready:
        return "never_ready", spans[-1]
    first, last = case.clock(rows[0]), case.clock(rows[-1])
    if pd.notna(first) and pd.notna(ready[0]["start"]):
        return _by_clock(spans, ready, first, last)
    first_start = any(span["phase"] == "temporary_server" for span in spans)
    gone = spans[-1]["phase"] in _GONE and not _asked_to_end(case, target)
    if gone and (_used(case, target, rows[0]) if first_start else _worked(case, rows[0])):
        return "after_down", spans[-1]
    if gone and _left(case, target, spans, rows[0]):
        return "after_down", spans[-1]
    begun = any(span["phase"] in ("starting", "temporary_server", "restarting_inside") for span in spans)
    return ("starting", ready[0]) if begun or len(rows) < _MANY else ("silent", None)


def _asked_to_end(case: Case, target: str) -> bool:
    """Say whether the last end of a target is that of a project that was stopped: it explains nothing before it."""
    ended = case.ends(target)
    return bool(ended) and bool(ended[-1]["stopped"]) and pd.notna(case.end_begins)


def _left(case: Case, target: str, spans: list[Record], first: Record) -> bool:
    """Say whether a target that is seen to exit had begun to stop before the first try, in the order of the text.

    Only a text that was followed while it was written shows exits, and shows them in their order.
    """
    stops = [span for span in spans if span["phase"] in _GONE]
    begins = stops[0]["start_order"] if stops else pd.NA
    if pd.isna(begins) or pd.isna(first["order"]):
        return False
    return bool(case.ends(target)) and bool(begins < first["order"])


def _ended(case: Case, target: str, spans: list[Record], last: Record) -> bool:
    """Say whether a target of which only the end is seen fell, or ended before the last try."""
    before = any(pd.notna(last["order"]) and span["start_order"] < last["order"] for span in spans)
    return bool(spans) and (before or bool(case.crashes(target)))


def _worked(case: Case, first: Record) -> bool:
    """Say whether the client did its work before its first failure; the order within one container is sure."""
    if pd.isna(first["service"]):
        return False
    sign = case.works(str(first["service"]))
    return sign is not None and not later(sign, first)


def _used(case: Case, target: str, first: Record) -> bool:
    """Say whether the client announced, before its first failure, that it had the target itself.

    Against the temporary server of a first start, which no other container reaches, that it only works proves nothing.
    """
    if pd.isna(first["service"]) or pd.isna(first["order"]):
        return False
    own = case.lines(str(first["service"]))
    own = own[
        own["container"].eq(first["container"]).fillna(value=True) & own["order"].lt(first["order"]).fillna(value=False)
    ]
    announced = case.marks[case.marks["kind"].eq("success") & case.marks["signature"].ne("http_ok")]
    said = own[own.index.isin(announced["row"])]
    return names_one(said["message"], _names(case, target))


def _names(case: Case, target: str) -> list[str]:
    """Return patterns of what a program calls a server: its name, its kind, and what it is for if no other is."""
    kind = case.kinds.get(target)
    words = [re.escape(target), *(server.names for server in SERVERS if server.name == kind)]
    for kinds, meant in _MEANT.items():
        if kind in kinds and sum(other in kinds for other in case.kinds.values()) == 1:
            words.append(meant)
    return words


def _by_clock(spans: list[Record], ready: list[Record], first: Any, last: Any) -> tuple[str, Record | None]:
    now = [span for span in spans if pd.notna(span["start"]) and span["start"] <= first]
    later = [span for span in ready if pd.notna(span["start"]) and span["start"] > first]
    down = [span for span in spans if span["phase"] in outage.DOWN and first - _LAG <= span["start"] <= last + _LAG]
    was_ready = [span for span in now if span["phase"] == "ready"]
    if was_ready and (down or now[-1]["phase"] != "ready"):
        return "after_down", down[0] if down else now[-1]
    if was_ready:
        return "after_ready", now[-1]
    return ("before_ready", later[0]) if later else ("never_ready", spans[-1])


def _back(case: Case, found: Hypothesis, mark: Record, last: Any) -> None:
    """Say that the client recovered, and by whom, where the target came back and nothing failed after that."""
    spans = case.spans(found.dependency)
    again = [s for s in spans if s["phase"] == "ready" and pd.notna(last) and s["start"] > last]
    if again:
        found.recovered, found.recovered_by = True, outage.brought_back(case, found.dependency, mark)
        shown = again[0] | {"ts": again[0]["start"], "order": again[0]["start_order"]}
        found.rows.append(evidence("for", f"{found.dependency} was ready again", shown))


def _false_health(case: Case, found: Hypothesis, rows: list[Record]) -> None:
    """Blame the healthcheck where it passed on the temporary server, before the first refusal."""
    target = found.dependency
    inside = [span for span in case.spans(target) if span["phase"] == "temporary_server"]
    if not inside or pd.isna(inside[0]["start"]):
        return
    start, first = inside[0]["start"], rows[0]["ts"]
    probes, events = case.probes, case.events
    passed = probes[(probes["service"] == target) & (probes["outcome"] == "pass") & probes["end"].between(start, first)]
    called = events[events["service"].eq(target) & events["detail"].eq("healthy") & events["ts"].between(start, first)]
    shown = [row | {"ts": row["end"], "message": "probe passed"} for row in tables.records(passed.head(1))]
    shown += [row | {"message": "health_status: healthy"} for row in tables.records(called.head(1))]
    if shown:
        found.category, found.confidence, found.exactness = "healthcheck_misconfigured", weight("race.early_health"), 3
        found.kind = "early"
        found.sentence = (
            f"The healthcheck of {target} passed on the temporary server of its first start, which no other container "
            f"can reach; {who(found.service)} was let through and refused {times(len(rows))}."
        )
        found.rows += [evidence("for", f"{target} was called healthy too early", row) for row in shown]


def _tell(case: Case, found: Hypothesis, relation: str, mark: Record | None, rows: list[Record]) -> str:
    client, server, often = who(found.service), found.dependency or whom(rows), times(len(rows))
    first, last, after = case.clock(rows[0]), case.clock(rows[-1]), _afterwards(found)
    if relation == "before_ready" and mark is not None:
        gap = seconds(mark["start"] - first)
        when = f"{server} was ready {gap} after the first try"
        return f"{client} tried {server} before it was ready and failed {often}; {when}{after}."
    if relation == "after_down":
        how = culprits.went(case, found.dependency, mark)[0] if mark is not None else "went down"
        return f"{server} had been up and {how}; {client} failed {often} to reach it{after}."
    if relation == "ended":
        return f"{server} ended, and is not seen to have been ready before; {client} failed {often} to reach it{after}."
    if relation == "after_ready" and mark is not None:
        long = f" for {seconds(last - mark['start'])}" if pd.notna(last) else ""
        since = f"although {server} had been ready{long}"
        return f"{client} was refused by {server} {often}, {since}: wrong port, or it listens on its own loopback only."
    if relation in ("starting", "never_ready"):
        return f"{client} failed {often} to reach {server}, which was still starting{after}."
    if relation == "lasting":
        often = f"{often} within {seconds(last - first)}"
    return f"{client} failed {often} to reach {server}, where nobody listened{after}; the other side is not in the log."


def _afterwards(found: Hypothesis) -> str:
    by = {"restart_policy": ", by its restart policy", "human": ", restarted by hand", "retry": ", by its own retries"}
    if found.category == "dependency_outage" and found.dependency:
        by |= {"human": f", once {found.dependency} was brought back by hand"}
    return f"; it worked later{by.get(found.recovered_by or '', '')}" if found.recovered else ""
