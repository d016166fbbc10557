"""The remedy as a change in the user's own Compose file, where the capture knows it.

Only what the resolved file (`docker compose config`) really says is shown as removed, and only for causes that a line
of the file can mend; for all others the remedy's own words stand alone.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from incidentlab import tables


def compose_diff(finding: dict[str, Any], services: pd.DataFrame) -> list[str]:
    r"""Return the change as lines of a unified diff; empty where the file is not known or is not what to change.

    Parameters
    ----------
    finding
        A row of FINDINGS.
    services : SERVICES
        Empty where no Compose file was reachable.

    Examples
    --------
    >>> known = tables.rows([{"service": "app", "depends_on": '{"db": "service_started"}'}], tables.SERVICES)
    >>> finding = {"category": "startup_race", "service": "app", "dependency": "db"}
    >>> print("\n".join(compose_diff(finding, known)))
      services:
        app:
          depends_on:
            db:
    -         condition: service_started
    +         condition: service_healthy
    """
    rows = {row["service"]: row for row in tables.records(services)}
    own, other = rows.get(finding["service"]), rows.get(finding["dependency"])
    changes = {
        "startup_race": lambda: _condition(own, finding["dependency"]),
        "healthcheck_misconfigured": lambda: _probe(other if other is not None else own),
        "healthcheck_exec_failure": lambda: _program(own),
        "port_conflict": lambda: _port(own),
    }
    change = changes.get(finding["category"])
    return change() if change and own is not None else []


def _lines(service: str, path: list[str], before: str, after: str) -> list[str]:
    keys = ["services", service, *path]
    depth = "  " * len(keys)
    kept = [f"  {'  ' * level}{key}:" for level, key in enumerate(keys)]
    return [*kept, f"- {depth}{before}", f"+ {depth}{after}"]


def _condition(own: dict[str, Any] | None, dependency: Any) -> list[str]:
    said = json.loads(own["depends_on"]) if own is not None and pd.notna(own["depends_on"]) else {}
    if own is None or said.get(dependency) != "service_started":
        return []
    path = ["depends_on", str(dependency)]
    return _lines(own["service"], path, "condition: service_started", "condition: service_healthy")


def _probe(server: dict[str, Any] | None) -> list[str]:
    """Let a probe of Postgres ask over TCP: without a host it asks the Unix socket, as the temporary server does."""
    test = _test(server)
    if server is None or "pg_isready" not in " ".join(test) or "-h" in " ".join(test):
        return []
    place = next(place for place, word in enumerate(test) if "pg_isready" in word)
    asked = [*test[:place], test[place].replace("pg_isready", "pg_isready -h 127.0.0.1"), *test[place + 1 :]]
    if test[place] == "pg_isready":
        asked = [*test[: place + 1], "--host=127.0.0.1", *test[place + 1 :]]
    return _lines(server["service"], ["healthcheck"], f"test: {json.dumps(test)}", f"test: {json.dumps(asked)}")


def _program(own: dict[str, Any] | None) -> list[str]:
    test = _test(own)
    if own is None or len(test) < 2 or test[0] != "CMD" or "/" in test[1]:
        return []
    named = ["CMD", f"/FULL/PATH/OF/{test[1]}", *test[2:]]
    return _lines(own["service"], ["healthcheck"], f"test: {json.dumps(test)}", f"test: {json.dumps(named)}")


def _port(own: dict[str, Any] | None) -> list[str]:
    ports = json.loads(own["ports"]) if own is not None and pd.notna(own["ports"]) else []
    if own is None or len(ports) != 1 or not ports[0].get("published"):
        return []
    target = ports[0]["target"]
    return _lines(own["service"], ["ports"], f'- "{ports[0]["published"]}:{target}"', f'- "OTHER:{target}"')


def _test(row: dict[str, Any] | None) -> list[str]:
    return list(json.loads(row["health_test"])) if row is not None and pd.notna(row["health_test"]) else []
