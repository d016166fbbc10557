"""The recorder: keeps, for as long as it runs, what the engine would forget, and loses nothing when it is killed.

Few things move. One thread listens to the events; per container one follows the log and one reads the stats, all
asleep until the engine sends something. The recorder itself looks at a container (inspect) when an event says that
something has changed, and otherwise after three probe intervals, so that no probe falls out of the engine's five.
Everything is written at once (`bundle.Recording`), after its secrets have been replaced.

What is written is all that it needs to go on: the last events, and the last line of each log. Started again with the
same output, after a kill, a stop or a restart of the machine, it takes up every log where it ended; the journal says
for how long nothing was recorded and what the engine could not give any more.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from incidentlab import bundle
from incidentlab.bundle import RECORDER, disk
from incidentlab.collect import engine, ledger
from incidentlab.collect.command import Command
from incidentlab.collect.configuration import Configuration
from incidentlab.collect.events import RING, Event, Ours, ProbeNoise
from incidentlab.collect.listen import Listener
from incidentlab.collect.observe import TELLING, Snapshot
from incidentlab.collect.progress import Absence, Status
from incidentlab.collect.watch import Watched
from incidentlab.redact import Redactor, key

LISTING_S = 10.0
"""Seconds between two listings of the containers, should an event have been missed."""
_PATIENCE_S = 5


class Recorder:
    """Records one project into one recording; `record` makes and runs it."""

    def __init__(
        self, client: DockerClient, recording: bundle.Recording, *, interval_s: float, say: Callable[[str], None]
    ) -> None:
        self._client, self._recording, self._interval_s = client, recording, interval_s
        made, known = key.kept(recording.identity)
        self._redactor = Redactor(made)
        recording.scrub = self._redactor
        if recording.before and not known:
            recording.tell(RECORDER, gap=ledger.KEY_LOST)
        self._ours, self._noise = Ours(recording.project), ProbeNoise()
        self._configuration = Configuration(client, recording, self._redactor)
        self._watched: dict[str, Watched] = {}
        self._named: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._say, self._absence = say, Absence(client, recording.project, say)
        self._events = self._past_lines = 0
        self._names: set[str] = set()
        self._listing = self._beat = 0.0

    def run(
        self,
        about: dict[str, Any],
        stop: threading.Event,
        progress: Callable[[Status], None],
        command: Command | None = None,
    ) -> None:
        """Record until `stop` is set, by `command` when it has ended; then bring the recording to its end."""
        with engine.asking():
            listener = self._begin(about)
        self._recording.ready()
        listener.start()
        until = f"until `{command.words[0]}` ends" if command else "Ctrl-C ends it"
        self._say(f"recording {self._recording.project}, {len(self._watched)} containers now; {until}")
        if command:
            command.start(self._recording, stop)
        while not stop.is_set():
            try:
                self._turn()
                self._absence.look(len(self._watched))
            except engine.ENGINE_ERRORS as error:
                self._trouble(RECORDER, f"{type(error).__name__}: {error}")
                stop.wait(1)
            if (now := time.monotonic()) >= self._beat + self._interval_s:
                self._beat = now
                self._recording.journal.beat()
                progress(self._status())
        if command:
            self._look_again()
        self._end(listener)
        progress(self._status())

    def _look_again(self) -> None:
        """See the containers that came just before the end."""
        self._listing = 0.0
        try:
            self._turn()
        except engine.ENGINE_ERRORS as error:
            self._trouble(RECORDER, f"{type(error).__name__}: {error}")

    def _begin(self, about: dict[str, Any]) -> Listener:
        """Learn the secrets of all that is there, then write what is known at the start."""
        recording = self._recording
        seen = self._inspect(engine.container_ids(self._client, recording.project))
        ring = list(engine.events(self._client, since=1, until=engine.now(self._client))[0])
        self._learn(seen)
        for source, facts in ledger.at_start(about, seen, ring, recording):
            if facts:
                recording.tell(source, **facts)
        recording.facts["engine"] = about["version"]
        recording.document("engine.json", about, kind="engine")
        for look in seen:
            self._keep(look)
        known = self._known_events()
        for event in known:
            self._ours(event)
        listener = Listener(
            self._client,
            known=known,
            heard=recording.before,
            take=self._take,
            lost=lambda t0, t1: recording.tell("events", gap=ledger.lost_events(t0, t1)),
            trouble=lambda words: self._trouble("events", words),
        )
        listener.pass_on(ring)
        return listener

    def _known_events(self) -> list[Event]:
        """Return the last events of the recorder before, as many as the engine can give again."""
        known: list[Event] = []
        for segment in reversed(self._recording.newest("events.jsonl", 4 * RING)):
            known[:0] = disk.documents(segment)
            if len(known) >= 2 * RING:
                break
        return known

    def _take(self, event: Event) -> None:
        """Write an event if it is the project's, and say which container it calls to look at."""
        if not self._ours(event) or self._noise(event):
            return
        self._recording.record("events.jsonl", event, kind="events")
        self._events += 1
        container_id = event["Actor"]["Attributes"].get("container") or event["Actor"]["ID"]
        action = event["Action"].partition(":")[0]
        if action in (*TELLING, "destroy"):
            self._named.put(container_id)
        if action in ("start", "die", "destroy") and (watched := self._watched.get(container_id)):
            watched.follower.wake()

    def _turn(self) -> None:
        """Look at the containers that an event names and at those that are due; at times, list them all."""
        now = time.monotonic()
        next_look = min([watched.due for watched in self._watched.values()], default=now + 1)
        due = self._wait_for_names(min(0.25, max(0.01, next_look - now)))
        now = time.monotonic()
        due |= {container_id for container_id, watched in self._watched.items() if watched.due <= now}
        if now >= self._listing:
            self._listing = now + LISTING_S
            due |= set(engine.container_ids(self._client, self._recording.project)) ^ set(self._watched)
        looks = self._inspect(due)
        self._learn([look for look in looks if look["inspect"]["Id"] not in self._watched])
        for look in looks:
            self._keep(look)

    def _wait_for_names(self, seconds: float) -> set[str]:
        named: set[str] = set()
        try:
            named.add(self._named.get(timeout=seconds))
            while True:
                named.add(self._named.get_nowait())
        except queue.Empty:
            return named

    def _inspect(self, container_ids: Iterable[str]) -> list[Snapshot]:
        found = []
        for container_id in container_ids:
            try:
                found.append(engine.inspect(self._client, container_id))
            except NotFound:
                self._forget(container_id)
        return found

    def _learn(self, new: list[Snapshot]) -> None:
        """Learn what is secret in new containers, before anything of them is written."""
        if new:
            self._configuration.learn(new)
        for look in new:
            self._ours.learn(look["inspect"])
            self._noise.learn(look["inspect"])

    def _keep(self, look: Snapshot) -> None:
        """Write what a look shows that is new; begin to follow a container that is new."""
        container_id = look["inspect"]["Id"]
        watched = self._watched.get(container_id)
        if watched is None:
            watched = self._watched[container_id] = Watched(
                self._client, self._recording, look, interval_s=self._interval_s, trouble=self._trouble
            )
            watched.start()
            self._names.add(watched.entry["container"])
        for kept in watched.take(look):
            self._write(kept, watched)

    def _write(self, look: Snapshot, watched: Watched) -> None:
        """Write a look. Each segment begins with whole ones, so that it can be read without the one before."""
        if self._recording.record("containers.jsonl", look, kind="inspect"):
            for other in self._watched.values():
                if other is not watched or "HostConfig" not in look["inspect"]:
                    other.renew()

    def _forget(self, container_id: str) -> None:
        """Let go of a container that was removed, once its follower has read all."""
        if watched := self._watched.pop(container_id, None):
            watched.sampler.leave()
            watched.follower.wake()
            watched.follower.join(_PATIENCE_S)
            self._past_lines += watched.lines
            self._recording.describe(container_id, gone=True)

    def _trouble(self, source: str, words: str) -> None:
        self._recording.tell(source, error=words)

    def _status(self) -> Status:
        lines = self._past_lines + sum(watched.lines for watched in self._watched.values())
        return Status(len(self._watched), lines, self._events, self._recording.bytes, len(self._names))

    def _end(self, listener: Listener) -> None:
        """Read up to now what is still to be read, then write hashes and ledger."""
        recording = self._recording
        threads: list[threading.Thread] = [listener]
        listener.leave()
        for watched in self._watched.values():
            watched.leave()
            threads += [watched.follower, watched.sampler]
        for thread in threads:
            thread.join(_PATIENCE_S)
        try:
            until = engine.now(self._client)
            listener.pass_on(engine.events(self._client, since=1, until=until)[0])
            for look in self._inspect(list(self._watched)):
                self._keep(look)
            for watched in self._watched.values():
                watched.follower.finish(until)
        except engine.ENGINE_ERRORS as error:
            self._trouble(RECORDER, f"at the end: {type(error).__name__}: {error}")
        recording.facts["redaction"] = {"values": self._redactor.secrets, "replaced": self._redactor.replaced}
        recording.facts["left_out"] = {"probe_events": self._noise.dropped}
        recording.end(ledger.rows(recording, sorted(self._names)))
