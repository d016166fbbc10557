"""When a server could really be used: the phases of each container, from its own words and the engine's events.

A line "ready" is not always the truth. The images of Postgres, MySQL, MariaDB and MongoDB start twice on an empty
volume: a temporary server, for the initialisation scripts only, which no other container can reach, then the real one.
The two print the same sentence. What tells them apart for Postgres: the real server listens on an IP address before it
is ready, and is process 1; a server that only listened on a Unix socket is the temporary one. For the others the
entrypoint says which is which, or the port is 0.

Events (start, die) bound the phases where they are known. A program writes its first lines some milliseconds before
the engine emits `start`, so a run begins before the first line of its log. A container that nothing ever calls
ready (no such line, no healthcheck) is running, not starting for ever. Without times there is still an order within
one container, and start_order and end_order hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from incidentlab import tables

_WHERE = ["ts", "order", "service", "container", "message", "file", "line", "pointer"]
_ENGINE = {"die": "exited", "pause": "paused", "disconnect": "disconnected"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_AWAY = ("paused", "disconnected")
_PLAIN = {"initialising": "starting", "temporary": "temporary_server", "ready": "ready"}
_TELLS = ("boot", "opening", "initialising", "temporary", "ready", "ready_maybe", "init_done", "healthy", "unhealthy")
"""Marks of a container whose readiness is told sooner or later; without one it is only known to run."""

_LATE = pd.Timedelta(seconds=1)
"""How far a `start` event may come after the first line of its run: 2 to 9 ms after StartedAt when quiet, and StartedAt
up to 2 ms after the line (measured on 20.10); a busy engine emits it later. A run before it ends with its `die`."""


@dataclass
class _Server:
    """What is known of one container while its marks are read in order."""

    phase: str = ""
    before: str = ""
    kind: str = "generic"
    begins: str = "starting"
    initialising: bool = False
    tcp: bool = False
    socket: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)


def phases(logs: pd.DataFrame, marks: pd.DataFrame, events: pd.DataFrame, probes: pd.DataFrame) -> pd.DataFrame:
    """Return the phases of each container.

    Parameters
    ----------
    logs, marks, events, probes
        LOGS and their MARKS, EVENTS, PROBES; any of them may be empty.

    Returns
    -------
    pandas.DataFrame
        PHASES. A container whose log no pattern knows has phases only where events or probes speak of it.

    Examples
    --------
    >>> from incidentlab.analyse.marks import marks
    >>> line = {"service": "db", "order": 3, "kind": "log", "message": "* Ready to accept connections tcp"}
    >>> logs = tables.rows([line], tables.LOGS)
    >>> found = phases(logs, marks(logs), tables.empty(tables.EVENTS), tables.empty(tables.PROBES))
    >>> found[["phase", "server", "start_order"]].values.tolist()
    [['ready', 'redis', 3]]
    """
    said, done = _log_marks(logs, marks), _at_first_line(_event_marks(events), logs)
    read = pd.concat([said, done, _probe_marks(probes, done)], ignore_index=True)
    read = read.assign(key=read["container"].fillna(read["service"]).fillna(""))
    timed = read["ts"].notna().groupby(read["key"]).transform("all")
    read = read.assign(when=read["ts"].where(timed)).sort_values(["key", "when", "order"], kind="stable")
    groups = groupby(tables.records(read), key=itemgetter("key"))
    return tables.rows([row for _, group in groups for row in _walk(list(group))], tables.PHASES)


def _log_marks(logs: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    found = marks[marks["question"] == "phase"]
    own = logs.iloc[found["row"].astype(int)][[*_WHERE, "kind"]].reset_index(drop=True)
    said = found[["kind", "runtime", "host", "code"]].rename(columns={"kind": "mark"}).reset_index(drop=True)
    return pd.concat([own, said], axis=1)[own["kind"].eq("log").to_numpy()].drop(columns="kind")


def _event_marks(events: pd.DataFrame) -> pd.DataFrame:
    kept = events[events["action"].isin(["start", "die", "health_status", "pause", "unpause", "connect", "disconnect"])]
    healthy = kept["detail"].eq("healthy").fillna(value=False)
    mark = kept["action"].mask(kept["action"] == "health_status", healthy.map({True: "healthy", False: "unhealthy"}))
    message = kept["action"] + kept["detail"].map(": {}".format).where(kept["detail"].notna(), "")
    code = kept["exit_code"].astype("str").where(kept["exit_code"].notna())
    return kept.assign(mark=mark, message=message, runtime="engine", host=None, code=code)[
        [*_WHERE, "container_id", "mark", "runtime", "host", "code"]
    ]


def _at_first_line(marks: pd.DataFrame, logs: pd.DataFrame) -> pd.DataFrame:
    """Move each start before the first line that its run wrote, where the engine emitted `start` after it."""
    started = marks.loc[marks["mark"] == "start", "container"]
    spoken = logs.loc[logs["container"].isin(started), ["container", "ts"]]
    lines = {key: own.dropna().sort_values() for key, own in spoken.groupby("container", sort=False)["ts"]}
    ends = {key: own["ts"].dropna() for key, own in marks[marks["mark"] == "die"].groupby("container", sort=False)}
    begun = [_begun(mark, lines, ends) if mark["mark"] == "start" else mark["ts"] for mark in tables.records(marks)]
    return marks.assign(ts=pd.Series(begun, index=marks.index, dtype=marks["ts"].dtype))


def _begun(start: dict[str, Any], lines: dict[Any, pd.Series[Any]], ends: dict[Any, pd.Series[Any]]) -> Any:
    own, ended = (times.get(start["container"], pd.Series(dtype="datetime64[ns, UTC]")) for times in (lines, ends))
    if pd.isna(start["ts"]) or own.empty:
        return start["ts"]
    after = max([start["ts"] - _LATE, *ended[ended < start["ts"]]])
    first = int(own.searchsorted(after, side="right"))
    return min([start["ts"], *(own.iloc[first : first + 1] - pd.Timedelta(1, unit="ns"))])


def _probe_marks(probes: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Take the first passed probe of a container as healthy, where no event says it."""
    told = set(events.loc[events["mark"] == "healthy", "service"])
    known = events[["container_id", "container"]].dropna().drop_duplicates("container_id").set_index("container_id")
    passed = probes[(probes["outcome"] == "pass") & ~probes["service"].isin(told)].sort_values("end")
    first = passed.drop_duplicates(["service", "container_id"])
    first = first.assign(
        ts=first["end"],
        container=first["container_id"].map(known["container"]),
        message="probe passed",
        mark="healthy",
        runtime="engine",
    )
    return first.reindex(columns=[*first.columns, "order", "host", "code"])[
        [*_WHERE, "mark", "runtime", "host", "code"]
    ]


