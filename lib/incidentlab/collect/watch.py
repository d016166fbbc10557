"""Everything that is recorded of one container: its log, its resources, and what changes in its inspect."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from docker import DockerClient

from incidentlab.bundle import Recording
from incidentlab.collect import engine, snapshot
from incidentlab.collect.follow import Cursor, Follower, cursor
from incidentlab.collect.observe import KEPT_PROBES, Memory, Snapshot
from incidentlab.collect.sample import Reading, Sampler

LOOKS = 3
"""Probe intervals between two looks: the engine keeps five probes, and a look may come late."""
SLOWEST_S, FASTEST_S = 30.0, 0.2
"""Seconds between two looks at a container, at most and at least."""


class Watched:
    """A container that is being recorded.

    Parameters
    ----------
    client
        Client of the engine.
    recording
        Where everything goes.
    look
        The first look at the container.
    interval_s
        Seconds between two samples.
    trouble
        Takes a source of the ledger, and what goes wrong with it.
    """

    def __init__(
        self,
        client: DockerClient,
        recording: Recording,
        look: Snapshot,
        *,
        interval_s: float,
        trouble: Callable[[str, str], None],
    ) -> None:
        inspect = look["inspect"]
        self.entry, self.due, self.lines = snapshot.described(inspect), 0.0, 0
        self.memory = Memory()
        self._recording, self._every_s, self._run = recording, every_s(inspect), ""
        self.follower = Follower(
            client,
            inspect,
            cursors=self._cursors(),
            write=self._log,
            trouble=lambda words: trouble(f"logs:{self.entry['container']}", words),
        )
        self.sampler = Sampler(
            client,
            inspect["Id"],
            interval_s=interval_s,
            write=self._sample,
            trouble=lambda words: trouble("samples", words),
        )
        recording.describe(inspect["Id"], container=self.entry["container"], gone=False)
        self._tell_missed_probes(look)

    def start(self) -> None:
        """Begin to follow and to sample."""
        self.follower.start()
        self.sampler.start()

    def leave(self) -> None:
        """Ask both threads to end."""
        self.follower.leave()
        self.sampler.leave()

    def take(self, look: Snapshot) -> list[Snapshot]:
        """Return what a look shows that is new; wake the follower if it shows another run."""
        self.due = time.monotonic() + self._every_s
        lost = self.memory.lost
        kept = self.memory.take(look)
        if held := self.memory.release():
            kept.append(held)
        if self.memory.lost > lost:
            told = f"more than {KEPT_PROBES} probes of {self.entry['container']} fell between two looks"
            self._recording.tell("inspect", truncated=told)
        if (name := snapshot.name(look)) != self.entry["container"]:
            with self._recording.lock:
                self.entry["container"] = name
                self._recording.describe(self.entry["container_id"], container=name)
        if (run := look["inspect"]["State"]["StartedAt"]) != self._run:
            self._run = run
            self.follower.wake()
        return kept

    def renew(self) -> None:
        """Look anew, and keep the look whole."""
        self.memory.renew()
        self.due = 0.0

    def _log(self, stream: str, line: bytes) -> None:
        self.lines += 1
        with self._recording.lock:  # a new name must not come between
            self._recording.log(self._series(stream), line, **self.entry, stream=stream)

    def _sample(self, reading: Reading) -> None:
        self._recording.record("samples.jsonl", {"service": self.entry["service"], **reading}, kind="samples")

    def _series(self, stream: str) -> str:
        """Return the series of a stream: it bears the id, as a recreated container has the name of the one before."""
        service, replica = self.entry["service"], self.entry["replica"]
        name = re.sub(r"[^\w.-]", "_", f"{service}-{'run' if replica is None else replica}")
        return f"logs/{name}.{self.entry['container_id'][:12]}.{stream}.log"

    def _cursors(self) -> dict[str, Cursor | None]:
        """Return where each stream was left by the recorder before."""
        left = {stream: self._recording.newest(self._series(stream)) for stream in ("stdout", "stderr")}
        return {stream: cursor(found[-1], tty=self.entry["tty"]) for stream, found in left.items() if found}

    def _tell_missed_probes(self, look: Snapshot) -> None:
        """Tell if probes fell into the time for which nothing was recorded."""
        before, log = self._recording.before, snapshot.probes(look)
        if before and len(log) >= KEPT_PROBES and (first := engine.nanoseconds(log[0]["Start"])) > before:
            span = f"from {engine.moment(before)} to {engine.moment(first)}"
            told = f"probes of {self.entry['container']} {span} may be missing: nothing was recorded"
            self._recording.tell("inspect", truncated=told)


def every_s(inspect: dict[str, Any]) -> float:
    """Return how many seconds may pass between two looks at a container, so that no probe is missed.

    Examples
    --------
    >>> every_s({"Config": {"Healthcheck": {"Test": ["CMD", "true"], "Interval": 5_000_000_000}}}), every_s({})
    (15.0, 30.0)
    """
    check: dict[str, int] = (inspect.get("Config") or {}).get("Healthcheck") or {}
    spans = [check[name] / engine.SECOND for name in ("Interval", "StartInterval") if check.get(name)]
    return max(FASTEST_S, min([LOOKS * span for span in spans] + [SLOWEST_S]))
