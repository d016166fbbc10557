"""What bad is seen to have happened, to whom: harm first, reasons after.

A line that speaks of a failure accuses nobody by itself; something must have been harmed. A harm is seen: a container
ended in failure and nobody asked for it, restarts, was created and never started, fails its probes; a server ended all
its own processes; a program says the same error again and again until the evidence ends, or waits in vain.

Sources: moby `container/state.go` (the one-word states), `daemon/health.go` (a container that does not run is called
unhealthy whatever its probes said, so only a running one counts); signal(7) for the codes of asked-for ends.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import naming
from incidentlab.analyse.diagnosis.calm import calm_after
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Record
from incidentlab.analyse.marks import says

_PATIENCE = 3
"""As many lines of waiting, with nothing after them, are a wait in vain."""

_BURST = 3
"""As many errors at the end of a log, with no work after the first of them, are no accident."""

_PAST = 5
"""With more calm lines than these after the last of them, errors are no end."""

_BUSY = 20
"""Or with more than these, though they all say the same."""

_LONG = 100
"""A program that goes on for as many calm lines did not end by the error before them."""

_MANY = 2000
"""Lines at the end in which errors without a level are looked for."""

_ASKED = (0, 130, 143)
"""Codes of containers that were asked to end, or were done."""

_RETRIES = 2
"""As many failed probes at the end are no accident; Docker calls a container unhealthy after three."""


def harms(case: Case) -> pd.DataFrame:
    """Return what bad is seen to have happened, the hardest first.

    Returns
    -------
    pandas.DataFrame
        HARMS.
    """
    found = [
        *_crashes(case),
        *_ended(case),
        *_restarting(case),
        *_reset(case),
        *_unhealthy(case),
        *_never_started(case),
        *_fatal(case),
        *_bursts(case),
        *_waits(case),
        *_listed(case),
        *_steps(case),
        *_supervised(case),
        *_refusing(case),
    ]
    return tables.rows(_once(found), tables.HARMS)


def _once(found: list[Record]) -> list[Record]:
    """Keep the first harm of each kind that a service suffered, with the count and the last time of all of them."""
    kept: dict[tuple[Any, str], Record] = {}
    for harm in found:
        key = (harm["service"] if pd.notna(harm["service"]) else None, harm["kind"])
        if key in kept:
            kept[key] |= {"count": kept[key]["count"] + harm["count"], "until": harm["until"]}
        else:
            kept[key] = dict(harm)
    return list(kept.values())


def _harm(kind: str, row: Record, detail: str, **others: Any) -> Record:
    place = {name: row.get(name) for name in ("service", "container", "ts", "order", "file", "line", "pointer")}
    return place | {"kind": kind, "detail": detail, "until": row.get("ts"), "count": 1, "exit_code": pd.NA} | others


def _crashes(case: Case) -> list[Record]:
    """Return the errors that end a program by what they are, of services that did no work after them."""
    kinds = ("crash", "exit", "import")
    rows = [row for row in case.failed if row["kind"] in kinds and case.works(_name(row), row) is None]
    last = {_name(row): row for row in rows}
    over = {name for name, row in last.items() if len(calm_after(case, name, row)) > _LONG and not case.crashes(name)}
    return [_harm("crashed", row, str(row["message"])) for row in rows if _name(row) not in over]


def _ended(case: Case) -> list[Record]:
    """Return the ends that nobody asked for: as events and Compose tell them, else as inspect does."""
    ends = [
        _harm("ended", row, f"exited with code {row['exit_code']}", exit_code=row["exit_code"])
        for row in case.crashes(None)
    ]
    seen = {row["container"] for row in case.ends(None)} | {row["service"] for row in case.ends(None)}
    dead = case.containers[case.containers["state"].isin(["exited", "dead"])]
    dead = dead[dead["exit_code"].notna() & ~dead["exit_code"].isin(_ASKED)]
    for row in tables.records(dead):
        if row["container"] not in seen and row["service"] not in seen:
            text = f"State.Status: {row['state']}, State.ExitCode: {row['exit_code']}"
            ends.append(_harm("ended", row | {"ts": row["finished"]}, text, exit_code=row["exit_code"]))
    return ends


def _restarting(case: Case) -> list[Record]:
    rows = tables.records(case.containers[case.containers["state"] == "restarting"])
    said = "State.Status: restarting, RestartCount: {restart_count}"
    return [
        _harm("restarting", row | {"ts": row["finished"]}, said.format(**row), exit_code=row["exit_code"])
        for row in rows
    ]


def _reset(case: Case) -> list[Record]:
    """Return that a server ended all its own processes, and every session with them."""
    return [_harm("reset", row, str(row["message"])) for row in case.failed if row["kind"] == "reset_inside"]


def _unhealthy(case: Case) -> list[Record]:
    """Return who fails its probes at the end of the evidence: by inspect, else by the last probes or events."""
    found = []
    running = case.containers[case.containers["state"] == "running"]
    unwell = _by_service(running[running["health"] == "unhealthy"])
    probed, told = _by_service(case.probes.sort_values("start")), _by_service(case.events)
    called_sick = case.events.loc[case.events["action"] == "health_status", "service"].dropna()
    for service in sorted({str(name) for name in (*unwell, *probed, *called_sick)}):
        sick = unwell.get(service, running[:0])
        failing = _failing_at_the_end(probed.get(service, case.probes[:0]))
        called = _called_last(told.get(service, case.events[:0]))
        if len(sick) or (len(failing) >= _RETRIES and called != "healthy") or called == "unhealthy":
            shown = failing.tail(1) if len(failing) else sick.head(1)
            row: Record = next(iter(tables.records(shown)), {"service": service})
            said = row.get("output")
            code = row["exit_code"] if len(failing) else pd.NA
            text = f"unhealthy, {len(failing)} failed probes at the end" if len(failing) else "unhealthy"
            detail = f"{text}: {str(said).strip()}" if isinstance(said, str) and said.strip() else text
            found.append(_harm("unhealthy", row | {"ts": row.get("start")}, detail, exit_code=code))
    return found


def _failing_at_the_end(probes: pd.DataFrame) -> pd.DataFrame:
    failed = probes["outcome"].ne("pass")
    return probes[failed[::-1].cummin()[::-1].astype(bool)] if len(probes) else probes


def _by_service(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(name): own for name, own in frame.groupby("service", sort=False)}


def _called_last(events: pd.DataFrame) -> str | None:
    """Return what the engine called the health of a service last, if it was not stopped or started after that."""
    own = events.sort_values(["ts", "order"])
    kept = own[own["action"].isin(["health_status", "die", "start", "stop", "pause"])]
    last = kept.iloc[-1] if len(kept) else None
    return str(last["detail"]) if last is not None and last["action"] == "health_status" else None


def _never_started(case: Case) -> list[Record]:
    rows = tables.records(case.containers[case.containers["state"] == "created"])
    stay = [row for row in rows if isinstance(row["error"], str) and row["error"]]
    return [_harm("never started", row, f"State.Status: created, State.Error: {row['error']}") for row in stay]


def _fatal(case: Case) -> list[Record]:
    """Return the fatal lines of programs that did not work after them, where no pattern takes the line."""
    read = {(row["file"], row["line"]) for row in case.failed if row["kind"] not in ("crash", "exit", "import")}
    fatal = case.logs["level"].eq("fatal") & case.logs["kind"].eq("log") & ~case.harmless
    if pd.notna(case.end_begins):
        fatal &= case.logs["order"] < case.end_begins
    rows = tables.records(case.logs[fatal.fillna(value=False)].head(_PATIENCE))
    kept = [row for row in rows if (row["file"], row["line"]) not in read]
    return [_harm("fatal", row, str(row["message"])) for row in kept if case.works(_name(row), row) is None]


def _bursts(case: Case) -> list[Record]:
    """Return the errors that a service says to the end of its log, with no work after the first of them.

    Said at the level of an error, or printed with a trace by a program that gives its lines no level.
    """
    wrong = case.errors | pd.Series(case.logs.index.isin(_traced(case)), index=case.logs.index)
    if pd.notna(case.end_begins):
        wrong &= case.logs["order"] < case.end_begins
    found = []
    for service, rows in case.logs[wrong.fillna(value=False)].groupby("service", sort=True, dropna=False):
        name = str(service) if pd.notna(service) else None
        first = tables.records(rows.head(1))[0]
        calm = calm_after(case, name, tables.records(rows.tail(1))[0])
        goes_on = len({row["message"] for row in calm}) > _PAST or len(calm) > _BUSY
        if len(rows) >= _BURST and case.works(name, first) is None and not goes_on:
            last: Any = rows["ts"].iloc[-1]
            found.append(_harm("errors", first, str(first["message"]), count=len(rows), until=last))
    return found


def _traced(case: Case) -> pd.Index[Any]:
    """Return where, among the last lines, one without a level complains and a trace follows it."""
    said = case.logs[case.logs["kind"].eq("log")].tail(_MANY)
    said = said[says(said["message"], "worded")]
    trace = says(said["message"], "trace_line")
    key = said["container"].fillna(said["service"]).fillna("")
    followed = trace.groupby(key).shift(-1, fill_value=False).astype(bool)
    return said.index[said["level"].isna() & ~trace & followed & says(said["message"], "complains")]


def _waits(case: Case) -> list[Record]:
    rows = [row for row in case.failed if row["kind"] in ("waiting", "wait_timeout")]
    idle = [row for row in rows if row["service"] not in case.stores and case.works(_name(row), row) is None]
    return [_harm("waits", idle[-1], str(idle[-1]["message"]), count=len(idle))] if len(idle) >= _PATIENCE else []


def _listed(case: Case) -> list[Record]:
    at = case.marks.loc[case.marks["kind"] == "listed", "row"].astype(int).sort_values()[:_PATIENCE]
    rows = tables.records(case.logs.iloc[at])
    listed = [row | {"service": _in_table(case, row | {"at": place})} for row, place in zip(rows, at, strict=True)]
    return [_harm("listed", row, str(row["message"])) for row in listed]


def _in_table(case: Case, row: Record) -> str | None:
    """Return whom a row of a table of containers is about: `docker ps` names it last, `compose ps` first."""
    if pd.notna(row["service"]):
        return str(row["service"])
    named = case.marks[case.marks["kind"].eq("in_table") & case.marks["row"].eq(row["at"])]
    return naming.service_of(case, str(named["subject"].iloc[0])) if len(named) else None


def _steps(case: Case) -> list[Record]:
    """Return the steps of builds and runners that failed."""
    failed = case.marks.loc[case.marks["kind"] == "step_failed", "row"].astype(int).sort_values()[:_PATIENCE]
    return [_harm("step failed", row, str(row["message"])) for row in tables.records(case.logs.iloc[failed])]


def _supervised(case: Case) -> list[Record]:
    """Return the programs inside a container that its supervisor gave up, or that ended again after each start.

    Source: supervisord's manual, "Process States": a program that stayed up for `startsecs` is RUNNING; what ends more
    often than that is BACKOFF, then FATAL.
    """
    found = []
    for _, rows in _told(case, "supervised").groupby(["service", "subject"], dropna=False, sort=False):
        ends = rows[rows["code"].notna()]
        if len(ends) and (len(ends) >= _RETRIES or ends["row"].iloc[-1] == rows["row"].iloc[-1]):
            last = tables.records(case.logs.iloc[ends["row"]].tail(1))[0]
            found.append(_harm("child ended", last, str(last["message"]), count=len(ends)))
    return found


def _refusing(case: Case) -> list[Record]:
    """Return who answers requests with errors of its own (5xx) to the end, and serves none after the first of them."""
    told = _told(case, "refused_request", "served")
    found = []
    for _, rows in told.groupby("service", sort=True, dropna=False):
        refused, served = (rows.loc[rows["kind"].eq(kind), "row"] for kind in ("refused_request", "served"))
        if len(refused) >= _BURST and not served.gt(refused.iloc[0]).any():
            own = case.logs.iloc[refused]
            first: Record = tables.records(own.head(1))[0]
            found.append(_harm("refuses", first, str(first["message"]), count=len(own), until=own["ts"].iloc[-1]))
    return found


def _told(case: Case, *kinds: str) -> pd.DataFrame:
    """Return the marks of some kinds in the order of their lines, each with the service of its line."""
    told = case.marks[case.marks["kind"].isin(kinds)]
    told = told.assign(row=told["row"].astype(int)).sort_values("row")
    return told.assign(service=case.logs["service"].iloc[told["row"]].to_numpy())


def _name(row: Record) -> str | None:
    return str(row["service"]) if pd.notna(row["service"]) else None
