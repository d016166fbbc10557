"""The evidence of one incident, arranged for questions: what came before what, who ended how, who worked again.

Order within one container is sure. Order between containers is only as sure as their clocks: pasted `docker compose
logs` print whole blocks as they arrive. So a comparison between containers uses the engine's times, else the times
that the programs themselves print, else none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import Record
from incidentlab.analyse.failures.match import fits, text_array
from incidentlab.analyse.failures.target import depends, is_called, server_kinds
from incidentlab.analyse.signatures import SIGNATURES
from incidentlab.analyse.signatures.compose import HARMLESS
from incidentlab.analyse.signatures.ready import NOT_SUCCESS, SUCCESSES
from incidentlab.analyse.signatures.servers import SERVERS

_STOPPING = r"(?i)(?:gracefully stopping|has been recreated|aborting on container exit|^\s*(?:Stopping|Killing|Removing) \S+ ?\.\.\.|Container \S+ +(?:Stopping|Stopped|Killing|Killed|Removing))"
_SPOKEN_OF = (
    r"(?:ERROR: for (\S+) |Cannot (?:create|start) (?:container for )?service (\S+?):|endpoint (\S+) \(|(?:Container )?(\S+) +Error "
    r"|for service \"?([\w.-]+))"
)
_BEGUN = r"Container (\S+) +(?:Starting|Creating)"
_PORT = r"(?:\bport[ :=]+|://[^\s/]*:|0\.0\.0\.0:|\[::\]:|\*:)(\d{2,5})\b"
_LAST_WORDS = (
    r"(?i)(?:shut|stopp|stop |exit|terminat|graceful|bye|checkpoint|abort|launcher|drain|clos|finish|sigterm|signal|quit|interrupt"
    r"|saving|saved|http/1|disconnect|received|complete|cancel)"
)
"""What programs speak of while they are being stopped."""

_ASKED = (
    r"(?i)(?:received fast shutdown request|sigterm|graceful(?:ly)? (?:shut|stop)|commencing graceful|trapped .terminated"
    r"|user requested shutdown|via user signal|shut ?down signal)"
)

_STRAY = 5
"""As many other lines may come late: exits are told by events, lines by streams, and their order is not exact."""

_STOP_SIGNALS = (2, 3, 9, 15)
_STOP_CODES = (0, 130, 137, 143)


@dataclass(frozen=True, eq=False)
class Case:
    """The tables of one incident, and what follows from them at once."""

    logs: pd.DataFrame
    failures: pd.DataFrame
    phases: pd.DataFrame
    events: pd.DataFrame
    probes: pd.DataFrame
    containers: pd.DataFrame
    services: pd.DataFrame
    attempts: pd.DataFrame
    lifetimes: pd.DataFrame

    @cached_property
    def timed(self) -> bool:
        """Whether the log lines bear the engine's times."""
        return bool(self.logs["ts"].notna().any())

    @cached_property
    def failed(self) -> list[Record]:
        """The failures, with those that only inspect tells of, each with the level of its line."""
        told = [
            {"level": level, "said": kind} for level, kind in zip(self.logs["level"], self.logs["kind"], strict=True)
        ]
        known = dict(zip(_places(self.logs), told, strict=True))
        rows = [row | known.get(_place(row), {"level": None, "said": "log"}) for row in tables.records(self.failures)]
        ended = self._end_begins if not self.timed else pd.NA
        placed = [row for row in rows if row["said"] != "unknown" and (pd.isna(ended) or row["order"] < ended)]
        return (placed or rows) + self._engine_errors()

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of server of each service that is one."""
        return server_kinds(self.logs, self.containers, self.services)

    @cached_property
    def needs(self) -> dict[str, list[str]]:
        """The services that each service depends on, as it was deployed."""
        return depends(self.containers, self.services)

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
        own = self.phases[self.phases["service"] == service] if service else self.phases[self.phases["service"].isna()]
        rows = tables.records(own.sort_values(["start", "start_order"], na_position="last"))
        return [row | {"start": self.clock(row)} for row in rows]

    def ends(self, service: str | None) -> list[Record]:
        """Return the exits of a service in order; `stopped` says that someone or something else asked for it."""
        deaths = [row for row in self._deaths if row["service"] == (service or None)]
        return deaths if service else list(self._deaths)

    def crashes(self, service: str | None) -> list[Record]:
        """Return the exits of a service that nobody asked for and that were no success."""
        return [row for row in self.ends(service) if not row["stopped"] and row["exit_code"] != 0]

    def success(self, service: str | None, first: Record, last: Record) -> Record | None:
        """Return the first line after some failures that the service could not have logged without success.

        That it listens counts where it never did so before the first of them: then it listens only once all is well.
        """
        said = next((row for row in self._successes if _same(row, service) and _later(row, last)), None)
        if said is not None:
            return said
        listens = [r | {"order": r["start_order"], "ts": r["start"]} for r in self._ready if _same(r, service)]
        before = any(not _later(row, first) for row in listens)
        return None if before else next((row for row in listens if _later(row, last)), None)

    def works(self, service: str | None, after: Record | None = None) -> Record | None:
        """Return a sign that a service does its work: a success, or that it listens and serves."""
        listens = [r | {"order": r["start_order"], "ts": r["start"]} for r in self._ready if _same(r, service)]
        signs = [row for row in self._successes if _same(row, service)] + listens
        return next((row for row in signs if after is None or _later(row, after)), None)

    def began_anew(self, service: str | None, after: Record) -> bool:
        """Return whether the program started again after a row: the first line of its log came again."""
        own = self.lines(service)
        own = own[own["message"].str.strip().ne("")]
        again = own["message"].eq(own["message"].iloc[0]) if len(own) else pd.Series(dtype="bool")
        return bool((own["order"].gt(after["order"]).fillna(value=False) & again).any()) and pd.notna(after["order"])

    def lines(self, service: str | None) -> pd.DataFrame:
        """Return the log lines of a service; of the nameless one for None."""
        own = self.logs["service"].isna() if service is None else self.logs["service"] == service
        return self.logs[own & (self.logs["kind"] == "log")]

    def service_of(self, name: str) -> str:
        """Return the service that a container name means, as far as it can be told without the project's name.

        A container is called PROJECT-SERVICE-NUMBER (Compose v2) or PROJECT_SERVICE_NUMBER (v1). Where the service
        is not known by another line, the last word is taken if it is what a server is called.
        """
        bare = re.sub(r"[-_](?:run[-_]\w+|\d+)$", "", name)
        known = [s for s in sorted(self.names, key=len, reverse=True) if re.search(rf"(?:^|[-_]){re.escape(s)}$", bare)]
        if name in self.names or known:
            return name if name in self.names else known[0]
        last = re.split(r"[-_]", bare)[-1]
        return last if any(is_called(last, server.names) for server in SERVERS) and bare != name else bare

    def spoken_of(self, row: Record) -> str | None:
        """Return the service that a line of the engine or of Compose is about."""
        named = re.search(_SPOKEN_OF, str(row["message"]))
        if named:
            return self.service_of(next(text for text in named.groups() if text))
        before = self.logs[self.logs["kind"].eq("compose") & self.logs["order"].lt(row["order"]).fillna(value=False)]
        begun = before["message"].str.extract(_BEGUN)[0].dropna()
        if row["kind"] == "port_conflict" and not len(begun):
            return self._at_port(row["port"])
        return self.service_of(begun.iloc[-1]) if len(begun) else None

    def _at_port(self, port: Any) -> str | None:
        """Return the one service that is called what servers at that port are called."""
        called = [s.names for s in SERVERS if port in s.ports]
        served = [name for name in sorted(self.names) if any(is_called(name, names) for names in called)]
        return served[0] if len(served) == 1 else None

    @cached_property
    def harmless(self) -> pd.Series[bool]:
        """The log lines that only look like failures."""
        found = fits(text_array(self.logs["message"]), HARMLESS)
        return pd.Series(self.logs.index.isin(self.logs.index[found["text"].astype(int)]), index=self.logs.index)

    @cached_property
    def nameless(self) -> str | None:
        """The service whose log it is where no line bears a name: from the command that printed it, or its JSON."""
        asked = self.logs.loc[self.logs["kind"] == "shell", "message"].str.cat(sep=" ")
        named = re.search(r"docker(?:\.exe)? logs (?:-\S+ )*([\w.-]+)", asked)
        own = self.lines(None)["message"].str.extract(r'"service(?:\.name)?": ?"([\w.-]+)"')[0].dropna().unique()
        if named or len(own) == 1:
            return named.group(1) if named else str(own[0])
        return None

    @cached_property
    def ports(self) -> dict[str, set[int]]:
        """The ports on which each service says that it listens."""
        usual = {server.name: set(server.ports) for server in SERVERS}
        found = {service: set(usual.get(kind, set())) for service, kind in self.kinds.items()}
        for row in self._ready:
            numbers = re.findall(_PORT, str(row["message"])) if row["server"] == "generic" else []
            found.setdefault(row["service"], set()).update(int(number) for number in numbers)
        return {service: ports for service, ports in found.items() if ports}

    @cached_property
    def stops(self) -> list[Record]:
        """The lines by which Compose, or someone at its terminal, says that the project is being stopped."""
        said = self.logs["kind"].eq("compose") & self.logs["message"].str.contains(_STOPPING, regex=True)
        return tables.records(self.logs[said])

    @cached_property
    def _died(self) -> list[Record]:
        return tables.records(self.events[self.events["action"] == "die"])

    @cached_property
    def _deaths(self) -> list[Record]:
        kills = tables.records(self.events[self.events["signal"].isin(_STOP_SIGNALS)])
        return [row | {"stopped": self._stopped(row, kills)} for row in self._died]

    @cached_property
    def _end_begins(self) -> Any:
        """The order from which on the project is only being stopped; NA where it is not.

        Services exit one after the other, the first of them as one that was asked to, and what is still said is said by
        services that have not ended yet, of their own stopping.
        """
        deaths = sorted(self._died, key=lambda row: row["order"])
        said = self.logs[self.logs["kind"].eq("log") & self.logs["message"].str.strip().ne("")]
        begins: Any = pd.NA
        for row in reversed(deaths):
            after = said[said["order"].gt(row["order"]).fillna(value=False)]
            busy = after[~after["message"].str.contains(_LAST_WORDS, regex=True)]
            if after["container"].eq(row["container"]).any() or len(busy) > _STRAY:
                break
            asked = row["exit_code"] in _STOP_CODES or (row["exit_code"] == 2 and self._asked_to_stop(after))
            begins = row["order"] if asked else begins
        ended = {row["service"] for row in deaths if pd.notna(begins) and row["order"] >= begins}
        return begins if len(ended) > 1 else pd.NA

    @staticmethod
    def _asked_to_stop(after: pd.DataFrame) -> bool:
        """Whether others say afterwards that they were asked to stop; a Go program that handles no SIGTERM exits with 2."""
        return bool(after["message"].str.contains(_ASKED, regex=True).any())

    def _stopped(self, death: Record, kills: list[Record]) -> bool:
        if not self.timed and pd.notna(self._end_begins) and death["order"] >= self._end_begins:
            return True
        if death["exit_code"] not in _STOP_CODES:
            return False
        if death["exit_code"] in (130, 143):
            return True
        asked = [k for k in kills if k["container_id"] == death["container_id"] and not _later(k, death)]
        return bool(asked) or any(_later(death, stop) for stop in self.stops)

    @cached_property
    def _successes(self) -> list[Record]:
        said = self.logs[self.logs["kind"] == "log"]
        found = fits(text_array(said["message"]), SUCCESSES)
        rows = said.iloc[sorted(found["text"].astype(int))]
        plain = ~rows["message"].str.contains(NOT_SUCCESS, regex=True)
        return tables.records(rows[plain])

    @cached_property
    def _ready(self) -> list[Record]:
        return tables.records(self.phases[self.phases["phase"] == "ready"])

    def _engine_errors(self) -> list[Record]:
        """Return the reasons for failed starts that inspect keeps in State.Error, as failures."""
        rows = self.containers[self.containers["error"].str.len() > 0]
        found = fits(text_array(rows["error"]), SIGNATURES)
        empty = dict.fromkeys(tables.FAILURES.names)
        return [
            empty | tables.records(rows.iloc[[hit["text"]]])[0]
            | {"kind": hit["kind"], "subject": hit["subject"], "message": rows["error"].iloc[hit["text"]]}
            | {"ts": rows["finished"].iloc[hit["text"]], "order": pd.NA, "level": "error", "said": "engine", "signature": hit["signature"]}
            for hit in tables.records(found)
        ]  # fmt: skip


def _place(row: Record) -> tuple[Any, Any, Any]:
    return row.get("file"), row.get("line"), None if pd.isna(row.get("pointer")) else row.get("pointer")


def _places(frame: pd.DataFrame) -> list[tuple[Any, Any, Any]]:
    pointers = (None if pd.isna(p) else p for p in frame["pointer"])
    return list(zip(frame["file"], frame["line"], pointers, strict=True))


def _same(row: Record, service: str | None) -> bool:
    return bool(row["service"] == service) if service else bool(pd.isna(row["service"]))


def _later(row: Record, than: Record) -> bool:
    if pd.notna(row.get("ts")) and pd.notna(than.get("ts")):
        return bool(row["ts"] > than["ts"])
    if pd.isna(row.get("order")) or pd.isna(than.get("order")):
        return False
    return bool(row["order"] > than["order"])
