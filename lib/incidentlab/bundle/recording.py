"""A bundle that grows: written to for hours, killed at any moment, gone on with, read at any time.

```text
recording.jsonl                    the journal (see `journal`)
manifest.json                      rewritten whenever a file is added; files are "open" and without hash until the end
events.0001.jsonl                  each series is cut into segments; the oldest go when there is no more space
logs/web-1.3f2a91c04b5d.stdout.0001.log
```

A line is appended by one write and counts once its line end is there: a torn last line is cut off when the recording
goes on, and left out when it is read. After a kill each series begins a new segment, so what was written stays as it
is. What is written survives the recorder's death at once; the death of the whole machine may cost the last seconds,
for nothing is forced to the disk before the end. The folder itself is locked: two recorders never write one bundle.
"""

from __future__ import annotations

import os
import secrets
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

from incidentlab.bundle import disk, segments
from incidentlab.bundle.disk import dump
from incidentlab.bundle.format import MANIFEST, SCHEMA, inside
from incidentlab.bundle.journal import JOURNAL, RECORDER, Journal, ledger, moment
from incidentlab.bundle.reading import manifest
from incidentlab.bundle.writing import Plain, Scrub
from incidentlab.tables import BadInput

MIN_SEGMENT, MAX_SEGMENT = 1 << 12, 1 << 26
"""Bytes of a segment at least and at most."""
PARTS = 32
"""Segments into which the space is divided at least: so much of it goes at once when it is full."""
LONGEST_LINE, SEAM = 1 << 20, 1 << 16
"""Bytes from which a log line is cut, and how many at its end are given up: a secret that was cut before is there."""
_DATA = ("container_log", "events", "inspect", "samples", "command")
"""Kinds that grow for ever, and whose oldest segments may go."""


