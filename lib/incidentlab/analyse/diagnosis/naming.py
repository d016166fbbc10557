"""Which service a container name, or a line of the engine, is about.

A container is called PROJECT-SERVICE-NUMBER (Compose v2) or PROJECT_SERVICE_NUMBER (v1), and a text does not always say
where the project's name ends. Sources: compose `pkg/api/labels.go`, `pkg/compose/convergence.go` (`getContainerName`).
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record
from incidentlab.analyse.failures.target import is_called
from incidentlab.analyse.marks import says, sought
from incidentlab.knowledge import SERVERS

_ID = "[0-9a-f]{12,64}"
_OF_BUILDS = (
    "build", "source", "import", "missing_config", "compose_file", "command", "registry_auth", "image_missing",
)  # fmt: skip
"""Kinds of which a builder tells, too."""

_ENDS = 500
"""Lines at either end of a long text in which a name is looked for."""

_ABOUT = ("about_service", "about_container", "speaks_of")
"""Kinds of lines in which Compose or the engine names whom an error is about."""

_SHORT = 12
"""Digits of a container's id, as tables show them."""


def service_of(case: Case, name: str) -> str:
    """Return the service that a container name means.

    Where no other line names the service, the last word is taken if it is what a server is called.
    """
    bare = re.sub(r"[-_](?:run(?:[-_]\w+)?|\d+)$", "", name)
    known = [s for s in sorted(case.names, key=len, reverse=True) if re.search(rf"(?:^|[-_]){re.escape(s)}$", bare)]
    if name in case.names or known:
        return name if name in case.names else known[0]
    last = re.split(r"[-_]", bare)[-1]
    return last if any(is_called(last, server.names) for server in SERVERS) and bare != name else bare


def whose(case: Case, row: Record, named: Any = None) -> str | None:
    """Return whose failure a row is: of whom the line speaks, where the engine or Compose says it."""
    if pd.notna(row["service"]):
        return str(row["service"])
    if row["origin"] in ("log", "unknown", "shell"):
        return nameless(case, row)
    return service_of(case, named) if isinstance(named, str) else spoken_of(case, row)


def spoken_of(case: Case, row: Record) -> str | None:
    """Return the service that a line of the engine or of Compose is about: named in it, or begun just before."""
    named = _named(case, row, "about_container", "speaks_of")
    if named:
        return named
    before = case.logs[case.logs["kind"].eq("compose") & case.logs["order"].lt(row["order"]).fillna(value=False)]
    failed = sought(before["message"], "container_failed")["subject"]
    begun = failed if len(failed) else sought(before["message"], "container_begun")["subject"]
    if row["kind"] == "port_conflict" and not len(begun):
        return _at_port(case, row["port"])
    return service_of(case, begun.iloc[-1]) if len(begun) else None


def nameless(case: Case, row: Record) -> str | None:
    """Return whose line it is where none bears a name: an engine's error names it, else the command above, or JSON."""
    named = _named(case, row, "about_container") or _next_of(case, row)
    if named:
        return named
    if row["kind"] in _OF_BUILDS:
        built = case.marks.loc[case.marks["kind"] == "built", "subject"]
        if built.nunique() == 1:
            return str(built.iloc[0])
    asked = _asked(case, row) or _begun(case, row)
    if asked:
        return asked
    return case.stated[0] if len(case.stated) == 1 else _failing(case) or told(case)


def name(case: Case, ranking: list[Hypothesis]) -> None:
    """Name in what is told of a nameless program the one of whom the text speaks; a benign text accuses nobody."""
    of = anybody(case) if any(found.service is None for found in ranking) else None
    for found in ranking:
        if found.service is None and of is not None and found.category != "benign":
            found.service = of
            found.sentence = re.sub(r"\b[Tt]he program\b", lambda _: of, found.sentence)


def anybody(case: Case) -> str | None:
    """Return the one of whom a text tells whose decisive lines bear no name.

    It is the only service that says anything; else the only one that a command, a line of Compose or of the engine, a
    table, or the prose around a log names; else the only one of a Compose file that is no server of a known kind.
    """
    spoken = case.logs.loc[case.logs["kind"].eq("log"), "service"].dropna().unique()
    if len(spoken):
        return str(spoken[0]) if len(spoken) == 1 else None
    nameless = _around(case)
    asked = {called(case, str(name)) for name in sought(case.typed["message"], "asks_for")["subject"].dropna()}
    about = {str(name) for kind in _ABOUT for name in sought(nameless, kind)["subject"]}
    built = {str(name) for name in case.marked("built")["subject"].dropna()}
    written = {str(name) for name in sought(nameless, "written_name")["subject"]}
    begun = sought(nameless, "container_begun")["subject"].dropna().astype(str)
    own = {str(name) for name in case.services["service"].dropna().unique()} - case.stores
    for names in (asked, about, {begun.iloc[-1]} if len(begun) else set(), built, own, written):
        known = {name for name in names if not re.fullmatch(_ID, name)}
        if len(known) == 1:
            return known.pop() if names is asked else service_of(case, known.pop())
    return _failing(case) or told(case)


