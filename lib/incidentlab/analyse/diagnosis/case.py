"""The evidence of one incident, arranged for questions: what came before what, who ended how, who worked again.

Order within one container is sure. Order between containers is only as sure as their clocks: pasted `docker compose
logs` print whole blocks as they arrive. So a comparison between containers uses the engine's times, else the times
that the programs themselves print, else none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis import ends, inspected
from incidentlab.analyse.diagnosis.hypothesis import Record, by_service, first_later, later
from incidentlab.analyse.failures.target import depends, server_kinds
from incidentlab.analyse.marks import sought
from incidentlab.knowledge import SERVERS


@dataclass(frozen=True, eq=False)
class Case:
    """The tables of one incident, and what follows from them at once."""

    logs: pd.DataFrame
    marks: pd.DataFrame
    failures: pd.DataFrame
    phases: pd.DataFrame
    events: pd.DataFrame
    probes: pd.DataFrame
    containers: pd.DataFrame
    services: pd.DataFrame
    attempts: pd.DataFrame
    lifetimes: pd.DataFrame
    ledger: pd.DataFrame

    @cached_property
    def timed(self) -> bool:
        """Whether the log lines bear the engine's times."""
        return bool(self.logs["ts"].notna().any())

    @cached_property
    def failed(self) -> list[Record]:
        """The failures, with those that only inspect tells of, each with its `origin`: the kind of its line."""
        near = self.logs[self.logs["line"].isin(self.failures["line"])]
        known = dict(zip(_places(near), near["kind"], strict=True))
        rows = [row | {"origin": known.get(_place(row), "log")} for row in tables.records(self.failures)]
        before = [row for row in rows if pd.isna(self.end_begins) or row["order"] < self.end_begins]
        placed = [row for row in before if row["origin"] != "unknown"]
        return (placed or before) + inspected.failures(self.containers, self.probes)

    @cached_property
    def failed_by(self) -> dict[str, list[Record]]:
        """The failures of each service; of the nameless one under the empty name."""
        return by_service(self.failed)

    @cached_property
    def end_begins(self) -> Any:
        """The order from which on the project is only being stopped; NA where it is not."""
        return ends.end_begins(self.logs, self.events)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of server of each service that is one."""
        return server_kinds(self.logs, self.marks, self.containers, self.services)

    @cached_property
    def stores(self) -> set[str]:
        """The services that are servers for certain; `web` or `gateway` is often the name of a program of one's own."""
        return {service for service, kind in self.kinds.items() if kind != "web"}

    @cached_property
    def needs(self) -> dict[str, list[str]]:
        """The services that each service depends on, as it was deployed."""
        return depends(self.containers, self.services)

    @cached_property
    def probed(self) -> set[str]:
        """The services that are known to have a healthcheck: deployed, written, or seen at work."""
        given = (frame[["service", "health_test"]].dropna() for frame in (self.containers, self.services))
        tested = [frame.loc[frame["health_test"].ne('["NONE"]'), "service"] for frame in given]
        called = self.events.loc[self.events["action"] == "health_status", "service"]
        return {str(name) for named in (*tested, called, self.probes["service"]) for name in named.dropna().unique()}

    @cached_property
    def names(self) -> set[str]:
        """Every service that the evidence speaks of."""
        frames = (self.logs, self.events, self.containers, self.services)
        return {str(name) for frame in frames for name in frame["service"].dropna().unique()}

    @cached_property
    def clocks(self) -> dict[tuple[Any, Any, Any], pd.Timestamp]:
        """The time of each log line: the engine's, else the last one that its own program printed."""
        app = self.logs["app_ts"].groupby(self.logs["container"].fillna("")).ffill()
        return dict(zip(_places(self.logs), self.logs["ts"].fillna(app), strict=True))

    def clock(self, row: Record) -> Any:
        """Return when a row happened, NaT where no clock tells."""
        given = row.get("ts", row.get("start"))
        return given if pd.notna(given) else self.clocks.get(_place(row), pd.NaT)

    def spans(self, service: str | None) -> list[Record]:
        """Return the phases of a service in order, `start` filled from the program's own clock where it can be."""
        return self._spans.get(service or "", [])

    def ends(self, service: str | None) -> list[Record]:
        """Return the exits of a service in order; `stopped` says that someone or something else asked for it."""
        return [row for row in self._deaths if service is None or row["service"] == service]

    def crashes(self, service: str | None) -> list[Record]:
        """Return the exits of a service that nobody asked for and that were no success."""
        return [row for row in self.ends(service) if not row["stopped"] and row["exit_code"] != 0]

    def success(self, service: str | None, first: Record, last: Record) -> Record | None:
        """Return the first line after some failures that the service could not have logged without success.

        That it listens counts where it never did so before the first of them: then it listens only once all is well.
        """
        said = first_later(self._successes.get(service or ""), last)
        if said is not None:
            return said
        listens = self._ready.get(service or "", [])
        before = any(not later(row, first) for row in listens)
        return None if before else next((row for row in listens if later(row, last)), None)

    def served(self, service: str | None) -> bool:
        """Return whether a service says that it did what it could not do without success, more than that it listens."""
        return service in self._successes or (service is None and "" in self._successes)

    def works(self, service: str | None, after: Record | None = None) -> Record | None:
        """Return a sign that a service does its work: a success, or that it listens and serves."""
        said = first_later(self._successes.get(service or ""), after)
        ready = (row for row in self._ready.get(service or "", []) if after is None or later(row, after))
        return said if said is not None else next(ready, None)

    def began_anew(self, service: str | None, after: Record) -> bool:
        """Return whether the program started again after a row: the first line of its log came again."""
        own = self.lines(service)
        own = own[own["message"].str.strip().ne("")]
        again = own["message"].eq(own["message"].iloc[0]) if len(own) else pd.Series(dtype="bool")
        behind: Any = own["order"].gt(after["order"]) if pd.notna(after["order"]) else again & False
        return bool((behind.fillna(value=False) & again).any())

    def marked(self, kind: str) -> pd.DataFrame:
        """Return the marks of one kind."""
        return self.marks[self.marks["kind"] == kind]

    def spoken_after(self, service: str | None, row: Record) -> pd.DataFrame:
        """Return the lines that a service logged after a row and its record, without empty ones."""
        own = self.lines(service)
        last = row.get("last_line")
        place: Any = row["order"] if pd.notna(row["order"]) else own["order"].max()
        after = own["line"].gt(last) if last is not None and pd.notna(last) else own["order"].gt(place)
        return own[after.fillna(value=False) & own["message"].str.strip().ne("")]

    def bears(self, kind: str, row: Record) -> bool:
        """Return whether a line of the record that a failure begins bears a mark of that kind."""
        first: Any = row.get("line")
        last: Any = row.get("last_line")
        at = (row.get("file"), row.get("container") if pd.notna(row.get("container")) else None)
        return any(first <= line <= (last if pd.notna(last) else first) for line in self._bearing(kind).get(at, ()))

    def listens(self, service: str | None) -> list[Record]:
        """Return the lines by which a service says that it is ready."""
        return self._ready.get(service or "", [])

    def server_words(self, service: str | None) -> list[str]:
        """Return the kinds of servers whose own lines stand in the log of a service."""
        spoken = self.marks[self.marks["kind"].eq("server") & self.marks["row"].isin(self.lines(service).index)]
        return [server.name for server in SERVERS if server.prints in set(spoken["runtime"])]

    @cached_property
    def stop_begins(self) -> Record | None:
        """The row with which somebody began to stop the project, if nothing was started after it."""
        return ends.stop_begins(self.logs, self.events, self.marks)

    def lines(self, service: str | None) -> pd.DataFrame:
        """Return the log lines of a service; of the nameless one for None."""
        if service not in self._lines:
            own = self._rows.get(service or "", [])
            self._lines[service] = self.logs if len(own) == len(self.logs) else self.logs.iloc[own]
        return self._lines[service]

    @cached_property
    def _rows(self) -> dict[str, Any]:
        """The places of the log lines of each service; of the nameless one under the empty name."""
        named = self.logs["service"].fillna("").where(self.logs["kind"] == "log")
        return {str(name): own for name, own in named.groupby(named, sort=False).indices.items()}

    @cached_property
    def _lines(self) -> dict[str | None, pd.DataFrame]:
        return {}

    @cached_property
    def typed(self) -> pd.DataFrame:
        """The lines in which somebody typed a command for the log of a container."""
        typed = self.marks.loc[self.marks["kind"].isin(["typed", "prompted"]), "row"]
        return self.logs[self.logs["kind"].eq("shell") | self.logs.index.isin(typed)]

    @cached_property
    def nameless_servers(self) -> dict[str, set[str]]:
        """The runtimes of servers that speak in lines without a name, each with two of its lines if it says more."""
        own = self.marks["kind"].eq("server") & self.marks["row"].isin(self.lines(None).index)
        said = self.marks.loc[own, ["runtime", "row"]]
        said = said.assign(message=self.logs["message"].iloc[said["row"].astype(int)].to_numpy())
        two = said.drop_duplicates(["runtime", "message"]).groupby("runtime").head(2)
        return {str(runtime): set(lines) for runtime, lines in two.groupby("runtime")["message"]}

    @cached_property
    def stated(self) -> list[str]:
        """The services that lines of JSON without a container say they are of."""
        return [str(name) for name in sought(self.lines(None)["message"], "json_service")["subject"].unique()]

    @cached_property
    def harmless(self) -> pd.Series[Any]:
        """Whether each log line only looks like a failure."""
        return pd.Series(self.logs.index.isin(self.marked("harmless")["row"]), index=self.logs.index)

    @cached_property
    def errors(self) -> pd.Series[Any]:
        """Whether each line is one that a program logs as an error, and none that only looks like a failure."""
        serious = self.logs["level"].isin(["error", "fatal"]) & self.logs["kind"].eq("log")
        serious |= pd.Series(self.logs.index.isin(self.marked("crossed")["row"]), index=self.logs.index)
        return serious & ~self.harmless

    @cached_property
    def ports(self) -> dict[str, set[int]]:
        """The ports on which each service says that it listens."""
        usual = {server.name: set(server.ports) for server in SERVERS}
        found = {service: set(usual.get(kind, set())) for service, kind in self.kinds.items()}
        ready = [row for row in chain.from_iterable(self._ready.values()) if row["server"] == "generic"]
        told = sought(pd.Series([row["message"] for row in ready], dtype="str"), "port_told")
        for place, port in zip(told["row"], told["port"], strict=True):
            found.setdefault(str(ready[place]["service"]), set()).add(int(port))
        return {service: ports for service, ports in found.items() if ports}

    def _bearing(self, kind: str) -> dict[tuple[Any, Any], list[int]]:
        """Return the lines that bear a mark of a kind, by file and container."""
        if kind not in self._borne:
            rows = self.logs.iloc[self.marks.loc[self.marks["kind"] == kind, "row"].astype(int)]
            found: dict[tuple[Any, Any], list[int]] = {}
            for row in tables.records(rows[["file", "container", "line"]]):
                at = (row["file"], row["container"] if pd.notna(row["container"]) else None)
                found.setdefault(at, []).append(row["line"])
            self._borne[kind] = found
        return self._borne[kind]

    @cached_property
    def _borne(self) -> dict[str, dict[tuple[Any, Any], list[int]]]:
        return {}

    @cached_property
    def _deaths(self) -> list[Record]:
        return ends.deaths(self.logs, self.events)

    @cached_property
    def _spans(self) -> dict[str, list[Record]]:
        ordered = self.phases.sort_values(["start", "start_order"], na_position="last")
        return by_service([row | {"start": self.clock(row)} for row in tables.records(ordered)])

    @cached_property
    def _successes(self) -> dict[str, pd.DataFrame]:
        rows = self.logs.iloc[self.marks.loc[self.marks["kind"] == "success", "row"].astype(int)]
        said = rows[rows["kind"] == "log"]
        return {str(name): own for name, own in said.groupby(said["service"].fillna(""), sort=False)}

    @cached_property
    def _ready(self) -> dict[str, list[Record]]:
        rows = tables.records(self.phases[self.phases["phase"] == "ready"])
        return by_service([row | {"order": row["start_order"], "ts": row["start"]} for row in rows])


def _place(row: Record) -> tuple[Any, Any, Any]:
    return row.get("file"), row.get("line"), None if pd.isna(row.get("pointer")) else row.get("pointer")


def _places(frame: pd.DataFrame) -> list[tuple[Any, Any, Any]]:
    pointers = (None if pd.isna(p) else p for p in frame["pointer"])
    return list(zip(frame["file"], frame["line"], pointers, strict=True))
