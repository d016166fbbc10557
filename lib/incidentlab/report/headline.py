"""The first lines of an answer: what the state is now, and the next command.

The state is what the engine said when the evidence ends (STATES), held against the milestones of the verdict: a
service that runs and was in trouble has recovered only if something was seen to work after its last failure. A log
alone tells no state, and this is said.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.states import BROKEN
from incidentlab.investigate import Investigation
from incidentlab.knowledge.causes import EXITS, NEXT, instructions
from incidentlab.report.moment import clock, lasted, span

Record = dict[str, Any]

_BROUGHT = {"restart_policy": "its restart policy", "retry": "its own retries", "human": "hand"}
_WELL = ("healthy", "running", "starting", "done")
_MOST = 4
"""Others in trouble that are named; more are counted."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
"""What a name in a command may be made of: it was read from evidence, and evidence is hostile."""


def state_now(investigation: Investigation, *, timezone: str = "UTC") -> str:
    """Return how the service of the verdict stands when the evidence ends, and who else is in trouble.

    Parameters
    ----------
    investigation
        Its finding of rank 1 says whose state it is.
    timezone
        The zone of the times.
    """
    verdict = tables.records(investigation.findings)[0]
    states = tables.records(investigation.states)
    end = investigation.incident.end
    if not states:
        return _untold(investigation, verdict, timezone)
    own, peer = (_of(states, verdict[name]) for name in ("service", "dependency"))
    named = [row for row in (own, peer) if row is not None]
    broken = [row for row in named if row["state"] in BROKEN or (row is peer and row["state"] == "stopped")]
    if broken:
        told = "; ".join(_stands(row, end, timezone) for row in sorted(broken, key=_worst))
    elif own is not None:
        told = _over(investigation, verdict, own, timezone)
    else:
        told = _all(states)
    services = {row["service"] for row in named}
    others = [row for row in states if row["state"] in BROKEN and row["service"] not in services]
    until = f" Seen until {clock(end, timezone=timezone)} {timezone}." if pd.notna(end) else ""
    return f"{told}{_others(others)}.{until}"


def next_step(investigation: Investigation) -> str:
    """Return the next command: it reads, or starts what does not run, and bears the container's real name."""
    verdict = tables.records(investigation.findings)[0]
    if verdict["category"] == "benign":
        return ""
    states = tables.records(investigation.states)
    own, peer = (_of(states, verdict[name]) for name in ("service", "dependency"))
    if own is None and peer is None and pd.isna(verdict["service"]):
        own = next((row for row in states if row["state"] in BROKEN), None)
    given = {
        "service": verdict["service"],
        "container": (own or {}).get("container"),
        "peer": (peer or {}).get("container"),
    }
    names = {name: str(text) for name, text in given.items() if pd.notna(text) and _NAME.fullmatch(str(text))}
    return next(iter(instructions([NEXT], names, _conditions(verdict, own, peer))), "")


def named(text: str, investigation: Investigation) -> str:
    """Return a command with the container's name in the place of the command that asks Compose for it."""
    known: dict[str, list[str]] = {}
    for row in tables.records(investigation.states):
        known.setdefault(str(row["service"]), []).append(str(row["container"]))

    def name(found: re.Match[str]) -> str:
        one = known.get(found[1], [])
        return one[0] if len(one) == 1 and _NAME.fullmatch(one[0]) else found[0]

    return re.sub(r"\$\(docker compose ps -a?q ([\w.-]+)\)", name, text)


def _conditions(verdict: Record, own: Record | None, peer: Record | None) -> set[str]:
    held = {str(verdict["category"])}
    if own is not None:
        held.add(own["state"].replace(" ", "_"))
    if peer is not None:
        held |= {f"peer_{peer['state'].replace(' ', '_')}", *(["peer_up"] if peer["state"] in _WELL else [])}
    if pd.notna(verdict["recovered"]) and verdict["recovered"] and (own is None or own["state"] in _WELL):
        held.add("recovered")
    return held


def _of(states: list[Record], service: Any) -> Record | None:
    """Return the container of a service that stands worst."""
    return next((row for row in states if pd.notna(service) and row["service"] == service), None)


def _worst(row: Record) -> int:
    return BROKEN.index(row["state"]) if row["state"] in BROKEN else len(BROKEN)


