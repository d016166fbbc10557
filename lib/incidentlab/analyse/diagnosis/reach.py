"""Who did not reach whom, and why: a race, a wrong host, an unknown name, an outage, a slow answer.

What the error says of the target (observed with two containers on one network, and in moby's resolver): a refusal
proves that the container was up and nobody listened; an unknown name that no running container bore it; an answer,
even a "no", that the server was up. So:

- refused on loopback: the client asked its own container; no readiness of another can help (wrong_host);
- refused while the target was starting, and ready later: a race (startup_race); a later success without a change
  supports it; where the healthcheck had passed on the temporary server, the healthcheck is at fault;
- refused although the target had long been ready and stayed so: wrong port, or a server that listens on loopback only;
- refused or cut off after the target had been ready and went down: an outage of the dependency;
- the target is not in the evidence, or has no clock: what its own log says of a start-up decides, with less certainty.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab.analyse.diagnosis import outage
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, seconds, series, times
from incidentlab.analyse.signatures import REACH
from incidentlab.analyse.signatures.servers import LOOPBACK, SERVERS

_EXTERNAL = r"\.(?:[a-z]{2,})$"
_INTERNAL = r"\.(?:local|internal|lan|svc|cluster|docker|localhost)$"
_LAG = pd.Timedelta(milliseconds=200)
"""The die event comes up to 61 ms after the end that it reports (measured on 20.10); its clients are cut off before."""

_PROXIES = ("nginx", "haproxy", "apache")


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return one hypothesis per client and target that it did not reach."""
    tries = [row for row in case.failed if row["kind"] in (*REACH, "wait_timeout") and not _own(case, row)]
    groups: dict[tuple[Any, Any], list[Record]] = {}
    for row in tries:
        groups.setdefault((row["service"] if pd.notna(row["service"]) else None, _aim(row)), []).append(row)
    return [_explain(case, service, rows) for (service, _), rows in _merged(groups).items()]


def _merged(groups: dict[tuple[Any, Any], list[Record]]) -> dict[tuple[Any, Any], list[Record]]:
    """Give failures that name no target to the first named target of the same client."""
    named: dict[Any, Any] = {}
    for service, aim in groups:
        if aim is not None:
            named.setdefault(service, aim)
    merged: dict[tuple[Any, Any], list[Record]] = {}
    for (service, aim), rows in groups.items():
        merged.setdefault((service, aim if aim is not None else named.get(service)), []).extend(rows)
    return {key: sorted(rows, key=lambda row: row["order"]) for key, rows in merged.items()}


def _aim(row: Record) -> Any:
    """Return what a try was aimed at: service, else host, else address and port."""
    for name in ("target", "host", "address"):
        if pd.notna(row[name]):
            return row[name] if row["target_by"] != "loopback" else f"loopback:{row['port']}"
    return None


def _own(case: Case, row: Record) -> bool:
    """Say whether a server speaks of itself: its clients are cut off because it stops, its tools find no socket."""
    service = row["service"] if pd.notna(row["service"]) else None
    kind = case.kinds.get(service or "")
    if service is None:
        kind = next(
            (s.name for s in SERVERS if case.lines(None)["message"].str.contains(s.says, regex=True).any()), None
        )
    return bool(kind) and (
        row["runtime"] in (kind, "libpq" if kind == "postgres" else kind) or row["target"] == service
    )


