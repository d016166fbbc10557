"""Bytes of a source that may have no end: a file, a pipe, a device, standard input."""

from __future__ import annotations

import mmap
import os
import select
import stat
from pathlib import Path
from typing import IO, Any

from incidentlab.tables import BadInput

MOST = 1 << 30
"""Bytes up to which one text is read."""
MOST_LINES = 10_000_000
"""Lines up to which one text is read: a line takes about 1 kB of memory, whatever its length."""
LARGE = 1 << 24
"""Bytes from which a file has memory of its own."""
WAITED_MS = 2_000
"""So long is waited for a program that writes into a pipe."""

Content = bytes | mmap.mmap
_BLOCK = 1 << 20


def bounded(file: IO[Any], name: str) -> Any:
    """Return all that a file holds, bytes or text.

    Raises
    ------
    BadInput
        It holds more than can be looked at in one piece, or has no end.
    """
    return _bound(file.read(MOST + 1), name)


def _bound(data: Any, name: str) -> Any:
    more = f"{MOST >> 20} MiB" if len(data) > MOST else ""
    if not more and len(data) > MOST_LINES and _lines(data) > MOST_LINES:
        more = f"{MOST_LINES:,} lines".replace(",", " ")
    if more:
        raise BadInput(
            f"{name} has more than {more}, or no end; cut out the incident: docker compose logs -t --since 2h"
        )
    return data


def _lines(data: Any) -> int:
    end = "\n" if isinstance(data, str) else b"\n"
    return sum(data[start : start + _BLOCK].count(end) for start in range(0, len(data), _BLOCK))


def content(path: Path) -> Content:
    """Return what a path holds: a file, a pipe that a program writes into, or a device.

    A large file is read into memory of its own, that it may be given back as its lines are read (`mmap.madvise`). The
    file itself is not mapped: one that is cut off while it is read would end this program.

    Raises
    ------
    BadInput
        It holds too much, or nobody writes into the pipe.
    OSError
        It cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if stat.S_ISBLK(mode):
            raise BadInput(f"{path} is a disk, no log")
        size = os.fstat(handle).st_size
        if stat.S_ISREG(mode) and LARGE <= size <= MOST:
            return _bound(_in_own_memory(file, size), str(path))  # type: ignore[no-any-return]
        first = _first(handle, str(path)) if stat.S_ISFIFO(mode) else b""
        os.set_blocking(handle, True)
        return first + bytes(bounded(file, str(path)))


def memory(size: int) -> mmap.mmap:
    """Return memory of this process alone; what is shared would stay when it is given back."""
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    return mmap.mmap(-1, size, **private)


def _in_own_memory(file: IO[bytes], size: int) -> Content:
    own, read = memory(size), 0
    with memoryview(own) as whole:
        while count := file.readinto(whole[read:]):  # type: ignore[attr-defined]
            read += count
    return own if read == size else own[:read]


def _first(handle: int, name: str) -> bytes:
    """Return the first byte of a pipe if it is there; a program that has the pipe open may take its time to write."""
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    waiting.poll(WAITED_MS)
    try:
        first = os.read(handle, 1)
    except BlockingIOError:
        return b""
    if not first:
        raise BadInput(f"{name} is a pipe that no program writes into; start that one first")
    return first
