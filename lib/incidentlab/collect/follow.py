"""Following a log so that no line is lost and none comes twice, whatever ends and goes on again.

What has been written is the only memory: the stamp of a stream's last line, and how many lines bear it (`Cursor`). The
engine is asked for everything from the earlier of the two streams' stamps on, bounds included, and each stream lets
through what comes after its cursor (`Lines`). Stamps grow within a stream, and all pieces of a long line bear the stamp
of the first, so that this is exact as long as the engine's clock is not set back while nobody follows.

A line ends with its line end, or where a record with another stamp follows: what a run leaves unterminated is
a line of its own here, where `docker logs` glues the next run to it.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from docker import DockerClient
from docker.errors import DockerException, NotFound

from incidentlab import bundle
from incidentlab.collect import engine, logs
from incidentlab.tables import EngineTrouble

LONGEST_STAMP = 35
"""Bytes of a time stamp at most: nine digits of a second and a zone with its sign."""
HELD = bundle.LONGEST_LINE + bundle.SEAM
"""Bytes of a line that are held; the recording cuts it after its secrets have been found."""
SETTLED_NS = 60 * engine.SECOND
"""After so long the engine has given every record with an earlier stamp, on both streams."""

Write = Callable[[str, bytes], None]


def stamp_of(record: bytes | bytearray) -> bytes:
    """Return the time stamp in front of a record, up to the blank: Docker's has nine digits, Podman's may have none."""
    return bytes(record[: LONGEST_STAMP + 1].partition(b" ")[0])


def earlier(stamp: bytes, other: bytes) -> bool:
    """Return whether one stamp is before another, also where they are of different precision or zone.

    Examples
    --------
    >>> earlier(b"2026-11-23T09:22:10Z", b"2026-11-23T09:22:10.5Z")
    True
    >>> earlier(b"2026-11-23T11:22:10+02:00", b"2026-11-23T09:22:10Z")
    False
    """
    if len(stamp) == len(other) and stamp.endswith(b"Z") and other.endswith(b"Z"):
        return stamp < other
    return engine.nanoseconds(stamp.decode()) < engine.nanoseconds(other.decode())


class Cursor(NamedTuple):
    """Where a stream was left: the stamp of its last line, and how many lines bear it."""

    stamp: bytes
    lines: int


def cursor(segment: Path, *, tty: bool) -> Cursor | None:
    """Return where a log file ends; None if it has no line.

    Notes
    -----
    A TTY's lines end in CR LF. One that has only LF was unterminated, and the engine would give it glued to what came
    next: it is passed over by its stamp.
    """
    with segment.open("rb") as file:
        if not segment.stat().st_size:
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            start, count = len(data), 0
            stamp = b""
            while start > 0:
                start = data.rfind(b"\n", 0, start - 1) + 1
                mark = stamp_of(data[start : start + LONGEST_STAMP])
                stamp = stamp or mark
                if mark != stamp:
                    break
                count += 1
            return _after(stamp) if tty and data[-2:] != b"\r\n" else Cursor(stamp, count)


class Lines:
    """One stream: puts the records that the engine gives together to lines, and lets the new ones through.

    Parameters
    ----------
    at
        Where it was left.
    tty
        Whether it is that of a TTY.
    """

    def __init__(self, at: Cursor | None, *, tty: bool = False) -> None:
        self.at = at
        self._tty = tty
        self.restart()

    def restart(self) -> None:
        """Forget a line that has no end yet: the engine will give it again."""
        self._held, self._size = bytearray(), 0
        self._passing, self._to_skip = self.at is None, self.at.lines if self.at else 0

    @property
    def holds(self) -> bool:
        """Whether there is a line without an end."""
        return self._size > 0

    def take(self, record: bytes) -> Iterator[bytes]:
        """Yield the lines that a record brings to their end."""
        if self._tty:
            *whole, rest = record.split(b"\n")
            for piece in whole:
                self._hold(piece + b"\n")
                yield from self.end()
            self._hold(rest)
            return
        if self._held and stamp_of(record) != stamp_of(self._held):
            yield from self.end()
        self._hold(record)
        if record.endswith(b"\n"):
            yield from self.end()

    def end(self) -> Iterator[bytes]:
        """Yield the line that is held, as no more comes of it."""
        if not self._size:
            return
        line = bytes(self._held)
        self._held, self._size = bytearray(), 0
        stamp = stamp_of(line)
        if not self._is_new(stamp):
            return
        terminated = line.endswith(b"\r\n" if self._tty else b"\n")
        same = self.at is not None and self.at.stamp == stamp
        self.at = Cursor(stamp, self.at.lines + 1 if same and self.at else 1)
        if self._tty and not terminated:
            self.at = _after(stamp)
        yield line if line.endswith(b"\n") else line + b"\n"

    def _hold(self, record: bytes) -> None:
        self._size += len(record)
        self._held += record[: max(0, HELD - len(self._held))]

    def _is_new(self, stamp: bytes) -> bool:
        if not self._passing and self.at:
            if earlier(stamp, self.at.stamp):
                return False
            if stamp == self.at.stamp and self._to_skip:
                self._to_skip -= 1
                return False
            self._passing = True
        return True


class Follower(threading.Thread):
    """Follows the log of one container over all its runs until it is removed.

    Parameters
    ----------
    client
        Client of the engine.
    inspect
        The container.
    cursors
        Where each stream was left.
    write
        Takes stream and line.
    trouble
        Takes what goes wrong, in words.
    """

    def __init__(
        self,
        client: DockerClient,
        inspect: dict[str, Any],
        *,
        cursors: dict[str, Cursor | None],
        write: Write,
        trouble: Callable[[str], None],
    ) -> None:
        super().__init__(name=f"follow-{inspect['Id'][:12]}", daemon=True)
        self._client, self._id = client, inspect["Id"]
        self._tty = bool(inspect["Config"].get("Tty"))
        self._write, self._trouble = write, trouble
        self.streams = {name: Lines(cursors.get(name), tty=self._tty) for name in logs.streams(inspect)}
        self._floor = 0
        self._wake, self._leaving, self.gone = threading.Event(), threading.Event(), False
        self._stream: Any = None

    def run(self) -> None:
        """Read each run from where the last reading ended."""
        while not self._leaving.is_set() and not self.gone:
            self._wake.clear()
            try:
                self._read(until=None)
                if not self._ended():
                    self._leaving.wait(0.2)  # the engine broke off, or the next run has begun
                    continue
            except NotFound:
                self.gone = True
            except EngineTrouble as error:  # it refuses, or broke off
                self._say(error)
                self._wake.wait(5)
                continue
            except Exception as error:  # a thread must neither die nor be silent
                self._say(error)
                self._leaving.wait(2)
                continue
            if not self.gone:
                self._wake.wait()
        if self.gone:
            self._end_lines()

    def wake(self) -> None:
        """Say that something has happened to the container: there may be more to read."""
        self._wake.set()

    def leave(self) -> None:
        """Ask the thread to end."""
        self._leaving.set()
        self._wake.set()
        if self._stream:
            with suppress(OSError, DockerException, AttributeError):  # it has just ended by itself
                self._stream.close()

    def finish(self, until: int) -> None:
        """Read up to a time what the thread has left, and end what has no end."""
        if self.gone:
            return
        try:
            self._read(until=until)
        except NotFound:
            pass
        except engine.ENGINE_ERRORS as error:
            self._trouble(f"{type(error).__name__}: {error}")
        self._end_lines()

    def _read(self, *, until: int | None) -> None:
        for lines in self.streams.values():
            lines.restart()
        found, self._stream = engine.records(self._client, self._id, tty=self._tty, since=self._since(), until=until)
        try:
            if self._leaving.is_set() and until is None:
                return
            for stream, record in found:
                for line in self.streams[stream].take(record):
                    self._write(stream, line)
        finally:
            with suppress(OSError, DockerException, AttributeError):  # it has been closed by `leave`
                self._stream.close()
            self._stream = None
        self._settle()

    def _since(self) -> int:
        """Return the time from which on something may not have been written."""
        stamps = [engine.nanoseconds(lines.at.stamp.decode()) if lines.at else 0 for lines in self.streams.values()]
        return max(self._floor, min(stamps))

    def _settle(self) -> None:
        """Note, after the engine has given all, that what is long past need not be asked for again."""
        stamps = [engine.nanoseconds(lines.at.stamp.decode()) for lines in self.streams.values() if lines.at]
        if stamps and not any(lines.holds for lines in self.streams.values()):
            self._floor = max(self._floor, max(stamps) - SETTLED_NS)

    def _ended(self) -> bool:
        """Return whether the run has ended, and if so end what it has left unterminated."""
        state = self._client.api.inspect_container(self._id)["State"]
        ended = bool(state["Restarting"] or not state["Running"])
        if ended:
            self._end_lines()
        return ended

    def _end_lines(self) -> None:
        for stream, lines in self.streams.items():
            for line in lines.end():
                self._write(stream, line)

    def _say(self, error: Exception) -> None:
        if not self._leaving.is_set():
            self._trouble(f"{type(error).__name__}: {error}")


def _after(stamp: bytes) -> Cursor:
    """Return the cursor just behind a stamp."""
    return Cursor(engine.moment(engine.nanoseconds(stamp.decode()) + 1).encode(), 0)