def _walk(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = next((mark["runtime"] for mark in marks if mark["runtime"] not in ("engine", "generic")), None)
    begins = "starting" if any(mark["mark"] in _TELLS for mark in marks) else "running"
    server = _Server(kind=known or "generic", begins=begins)
    for mark in marks:
        if mark["runtime"] == "generic" and known:
            continue
        _notice(server, mark)
        phase = _next(server, mark)
        if phase and phase != server.phase:
            _open(server, phase, mark)
    return server.rows


def _notice(server: _Server, mark: dict[str, Any]) -> None:
    """Remember what later marks need."""
    name = mark["mark"]
    if name in ("boot", "start", "initialising"):
        server.tcp = server.socket = False
    if name == "initialising":
        server.initialising = True
    if name == "init_done":
        server.initialising = False
    if name == "tcp" and mark["host"] not in _LOOPBACK:
        server.tcp = True
    if name == "socket":
        server.socket = True


def _next(server: _Server, mark: dict[str, Any]) -> str:
    """Return the phase that a mark opens; empty if it opens none."""
    name, inside = mark["mark"], server.phase in ("temporary_server", "restarting_inside")
    if name == "start":
        return server.begins
    if name in _PLAIN:
        return _PLAIN[name]
    if name in ("boot", "opening"):
        return "" if server.phase in ("restarting_inside", "starting") else "starting"
    if name == "ready_maybe":
        return "ready" if _real(server, mark) else "temporary_server"
    if name in ("stopping", "down", "init_done"):
        return "restarting_inside" if inside or name == "init_done" else {"down": "exited"}.get(name, "stopping")
    if name in _ENGINE:
        return _ENGINE[name] if name == "die" or server.phase not in ("exited", "") else ""
    if name in ("unpause", "connect"):
        return server.before if server.phase in _AWAY else ""
    return "ready" if name == "healthy" and server.kind == "generic" else ""


def _real(server: _Server, mark: dict[str, Any]) -> bool:
    """Say whether a ready line is that of a server that others can reach."""
    if server.tcp or mark["code"] == "1":
        return True
    return not (server.initialising or server.socket)


def _open(server: _Server, phase: str, mark: dict[str, Any]) -> None:
    if server.rows:
        server.rows[-1] |= {"end": mark["ts"], "end_order": mark["order"]}
    kept = {name: mark[name] for name in ("service", "container", "message", "file", "line", "pointer")}
    server.rows.append(
        kept | {"phase": phase, "start": mark["ts"], "start_order": mark["order"], "server": server.kind}
    )
    server.before = server.before if server.phase in _AWAY else server.phase
    server.phase = phase
