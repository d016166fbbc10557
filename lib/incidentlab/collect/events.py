"""Which of the engine's events belong to a project, which say nothing new, and how far back they reach.

The engine keeps the last 256 events of all projects together, in memory. Each health probe makes three (`exec_create`,
`exec_start`, `exec_die`), so with a few healthchecks they reach back half a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from incidentlab.collect.engine import PROJECT, moment

RING = 256
"""Events that the engine keeps (`eventsLimit` in moby daemon/events/events.go)."""

Event = dict[str, Any]


class Ours:
    """Says of one event after the other whether it belongs to a project, and learns its containers on the way.

    A network or volume event is the project's if it concerns one of its containers or bears one of its names; what
    Compose names itself begins with ``PROJECT_``.
    """

    def __init__(self, project: str) -> None:
        self._project = project
        self._containers: set[str] = set()
        self._networks: set[str] = set()

    def learn(self, inspect: dict[str, Any]) -> None:
        """Note a container of the project, and its networks."""
        self._containers.add(inspect["Id"])
        self._networks.update((inspect.get("NetworkSettings") or {}).get("Networks") or {})

    def __call__(self, event: Event) -> bool:  # noqa: D102 -- the class says it
        actor = event.get("Actor", {})
        attributes = actor.get("Attributes") or {}
        if event.get("Type") == "container":
            ours = attributes.get(PROJECT) == self._project or actor["ID"] in self._containers
            if ours:
                self._containers.add(actor["ID"])
            return ours
        if event.get("Type") not in ("network", "volume"):
            return False
        if "container" in attributes:
            return attributes["container"] in self._containers
        name = attributes.get("name") or actor.get("ID", "")
        return name in self._networks or name.startswith(f"{self._project}_")


class ProbeNoise:
    """Says of one event after the other whether it merely reports a health probe (`State.Health.Log` tells better).

    A person's `docker exec` is no noise: the command decides. Feed the inspected containers to `learn`.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._commands: dict[str, str] = {}
        self._running: set[str] = set()

    def learn(self, inspect: dict[str, Any]) -> None:
        """Note the healthcheck of an inspected container."""
        test = ((inspect.get("Config") or {}).get("Healthcheck") or {}).get("Test") or []
        if len(test) > 1:
            self._commands[inspect["Id"]] = " ".join(test[1:]).strip()

    def __call__(self, event: Event) -> bool:  # noqa: D102 -- the class says it
        action, _, command = event.get("Action", "").partition(":")
        if not action.startswith("exec_"):
            return False
        command = command.strip()
        wanted = self._commands.get(event["Actor"]["ID"])
        execution = event["Actor"]["Attributes"].get("execID", "")
        noise = execution in self._running or (bool(wanted) and command.endswith(str(wanted)))
        if noise:
            self.dropped += 1
            (self._running.discard if action == "exec_die" else self._running.add)(execution)
        return noise


def union(*sources: Iterable[Event]) -> list[Event]:
    """Return the events of all sources in the order of time, each once.

    Examples
    --------
    >>> die = {"timeNano": 2, "Action": "die", "Actor": {"ID": "a"}}
    >>> [event["timeNano"] for event in union([die], [{"timeNano": 1}, die])]
    [1, 2]
    """
    once = {identity(event): event for source in sources for event in source}
    return sorted(once.values(), key=lambda event: int(event["timeNano"]))


def identity(event: Event) -> tuple[Any, ...]:
    """Return what tells one event from every other."""
    actor = event.get("Actor") or {}
    attributes = actor.get("Attributes") or {}
    return (event["timeNano"], event.get("Action"), actor.get("ID"), attributes.get("container"))


def truncation(ring: list[Event], *, created: int, watched_from: int | None) -> tuple[str | None, str | None]:
    """Return how the events are incomplete, and what follows from it; None twice if they are complete.

    Parameters
    ----------
    ring
        All events that the engine still has, of every project, in order.
    created
        When the project's first container was created, nanoseconds since the epoch.
    watched_from
        When an observer began to watch; None without one.
    """
    starts = [ring[0]["timeNano"]] if ring else []
    starts += [] if watched_from is None else [watched_from]
    if starts and min(starts) <= created:
        return None, None
    if not starts:
        return "the engine has no events", "nothing that happened to the containers can be read from events"
    first = min(starts)
    why = (
        f"the engine keeps the last {RING} events of all projects"
        if len(ring) >= RING
        else "the engine was started later"
    )
    seconds = (first - created) / 1e9
    return (
        f"begins at {moment(first)}, {seconds:.1f} s after the first container was created ({moment(created)}): {why}",
        "an event that is absent before then may still have happened",
    )