def _around(case: Case) -> pd.Series[Any]:
    """Return the lines without a name that may name somebody: of a long text its both ends, and what is no log."""
    rows = case.logs[case.logs["service"].isna()]
    if len(rows) > 2 * _ENDS:
        inner = rows.iloc[_ENDS:-_ENDS]
        inner = inner[inner["kind"].isin(["compose", "build", "shell"])].tail(_ENDS)
        rows = pd.concat([rows.iloc[:_ENDS], inner, rows.iloc[-_ENDS:]])
    return rows["message"]


def _failing(case: Case) -> str | None:
    """Return the one container that a table shows failing: whoever pastes a log beside a table pastes its log."""
    listed = case.marks.loc[case.marks["kind"] == "listed", "row"].unique()
    named = sought(case.logs.iloc[listed.astype(int)]["message"], "in_table")["subject"].dropna().unique()
    shown = case.containers[case.containers["health"].eq("unhealthy") | case.containers["exit_code"].gt(0)]
    either = {service_of(case, str(name)) for name in named} | set(shown["service"].dropna().astype(str))
    return either.pop() if len(either) == 1 else None


def _asked(case: Case, row: Record) -> str | None:
    """Return the container for whose output the last command above asks; what it calls by its id, a table names."""
    above = case.typed[case.typed["order"].lt(row["order"]).fillna(value=False)]
    asked = sought(above["message"], "asks_for").sort_values("row")["subject"]
    known = [name for name in (called(case, name) for name in asked) if not re.fullmatch(_ID, name)]
    return known[-1] if known else None


def called(case: Case, name: str) -> str:
    """Return what a container is called whose id is given, where a table of containers tells; else the same."""
    if not re.fullmatch(_ID, name):
        return name
    listed = case.marked("in_table")
    same = listed.loc[listed["code"].eq(name[:_SHORT]).fillna(value=False), "subject"]
    return service_of(case, str(same.iloc[0])) if len(same) else name


def _begun(case: Case, row: Record) -> str | None:
    """Return the container in the making, or the service whose image was pulled, above an engine's error."""
    if not is_of_engine(row):
        return None
    above = case.logs[case.logs["service"].isna() & case.logs["order"].lt(row["order"]).fillna(value=False)]
    begun = sought(above["message"], "container_begun").sort_values("row")["subject"]
    return service_of(case, str(begun.iloc[-1])) if len(begun) else None


def is_of_engine(row: Record) -> bool:
    """Say whether the engine or Compose says it as an error of its own: what it goes on with is another container."""
    return bool(says(_text(row), "engine_error").any())


def _text(row: Record) -> pd.Series[Any]:
    return pd.Series([str(row["message"])], dtype="str")


def told(case: Case) -> str | None:
    """Return the one container of which people speak in the prose around a log."""
    said = sought(_around(case), "told_of")["subject"].str.lower()
    return str(said.iloc[0]) if said.nunique() == 1 else None


def _next_of(case: Case, row: Record) -> str | None:
    """Return the service whose stack trace goes on below a line that lost its prefix in the paste."""
    after = case.logs[case.logs["line"].eq(row["line"] + 1) & case.logs["service"].notna()]
    goes_on = after[says(after["message"], "trace_line")]
    return str(goes_on["service"].iloc[0]) if len(goes_on) else None


def _named(case: Case, row: Record, *kinds: str) -> str | None:
    """Return the service that a line names: v1 says a service's own name beside that of its container."""
    text = _text(row)
    own = sought(text, "about_service")["subject"]
    if len(own):
        return str(own.iloc[0])
    named = [name for kind in kinds for name in sought(text, kind)["subject"]]
    return service_of(case, named[0]) if named else None


def _at_port(case: Case, port: Any) -> str | None:
    """Return the one service that is called what servers at that port are called."""
    called = [server.names for server in SERVERS if pd.notna(port) and port in server.ports]
    served = [name for name in sorted(case.names) if any(is_called(name, names) for names in called)]
    return served[0] if len(served) == 1 else None
