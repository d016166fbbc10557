"""What the engine knew of each container: `docker inspect`, once or observed again and again.

A line of a bundle is ``{"observed_at", "inspect"}``; the first snapshot of a container is whole, later ones hold what
can change. The last state counts, the configuration is taken from the fullest snapshot, and what the engine forgets
is gathered over all of them: the address (empty as soon as the container stops), the probes (five are kept), the
runs (one is kept). A plain `docker inspect` array is one snapshot of unknown time.

A probe's outcome: exit code 0 is ``pass``. -1 says that the probe did not finish: ``timeout`` where the engine says so,
else ``exec_error`` (the command could not be started). A shell that finds no command says 127, and 126 for one that
it may not execute (POSIX, Shell Command Language 2.8.2): with its words in the output these are ``exec_error`` too, for
the probe is broken and tells nothing of the service. Everything else is ``fail``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock, shapes
from incidentlab.parse.evidence import Evidence, at, documents, step
from incidentlab.tables.documents import number

_LABEL = "com.docker.compose."
_SHORT = 12
"""Digits of an id, by which the engine calls what bears no name."""
_TIMEOUT = re.compile(r"^(?:Health check exceeded timeout|timed out starting health check)")
_NO_COMMAND = re.compile(r"not found|No such file|[Pp]ermission denied|cannot execute", re.IGNORECASE)


class _Snapshot(NamedTuple):
    """One inspect of one container, with where it stands."""

    line: int
    pointer: str
    seen: int
    body: dict[str, Any]


def parse(data: bytes, *, file: str, container: str | None = None, **_: Any) -> Evidence:
    """Return containers, addresses, probes and runs.

    Parameters
    ----------
    data, file
        The document, and what `file` is to say.
    container
        The container that the command above asked for: it names what was cut off before its name.

    Examples
    --------
    >>> body = b'[{"Id":"c0","Name":"/web-1","State":{"Status":"exited","ExitCode":1},"Config":{}}]'
    >>> parse(body, file="inspect.json").frames["containers"][["container", "state", "exit_code"]].values.tolist()
    [['web-1', 'exited', 1]]
    """
    read = documents(data, shapes.INSPECT)
    snapshots: dict[str, list[_Snapshot]] = {}
    for line, pointer, document in read.found:
        inner = document.get("inspect")
        body, place = (inner, pointer + "/inspect") if isinstance(inner, dict) else (document, pointer)
        if body.get("Id"):
            seen = clock.rfc3339(str(document.get("observed_at") or ""))
            if container and len(read.found) == 1:
                body.setdefault("Name", container)
            snapshots.setdefault(str(body["Id"]), []).append(_Snapshot(line, place, seen, body))
    rows: dict[str, list[dict[str, Any]]] = {"containers": [], "addresses": [], "probes": [], "runs": []}
    for several in snapshots.values():
        base = _identity(several)
        rows["containers"].append(_container(several, base))
        rows["addresses"] += _addresses(several, base)
        rows["probes"] += _probes(several, base)
        rows["runs"] += _runs(several, base)
    specifications = (tables.CONTAINERS, tables.ADDRESSES, tables.PROBES, tables.RUNS)
    frames = {t.name: tables.rows([row | {"file": file} for row in rows[t.name]], t) for t in specifications}
    return Evidence(frames, read.notes, _gap(snapshots))


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is an inspect of a container, plain or observed.

    Examples
    --------
    >>> recognise({"observed_at": "2026-11-23T09:24:45Z", "inspect": {"Id": "c0", "State": {}}})
    True
    """
    body = document["inspect"] if isinstance(document.get("inspect"), dict) else document
    return "Id" in body and isinstance(body.get("State"), dict)


def _gap(snapshots: dict[str, list[_Snapshot]]) -> list[str]:
    once = all(len(several) == 1 for several in snapshots.values())
    return ["one look only: earlier runs, earlier addresses and all but the last 5 probes are gone"] if once else []


def _fullest(several: list[_Snapshot]) -> dict[str, Any]:
    return max((s.body for s in several), key=lambda body: len(body) + len(at(body, "Config") or ()))


