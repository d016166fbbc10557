"""Sampling what a container uses: the engine's stats, reduced to what a reader of samples needs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from docker import DockerClient
from docker.errors import DockerException, NotFound

from incidentlab.collect import engine

Reading = dict[str, Any]


class Sampler(threading.Thread):
    """Reads the stats of one container until it is removed, and passes one reading on per interval.

    Parameters
    ----------
    client
        Client of the engine.
    container_id
        The container.
    interval_s
        Seconds between two readings; the engine has one each second.
    write
        Takes a reading, reduced.
    trouble
        Takes what goes wrong, in words.
    """

    def __init__(
        self,
        client: DockerClient,
        container_id: str,
        *,
        interval_s: float,
        write: Callable[[Reading], None],
        trouble: Callable[[str], None],
    ) -> None:
        super().__init__(name=f"sample-{container_id[:12]}", daemon=True)
        self._client, self._id, self._interval_s = client, container_id, interval_s
        self._write, self._trouble = write, trouble
        self._leaving = threading.Event()
        self._stream: Any = None

    def run(self) -> None:
        """Read until the container is gone; after trouble, begin anew."""
        while not self._leaving.is_set():
            try:
                self._read()
                self._leaving.wait(1)
            except NotFound:
                return
            except Exception as error:  # a thread must neither die nor be silent
                if not self._leaving.is_set():
                    self._trouble(f"{type(error).__name__}: {error}")
                self._leaving.wait(5)

    def leave(self) -> None:
        """Ask the thread to end."""
        self._leaving.set()
        if self._stream:
            with suppress(OSError, DockerException, AttributeError):  # it has just ended by itself
                self._stream.close()

    def _read(self) -> None:
        due = 0.0
        readings, self._stream = engine.stats(self._client, self._id)
        try:
            for line in readings:
                if self._leaving.is_set():
                    return
                if time.monotonic() < due or not (reading := reduced(json.loads(line))):
                    continue
                due = time.monotonic() + self._interval_s - 0.5  # the readings come a second apart, more or less
                self._write(reading)
        finally:
            with suppress(OSError, DockerException, AttributeError):  # it has been closed by `leave`
                self._stream.close()


def reduced(reading: Reading) -> Reading | None:
    """Return a reading with what the table of samples is made of, in the engine's own places; None if nothing runs.

    Examples
    --------
    >>> reduced({"read": "0001-01-01T00:00:00Z", "cpu_stats": {"cpu_usage": {"total_usage": 0}}}) is None
    True
    """
    used = reading["cpu_stats"]["cpu_usage"].get("total_usage")
    if not used:
        return None
    memory = reading.get("memory_stats") or {}
    stats = {
        key: n for key, n in (memory.get("stats") or {}).items() if key in ("total_inactive_file", "inactive_file")
    }
    short: Reading = {"id": reading["id"], "read": reading["read"], "cpu_stats": {"cpu_usage": {"total_usage": used}}}
    if throttled := reading["cpu_stats"].get("throttling_data"):
        short["cpu_stats"]["throttling_data"] = throttled
    if "usage" in memory:
        short["memory_stats"] = {"usage": memory["usage"], "limit": memory.get("limit"), "stats": stats}
    if "current" in (reading.get("pids_stats") or {}):
        short["pids_stats"] = {"current": reading["pids_stats"]["current"]}
    if networks := reading.get("networks"):
        counted = ("rx_bytes", "tx_bytes")
        short["networks"] = {name: {key: network[key] for key in counted} for name, network in networks.items()}
    if blocks := (reading.get("blkio_stats") or {}).get("io_service_bytes_recursive"):
        short["blkio_stats"] = {
            "io_service_bytes_recursive": [{"op": block["op"], "value": block["value"]} for block in blocks]
        }
    return short
