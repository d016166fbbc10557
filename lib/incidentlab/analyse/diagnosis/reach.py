"""Who did not reach whom, and why: a race, a wrong host, an unknown name, an outage, a slow answer.

What the error says of the target (observed with two containers on one network, and in moby's resolver): a refusal
proves that the container was up and nobody listened; an unknown name that no running container bore it; an answer,
even a "no", that the server was up. So:

- refused on loopback: the client asked its own container; no readiness of another can help (wrong_host);
- refused while the target was starting, and ready later: a race (startup_race); a later success without a change
  supports it; where the healthcheck had passed on the temporary server, the healthcheck is at fault;
- refused by a server whose own lines say that it listens on loopback only (wrong_host);
- refused although the target had long been ready and stayed so: wrong port, or a server that listens on loopback only;
- refused or cut off after the target had been ready and went down: an outage of the dependency;
- the target is not in the evidence, or has no clock: what its own log says of a start-up decides, with less certainty.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import culprits, naming, outage, race, sockets
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, times
from incidentlab.analyse.diagnosis.tries import unreached, who, whom
from incidentlab.analyse.marks import says
from incidentlab.knowledge import LOOPBACK, REACH, SERVERS
from incidentlab.knowledge.weights import weight

_EXTERNAL = r"\.(?:[a-z]{2,})$"
_INTERNAL = r"\.(?:local|internal|lan|svc|cluster|docker|localhost)$"

_NEAR = 10
"""A published port lies as near to the one inside, where servers of one kind share a machine."""


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return one hypothesis per client and target that it did not reach."""
    tries = [row for row in case.failed if row["kind"] in (*REACH, "wait_timeout") and not _own(case, row)]
    groups: dict[tuple[Any, Any], list[Record]] = {}
    for row in tries:
        groups.setdefault((row["service"] if pd.notna(row["service"]) else None, _aim(row)), []).append(row)
    return [_named(case, _explain(case, service, rows), rows[0]) for (service, _), rows in _merged(groups).items()]


def _named(case: Case, found: Hypothesis, first: Record) -> Hypothesis:
    """Name the client that no line names, where the command above it does."""
    if found.service is None:
        found.service = naming.whose(case, first)
    return found


def _merged(groups: dict[tuple[Any, Any], list[Record]]) -> dict[tuple[Any, Any], list[Record]]:
    """Give failures that name no target to the first named target of the same client."""
    named: dict[Any, Any] = {}
    for service, aim in groups:
        if aim is not None:
            named.setdefault(service, aim)
    merged: dict[tuple[Any, Any], list[Record]] = {}
    for (service, aim), rows in groups.items():
        merged.setdefault((service, aim if aim is not None else named.get(service)), []).extend(rows)
    return {key: sorted(rows, key=_in_order) for key, rows in merged.items()}


def _in_order(row: Record) -> tuple[bool, Any]:
    """Return the place of a row in its source; what inspect or a probe tells has none and comes last."""
    return (True, 0) if pd.isna(row["order"]) else (False, row["order"])


def _aim(row: Record) -> Any:
    """Return what a try was aimed at: service, else host, else address and port."""
    for name in ("target", "host", "address"):
        if pd.notna(row[name]):
            return row[name] if row["target_by"] != "loopback" else f"loopback:{row['port']}"
    return None


def _own(case: Case, row: Record) -> bool:
    """Say whether a line tells of no try in vain.

    A server speaks of itself: its clients are cut off because it stops, its tools find no socket. And programs look for
    sockets that may be there, and tell what they found as mere information.
    """
    if pd.notna(row["service"]):
        kind = case.kinds.get(row["service"])
    else:
        said = case.nameless_servers
        kind = next((s.name for s in SERVERS if said.get(s.prints, set()) - {row["message"]}), None)
    if row["kind"] == "no_socket" and row["level"] in ("debug", "info"):
        return True
    if row["runtime"] == "any" and row["level"] in ("debug", "info") and kind in set(case.kinds.values()) - {"web"}:
        return True
    tools = {"postgres": "libpq"}.get(kind or "", kind)
    return kind is not None and (row["runtime"] in (kind, tools) or row["target"] == row["service"])


