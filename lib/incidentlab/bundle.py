"""The incident bundle on disk: a folder of evidence files and `manifest.json`, which says what each one is.

```text
manifest.json     project, when, with which engine; kind, sha256 and size of every file; the ledger
logs/*.log        container_log: the bytes of `docker logs -t`, one file per container and stream
containers.jsonl  inspect: {"observed_at", "inspect"} per line, several per container when an observer ran
events.jsonl      events: one engine event per line
images.jsonl      images: {"inspect", "history"} per line
compose.json      config: what `docker compose config --format json` printed
engine.json       engine: versions and host
```

A bundle exists whole or not at all: `write` fills a hidden sibling folder and renames it when everything is on disk.
`read` trusts nothing: archives are unpacked within limits, paths must stay inside, and each file is compared with its
hash. A damaged file is a row of the ledger, so that the rest can still speak.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import os
import secrets
import shutil
import stat
import tarfile
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from incidentlab.tables import LEDGER, BadInput

SCHEMA = 1
MANIFEST = "manifest.json"
MAX_BYTES = 8 << 30
"""Unpacked size up to which an archive is read."""
MAX_MEMBERS = 20_000
MAX_RATIO = 200
"""Unpacked bytes per packed byte: logs reach 30, a decompression bomb 1000."""
ALWAYS_FINE = 64 << 20
"""Unpacked size below which the ratio does not matter."""


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


def ledger_row(source: str, **facts: Any) -> dict[str, Any]:
    """Return one row of the ledger, None where nothing is stated.

    Examples
    --------
    >>> ledger_row("events", rows=3)["rows"]
    3
    """
    return dict.fromkeys(LEDGER.names) | {"source": source} | facts


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
        """Write one JSON value per line."""
        self._store(path, (_dump(self._scrub.json(record)) for record in records), {"kind": kind})

    def json(self, path: str, value: Any, *, kind: str) -> None:
        """Write one JSON document."""
        self._store(path, [_dump(self._scrub.json(value), indent=1)], {"kind": kind})

    def manifest(self, facts: dict[str, Any]) -> None:
        """Write the manifest, the last file of all."""
        whole = {"schema": SCHEMA, **facts, **self.facts, "files": self.files, "ledger": self.ledger}
        with (self.folder / MANIFEST).open("xb") as file:
            file.write(_dump(self._scrub.json(whole), indent=1))
            _to_disk(file)

    def _store(self, path: str, chunks: Iterable[bytes], entry: dict[str, Any]) -> None:
        target = self.folder / _inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with target.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            _to_disk(file)
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
    Replacing is two renames, for lack of an exchange in one: a kill between them leaves the old bundle
    beside its place as ``.NAME.old-…``. A kill before leaves ``.NAME.partial-…``, which is never read.
    """
    target = Path(folder).absolute()
    _refuse_to_replace(target, overwrite)
    captured_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    partial = _sibling(target, "partial")
    partial.mkdir(parents=True)
    try:
        writer = Writer(partial, scrub or Plain())
        yield writer
        head = {"project": project, "captured_at": captured_at, "incidentlab": version("incidentlab")}
        writer.manifest(head)
        _refuse_to_replace(target, overwrite)
        _move(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


class Bundle:
    """A bundle that can be read; made by `read`. A context manager, which an unpacked archive needs to be tidied early.

    Attributes
    ----------
    folder
        Where the files are.
    manifest
        The manifest as it stands.
    ledger
        Its ledger, and a row for each file that is missing or was changed.
    """

    def __init__(self, folder: Path, *, name: str, unpacked: Path | None = None) -> None:
        self.folder = folder
        self.manifest = _manifest(folder / MANIFEST, name)
        self._tidy = weakref.finalize(self, shutil.rmtree, unpacked, ignore_errors=True) if unpacked else None
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

    def open(self, path: str) -> BinaryIO:
        """Open a file of the bundle.

        Raises
        ------
        BadInput
            It is not in the manifest, or missing.
        """
        if path not in self.manifest["files"] or path in self._missing:
            raise BadInput(
                f"{self.folder}: no file {path}; the bundle has {', '.join(self.manifest['files']) or 'none'}"
            )
        return (self.folder / path).open("rb")

    def bytes(self, path: str) -> builtins.bytes:
        """Return the content of a file of the bundle."""
        with self.open(path) as file:
            return file.read()

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
            place = self.folder / _inside(path)
            if not place.resolve().is_relative_to(self.folder.resolve()):
                raise BadInput(
                    f"{self.folder}: {path} is a link that leads out of the bundle; do not trust this bundle"
                )
            if not place.is_file():
                self._missing.add(path)
                yield ledger_row(f"file:{path}", error="the manifest names it and it is missing from the bundle")
            elif _sha256(place) != entry["sha256"]:
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
    unpacked = Path(tempfile.mkdtemp(prefix="incidentlab-"))
    try:
        _unpack(place, unpacked, min(max_bytes, max(ALWAYS_FINE, MAX_RATIO * place.stat().st_size)))
        return Bundle(_top(unpacked), name=str(place), unpacked=unpacked)
    except BaseException:
        shutil.rmtree(unpacked, ignore_errors=True)
        raise


def _manifest(place: Path, name: str) -> dict[str, Any]:
    try:
        manifest = json.loads(place.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"{name}: no {MANIFEST}, so no incident bundle; `incidentlab capture` makes one") from error
    except ValueError as error:
        raise BadInput(f"{name}: {MANIFEST} is not JSON ({error}); take the bundle anew from its source") from error
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise BadInput(f"{name}: bundle schema {schema}, this incidentlab reads up to {SCHEMA}; upgrade incidentlab")
    if schema != SCHEMA or (fault := _fault(manifest)):
        what = f"schema is {schema!r}, not {SCHEMA}" if schema != SCHEMA else fault
        raise BadInput(f"{name}: {MANIFEST}: {what}; take the bundle anew from its source")
    return dict(manifest)


def _fault(manifest: dict[str, Any]) -> str | None:
    """Return what is wrong with a manifest of this schema."""
    shapes = {"project": str, "captured_at": str, "files": dict, "ledger": list}
    for key, shape in shapes.items():
        if not isinstance(manifest.get(key), shape):
            return f"{key} is {manifest.get(key)!r:.40}, not a {shape.__name__}"
    for path, entry in manifest["files"].items():
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("kind", "sha256")):
            return f"files[{path!r}] lacks kind or sha256"
    for number, row in enumerate(manifest["ledger"]):
        if not isinstance(row, dict) or "source" not in row:
            return f"ledger[{number}] lacks its source"
    return None


