"""The observer: saves, while a project runs, what the engine forgets.

Addresses are gone when a container stops, the engine keeps five probes per container and 256 events in all. So one
thread reads the event stream, and another inspects a container after each event that changes it, and all of them
every second.

A recording stays small. The first sight of a container is its full inspect. Later ones are reduced to what changes:

    {"Id", "Name", "Created", "RestartCount", "State",
     "NetworkSettings": {"Networks": {NET: {"IPAddress", "GlobalIPv6Address", "Aliases"}}}, "Config": {"Labels": {...}}}

and are kept only when something other than the probes has changed. Probes are collected meanwhile: `State.Health.Log`
of a reduced snapshot holds those that no earlier snapshot had, at times more than the engine's five. All probes are
thus the union over the snapshots by (Id, Start). Events of the probes themselves (`exec_*`) are left out and counted.
"""

from __future__ import annotations

import contextlib
import copy
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from docker import DockerClient
from docker.errors import DockerException, NotFound
from docker.types import CancellableStream

from incidentlab.bundle import ledger_row
from incidentlab.collect import engine
from incidentlab.collect.events import Event, Ours, ProbeNoise
from incidentlab.tables import EngineTrouble

KEPT_PROBES = 5
"""Probes that the engine keeps per container (`maxLogEntries` in moby daemon/health.go)."""
HELD_PROBES = 20
"""Probes that are held back at most before a snapshot is kept for their sake."""

TELLING = ("create", "start", "die", "health_status", "connect", "oom", "pause", "unpause", "stop", "rename")
_PATIENCE_S = 5
_LABELS = (engine.PROJECT, engine.SERVICE, engine.NUMBER)

Snapshot = dict[str, Any]