def _identity(several: list[_Snapshot]) -> dict[str, Any]:
    labels = at(_fullest(several), "Config", "Labels") or {}
    name = str(several[-1].body.get("Name") or several[-1].body["Id"][:_SHORT]).removeprefix("/")
    return {
        "service": labels.get(_LABEL + "service") or name,
        "container": name,
        "container_id": several[-1].body["Id"],
        "labels": labels,
    }


def _container(several: list[_Snapshot], base: dict[str, Any]) -> dict[str, Any]:
    last, full = several[-1], _fullest(several)
    config, host, state = full.get("Config") or {}, full.get("HostConfig") or {}, last.body.get("State") or {}
    labels = base["labels"]
    return {
        **_named(base),
        "replica": number(labels.get(_LABEL + "container-number")),
        "image": config.get("Image"),
        "image_id": full.get("Image"),
        "created": _time(full.get("Created")),
        "started": _time(state.get("StartedAt")),
        "finished": _time(state.get("FinishedAt")),
        "state": state.get("Status"),
        "exit_code": state.get("ExitCode"),
        "error": state.get("Error") or None,
        "oom_killed": state.get("OOMKilled"),
        "restart_count": last.body.get("RestartCount"),
        "restart_policy": (at(host, "RestartPolicy", "Name") or "no") if host else None,
        "restart_max": at(host, "RestartPolicy", "MaximumRetryCount"),
        "health": at(state, "Health", "Status"),
        "failing_streak": at(state, "Health", "FailingStreak"),
        "ip": next((ip for s in reversed(several) for _, ip, _ in _networks(s.body)), None),
        "user": config.get("User") or None,
        "tty": config.get("Tty"),
        "memory_limit_bytes": host.get("Memory"),
        "cpu_limit": host["NanoCpus"] / 1e9 if host.get("NanoCpus") is not None else None,
        **_health(config.get("Healthcheck") or {}),
        "depends_on": _depends(labels.get(_LABEL + "depends_on")),
        "stop_signal": config.get("StopSignal"),
        "env_names": json.dumps(sorted(str(v).partition("=")[0] for v in config.get("Env") or ())),
        "path": next((v[5:] for v in map(str, config.get("Env") or ()) if v.startswith("PATH=")), None),
        **_started_as(full),
        **_where(last, ""),
    }


