"""The remedy as a change in the user's own Compose file, where the capture knows it.

Only what the resolved file (`docker compose config`) really says is shown as removed, and only for causes that a line
of the file can mend; for all others the remedy's own words stand alone. What is shown holds together: who is to wait
for a healthy service is shown its healthcheck, too, or nothing, because Compose refuses the one without the other.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.failures.target import server_kinds
from incidentlab.knowledge.causes import PROBES

Record = dict[str, Any]
_HEALTHY = "condition: service_healthy"
_PATIENCE = ("interval: 2s", "timeout: 5s", "start_period: 30s", "retries: 10")
"""Beside a probe that is new: asked often, and a first start of half a minute does not count against it."""


def compose_diff(finding: Record, services: pd.DataFrame, *, containers: pd.DataFrame | None = None) -> list[str]:
    r"""Return the change as lines of a unified diff; empty where the file is not known or is not what to change.

    Parameters
    ----------
    finding
        A row of FINDINGS.
    services : SERVICES
        Empty where no Compose file was reachable.
    containers : CONTAINERS, optional
        Tell which healthchecks come with an image, and what kind of server a service is.

    Examples
    --------
    >>> known = [{"service": "app", "depends_on": '{"db": "service_started"}'},
    ...          {"service": "db", "health_test": '["CMD", "check"]'}]
    >>> finding = {"category": "startup_race", "service": "app", "dependency": "db"}
    >>> print("\n".join(compose_diff(finding, tables.rows(known, tables.SERVICES))))
      services:
        app:
          depends_on:
            db:
    -         condition: service_started
    +         condition: service_healthy
    """
    file = _File(services, tables.empty(tables.CONTAINERS) if containers is None else containers)
    own, other = finding["service"], finding["dependency"]
    changes = {
        "startup_race": lambda: _wait(file, own, other),
        "healthcheck_misconfigured": lambda: _over_tcp(file, other if other in file.rows else own),
        "healthcheck_exec_failure": lambda: _other_probe(file, own),
        "port_conflict": lambda: _any_port(file, own),
    }
    change = changes.get(finding["category"])
    lines = change() if change and own in file.rows else []
    return ["  services:", *lines] if lines else []


class _File:
    """The resolved Compose file, and what the containers add to it."""

    def __init__(self, services: pd.DataFrame, containers: pd.DataFrame) -> None:
        self.rows = {row["service"]: row for row in tables.records(services)}
        self.deployed = {row["service"]: row for row in tables.records(containers)}
        self.kinds = server_kinds(tables.empty(tables.LOGS), tables.empty(tables.MARKS), containers, services)

    def test(self, service: Any) -> list[str]:
        """Return the healthcheck of a service as it is written; empty without one."""
        return _test(self.rows.get(service))

    def checked(self, service: Any) -> bool:
        """Say whether a service has a healthcheck: its own, or that of its image."""
        return any(_test(row) not in ([], ["NONE"]) for row in (self.rows.get(service), self.deployed.get(service)))

    def needs(self, service: Any) -> dict[str, str]:
        """Return what a service waits for: service -> condition."""
        row = self.rows.get(service)
        return dict(json.loads(row["depends_on"])) if row and pd.notna(row["depends_on"]) else {}

    def leads_to(self, service: str, other: str) -> bool:
        """Say whether a service waits for another, itself or through others."""
        seen, asked = set(), [service]
        while asked:
            name = asked.pop()
            if name == other:
                return True
            asked += [need for need in self.needs(name) if need not in seen]
            seen.add(name)
        return False

    def probe(self, service: Any) -> str | None:
        """Return a probe that fits the kind of server that a service is."""
        return PROBES.get(self.kinds.get(service, ""))


def _line(sign: str, depth: int, text: str) -> str:
    return f"{sign} {'  ' * depth}{text}"


def _wait(file: _File, own: str, other: Any) -> list[str]:
    """Let a service wait until another is healthy; give that one a healthcheck where it has none."""
    needs = file.needs(own)
    already = needs.get(other, "service_started") != "service_started"
    if other not in file.rows or already or (other not in needs and file.leads_to(other, own)):
        return []
    checked, probe = file.checked(other), file.probe(other)
    if not checked and probe is None:
        return []
    return _condition(own, str(other), needs) + ([] if checked else _new_probe(str(other), str(probe)))


def _condition(own: str, other: str, needs: dict[str, str]) -> list[str]:
    if other in needs:
        kept = [own, "depends_on", other]
        path = [_line(" ", depth, f"{key}:") for depth, key in enumerate(kept, start=1)]
        return [*path, _line("-", 4, f"condition: {needs[other]}"), _line("+", 4, _HEALTHY)]
    begun = _line(" " if needs else "+", 2, "depends_on:")
    return [_line(" ", 1, f"{own}:"), begun, _line("+", 3, f"{other}:"), _line("+", 4, _HEALTHY)]


def _new_probe(service: str, probe: str) -> list[str]:
    lines = [_line("+", 3, text) for text in (f"test: {probe}", *_PATIENCE)]
    return [_line(" ", 1, f"{service}:"), _line("+", 2, "healthcheck:"), *lines]


def _changed_test(service: str, before: list[str], after: str) -> list[str]:
    kept = [_line(" ", 1, f"{service}:"), _line(" ", 2, "healthcheck:")]
    return [*kept, _line("-", 3, f"test: {json.dumps(before)}"), _line("+", 3, f"test: {after}")]


def _over_tcp(file: _File, server: str) -> list[str]:
    """Let a probe of Postgres ask over TCP: without a host it asks the Unix socket, as the temporary server does.

    A service that has no healthcheck at all, and is waited for, gets one.
    """
    test, probe = file.test(server), file.probe(server)
    if not file.checked(server):
        return _new_probe(server, probe) if probe else []
    words = " ".join(test)
    if "pg_isready" not in words or "-h " in f"{words} " or "--host" in words:
        return []
    place = next(place for place, word in enumerate(test) if "pg_isready" in word)
    asked = [*test[:place], test[place].replace("pg_isready", "pg_isready -h 127.0.0.1"), *test[place + 1 :]]
    if test[place] == "pg_isready":
        asked = [*test[: place + 1], "--host=127.0.0.1", *test[place + 1 :]]
    return _changed_test(server, test, json.dumps(asked))


def _other_probe(file: _File, own: str) -> list[str]:
    """Replace a probe that cannot run by one that fits the kind of server, where that is known."""
    test, probe = file.test(own), file.probe(own)
    return _changed_test(own, test, probe) if test and probe else []


def _any_port(file: _File, own: str) -> list[str]:
    """Let the engine choose a free port in place of the one that is taken, at the same address of the host."""
    ports = json.loads(file.rows[own]["ports"]) if pd.notna(file.rows[own]["ports"]) else []
    if len(ports) != 1 or not ports[0].get("published"):
        return []
    address, target = ports[0].get("host_ip") or "", ports[0]["target"]
    before = f"{address}:" if address else ""
    after = f"{address}::" if address else ""
    kept = [_line(" ", 1, f"{own}:"), _line(" ", 2, "ports:")]
    return [
        *kept,
        _line("-", 3, f'- "{before}{ports[0]["published"]}:{target}"'),
        _line("+", 3, f'- "{after}{target}"'),
    ]


def _test(row: Record | None) -> list[str]:
    return list(json.loads(row["health_test"])) if row is not None and pd.notna(row["health_test"]) else []
