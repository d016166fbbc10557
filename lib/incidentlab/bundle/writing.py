"""Writing a bundle: a hidden sibling folder that is renamed when everything in it is on disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from incidentlab.bundle.disk import dump, folder_to_disk, to_disk
from incidentlab.bundle.format import MANIFEST, SCHEMA, inside
from incidentlab.bundle.packed import PACKED, packed
from incidentlab.tables import BadInput
from incidentlab.whole import growing, take_place


class Scrub(Protocol):
    """What takes the secrets out of everything that is written (`redact.Redactor`)."""

    def json(self, value: Any) -> Any:
        """Return a JSON value without secrets."""

    def lines(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Return log bytes without secrets."""


class Plain:
    """A `Scrub` that changes nothing, for evidence that holds no secrets."""

    def json(self, value: Any) -> Any:
        """Return `value`."""
        return value

    def lines(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Return `chunks`."""
        return chunks


class Writer:
    """The inside of a bundle that is being written; made by `write`.

    Attributes
    ----------
    ledger
        Rows as of `ledger_row`, one per source.
    facts
        Further keys of the manifest: engine, compose, redaction.
    """

    def __init__(self, folder: Path, scrub: Scrub) -> None:
        self.folder = folder
        self.ledger: list[dict[str, Any]] = []
        self.facts: dict[str, Any] = {"engine": {}, "compose": None}
        self.files: dict[str, dict[str, Any]] = {}
        self._scrub = scrub

    def log(self, path: str, chunks: Iterable[bytes], **extra: Any) -> None:
        """Write log bytes as they come, in bounded memory; nothing at all gives no file."""
        self._store(path, self._scrub.lines(chunks), {"kind": "container_log", **extra})
        if not self.files[path]["bytes"]:
            (self.folder / path).unlink()
            del self.files[path]

    def jsonl(self, path: str, records: Iterable[Any], *, kind: str) -> None:
        """Write one JSON value per line; a path that ends in .gz is packed."""
        lines = (dump(self._scrub.json(record)) for record in records)
        self._store(path, packed(lines) if path.endswith(PACKED) else lines, {"kind": kind})

    def json(self, path: str, value: Any, *, kind: str) -> None:
        """Write one JSON document."""
        self._store(path, [dump(self._scrub.json(value), indent=1)], {"kind": kind})

    def text(self, path: str, data: bytes, *, kind: str) -> None:
        """Write a file that people wrote, line by line as it stands."""
        self._store(path, self._scrub.lines([data]), {"kind": kind})

    def copy(self, path: str, data: bytes, *, kind: str, **extra: Any) -> None:
        """Write a file of another bundle, whose secrets were replaced when that was written."""
        self._store(path, [data], {"kind": kind, **extra})

    def manifest(self, facts: dict[str, Any]) -> None:
        """Write the manifest, the last file of all."""
        whole = {"schema": SCHEMA, **facts, **self.facts, "files": self.files, "ledger": self.ledger}
        with os.fdopen(_own(self.folder / MANIFEST), "wb") as file:
            file.write(dump(self._scrub.json(whole), indent=1))
            to_disk(file)

    def _store(self, path: str, chunks: Iterable[bytes], entry: dict[str, Any]) -> None:
        target = self.folder / inside(path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with os.fdopen(_own(target), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            to_disk(file)
        self.files[path] = {**entry, "sha256": digest.hexdigest(), "bytes": size}


@contextmanager
def write(
    folder: str | os.PathLike[str], *, project: str, overwrite: bool = False, scrub: Scrub | None = None
) -> Iterator[Writer]:
    """Open a new bundle for writing; it appears at `folder` when the block ends well, and leaves nothing otherwise.

    Parameters
    ----------
    folder
        Where the bundle shall stand; must not exist, or be an empty folder.
    project
        Name of the Compose project.
    overwrite
        Replace a bundle that stands there (never anything else).
    scrub
        What takes out the secrets; everything written passes through it.

    Raises
    ------
    BadInput
        Something stands at `folder`.

    Notes
    -----
    Replacing is one exchange of names (Linux `renameat2`). A kill before leaves ``.NAME.partial``, which is never read
    and which the next capture to this place removes. Folders are their owner's (0700), and so are files (0600).
    """
    target = Path(folder).absolute()
    _refuse_to_replace(target, overwrite)
    captured_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    with growing(target) as partial:
        writer = Writer(partial, scrub or Plain())
        yield writer
        head = {"project": project, "captured_at": captured_at, "incidentlab": version("incidentlab")}
        writer.manifest(head)
        _refuse_to_replace(target, overwrite)
        for folder in (partial, *(place for place in partial.rglob("*") if place.is_dir())):
            folder_to_disk(folder)
        take_place(partial, target)
        folder_to_disk(target.parent)


def _refuse_to_replace(target: Path, overwrite: bool) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not overwrite:
        raise BadInput(f"{target}: exists already; choose another place, or ask to overwrite it")
    if not (target / MANIFEST).is_file():
        raise BadInput(f"{target}: exists and is no incident bundle, so it is not overwritten; choose another place")


def _own(place: Path) -> int:
    """Open a new file that its owner alone may read."""
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