def _explain(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    target = next((row["target"] for row in rows if pd.notna(row["target"])), None)
    target = target or outage.away_at(case, client, case.clock(rows[0]))
    kinds = {row["kind"] for row in rows}
    if any(row["target_by"] == "loopback" for row in rows):
        return _loopback(case, client, rows)
    if kinds == {"wait_timeout"} and target is None:
        return _gave_up(case, client, rows)
    misplaced = _misplaced(case, client, target, rows)
    if misplaced is not None:
        return misplaced
    if kinds == {"no_socket"}:
        return sockets.explain(case, client, rows)
    if kinds == {"dns"} and (target is None or _mute(case, target)):
        return _unknown_name(case, client, rows)
    if kinds <= {"timeout", "unreachable"} and not race.not_ready(case, target, rows):
        return _too_slow(case, client, target, rows)
    return race.explain(case, client, target, rows)


def _misplaced(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Hypothesis | None:
    """Return the wrong place that lines beside the failures show: the server's own, a setting, or all ports known."""
    private = _private(case, client, target, rows)
    if private is not None:
        return _unheard(case, client, rows, private)
    setting = _loopback_setting(case, target, rows)
    if setting is not None:
        return _by_setting(client, rows, setting, case)
    strange = _strange_port(case, client, target, rows)
    return None if strange is None else _wrong_port(case, client, target, rows, strange)


def _mute(case: Case, target: str) -> bool:
    """Say whether nothing but the names in Compose's own lines is known of a service."""
    known = (case.events[case.events["action"] != "start"], case.containers, case.probes, case.lifetimes)
    return case.lines(target).empty and not any(frame["service"].eq(target).any() for frame in known)


def _private(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Record | None:
    """Return the line in which the one server that can be meant says that it listens at its own loopback only."""
    told = case.marked("loopback_only")
    if told.empty or not any(row["kind"] in ("refused", "connect", "unavailable") for row in rows):
        return None
    said = case.logs.iloc[told["row"].astype(int)].assign(port=pd.to_numeric(told["port"]).to_numpy())
    ports = {row["port"] for row in rows if pd.notna(row["port"])}
    said = said[said["service"].eq(target) if target else said["service"].ne(client or "") & said["port"].isin(ports)]
    said = said[said["service"].notna()]
    if said["service"].nunique() != 1:
        return None
    server = str(said["service"].iloc[0])
    if says(case.lines(server)["message"], "heard_by_all").any():
        return None
    return tables.records(said)[0]


def _unheard(case: Case, client: str | None, rows: list[Record], private: Record) -> Hypothesis:
    server = str(private["service"])
    sentence = (
        f"{server} listens at the loopback of its own container only, where no other can reach it; {who(client)} was "
        f"refused {times(len(rows))}."
    )
    found = unreached(case, client, rows, ("wrong_host", weight("reach.private")), sentence)
    found.exactness, found.dependency, found.kind = 3, server, "private"
    found.rows.append(evidence("for", f"where {server} listens", private))
    return found


def _loopback_setting(case: Case, target: str | None, rows: list[Record]) -> Record | None:
    """Return the one host that settings in the same text name, if it is loopback and the failures name no place."""
    placed = target is not None or any(pd.notna(row[name]) for row in rows for name in ("host", "address"))
    if placed or not any(row["kind"] == "refused" for row in rows):
        return None
    given = case.marked("host_setting")
    if given["host"].nunique() != 1 or not re.match(LOOPBACK, str(given["host"].iloc[0])):
        return None
    return tables.records(case.logs.iloc[given["row"].iloc[:1].astype(int)])[0]


def _by_setting(client: str | None, rows: list[Record], setting: Record, case: Case) -> Hypothesis:
    sentence = f"{who(client)} was refused, {times(len(rows))}, and the settings beside its log name loopback as host."
    found = unreached(case, client, rows, ("wrong_host", weight("reach.loopback_setting")), sentence)
    found.exactness = 3
    found.rows.append(evidence("for", "a host in the settings", setting))
    return found


def _loopback(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    if all(row["kind"] in ("timeout", "reset", "unavailable") for row in rows):
        return _too_slow(case, client, None, rows)
    if case.lines(client).index.isin(case.marked("outside")["row"]).any():
        return _on_the_machine(case, client, rows)
    sentence = (
        f"{who(client)} looks for its dependency at {whom(rows)}, {times(len(rows))}: inside a container that is the "
        "container itself, and nothing listens there."
    )
    found = unreached(case, client, rows, ("wrong_host", weight("reach.loopback")), sentence)
    found.exactness = 3
    return found


def _on_the_machine(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    sentence = (
        f"{who(client)} runs on the machine itself, by the paths of its own frames, and did not reach {whom(rows)}, "
        f"{times(len(rows))}: the server does not run, or its port is not published there."
    )
    found = unreached(case, client, rows, ("unknown", weight("reach.on_the_machine")), sentence)
    found.exactness = 3
    return found


def _gave_up(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    sentence = f"{who(client)} waited for {whom(rows)} and gave up; why it did not answer is not in the evidence."
    found = unreached(case, client, rows, ("unknown", weight("reach.gave_up")), sentence)
    found.exactness = 3
    return found


def _strange_port(case: Case, client: str | None, target: str | None, rows: list[Record]) -> int | None:
    """Return the port that refused, where every service that it can mean says that it listens on others.

    A bare address may be that of a service whose lines are not here; a data store is meant by one near its own port
    only, as they are published (5433 for 5432, 16379 for 6379).
    """
    ports = {int(row["port"]) for row in rows if pd.notna(row["port"]) and row["kind"] == "refused"}
    others = {target} if target else {name for name in case.names - {client or ""} if _can_mean(case, name, ports)}
    if not ports or not others or not all(name in case.ports for name in others):
        return None
    return None if ports & set().union(*(case.ports[name] for name in others)) else int(min(ports))


def _can_mean(case: Case, name: str, ports: set[int]) -> bool:
    """Say whether a port may have been meant for a service: any for a program, one like its own for a data store."""
    own = case.ports.get(name, set()) if name in case.stores else ports
    return any(abs(port - near) <= _NEAR or str(port).endswith(str(near)) for port in ports for near in own)


def _wrong_port(case: Case, client: str | None, target: str | None, rows: list[Record], port: int) -> Hypothesis:
    sentence = (
        f"{who(client)} was refused at port {port}, {times(len(rows))}, where none of the other services listens: "
        "wrong port, or the published one in place of the one inside the container."
    )
    found = unreached(case, client, rows, ("wrong_host", weight("reach.wrong_port")), sentence)
    found.exactness, found.dependency = 3, target
    return found


def _unknown_name(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    host = next((row["host"] for row in rows if pd.notna(row["host"])), None)
    often = times(len(rows))
    tried = f"{who(client)} could not resolve {host or 'the name of its dependency'}, {often}"
    if host and re.search(_EXTERNAL, host) and not re.search(_INTERNAL, host):
        found = unreached(
            case,
            client,
            rows,
            ("dns_failure", weight("reach.outside_name")),
            f"{tried}: it has no working DNS for names outside.",
        )
        found.kind = "outside"
        return found
    sentence = f"{tried}: no running container bears that name on a network that both share."
    found = unreached(case, client, rows, ("dns_failure", weight("reach.unknown_name")), sentence)
    found.dependency = host if host in case.names or case.containers.empty else None
    found.meant = culprits.meant(case, host)
    if found.meant:
        found.sentence = f"{tried}: no container bears that name. Did you mean {found.meant}, which is there?"
    if found.recovered:
        found.category, found.confidence = "startup_race", weight("reach.unknown_name.later")
        found.sentence = f"{tried}, and reached it later: the other container was not up yet."
    return found


def _too_slow(case: Case, client: str | None, target: str | None, rows: list[Record]) -> Hypothesis:
    answer = "no route" if all(row["kind"] == "unreachable" for row in rows) else "no answer in time"
    sentence = f"{who(client)} got {answer} from {whom(rows)}, {times(len(rows))}."
    found = unreached(case, client, rows, ("network_timeout", weight("reach.too_slow")), sentence)
    found.dependency = target
    if all(row["signature"] == "gunicorn_timeout" for row in rows):
        found.confidence = weight("reach.stuck_worker")
    return found