class Observer:
    """Watches a project from before its start; a context manager.

    Parameters
    ----------
    project
        Name of the Compose project; it need not exist yet.
    client
        Client of the engine; by default that which the environment names.
    interval_s
        Seconds between two looks at all containers.

    Raises
    ------
    EngineTrouble
        On entering: the engine does not run, or may not be asked.

    Examples
    --------
    >>> with Observer("payflow") as observer:  # doctest: +SKIP
    ...     subprocess.run(["docker", "compose", "up", "--detach"])
    ...     capture("payflow", "bundle", observer=observer)
    """

    def __init__(self, project: str, *, client: DockerClient | None = None, interval_s: float = 1.0) -> None:
        self.project = project
        self.started = 0
        self._noise = ProbeNoise()
        self._given, self._interval_s = client, interval_s
        self._ours = Ours(project)
        self._events: list[Event] = []
        self._snapshots: list[Snapshot] = []
        self._troubles: dict[str, tuple[str, int]] = {}
        self._stopped = 0
        self._memories: dict[str, Memory] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._due: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._stream: CancellableStream[Any] | None = None

    @property
    def events(self) -> list[Event]:
        """The project's events so far, as the engine gave them, without those of probes."""
        with self._lock:
            return list(self._events)

    @property
    def snapshots(self) -> list[Snapshot]:
        """The snapshots so far, as `{"observed_at", "inspect"}`, those with held back probes included."""
        with self._lock:
            self._snapshots += [last for memory in self._memories.values() if (last := memory.release())]
            return list(self._snapshots)

    @property
    def probe_events(self) -> int:
        """How many events were left out because they merely report a probe."""
        return self._noise.dropped

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """One row: from when to when it watched, what it missed, and every trouble that it had."""
        with self._lock:
            lost = sum(memory.lost for memory in self._memories.values())
            missed = f"{lost} times more than {KEPT_PROBES} probes fell between two looks" if lost else None
            row = ledger_row(
                "observer",
                first=engine.moment(self.started),
                last=engine.moment(self._stopped or time.time_ns()),
                rows=len(self._snapshots),
                truncated=missed,
                gap="some health probes were not seen" if lost else None,
                error="; ".join(f"{t} ({n} times from {first} on)" for t, (first, n) in self._troubles.items()) or None,
            )
            return [row]

    def __enter__(self) -> Observer:
        self._client = self._given or engine.connect()
        with engine.asking():
            self.started = engine.now(self._client)
        self._threads = [
            threading.Thread(target=self._until_stopped, args=(work,), name=f"observe-{self.project}", daemon=True)
            for work in (self._listen, self._look)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._stopped = time.time_ns()
        if self._stream:
            with contextlib.suppress(OSError, DockerException):  # gone first, or SSH, which cannot be cancelled
                self._stream.close()
        for thread in self._threads:
            thread.join(_PATIENCE_S)
        if self._given is None:
            self._client.close()

    def _until_stopped(self, work: Callable[[], None]) -> None:
        """Do `work` again and again; what goes wrong is written down, and tried anew."""
        while not self._stopping.is_set():
            try:
                work()
            except Exception as error:  # a thread must neither die nor be silent
                self._note(f"{type(error).__name__}: {error}")
                self._stopping.wait(self._interval_s)

    def _listen(self) -> None:
        """Read the event stream until it ends, from the last event on or from the beginning."""
        since = self._events[-1]["timeNano"] if self._events else self.started
        known = {str(event) for event in self._events[-256:]}
        stream, self._stream = engine.events(self._client, since=since)
        if self._stopping.is_set():
            return
        for event in stream:
            if str(event) not in known:
                self._take(event)
        raise EngineTrouble("the engine ended the event stream")

    def _take(self, event: Event) -> None:
        with self._lock:
            if not self._ours(event) or self._noise(event):
                return
            self._events.append(event)
        if event["Action"].partition(":")[0] in TELLING:
            self._due.put(event["Actor"]["Attributes"].get("container") or event["Actor"]["ID"])

    def _look(self) -> None:
        """Inspect every container now, and for one interval each container for which an event calls."""
        for container_id in engine.container_ids(self._client, self.project):
            self._inspect(container_id)
        end = time.monotonic() + self._interval_s
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            try:
                self._inspect(self._due.get(timeout=min(left, 0.2)))
            except queue.Empty:
                continue

    def _inspect(self, container_id: str) -> None:
        try:
            seen = engine.inspect(self._client, container_id)
        except NotFound:
            return  # removed meanwhile: the destroy event tells
        with self._lock:
            self._ours.learn(seen["inspect"])
            self._noise.learn(seen["inspect"])
            memory = self._memories.setdefault(container_id, Memory())
            self._snapshots += memory.take(seen)

    def _note(self, trouble: str) -> None:
        if self._stopping.is_set():
            return  # what breaks because the observer leaves is no trouble
        with self._lock:
            first, times = self._troubles.get(trouble, (engine.moment(time.time_ns()), 0))
            self._troubles[trouble] = (first, times + 1)


class Memory:
    """What has been seen of one container, so that only news are kept."""

    def __init__(self) -> None:
        self.lost = 0
        self._shape: Any = None
        self._latest: Snapshot | None = None
        self._starts: set[str] = set()
        self._held: list[dict[str, Any]] = []

    def take(self, seen: Snapshot) -> list[Snapshot]:
        """Return the snapshots to keep after this look: none, or one."""
        first = self._latest is None
        self._hold(seen["inspect"]["State"].get("Health") or {}, first)
        self._latest = reduced(seen)
        shape = _shape(self._latest["inspect"])
        news, self._shape = shape != self._shape, shape
        if first:
            self._held = []
            return [seen]
        if news or len(self._held) >= HELD_PROBES:
            return [self._with_probes(self._latest)]
        return []

    def renew(self) -> None:
        """Begin anew: the next look is kept whole."""
        self._latest = None

    def release(self) -> Snapshot | None:
        """Return the latest snapshot if probes are held back, else None."""
        return self._with_probes(self._latest) if self._latest and self._held else None

    def _hold(self, health: dict[str, Any], first: bool) -> None:
        log = health.get("Log") or []
        starts = {probe["Start"] for probe in log}
        if not first and len(log) >= KEPT_PROBES and self._starts and not starts & self._starts:
            self.lost += 1
        self._held += [probe for probe in log if probe["Start"] not in self._starts]
        self._starts = starts

    def _with_probes(self, snapshot: Snapshot) -> Snapshot:
        whole = copy.deepcopy(snapshot)
        if health := whole["inspect"]["State"].get("Health"):
            health["Log"] = self._held
        self._held = []
        return whole


def reduced(seen: Snapshot) -> Snapshot:
    """Return a snapshot with only what changes in the life of a container, and what it is known by."""
    full = seen["inspect"]
    networks = (full.get("NetworkSettings") or {}).get("Networks") or {}
    labels = (full.get("Config") or {}).get("Labels") or {}
    short = {key: full.get(key) for key in ("Id", "Name", "Created", "RestartCount", "State")}
    short["NetworkSettings"] = {
        "Networks": {
            name: {key: network.get(key) for key in ("IPAddress", "GlobalIPv6Address", "Aliases")}
            for name, network in networks.items()
        }
    }
    short["Config"] = {"Labels": {key: labels[key] for key in _LABELS if key in labels}}
    return {"observed_at": seen["observed_at"], "inspect": short}


def _shape(short: dict[str, Any]) -> Any:
    """Return what makes a reduced snapshot worth keeping when it differs: all but the probes."""
    state = dict(short["State"])
    if health := state.pop("Health", None):
        state["Health"] = health.get("Status")
    return {**short, "State": state}