def _unpack(archive: Path, target: Path, limit: int) -> None:
    try:
        if zipfile.is_zipfile(archive):
            _unzip(archive, target, limit)
        elif tarfile.is_tarfile(archive):
            _untar(archive, target, limit)
        else:
            raise BadInput(f"{archive}: no incident bundle; give a bundle folder, .zip, .tar or .tar.gz")
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise BadInput(f"{archive}: cannot be unpacked ({error}); fetch it again from its source") from error


def _untar(archive: Path, target: Path, limit: int) -> None:
    with tarfile.open(archive) as tar:
        left = limit
        for number, member in enumerate(tar):
            left -= _within(archive, member.name, member.size, number=number, left=left)
            if not (member.isfile() or member.isdir()):
                raise BadInput(f"{archive}: {member.name} is a link or device; do not trust this archive")
            tar.extract(member, target, filter="data")


def _unzip(archive: Path, target: Path, limit: int) -> None:
    with zipfile.ZipFile(archive) as packed:
        left = limit
        for number, member in enumerate(packed.infolist()):
            left -= _within(archive, member.filename, member.file_size, number=number, left=left)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise BadInput(f"{archive}: {member.filename} is a link or device; do not trust this archive")
            packed.extract(member, target)


def _within(archive: Path, name: str, size: int, *, number: int, left: int) -> int:
    """Return the size of an archive member, after refusing what leads out of the folder or is too much."""
    _inside(name, str(archive))
    if number >= MAX_MEMBERS:
        raise BadInput(f"{archive}: more than {MAX_MEMBERS} members; unpack it yourself and give the folder")
    if size > left:
        raise BadInput(f"{archive}: unpacks to suspiciously much; if you trust it, unpack it and give the folder")
    return size


def _inside(path: str, name: str = MANIFEST) -> PurePosixPath:
    """Return a relative path that cannot lead out of its folder."""
    parts = PurePosixPath(path)
    if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in parts.parts[0]:
        raise BadInput(f"{name}: the path {path!r} leads out of the bundle; do not trust this bundle")
    return parts


def _top(folder: Path) -> Path:
    """Return the folder that holds the manifest: this one, or the single one in it."""
    inner = [place for place in folder.iterdir() if place.is_dir()]
    return inner[0] if len(inner) == 1 and not (folder / MANIFEST).exists() else folder


def _refuse_to_replace(target: Path, overwrite: bool) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not overwrite:
        raise BadInput(f"{target}: exists already; choose another place, or ask to overwrite it")
    if not (target / MANIFEST).is_file():
        raise BadInput(f"{target}: exists and is no incident bundle, so it is not overwritten; choose another place")


def _move(partial: Path, target: Path) -> None:
    """Put a finished folder in its place; what stood there is removed last."""
    for folder in (partial, *(place for place in partial.rglob("*") if place.is_dir())):
        _folder_to_disk(folder)
    old = _sibling(target, "old")
    if target.exists():
        target.rename(old)
    try:
        partial.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _folder_to_disk(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _sibling(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}-{secrets.token_hex(4)}")


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _folder_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _dump(value: Any, indent: int | None = None) -> bytes:
    return (json.dumps(value, indent=indent) + "\n").encode()


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
