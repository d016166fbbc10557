"""What a person who waits is told while a recording runs: how far it is, and that nothing comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from docker import DockerClient

from incidentlab.collect import engine

ALONE_S = 30.0
"""Seconds without a container after which that is said: `docker compose up` takes less, once images are there."""


class Status(NamedTuple):
    """How far a recording is: containers there now, lines, events, bytes; containers seen in all."""

    containers: int
    lines: int
    events: int
    bytes: int
    seen: int


class Absence:
    """Says that no container of a project has been there for a while: once, until one comes.

    Parameters
    ----------
    client
        Client of the engine.
    project
        Name of the Compose project.
    say
        Takes the words.
    clock
        Gives seconds.
    """

    def __init__(
        self,
        client: DockerClient,
        project: str,
        say: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._project, self._say, self._clock = client, project, say, clock
        self._since, self._said = clock(), False

    def look(self, containers: int) -> None:
        """Take how many containers there are now."""
        if containers:
            self._since, self._said = self._clock(), False
        elif not self._said and self._clock() - self._since >= ALONE_S:
            self._said = True
            self._say(f"for {ALONE_S:.0f} s {engine.no_such_project(self._client, self._project)}; waiting goes on")
