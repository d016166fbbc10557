"""Bytes onto the disk, so that what a kill leaves can be told from what was finished."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from incidentlab.tables import BadInput
from incidentlab.tables.documents import loads
from incidentlab.whole import put


def dump(value: Any, indent: int | None = None) -> bytes:
    """Return a JSON value as text with a line end."""
    return (json.dumps(value, indent=indent) + "\n").encode()


def to_disk(file: BinaryIO) -> None:
    """Force what was written to a file to the disk."""
    file.flush()
    os.fsync(file.fileno())


def folder_to_disk(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(place: Path, data: bytes) -> None:
    """Put a file in its place in one step: at any moment there is the old one or the new one, whole."""
    put(place, data, mode=0o600)


def append(handle: int, data: bytes, size: int) -> None:
    """Append to a file of a known size; if the disk is full, what was written of it is taken back."""
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        os.ftruncate(handle, size)
        raise


def sha256(place: Path) -> str:
    """Return the hash of a file."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def torn_bytes(place: Path) -> int:
    """Return how many bytes stand behind the last line end of a file."""
    with place.open("rb") as file:
        size = left = file.seek(0, os.SEEK_END)
        while left:
            start = max(0, left - (1 << 16))
            file.seek(start)
            if (end := file.read(left - start).rfind(b"\n")) >= 0:
                return size - (start + end + 1)
            left = start
    return size


def cut_torn_line(place: Path) -> int:
    """Cut off a last line that has no end, without touching the file's times; return how many bytes it had."""
    torn = torn_bytes(place)
    if torn:
        before = place.stat()
        os.truncate(place, before.st_size - torn)
        os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    return torn


def unreadable(place: Path) -> str | None:
    """Return why a file of a bundle cannot be read, None where it can."""
    if not place.is_file():
        return "the manifest names it and it is missing from the bundle"
    try:
        with place.open("rb") as file:
            file.read(1)
    except OSError as error:
        return f"it cannot be read: {error.strerror or type(error).__name__}"
    return None


def documents(place: Path) -> list[Any]:
    """Return the JSON documents of a file: one on each line, or in a file that is not ``.jsonl`` the only one.

    Raises
    ------
    BadInput
        It is damaged.
    """
    data, found = place.read_bytes(), []
    for number, text in enumerate(data.splitlines() if place.suffix == ".jsonl" else [data], 1):
        try:
            found.append(loads(text))
        except ValueError as error:
            raise BadInput(f"{place}:{number}: is damaged, no JSON; choose another place for the recording") from error
    return found