def _explain(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    target = next((row["target"] for row in rows if pd.notna(row["target"])), None)
    target = target or outage.away_at(case, client, case.clock(rows[0]))
    if any(row["target_by"] == "loopback" for row in rows):
        return _loopback(case, client, rows)
    if all(row["kind"] == "wait_timeout" for row in rows) and target is None:
        sentence = f"{_who(client)} waited for {_whom(rows)} and gave up; why it did not answer is not in the evidence."
        return _made(case, client, rows, "unknown", 0.6, sentence, weight=3)
    strange = _strange_port(case, client, target, rows)
    if strange is not None:
        sentence = f"{_who(client)} was refused at port {strange}, {times(len(rows))}, where none of the other services listens: wrong port, or the published one in place of the one inside the container."  # noqa: E501
        return _made(case, client, rows, "wrong_host", 0.8, sentence, weight=3, dependency=target)
    if all(row["kind"] == "no_socket" for row in rows):
        return _socket(case, client, rows)
    if all(row["kind"] == "dns" for row in rows) and target is None:
        return _unknown_name(case, client, rows)
    if all(row["kind"] in ("timeout", "unreachable") for row in rows) and not _not_ready(case, target, rows):
        return _too_slow(case, client, target, rows)
    return _down(case, client, target, rows)


def _made(
    case: Case, client: str | None, rows: list[Record], category: str, confidence: float, sentence: str, **more: Any
) -> Hypothesis:  # noqa: PLR0913, E501  # every hypothesis of this family is made here
    """Return the hypothesis with the failed tries and the success after them, if there is one."""
    last = rows[-1]
    won = case.success(client, rows[0], last)
    found = Hypothesis(category, client, confidence, sentence, weight=more.pop("weight", 2), **more)
    found.proxy = all(row["runtime"] in _PROXIES for row in rows)
    found.rows = series("for", f"{_who(client)} did not reach {_whom(rows)}: {last['kind']}", rows)
    if won is not None:
        found.recovered, found.recovered_by = True, _brought_back(case, client, rows, won)
        found.rows.append(evidence("for", "it worked later", won))
    return found


def _strange_port(case: Case, client: str | None, target: str | None, rows: list[Record]) -> int | None:
    """Return the port that refused, where every service that it can mean says that it listens on others."""
    ports = {row["port"] for row in rows if pd.notna(row["port"]) and row["kind"] == "refused"}
    others = [target] if target else sorted(case.names - {client or ""})
    known = [case.ports.get(name, set()) for name in others]
    if len(ports) == 0 or not known or not all(known) or ports & set().union(*known):
        return None
    return int(min(ports))


def _loopback(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    place = _whom(rows)
    sentence = (
        f"{_who(client)} looks for its dependency at {place}, {times(len(rows))}: inside a container that is the "
        "container itself, and nothing listens there."
    )
    won = case.success(client, rows[0], rows[-1])
    slow = all(row["kind"] in ("timeout", "reset", "unavailable") for row in rows)
    if slow:
        return _too_slow(case, client, None, rows)
    return _made(case, client, rows, "wrong_host", 0.5 if won is not None else 0.93, sentence, weight=3)


def _socket(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    path = next((row["subject"] for row in rows if pd.notna(row["subject"])), "a Unix socket")
    if any(row["runtime"] == "nginx" for row in rows):
        sentence = f"{_who(client)} found no server behind the socket {path}."
        return _made(case, client, rows, "dependency_outage", 0.4, sentence, weight=1)
    sentence = (
        f"{_who(client)} tried {path} instead of the network, {times(len(rows))}: no host was given to the client, or "
        "it was localhost; the server runs in another container."
    )
    return _made(case, client, rows, "wrong_host", 0.88, sentence, weight=3)


def _unknown_name(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    host = next((row["host"] for row in rows if pd.notna(row["host"])), None)
    won = case.success(client, rows[0], rows[-1])
    if host and re.search(_EXTERNAL, host) and not re.search(_INTERNAL, host):
        sentence = f"{_who(client)} could not resolve {host}, {times(len(rows))}: the container has no working DNS for outside names."  # noqa: E501
        return _made(case, client, rows, "dns_failure", 0.6 if won is not None else 0.93, sentence)
    if won is not None:
        sentence = f"{_who(client)} could not resolve {host or 'its dependency'} {times(len(rows))}, and reached it later: the other container was not up yet."  # noqa: E501
        return _made(case, client, rows, "startup_race", 0.7, sentence, dependency=_named(case, host))
    sentence = (
        f"{_who(client)} could not resolve {host or 'the name of its dependency'}, {times(len(rows))}: no running "
        "container bears that name on a network that both share."
    )
    return _made(case, client, rows, "dns_failure", 0.8, sentence, dependency=_named(case, host))


def _named(case: Case, host: str | None) -> str | None:
    """Return the host as a service, unless inspect has told all services and it is none of them."""
    return host if host in case.names or case.containers.empty else None


def _too_slow(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Hypothesis:
    kind = "no route" if all(row["kind"] == "unreachable" for row in rows) else "no answer in time"
    sentence = f"{_who(client)} got {kind} from {_whom(rows)}, {times(len(rows))}."
    won = case.success(client, rows[0], rows[-1])
    return _made(case, client, rows, "network_timeout", 0.6 if won is not None else 0.82, sentence, dependency=target)


def _not_ready(case: Case, target: str | None, rows: list[Record]) -> bool:
    return _relation(case, target, rows)[0] in ("before_ready", "after_down", "never_ready")


def _down(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Hypothesis:
    """Explain tries that found nobody listening at a target other than the client itself."""
    relation, mark = _relation(case, target, rows)
    won = case.success(client, rows[0], rows[-1])
    told = {
        "before_ready": ("startup_race", 0.95 if won else 0.9),
        "starting": ("startup_race", 0.93 if won else 0.85),
        "after_ready": ("startup_race", 0.5) if won else ("wrong_host", 0.7),
        "after_down": ("dependency_outage", 0.85),
        "never_ready": ("startup_race", 0.55),
        "silent": ("startup_race", 0.85 if won else 0.55),
        "unseen": ("startup_race", 0.85 if won else 0.52),
    }
    category, confidence = told[relation]
    if (
        all(row["kind"] in ("unavailable", "reset") for row in rows)
        and category == "startup_race"
        and relation != "before_ready"
    ):
        inside = any(span["phase"] == "restarting_inside" for span in case.spans(target)) if target else False
        category, confidence = ("startup_race", 0.75) if inside else ("dependency_outage", 0.4)
    whom = target or next((row["host"] for row in rows if pd.notna(row["host"])), None)
    found = _made(case, client, rows, category, confidence, "", dependency=whom)
    if all(row["kind"] == "unavailable" for row in rows):
        found.weight = 1
    found.sentence = _tell(case, found, relation, mark, rows)
    if mark is not None:
        found.rows.append(
            evidence("for", f"{target}: {mark['phase']}", mark | {"ts": mark["start"], "order": mark["start_order"]})
        )
    if relation == "after_down" and mark is not None and found.recovered is None:
        _back(case, found, target, mark, case.clock(rows[-1]))
    if relation in ("unseen", "silent"):
        found.rows.append(missing("when the target could be used", f"docker compose logs -t {whom or 'SERVICE'}"))
    if relation == "before_ready":
        _false_health(case, found, target, rows)
    return found


def _relation(case: Case, target: str | None, rows: list[Record]) -> tuple[str, Record | None]:
    """Say how the failed tries stand to the target's own phases, with the phase that decides."""
    if target is None:
        return "unseen", None
    spans = case.spans(target)
    ready = [span for span in spans if span["phase"] == "ready"]
    if not spans or (not ready and all(span["phase"] == "exited" for span in spans)):
        return ("after_down", spans[-1]) if spans and case.crashes(target) else ("silent", None)
    if not ready:
        return "never_ready", spans[-1]
    first = case.clock(rows[0])
    if pd.isna(first) or pd.isna(ready[0]["start"]):
        begun = [span for span in spans if span["phase"] in ("starting", "temporary_server", "restarting_inside")]
        return ("starting", ready[0]) if begun or len(rows) < 20 else ("silent", None)
    return _by_clock(spans, ready, rows, case)


def _by_clock(spans: list[Record], ready: list[Record], rows: list[Record], case: Case) -> tuple[str, Record | None]:
    first, last = case.clock(rows[0]), case.clock(rows[-1])
    now = [span for span in spans if pd.notna(span["start"]) and span["start"] <= first]
    later = [span for span in ready if pd.notna(span["start"]) and span["start"] > first]
    down = [span for span in spans if span["phase"] in outage.DOWN and first - _LAG <= span["start"] <= last + _LAG]
    was_ready = [span for span in now if span["phase"] == "ready"]
    if was_ready and (down or now[-1]["phase"] != "ready"):
        return "after_down", down[0] if down else now[-1]
    if was_ready:
        return "after_ready", now[-1]
    return ("before_ready", later[0]) if later else ("never_ready", spans[-1])


def _back(case: Case, found: Hypothesis, target: str | None, mark: Record, last: Any) -> None:
    """Say that the client recovered, and by whom, where the target came back and nothing failed after that."""
    again = [
        span for span in case.spans(target) if span["phase"] == "ready" and pd.notna(last) and span["start"] > last
    ]
    if again:
        found.recovered, found.recovered_by = True, outage.brought_back(case, target, mark)
        shown = again[0] | {"ts": again[0]["start"], "order": again[0]["start_order"]}
        found.rows.append(evidence("for", f"{target} was ready again", shown))


def _false_health(case: Case, found: Hypothesis, target: str | None, rows: list[Record]) -> None:
    """Blame the healthcheck where it passed on the temporary server, before the first refusal."""
    inside = [span for span in case.spans(target) if span["phase"] == "temporary_server"]
    if not inside or pd.isna(inside[0]["start"]):
        return
    start, first = inside[0]["start"], rows[0]["ts"]
    passed = case.probes[(case.probes["service"] == target) & (case.probes["outcome"] == "pass")]
    healthy = case.events[(case.events["service"] == target) & case.events["detail"].eq("healthy").fillna(value=False)]
    early = [
        row | {"ts": row["end"], "message": "probe passed"}
        for row in passed[passed["end"].between(start, first)].to_dict("records")
    ]
    told = healthy[healthy["ts"].between(start, first)].to_dict("records")
    if not told and not early:
        return
    found.category, found.confidence, found.weight = "healthcheck_misconfigured", 0.95, 3
    found.sentence = (
        f"The healthcheck of {target} passed on the temporary server of its first start, which no other container can "
        f"reach; {_who(found.service)} was let through and refused {times(len(rows))} until the real server was ready."
    )
    for row in [*early[:1], *told[:1]]:
        shown = {str(k): v for k, v in row.items()}
        found.rows.append(
            evidence(
                "for",
                f"{target} was called healthy during its temporary server",
                {"message": "health_status: healthy"} | shown,
            )
        )


def _tell(case: Case, found: Hypothesis, relation: str, mark: Record | None, rows: list[Record]) -> str:
    who, whom, often = _who(found.service), found.dependency or _whom(rows), times(len(rows))
    first, last = case.clock(rows[0]), case.clock(rows[-1])
    if relation == "before_ready" and mark is not None and pd.notna(first):
        gap = seconds(mark["start"] - first)
        return f"{who} tried {whom} before it was ready and failed {often}; {whom} was ready {gap} after the first try{_afterwards(found)}."
    if relation == "after_down":
        return f"{whom} had been up and went down; {who} failed {often} to reach it{_afterwards(found)}."
    if relation == "after_ready" and mark is not None and pd.notna(last):
        return f"{who} was refused by {whom} {often}, although {whom} had been ready for {seconds(last - mark['start'])}: wrong port, or a server that listens on its own loopback only."  # noqa: E501
    if relation in ("starting", "never_ready"):
        return f"{who} failed {often} to reach {whom}, which was still starting{_afterwards(found)}."
    return f"{who} failed {often} to reach {whom}, where nobody listened{_afterwards(found)}; the log does not show the other side."


def _afterwards(found: Hypothesis) -> str:
    by = {"restart_policy": ", by its restart policy", "human": ", restarted by hand", "retry": ", by its own retries"}
    return f"; it worked later{by.get(found.recovered_by or '', '')}" if found.recovered else ""


def _brought_back(case: Case, client: str | None, rows: list[Record], won: Record) -> str | None:
    """Say what brought the client back: the run in which it succeeded tells."""
    last = rows[-1]
    runs = case.lifetimes[case.lifetimes["service"] == client].sort_values("started")
    if len(runs) and pd.notna(won["ts"]):
        begun = runs[runs["started"] <= won["ts"] + pd.Timedelta(milliseconds=50)]
        if len(begun) and begun["started"].iloc[-1] <= last["ts"]:
            return "retry"
        by = begun["brought_by"].iloc[-1] if len(begun) else None
        return {"policy": "restart_policy", "human": "human"}.get(str(by))
    between = [
        e
        for e in case.ends(client)
        if client and pd.notna(e["order"]) and e["order"] > last["order"] and e["order"] < won["order"]
    ]
    if any("restarting" in str(e["detail"]) for e in between):
        return "restart_policy"
    return "retry" if not case.ends(client) and not case.began_anew(client, rows[0]) else None


def _who(client: str | None) -> str:
    return client or "The program"


def _whom(rows: list[Record]) -> str:
    row = next((r for r in rows if pd.notna(r["target"]) or pd.notna(r["host"]) or pd.notna(r["address"])), rows[0])
    place = next((row[name] for name in ("target", "host", "address") if pd.notna(row[name])), "its dependency")
    port = "" if pd.isna(row["port"]) or pd.notna(row["target"]) else f" port {row['port']}"
    return f"{place}{port}" if not re.match(LOOPBACK, str(place)) else f"{place}{port}"
