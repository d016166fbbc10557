"""A container's state or health alone, as `docker inspect --format '{{json .State}}' NAME` prints it.

Whose it is stands in the command, if it was pasted too.
"""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, names, shapes
from incidentlab.parse.evidence import Evidence, at, documents
from incidentlab.parse.inspect import outcome


def parse(data: bytes, *, file: str, container: str | None = None, **_: Any) -> Evidence:
    """Return the container and its probes.

    Parameters
    ----------
    data
        The object.
    file
        What `file` is to say.
    container
        Whose state it is, as far as that is known.

    Examples
    --------
    >>> body = b'{"Status": "unhealthy", "FailingStreak": 14, "Log": [{"ExitCode": 1, "Output": "503"}]}'
    >>> frames = parse(body, file="x", container="web-1").frames
    >>> frames["containers"][["service", "health", "failing_streak"]].values.tolist()
    [['web', 'unhealthy', 14]]
    """
    read = documents(data, shapes.HEALTH)
    service = names.places([container])[container].service if container else None
    containers, probes = [], []
    for line, pointer, document in read.found:
        health, path = (
            (document, "") if "Log" in document or "FailingStreak" in document else (document.get("Health"), "/Health")
        )
        state = document if health is not document else {}
        where = {"file": file, "line": line, "pointer": pointer or None}
        containers.append(
            {
                "service": service,
                "container": container,
                **where,
                "state": state.get("Status"),
                "exit_code": state.get("ExitCode"),
                "error": state.get("Error") or None,
                "oom_killed": state.get("OOMKilled"),
                "started": clock.time(clock.rfc3339(str(state.get("StartedAt")))),
                "finished": clock.time(clock.rfc3339(str(state.get("FinishedAt")))),
                "health": at(health, "Status"),
                "failing_streak": at(health, "FailingStreak"),
            }
        )
        probes += [
            _probe(entry) | {"service": service, **where, "pointer": f"{pointer}{path}/Log/{place}"}
            for place, entry in enumerate(at(health, "Log") or ())
            if entry
        ]
    frames = {"containers": tables.rows(containers, tables.CONTAINERS), "probes": tables.rows(probes, tables.PROBES)}
    gap = ["one look only: earlier runs and all but the last 5 probes are gone"]
    return Evidence(frames, read.notes, gap)


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a container's health, or its state.

    Examples
    --------
    >>> recognise({"Status": "exited", "ExitCode": 1, "StartedAt": "2026-11-23T09:24:45Z"})
    True
    """
    return {"Status", "Log"} <= set(document) or {"Status", "ExitCode", "StartedAt"} <= set(document)


def _probe(entry: dict[str, Any]) -> dict[str, Any]:
    output = str(entry.get("Output") or "")
    return {
        "start": clock.time(clock.rfc3339(str(entry.get("Start")))),
        "end": clock.time(clock.rfc3339(str(entry.get("End")))),
        "exit_code": entry.get("ExitCode"),
        "outcome": outcome(entry.get("ExitCode"), output, shell=True),  # noqa: S604  # runs nothing
        "output": output,
    }