def _stands(row: Record, day: Any, timezone: str) -> str:
    """Return how one container stands, in words."""
    since: str = f" since {clock(row['since'], day=day, timezone=timezone)}" if pd.notna(row["since"]) else ""
    long: str = f", for {lasted(row['lasted_s'])}" if pd.notna(row["lasted_s"]) else ""
    count: int = row["restarts"] if pd.notna(row["restarts"]) else 0
    often = f"{count} time{'s' * (count != 1)}"
    code: str = f"exit code {row['exit_code']}" if pd.notna(row["exit_code"]) else "an exit code that is not known"
    words = {
        "down": f"is down{since}{long}, with {code}{_means(row['exit_code'])}{_gave_up(row, often)}",
        "restarting": f"is still restarting: {often}{since}{long}, last with {code}{_means(row['exit_code'])}",
        "unhealthy": f"is unhealthy{since}{long}: its probes fail",
        "paused": f"is paused{since}{long}: it holds connections and answers nothing",
        "cut off": f"is cut off from its network{since}{long}",
        "never started": f"was created{_at(row, day, timezone)} and never started",
        "stopped": f"is stopped{since}{long}, by a command",
        "starting": f"runs{since} and is not healthy yet",
        "running": f"runs{since}",
        "healthy": f"is healthy{since}",
        "done": f"is done{since}: exit code 0",
    }
    return f"{row['service']} {words[row['state']]}"


def _at(row: Record, day: Any, timezone: str) -> str:
    return f" at {clock(row['since'], day=day, timezone=timezone)}" if pd.notna(row["since"]) else ""


def _means(code: Any) -> str:
    """Return what an exit code says by itself, in a word; an error of its own goes without saying."""
    told = EXITS.get(int(code), "").partition(":")[0] if pd.notna(code) and int(code) > 2 else ""
    return f" ({told})" if told else ""


def _gave_up(row: Record, often: str) -> str:
    return {
        "budget_spent": f"; its restart policy, {row['policy']}, restarted it {often} and has given up",
        "no_policy": "; it has no restart policy, so nothing starts it again",
        "exit_zero": "; its policy, on-failure, does not start it again after exit code 0",
        "failed_start": "; a start of it failed, and nothing tries again",
        "first_start_failed": "; its first start failed, and nothing tries again",
    }.get(str(row["reason"]), "")


def _over(investigation: Investigation, verdict: Record, own: Record, timezone: str) -> str:
    """Return that a service which runs has recovered, or that this was not seen."""
    end = investigation.incident.end
    known = {row["name"]: row for row in tables.records(investigation.milestones)}
    impact, resolved = known["impact"]["ts"], known["resolved"]["ts"]
    if pd.notna(impact) and pd.notna(resolved):
        by = _BROUGHT.get(str(verdict["recovered_by"]), "")
        outage = verdict["category"] == "dependency_outage" and by == "hand"
        how = f", once {verdict['dependency']} was brought back by hand" if outage else f", by {by}" if by else ""
        began, long = span(impact, resolved, day=end, timezone=timezone), lasted((resolved - impact).total_seconds())
        return f"{verdict['service']} has recovered{how}: in trouble for {long}, {began}"
    last = _last_failure(investigation, verdict["service"])
    seen = f"; it failed last at {clock(last, day=end, timezone=timezone)}" if pd.notna(last) else ""
    return f"{_stands(own, end, timezone)}{seen}"


def _last_failure(investigation: Investigation, service: Any) -> Any:
    failed = investigation.failures
    return failed.loc[failed["service"] == service, "ts"].max()


def _untold(investigation: Investigation, verdict: Record, timezone: str) -> str:
    """Return what lines alone tell of the state: when it failed last, and whether it worked after that."""
    ask = "what runs now a log does not tell (`docker compose ps -a` does)"
    own = investigation.evidence[investigation.evidence["rank"].eq(1)]
    rows, past = own[own["role"].eq("for")], own[own["role"].eq("against")]
    if verdict["category"] == "benign":
        if past.empty:
            return f"No failure in these lines; {ask}."
        last = past["ts"].max()
        since = f", and none after {clock(last, day=last, timezone=timezone)}" if pd.notna(last) else ""
        return f"Errors that did not last{since}; {ask}."
    who: str = verdict["service"] if pd.notna(verdict["service"]) else "The program"
    if pd.notna(verdict["recovered"]) and verdict["recovered"]:
        return f"{who} worked again within these lines; {ask}."
    if rows.empty:
        return f"No state is known: {ask}."
    first, last = rows["ts"].min(), rows["ts"].max()
    when = f", {span(first, last, timezone=timezone)} {timezone}" if pd.notna(last) else ""
    return f"{who} is not seen to work again in these lines{when}; {ask}."


def _all(states: list[Record]) -> str:
    """Return how many containers do what they should, where no service is accused."""
    well = [row for row in states if row["state"] in _WELL]
    healthy = sum(row["state"] == "healthy" for row in states)
    if len(well) < len(states):
        return (
            f"{len(well)} of {len(states)} containers do their work"
            if len(states) > 1
            else "The container does not work"
        )
    if len(states) == 1:
        return f"The container is up{', and healthy' if healthy else ''}"
    return f"All {len(states)} containers are up, {healthy} of them healthy"


def _others(rows: list[Record]) -> str:
    if not rows:
        return ""
    said = [f"{row['service'] if pd.notna(row['service']) else 'one'} ({row['state']})" for row in rows[:_MOST]]
    more = [f"{len(rows) - _MOST} more"] if len(rows) > _MOST else []
    return f". Also in trouble: {', '.join([*said, *more])}"
