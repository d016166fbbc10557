"""Single facts as sentences: each is counted from the rows that it cites, so that the two cannot differ.

A function returns None, or nothing, where no row shows its fact. What follows from what is told by `chain`.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.knowledge.causes import EXITS
from incidentlab.report.postmortem.material import Material, Record, counted, name, ordinal, span, times
from incidentlab.report.postmortem.statement import Statement

_MET = {
    "refused": ("met a closed port (connection refused)", "refused"),
    "dns": ("did not find its name", "name not found"),
    "timeout": ("got no answer in time", "without an answer"),
    "unreachable": ("found no route to it", "without a route"),
    "reset": ("were cut off", "cut off"),
    "no_socket": ("found no socket of it", "no socket"),
    "starting_up": ("were told that it was still starting", "told that it was starting"),
    "auth": ("were turned away at the login", "login refused"),
    "missing_database": ("did not find their database", "no such database"),
    "tls": ("came to no encrypted connection", "no TLS"),
}
"""kind of a failed try -> what became of the tries; the same as a label"""
_SENT = {"kill": "sent", "stop": "stopped", "pause": "paused", "disconnect": "cut off from its network"}
_SIGNALS = {2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 15: "SIGTERM"}
_SOON = pd.Timedelta(seconds=15)
"""A signal this long before an end may have caused it: Compose and the engine wait 10 s before they kill."""


def needs(m: Material, service: Any, dependency: Any) -> Statement | None:
    """Return what a service waits for before it is started, as its Compose file says."""
    incident = m.found.incident
    declared = incident.services if len(incident.services) else incident.containers
    own = tables.records(declared[declared["service"].eq(service) & declared["depends_on"].notna()].tail(1))
    if not own:
        return None
    condition = json.loads(own[0]["depends_on"]).get(dependency)
    said = {
        None: f"{service} does not name {dependency} under `depends_on`: nothing lets it wait.",
        "service_started": f"{service} waits only until {dependency} is started, not until it can be used "
        "(`depends_on: service_started`).",
        "service_healthy": f"{service} waits until {dependency} is healthy (`depends_on: service_healthy`).",
    }
    return (
        m.say(said[condition], [own[0] | {"what": f"depends_on: {condition or 'nothing'}"}])
        if condition in said
        else None
    )


def prepared(m: Material, server: Any) -> Statement | None:
    """Return how long a server prepared itself in private before it could be used, and where it listened meanwhile."""
    phases = tables.records(m.found.phases[m.found.phases["service"].eq(server) & m.found.phases["line"].notna()])
    ready = next((row for row in phases if row["phase"] == "ready"), None)
    private = [row for row in phases if row["phase"] == "temporary_server" and pd.notna(row["end"])]
    private = [row for row in private if ready is None or row["start"] < ready["start"]]
    if not private:
        return None
    first = private[0]
    socket = _listens(m, server, first)
    after = [row for row in phases if row["start"] == first["end"]]
    where = "on a Unix socket only, " if socket else ""
    lasted = (first["end"] - first["start"]).total_seconds()
    begun = [row for row in phases if row["phase"] == "starting"][:1]
    text = (
        f"On its first start {server} ran a temporary server for {span(lasted)} ({m.clock(first['start'])} to "
        f"{m.clock(first['end'])}), {where}which no other container reaches."
    )
    return m.say(text, [*begun, *socket, first, *after[:1]])


def _listens(m: Material, server: Any, phase: Record) -> list[Record]:
    """Return the line that says that a server listens on a socket, where no line before its phase names an address."""
    marks, logs = m.found.marks, m.found.incident.logs
    kinds = marks[marks["question"].eq("phase") & marks["kind"].isin(["tcp", "socket"])]
    own = logs.iloc[kinds["row"].astype(int)].assign(kind=kinds["kind"].to_numpy())
    own = own[own["service"].eq(server) & (own["ts"] <= phase["end"])]
    return tables.records(own[own["kind"].eq("socket")].tail(1)) if not own["kind"].eq("tcp").any() else []


def deceived(m: Material, server: Any) -> Statement | None:
    """Return that the healthcheck of a server passed while only its temporary server ran, where a probe shows it."""
    phases = m.found.phases
    private = tables.records(phases[phases["service"].eq(server) & phases["phase"].eq("temporary_server")].head(1))
    if not private or pd.isna(private[0]["end"]):
        return None
    begin, end = private[0]["start"], private[0]["end"]
    probes = m.found.incident.probes
    passed = probes[probes["service"].eq(server) & probes["outcome"].eq("pass") & probes["end"].between(begin, end)]
    rows = [row | {"ts": row["end"]} for row in tables.records(passed.head(1))]
    return (
        m.say(f"Its healthcheck passed{m.during(rows)} all the same: {server} was called healthy too early.", rows)
        if rows
        else None
    )


def tried(m: Material, service: Any, dependency: Any) -> Statement | None:
    """Return how often a service tried another in vain, when, and what it met."""
    rows = failed_tries(m, service, dependency)
    if not rows:
        return None
    kinds = Counter(str(row["kind"]) for row in rows)
    begin = f"{counted(len(rows), 'try', 'tries')} of {service} to reach {dependency}"
    if len(kinds) == 1:
        met = _MET.get(next(iter(kinds)), (f"failed ({next(iter(kinds))})", ""))[0]
        met = met.replace("were ", "was ").replace("their", "its") if len(rows) == 1 else met
        return m.say(f"{begin} {met}{m.during(rows)}.", rows)
    labels = ", ".join(f"{count} {_MET.get(kind, ('', kind))[1]}" for kind, count in kinds.most_common())
    return m.say(f"{begin} failed{m.during(rows)}: {labels}.", rows)


def failed_tries(m: Material, service: Any, dependency: Any) -> list[Record]:
    """Return the tries of a service to reach another that failed, since the incident started."""
    known = m.found.attempts
    failed = known[known["service"].eq(service) & known["dependency"].eq(dependency) & ~known["ok"].fillna(value=False)]
    started = m.milestones["ts"].iloc[0]
    return tables.records(failed if pd.isna(started) else failed[~(failed["ts"] < started)])


def victims(m: Material, server: Any, *, but: Any = None) -> list[Statement]:
    """Return each service that failed to reach a server, the one that failed first first."""
    known = m.found.attempts
    names = known.loc[known["dependency"].eq(server) & ~known["ok"].fillna(value=False), "service"].drop_duplicates()
    return [said for service in names if service != but and (said := tried(m, service, server))]


def ends(m: Material, service: Any) -> Statement | None:
    """Return how often the runs of a service ended in error, with which code, and what started it again."""
    lived = m.found.lifetimes[m.found.lifetimes["service"].eq(service)]
    bad = tables.records(lived[lived["exit_code"].gt(0).fillna(value=False)])
    if not bad:
        return None
    codes = dict.fromkeys(int(row["exit_code"]) for row in bad)
    meant = ", ".join(f"{code}{f' ({EXITS[code]})' if code in EXITS else ''}" for code in codes)
    again = lived[lived["brought_by"].isin(["policy", "human"])]
    by = [
        f"{times(int(count))} by {'its restart policy' if who == 'policy' else 'hand'}"
        for who, count in again["brought_by"].value_counts().items()
    ]
    tail = f", and was started again {' and '.join(by)}" if by else ""
    rows = [_ended(m, row) for row in bad]
    return m.say(f"{service} ended {times(len(bad))} with exit code {meant}{tail}.", [*rows, *tables.records(again)])


def _ended(m: Material, run: Record) -> Record:
    """Return the event that tells of the end of a run; the run itself where no event does."""
    events = m.found.timeline[m.found.timeline["what"].eq("die") & m.found.timeline["service"].eq(run["service"])]
    same: pd.DataFrame = events[events["ts"].eq(run["die_event"])] if pd.notna(run["die_event"]) else events[:0]
    return next(iter(tables.records(same)), run)


def asked_for(m: Material, service: Any) -> Statement | None:
    """Return what somebody asked the engine to do to a service just before it went away, and how it ended."""
    rows = m.found.timeline[m.found.timeline["service"].eq(service) & m.found.timeline["source"].eq("events")]
    acts = tables.records(rows[rows["what"].isin(_SENT)])
    gone = tables.records(rows[rows["what"].isin(["die", "pause", "disconnect"])])
    if not acts:
        return None
    act = acts[0]
    end = next((row for row in gone if act["ts"] <= row["ts"] <= act["ts"] + _SOON and row["what"] == "die"), None)
    number = str(act["detail"]).removeprefix("signal ")
    signal = _SIGNALS.get(int(number), f"signal {number}") if number.isdigit() else "a signal"
    what = f"send {signal} to {service}" if act["what"] == "kill" else f"{act['what']} {service}"
    tail = f"; it ended {_after(act, end)} with {end['detail']}" if end else ""
    return m.say(f"The engine was asked to {what} at {m.clock(act['ts'])}{tail}.", [act, *([end] if end else [])])


def _after(act: Record, end: Record) -> str:
    return f"{span((end['ts'] - act['ts']).total_seconds())} later"


def came_back(m: Material, server: Any) -> Statement | None:
    """Return when a server that was away ran again, who started it, and when it was ready."""
    lived = m.found.lifetimes[m.found.lifetimes["service"].eq(server) & m.found.lifetimes["run"].gt(1)]
    again = tables.records(lived.tail(1))
    moved = m.found.timeline[m.found.timeline["service"].eq(server) & m.found.timeline["what"].eq("unpause")]
    if not again:
        rows = tables.records(moved.tail(1))
        return m.say(f"{server} was unpaused at {m.clock(rows[0]['ts'])}.", rows) if rows else None
    run = again[0]
    who = {"human": " by hand", "policy": " by its restart policy"}.get(run["brought_by"], "")
    since = run["start_event"] if pd.notna(run["start_event"]) else run["started"]
    ready = m.found.phases[m.found.phases["service"].eq(server) & m.found.phases["phase"].eq("ready")]
    later = tables.records(ready[ready["start"] >= run["started"]].head(1)) if pd.notna(run["started"]) else []
    tail = f", and was ready at {m.clock(later[0]['start'])}" if later else ""
    return m.say(f"{server} was started again{who} at {m.clock(since)}{tail}.", [run, *later])


def restart_that_helped(m: Material, service: Any, dependency: Any) -> Statement | None:
    """Return when a dependency was ready, and which restart or which try of the service was the first after it."""
    phases = m.found.phases
    ready = tables.records(phases[phases["service"].eq(dependency) & phases["phase"].eq("ready")].head(1))
    if not ready or pd.isna(ready[0]["start"]):
        return None
    since, begin = ready[0]["start"], f"{dependency} was ready at {m.clock(ready[0]['start'])}"
    known = m.found.attempts[m.found.attempts["service"].eq(service) & m.found.attempts["dependency"].eq(dependency)]
    worked = tables.records(known[known["ok"].fillna(value=False) & (known["ts"] >= since)].head(1))
    ladder = m.found.restarts[m.found.restarts["service"].eq(service) & m.found.restarts["cause"].eq("policy")]
    later = tables.records(ladder[ladder["start_event"] >= since].head(1))
    if worked and later and later[0]["start_event"] <= worked[0]["ts"]:
        place, waited = ordinal(int(later[0]["number"])), later[0]["predicted_s"]
        delay = f", after a delay of {waited:g} s," if pd.notna(waited) else ""
        text = (
            f"{begin}. The policy's {place} restart{delay} came at {m.clock(later[0]['start_event'])}: the first after "
            f"that, and its try succeeded at {m.clock(worked[0]['ts'])}."
        )
        return m.say(text, [*ready, *later, *worked])
    if worked:
        return m.say(
            f"{begin}, and the next try of {service} succeeded at {m.clock(worked[0]['ts'])}.", [*ready, *worked]
        )
    return _gave_up(m, service, begin, ready)


def _gave_up(m: Material, service: Any, begin: str, ready: list[Record]) -> Statement:
    """Return that nothing tried again once the dependency was ready, and whether the policy had a restart left."""
    closed = m.found.loop_ends[m.found.loop_ends["service"].eq(service)]
    spent = tables.records(closed[closed["reason"].eq("budget_spent")].head(1))
    if spent and pd.notna(spent[0]["ts"]):
        early = (ready[0]["start"] - spent[0]["ts"]).total_seconds()
        when = f"{span(early)} before that" if early > 0 else f"at {m.clock(spent[0]['ts'])}"
        used = counted(int(spent[0]["restarts"]), "restart")
        text = f"{begin}. {service}'s policy had used up its {used} {when}: nothing tried again."
        return m.say(text, [*ready, *spent])
    return m.say(f"{begin}; no try of {service} after that is in the evidence.", ready)


def conditions(m: Material) -> list[Statement]:
    """Return which settings of the service let it happen: no try after the first, no restart, or only so many."""
    service, dependency = m.verdict["service"], m.verdict["dependency"]
    if pd.isna(service):
        return []
    said = []
    known = m.found.attempts[m.found.attempts["service"].eq(service) & m.found.attempts["dependency"].eq(dependency)]
    per_run = known[known["run"].notna()].groupby("run").size()
    if len(per_run) > 1 and per_run.max() == 1:
        said.append(
            m.say(f"Each run of {service} tried once and ended: nothing in it tries again.", tables.records(known))
        )
    seen = m.found.incident.containers
    rows = tables.records(seen[seen["service"].eq(service) & seen["restart_policy"].notna()].tail(1))
    ended = m.found.lifetimes[m.found.lifetimes["service"].eq(service)]["exit_code"].gt(0).fillna(value=False).any()
    if rows and ended:
        most = rows[0]["restart_max"]
        often = f" at most {times(int(most))}" if pd.notna(most) and most else ""
        policy = str(rows[0]["restart_policy"])
        what = "nothing starts it again" if policy == "no" else f"it is started again{often or ' without end'}"
        said.append(m.say(f"Its restart policy is `{policy}`: {what}.", [rows[0] | {"what": f"restart: {policy}"}]))
    return said


def states(m: Material) -> list[Statement]:
    """Return in which state the services of the verdict were when they were last looked at, where it is no good one."""
    seen = m.found.incident.containers
    who = [m.verdict[key] for key in ("service", "dependency") if pd.notna(m.verdict[key])]
    said = []
    for row in tables.records(seen[seen["service"].isin(who)]):
        state = row["health"] if row["state"] == "running" and row["health"] == "unhealthy" else row["state"]
        if pd.isna(state) or state in ("running", "created") or (state == "exited" and row["exit_code"] == 0):
            continue
        code = f", exit code {row['exit_code']}" if pd.notna(row["exit_code"]) and state != "unhealthy" else ""
        text = f"When last seen, {name(row['service'])} was {state}{code}."
        said.append(m.say(text, [row | {"what": f"State.Status: {row['state']}"}]))
    return said
