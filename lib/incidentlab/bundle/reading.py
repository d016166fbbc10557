"""Reading a bundle: nothing in it is trusted, and a damaged file is a row of the ledger."""

from __future__ import annotations

import builtins
import io
import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from incidentlab.bundle import segments
from incidentlab.bundle.archive import MAX_BYTES, unpack
from incidentlab.bundle.disk import sha256, torn_bytes, unreadable
from incidentlab.bundle.format import MANIFEST, SCHEMA, inside, ledger_row
from incidentlab.bundle.packed import PACKED, unpacked
from incidentlab.tables import BadInput
from incidentlab.tables.documents import Odd, loads, shaped
from incidentlab.whole import scratch

_FILE = {
    **dict.fromkeys(("kind", "sha256", "service", "container", "container_id"), str),
    "stream": frozenset(("stdout", "stderr")),
    **dict.fromkeys(("bytes", "replica"), int),
    **dict.fromkeys(("open", "tty", "oneoff", "gone"), bool),
}
_ROW = dict.fromkeys(("source", "first", "last", "truncated", "gap", "error"), str) | {"rows": int}
_SHAPE = {"project": str, "captured_at": str, "files": {str: _FILE}, "ledger": [_ROW]}
"""What is read of a manifest."""


class Bundle:
    """A bundle that can be read; made by `read`. A context manager, which an unpacked archive needs to be tidied early.

    Attributes
    ----------
    folder
        Where the files are.
    manifest
        The manifest as it stands.
    ledger
        Its ledger, and a row for each file that is missing, was changed, or was torn by a kill.
    """

    def __init__(self, folder: Path, *, name: str, unpacked: ExitStack | None = None) -> None:
        self.folder = folder
        self.manifest = manifest(folder / MANIFEST, name)
        self._tidy = weakref.finalize(self, unpacked.close) if unpacked else None
        self._missing: set[str] = set()
        self.ledger: list[dict[str, Any]] = [*self.manifest["ledger"], *self._damages()]

    @property
    def project(self) -> str:
        """Name of the Compose project."""
        return str(self.manifest["project"])

    def files(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Return path and manifest entry of the files of one kind that are there, in the manifest's order."""
        entries = self.manifest["files"].items()
        return [(path, entry) for path, entry in entries if entry["kind"] == kind and path not in self._missing]

    def series(self, kind: str) -> list[dict[str, dict[str, Any]]]:
        """Return the files of one kind, path and manifest entry, with the segments of one series together in order."""
        found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for path, entry in self.files(kind):
            found.setdefault(segments.series(path), []).append((path, entry))
        return [dict(sorted(several, key=lambda one: segments.number(one[0]))) for several in found.values()]

    def open(self, path: str) -> BinaryIO:
        """Open a file of the bundle; one that is still written to ends with its last whole line.

        Raises
        ------
        BadInput
            It is not in the manifest, or missing.
        """
        if path not in self.manifest["files"] or path in self._missing:
            raise BadInput(
                f"{self.folder}: no file {path}; the bundle has {', '.join(self.manifest['files']) or 'none'}"
            )
        place = self.folder / path
        if not self.manifest["files"][path].get("open"):
            return place.open("rb")
        with place.open("rb") as file:
            return io.BytesIO(file.read(place.stat().st_size - torn_bytes(place)))

    def bytes(self, path: str) -> builtins.bytes:
        """Return the content of a file of the bundle, unpacked where its name ends in .gz.

        Raises
        ------
        BadInput
            It is not in the manifest, or missing, or does not unpack to a size that evidence has.
        """
        with self.open(path) as file:
            data = file.read()
        return unpacked(data, f"{self.folder}: {path}") if path.endswith(PACKED) else data

    def close(self) -> None:
        """Remove what an archive was unpacked to; a folder stays."""
        if self._tidy:
            self._tidy()

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _damages(self) -> Iterator[dict[str, Any]]:
        for path, entry in self.manifest["files"].items():
            place = self.folder / inside(path)
            if not place.resolve().is_relative_to(self.folder.resolve()):
                raise BadInput(
                    f"{self.folder}: {path} is a link that leads out of the bundle; do not trust this bundle"
                )
            yield from self._damage(path, entry, place)

    def _damage(self, path: str, entry: dict[str, Any], place: Path) -> Iterator[dict[str, Any]]:
        """Tell what is wrong with a file that the manifest names; one that cannot be read counts as missing."""
        fault = unreadable(place)
        if fault is not None:
            self._missing.add(path)
            if place.exists() or not entry.get("open"):
                yield ledger_row(f"file:{path}", error=fault)
        elif entry.get("open"):
            if torn := torn_bytes(place):
                yield ledger_row(f"file:{path}", truncated=f"its last line is torn: {torn} bytes are left out")
        elif sha256(place) != entry["sha256"]:
            yield ledger_row(
                f"file:{path}", error="it is not the file that was captured: its sha256 differs from the manifest's"
            )


def read(source: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> Bundle:
    """Open a bundle: a folder, or a .zip, .tar, .tar.gz or .tgz that holds it, at its top or in one folder.

    Parameters
    ----------
    source
        The folder or archive.
    max_bytes
        Unpacked size up to which an archive is read.

    Raises
    ------
    BadInput
        It is not there, is no bundle, was written by a newer incidentlab, or an archive is not safe to unpack.
    """
    place = Path(source)
    if not place.exists():
        raise BadInput(f"{place}: no such file or folder")
    if place.is_dir():
        return Bundle(place, name=str(place))
    with ExitStack() as stack:
        unpacked = stack.enter_context(scratch())
        unpack(place, unpacked, max_bytes=max_bytes)
        return Bundle(_top(unpacked), name=str(place), unpacked=stack.pop_all())


def manifest(place: Path, name: str) -> dict[str, Any]:
    """Return the manifest at a place; `name` is what the reader knows the bundle by."""
    try:
        if place.exists() and not place.is_file():
            raise OSError(0, "it is no file")
        manifest = loads(place.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"{name}: no {MANIFEST}, so no incident bundle; `incidentlab capture` makes one") from error
    except OSError as error:
        raise BadInput(
            f"{name}: {MANIFEST} cannot be read: {error.strerror}; take the bundle anew from its source"
        ) from error
    except ValueError as error:
        raise BadInput(f"{name}: {MANIFEST} is not JSON ({error}); take the bundle anew from its source") from error
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise BadInput(f"{name}: bundle schema {schema}, this incidentlab reads up to {SCHEMA}; upgrade incidentlab")
    other = type(schema) is not int or schema != SCHEMA
    fault = f"schema is {schema!r:.40}, not {SCHEMA}" if other else _fault(manifest)
    if fault:
        raise BadInput(f"{name}: {MANIFEST}: {fault}; take the bundle anew from its source")
    odd = Odd()
    fit = {key: shaped(manifest[key], shape, odd, f"/{key}") for key, shape in _SHAPE.items()}
    if odd.count:
        fit["ledger"].append(ledger_row(f"file:{MANIFEST}", error="; ".join(odd.notes())))
    return {**manifest, **fit}


def _fault(manifest: dict[str, Any]) -> str | None:
    """Return what is wrong with a manifest of this schema, so that nothing of it can be used."""
    for key, shape in _SHAPE.items():
        if not isinstance(manifest.get(key), kind := shape if isinstance(shape, type) else type(shape)):
            return f"{key} is {manifest.get(key)!r:.40}, not a {kind.__name__}"
    for path, entry in manifest["files"].items():
        wanted = ("kind",) if isinstance(entry, dict) and entry.get("open") is True else ("kind", "sha256")
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in wanted):
            return f"files[{path[:80]!r}] lacks kind or sha256"
    for number, row in enumerate(manifest["ledger"]):
        if not isinstance(row, dict) or not isinstance(row.get("source"), str):
            return f"ledger[{number}] lacks its source"
    return None


def _top(folder: Path) -> Path:
    """Return the folder that holds the manifest: this one, or the single one in it."""
    inner = [place for place in folder.iterdir() if place.is_dir()]
    return inner[0] if len(inner) == 1 and not (folder / MANIFEST).exists() else folder
