"""Who sought a server behind a Unix socket, which is a file: another container has it only where it is mounted."""

from __future__ import annotations

import re

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, times
from incidentlab.analyse.diagnosis.tries import unreached, who
from incidentlab.knowledge.weights import weight

_SERVER_SOCKET = r"(?i)pgsql|postgres|mysql|maria|redis|valkey|mongo"
"""Paths of sockets behind which a server listens that is reached over the network, too."""


def explain(case: Case, client: str | None, rows: list[Record]) -> Hypothesis:
    """Return why a client found nobody behind a Unix socket."""
    path = next((row["subject"] for row in rows if pd.notna(row["subject"])), "a Unix socket")
    if any(row["runtime"] == "nginx" for row in rows):
        found = unreached(
            case,
            client,
            rows,
            ("dependency_outage", weight("reach.no_socket.proxy")),
            f"{who(client)} found no server behind {path}.",
        )
        found.exactness = 1
        return found
    if path.startswith("/") and not re.search(_SERVER_SOCKET, path):
        often = times(len(rows))
        sentence = f"{who(client)} found nobody behind {path}, {often}: it is not mounted, or nobody made it."
        found = unreached(case, client, rows, ("missing_config", weight("reach.other_socket")), sentence)
        found.subject = path
        return found
    sentence = (
        f"{who(client)} tried {path} instead of the network, {times(len(rows))}: no host was given to the client, or "
        "it was localhost; the server runs in another container."
    )
    found = unreached(case, client, rows, ("wrong_host", weight("reach.no_socket")), sentence)
    found.exactness = 3
    return found
