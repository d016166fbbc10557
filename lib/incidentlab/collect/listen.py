"""Listening to the engine's events for as long as a recording lasts, and saying when some were missed.

Each connection begins with all that the engine still keeps, so that what happened while nobody listened comes too, as
far as the ring reaches; what has come before is passed over. If the ring begins later than the last time at which
somebody listened, events in between may be lost.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from docker import DockerClient
from docker.errors import DockerException

from incidentlab.collect import engine
from incidentlab.collect.events import RING, Event, identity
from incidentlab.tables import EngineTrouble


class Listener(threading.Thread):
    """Passes each event of the engine on, once.

    Parameters
    ----------
    client
        Client of the engine.
    known
        Events that have been passed on before.
    heard
        When somebody last listened, nanoseconds since the epoch; None = never.
    take
        Takes an event.
    lost
        Takes from when to when events may be lost.
    trouble
        Takes what goes wrong, in words.
    """

    def __init__(
        self,
        client: DockerClient,
        *,
        known: Iterable[Event],
        heard: int | None,
        take: Callable[[Event], None],
        lost: Callable[[int, int], None],
        trouble: Callable[[str], None],
    ) -> None:
        super().__init__(name="listen", daemon=True)
        self._client, self._take, self._lost, self._trouble = client, take, lost, trouble
        self._heard = heard
        self._recent = deque(map(identity, known), maxlen=8 * RING)
        self._known = set(self._recent)
        self._leaving = threading.Event()
        self._stream: Any = None

    def run(self) -> None:
        """Listen until asked to leave; what goes wrong is told, and tried anew."""
        while not self._leaving.is_set():
            try:
                self._listen()
            except Exception as error:  # a thread must neither die nor be silent
                self._heard = time.time_ns()
                if not self._leaving.is_set():
                    self._trouble(f"{type(error).__name__}: {error}")
                self._leaving.wait(1)

    def leave(self) -> None:
        """Ask the thread to end."""
        self._leaving.set()
        if self._stream:
            with suppress(OSError, DockerException, AttributeError):  # it has just ended by itself
                self._stream.close()

    def pass_on(self, events: Iterable[Event]) -> None:
        """Pass on what is new in all that the engine has, beginning with the oldest; say if it begins too late."""
        for place, event in enumerate(events):
            if not place and self._heard is not None and event["timeNano"] > self._heard:
                self._lost(self._heard, event["timeNano"])
            self._pass_on(event)
        self._heard = time.time_ns()

    def _listen(self) -> None:
        stream, self._stream = engine.events(self._client, since=1)
        if self._leaving.is_set():
            return
        self.pass_on(stream)
        raise EngineTrouble("the engine ended the event stream")

    def _pass_on(self, event: Event) -> None:
        mark = identity(event)
        if mark in self._known:
            return
        self._take(event)
        if len(self._recent) == self._recent.maxlen:
            self._known.discard(self._recent[0])
        self._recent.append(mark)
        self._known.add(mark)