def _started_as(body: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of what the engine was told to do with the container."""
    host, program = body.get("HostConfig") or {}, body.get("Path")
    kept = (("type", "Type"), ("name", "Name"), ("destination", "Destination"))
    mounts = [{own: mount.get(name) for own, name in kept} for mount in body.get("Mounts") or ()]
    return {
        "command": json.dumps([program, *(body.get("Args") or ())]) if program else None,
        "memory_swap_bytes": host.get("MemorySwap"),
        "stop_timeout_s": at(body, "Config", "StopTimeout"),
        "log_driver": at(host, "LogConfig", "Type") or None,
        "log_options": json.dumps(at(host, "LogConfig", "Config") or {}),
        "published": json.dumps(_published(host.get("PortBindings"))),
        "mounts": json.dumps(mounts),
    }


def _published(bindings: Any) -> list[int]:
    """Return the ports of the host that a container asks for; a port that the engine may choose is none."""
    asked = [at(one, "HostPort") for several in (bindings or {}).values() for one in several or ()]
    return sorted({int(port) for port in asked if str(port).isdecimal() and int(port)})


def _health(check: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a healthcheck; the engine keeps nanoseconds and 0 for its defaults."""
    test = check.get("Test") or []
    names = ("Interval", "Timeout", "StartPeriod", "StartInterval")
    columns = ("health_interval_s", "health_timeout_s", "health_start_period_s", "health_start_interval_s")
    return {
        "health_test": json.dumps(test) if test and test != ["NONE"] else None,
        **{c: check[n] / 1e9 if check.get(n) else None for n, c in zip(names, columns, strict=True)},
        "health_retries": check.get("Retries") or None,
    }


def _depends(label: Any) -> str | None:
    """Return the label's `service:condition:restart,...` as a JSON object."""
    if not isinstance(label, str):
        return None
    parts = [part.split(":") for part in label.split(",") if part]
    return json.dumps({part[0]: part[1] if len(part) > 1 else "service_started" for part in parts})


def _networks(body: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield network, address and entry for each address that an inspect shows."""
    for network, entry in sorted((at(body, "NetworkSettings", "Networks") or {}).items()):
        for key in ("IPAddress", "GlobalIPv6Address"):
            if entry and entry.get(key):
                yield network, entry[key], entry


def _addresses(several: list[_Snapshot], base: dict[str, Any]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for snapshot in several:
        for network, ip, entry in _networks(snapshot.body):
            row = rows.setdefault(
                (network, ip),
                {
                    **_named(base, "service", "container_id"),
                    "ip": ip,
                    "network": network,
                    "first_seen": clock.time(snapshot.seen),
                    **_where(snapshot, f"/NetworkSettings/Networks/{step(network)}"),
                },
            )
            names = {*(entry.get("Aliases") or ()), *(entry.get("DNSNames") or ())}
            row["aliases"] = json.dumps(sorted(names | set(json.loads(row.get("aliases", "[]")))))
            row["last_seen"] = clock.time(snapshot.seen)
    return list(rows.values())


def _probes(several: list[_Snapshot], base: dict[str, Any]) -> list[dict[str, Any]]:
    shell = (at(_fullest(several), "Config", "Healthcheck", "Test") or [""])[0] == "CMD-SHELL"
    rows: dict[int, dict[str, Any]] = {}
    for snapshot in several:
        for place, entry in enumerate(at(snapshot.body, "State", "Health", "Log") or ()):
            if not entry:
                continue
            start = clock.rfc3339(str(entry.get("Start")))
            rows.setdefault(
                start,
                {
                    **_named(base, "service", "container_id"),
                    "start": clock.time(start),
                    "end": _time(entry.get("End")),
                    "exit_code": entry.get("ExitCode"),
                    "outcome": outcome(entry.get("ExitCode"), str(entry.get("Output") or ""), shell=shell),
                    "output": entry.get("Output"),
                    **_where(snapshot, f"/State/Health/Log/{place}"),
                },
            )
    return list(rows.values())


def outcome(exit_code: Any, output: str, *, shell: bool) -> str:
    """Return pass, fail, timeout or exec_error for what a probe left.

    Parameters
    ----------
    exit_code, output
        As the engine's log has them.
    shell
        Whether a shell ran the command (CMD-SHELL).

    Examples
    --------
    >>> outcome(-1, "Health check exceeded timeout (1s)", shell=True)
    'timeout'
    >>> outcome(127, "/bin/sh: 1: node: not found", shell=True)
    'exec_error'
    """
    if exit_code == 0:
        return "pass"
    if exit_code == -1:
        return "timeout" if _TIMEOUT.match(output) else "exec_error"
    broken = shell and exit_code in (126, 127) and _NO_COMMAND.search(output)
    return "exec_error" if broken else "fail"


def _runs(several: list[_Snapshot], base: dict[str, Any]) -> list[dict[str, Any]]:
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for snapshot in several:
        state = snapshot.body.get("State") or {}
        key = tuple(state.get(k) for k in ("StartedAt", "FinishedAt", "ExitCode", "Status", "OOMKilled"))
        told = state.get("Status") not in ("running", "paused", "created") or state.get("ExitCode")
        rows.setdefault(
            (*key, snapshot.body.get("RestartCount")),
            {
                **_named(base),
                "started": _time(state.get("StartedAt")),
                "finished": _time(state.get("FinishedAt")),
                "exit_code": state.get("ExitCode") if told else None,  # 0 is the zero value before an end
                "oom_killed": state.get("OOMKilled"),
                "restart_count": snapshot.body.get("RestartCount"),
                "observed_at": clock.time(snapshot.seen),
                **_where(snapshot, "/State"),
            },
        )
    return list(rows.values())


def _named(base: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: base[name] for name in names or ("service", "container", "container_id")}


def _where(snapshot: _Snapshot, path: str) -> dict[str, Any]:
    return {"line": snapshot.line, "pointer": (snapshot.pointer + path) or None}


def _time(value: Any) -> pd.Timestamp:
    return clock.time(clock.rfc3339(str(value)))
