"""Which service a container name, or a line of the engine, is about.

A container is called PROJECT-SERVICE-NUMBER (Compose v2) or PROJECT_SERVICE_NUMBER (v1), and a text does not always say
where the project's name ends. Sources: compose `pkg/api/labels.go`, `pkg/compose/convergence.go` (`getContainerName`).
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Record
from incidentlab.analyse.failures.target import is_called
from incidentlab.analyse.signatures.servers import SERVERS

_SPOKEN_OF = (
    r"(?:ERROR: for (\S+) |Cannot (?:create|start) (?:container for )?service (\S+?):|endpoint (\S+) \("
    r"|(?:Container )?(\S+) +Error |for service \"?([\w.-]+))"
)
_BEGUN = r"Container (\S+) +(?:Starting|Creating)"


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


def spoken_of(case: Case, row: Record) -> str | None:
    """Return the service that a line of the engine or of Compose is about: named in it, or begun just before."""
    named = re.search(_SPOKEN_OF, str(row["message"]))
    if named:
        return service_of(case, next(text for text in named.groups() if text))
    before = case.logs[case.logs["kind"].eq("compose") & case.logs["order"].lt(row["order"]).fillna(value=False)]
    begun = before["message"].str.extract(_BEGUN)[0].dropna()
    if row["kind"] == "port_conflict" and not len(begun):
        return _at_port(case, row["port"])
    return service_of(case, begun.iloc[-1]) if len(begun) else None


def nameless(case: Case) -> str | None:
    """Return whose log it is where no line bears a name: the command that printed it, or its own JSON, may say."""
    asked = case.logs.loc[case.logs["kind"] == "shell", "message"].str.cat(sep=" ")
    named = re.search(r"docker(?:\.exe)? logs (?:-\S+ )*([\w.-]+)", asked)
    own = case.lines(None)["message"].str.extract(r'"service(?:\.name)?": ?"([\w.-]+)"')[0].dropna().unique()
    if named or len(own) == 1:
        return named.group(1) if named else str(own[0])
    return None


def _at_port(case: Case, port: Any) -> str | None:
    """Return the one service that is called what servers at that port are called."""
    called = [server.names for server in SERVERS if pd.notna(port) and port in server.ports]
    served = [name for name in sorted(case.names) if any(is_called(name, names) for names in called)]
    return served[0] if len(served) == 1 else None