class Recording:
    """A recording in a folder: a new one, or one that goes on.

    Parameters
    ----------
    folder
        Does not exist, is empty, or holds a recording of the same project.
    project
        Name of the Compose project.
    max_bytes
        Size of all segments together that is not exceeded for long.
    scrub
        What takes out the secrets; may be set later, before anything is written.

    Attributes
    ----------
    lock
        Held while something is written. Hold it to teach `scrub` new secrets.
    identity
        The recording's own name, which lasts.
    facts
        Further keys of the manifest.
    before
        When the recorder before this one was last alive, nanoseconds; None if this is the first.

    Raises
    ------
    BadInput
        Something else stands there, or another recorder is at work.
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, project: str, max_bytes: int, scrub: Scrub | None = None
    ) -> None:
        self.folder, self.project = Path(folder).absolute(), project
        self.lock = threading.RLock()
        self.facts: dict[str, Any] = {"engine": {}, "compose": None}
        self.scrub = scrub or Plain()
        self.bytes = 0
        self._max_bytes = max_bytes
        self._open: dict[str, tuple[str, int, int]] = {}
        self._stale: set[str] = set()
        self._claim = _claim(self.folder)
        try:
            self._head, self.files = _begun(self.folder, project)
            self.journal = Journal(self.folder)
        except BaseException:
            os.close(self._claim)
            raise
        self.identity, self.before = str(self._head["recording"]), self.journal.alive
        self._take_over()

    def append(self, series: str, data: bytes, **entry: Any) -> bool:
        """Append whole lines to a series, scrubbed already; return whether a segment was begun for them."""
        with self.lock:
            path, handle, size = self._open.get(series) or ("", -1, 0)
            fresh = not path or size + len(data) > self._segment_bytes
            if fresh:
                path, handle, size = self._begin(series, entry)
            disk.append(handle, data, size)
            self._open[series] = (path, handle, size + len(data))
            self.bytes += len(data)
            while self.bytes > self._max_bytes and self._drop():
                pass
            return fresh

    def log(self, series: str, line: bytes, **entry: Any) -> None:
        """Scrub and append one line of a log; a very long one is cut, where no secret is cut with it."""
        with self.lock:
            data = b"".join(self.scrub.lines([line]))
            if len(line) > LONGEST_LINE:
                data = data[:-SEAM] + b"\n"
                self.tell(f"logs:{entry['container']}", truncated=f"lines over {LONGEST_LINE} bytes are cut")
            self.append(series, data, kind="container_log", **entry)

    def record(self, series: str, record: Any, *, kind: str) -> bool:
        """Scrub and append one JSON value as a line; return whether a segment was begun for it."""
        with self.lock:
            return self.append(series, dump(self.scrub.json(record)), kind=kind)

    def document(self, path: str, value: Any, *, kind: str) -> bool:
        """Scrub and write one JSON document, in the place of an earlier one; return whether it is another."""
        with self.lock:
            place, data = self.folder / inside(path), dump(self.scrub.json(value), indent=1)
            changed = not place.exists() or place.read_bytes() != data
            if changed:
                disk.replace(place, data)
            self.files[path] = {"kind": kind, "open": True}
            self._save()
            return changed

    def tell(self, source: str, **facts: Any) -> None:
        """Tell the journal something about a source of the ledger."""
        with self.lock:
            self.journal.note(source, **self.scrub.json(facts))
            self._save()

    def ready(self) -> None:
        """Say that all that was there at the start has been written: from now on nothing is missed."""
        self.tell(RECORDER, session="ready")

    def learned(self) -> None:
        """Say that `scrub` knows more secrets now: what has been written is gone through again at the end."""
        self._stale |= set(self.files)

    def newest(self, series: str, count: int = 1) -> list[Path]:
        """Return the newest segments of a series, the oldest of them first."""
        found = sorted((path for path in self.files if segments.series(path) == series), key=segments.number)
        return [self.folder / path for path in found[-count:]]

    def describe(self, container_id: str, **facts: Any) -> None:
        """Change what the manifest says of the files of a container, such as its name."""
        with self.lock:
            entries = [e for e in self.files.values() if e.get("container_id") == container_id]
            if any(entry | facts != entry for entry in entries):
                for entry in entries:
                    entry |= facts
                self._save()

    def end(self, rows: list[dict[str, Any]] | None = None) -> Path:
        """Write the hashes and the ledger: the recording is then a bundle like any other.

        Parameters
        ----------
        rows
            What else the ledger shall say: first, last and rows of its sources.
        """
        with self.lock:
            self.journal.note(RECORDER, session="ended")
            for _, handle, _ in self._open.values():
                os.close(handle)
            self._open.clear()
            for path in sorted(self._stale & set(self.files)):
                self._scrub_again(path)
            for path, entry in self.files.items():
                entry.pop("open", None)
                entry |= {"sha256": disk.sha256(self.folder / path), "bytes": (self.folder / path).stat().st_size}
            self._save(rows)
            return self.folder

    def close(self) -> None:
        """Let go of all files and of the lock, as a kill would."""
        with self.lock:
            for _, handle, _ in self._open.values():
                os.close(handle)
            self._open.clear()
            self.journal.close()
            os.close(self._claim)

    @property
    def _segment_bytes(self) -> int:
        share = self._max_bytes // max(PARTS, 4 * len(self._open))
        return max(MIN_SEGMENT, min(MAX_SEGMENT, share))

    def _take_over(self) -> None:
        """Cut what a kill has torn, forget what is not there, and write the first manifest."""
        torn = [JOURNAL] if self.journal.torn else []
        for path in list(self.files):
            place = self.folder / path
            if not place.exists():
                del self.files[path]
                continue
            if self.files[path].get("open") and segments.number(path) and disk.cut_torn_line(place):
                torn.append(path)
            if not place.stat().st_size:
                place.unlink()
                del self.files[path]
        self.bytes = sum((self.folder / p).stat().st_size for p, e in self.files.items() if e["kind"] in _DATA)
        self.files[JOURNAL] = {"kind": "recording", "open": True}
        self.journal.note(RECORDER, session="began", alive=self.before, incidentlab=version("incidentlab"))
        if torn:
            self.journal.note(RECORDER, truncated=f"a kill tore the last line of {', '.join(torn)}: it was cut off")
        self._save()

    def _begin(self, series: str, entry: dict[str, Any]) -> tuple[str, int, int]:
        """Begin the next segment of a series; the manifest knows it before it has a byte."""
        if series in self._open:
            os.close(self._open.pop(series)[1])
        last = max((segments.number(path) for path in self.files if segments.series(path) == series), default=0)
        path = str(inside(segments.segment(series, last + 1)))
        self.files[path] = {**entry, "open": True}
        self._save()
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        return path, os.open(self.folder / path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600), 0

    def _drop(self) -> bool:
        """Drop the segment that was written longest ago; never the last of a series, by which it would go on."""
        data = [path for path, entry in self.files.items() if entry["kind"] in _DATA]
        last = {self.newest(series)[0] for series in set(map(segments.series, data))}
        old = [place for place in map(self.folder.joinpath, data) if place not in last]
        if not old:
            return False
        place = min(old, key=lambda place: (place.stat().st_mtime_ns, place))
        path = place.relative_to(self.folder).as_posix()
        rows, until = segments.contents(place)
        entry = self.files.pop(path)
        source = f"logs:{entry['container']}" if entry["kind"] == "container_log" else entry["kind"]
        self.journal.note(source, dropped={"file": path, "rows": rows, "until": until})
        self._save()
        self.bytes -= place.stat().st_size
        place.unlink()
        return True

    def _scrub_again(self, path: str) -> None:
        place = self.folder / path
        if self.files[path]["kind"] == "container_log":
            with place.open("rb") as file:
                data = b"".join(self.scrub.lines(iter(lambda: file.read(1 << 20), b"")))
        elif path.endswith(".jsonl"):
            data = b"".join(dump(self.scrub.json(one)) for one in disk.documents(place))
        else:
            data = dump(self.scrub.json(disk.documents(place)[0]), indent=1)
        disk.replace(place, data)

    def _save(self, rows: list[dict[str, Any]] | None = None) -> None:
        """Write the manifest, in one step."""
        told = {row["source"]: row for row in ledger(self.journal.lines)}
        for row in rows or []:
            told[row["source"]] = row | {k: v for k, v in told.get(row["source"], {}).items() if v is not None}
        whole = {**self._head, **self.facts, "files": self.files, "ledger": list(told.values())}
        disk.replace(self.folder / MANIFEST, dump(self.scrub.json(whole), indent=1))


def _claim(folder: Path) -> int:
    """Create and lock the folder; the lock goes when the process does, however that ends."""
    import fcntl  # where there is none, there is no recorder, but still all the rest

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise BadInput(f"{folder}: exists and is no folder; choose another place") from error
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise BadInput(f"{folder}: another recorder is writing it; stop that one, or choose another place") from error
    return handle


def _begun(folder: Path, project: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return head and files of the manifest of a recording that goes on, or those of a new one."""
    head = {"schema": SCHEMA, "project": project, "captured_at": moment(), "incidentlab": version("incidentlab")}
    if not any(place.name != JOURNAL and place.name[0] != "." for place in folder.iterdir()):
        return head | {"recording": secrets.token_hex(8)}, {}
    if not (folder / JOURNAL).is_file() or not (folder / MANIFEST).is_file():
        raise BadInput(f"{folder}: exists already and is no recording that could go on; choose another place")
    found = manifest(folder / MANIFEST, str(folder))
    if "recording" not in found:
        raise BadInput(f"{folder}: is no recording of this incidentlab; choose another place")
    if found["project"] != project:
        raise BadInput(f"{folder}: is a recording of the project {found['project']!r}; choose another place")
    kept = {key: found[key] for key in ("captured_at", "recording")}
    files = {str(inside(path)): entry for path, entry in found["files"].items() if path != JOURNAL}
    return head | kept, files
