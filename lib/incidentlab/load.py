"""Any source becomes an `Incident`: the only module that knows the parsers.

A source is a bundle (a folder or an archive), a folder of files, a file, any of these at an address of fsspec
(`s3://...`), `-` or an open file, a pasted text, or a live Compose project (`compose:NAME`). What a file is, is told by
its content (or by the bundle's manifest), and `PARSERS` says who reads it. Every source leaves a row in the ledger:
what it covers, how it is incomplete, what it cannot answer. Nothing that can be read is lost because something beside
it cannot.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pandas as pd

from incidentlab import bundle, tables
from incidentlab.bundle import address
from incidentlab.incident import Incident
from incidentlab.parse import (
    clock,
    config,
    container_log,
    events,
    image_files,
    images,
    inspect,
    lines,
    names,
    parts,
    samples,
    scans,
    wrapped,
)
from incidentlab.parse.evidence import Evidence, documents
from incidentlab.redact import Redactor, key
from incidentlab.redact.tables import masked
from incidentlab.tables import BadInput

PARSERS: dict[str, Callable[..., Evidence]] = {
    "container_log": container_log.parse,
    "inspect": inspect.parse,
    "events": events.parse,
    "samples": samples.parse,
    "images": images.parse,
    "config": config.parse,
    "scans": scans.parse,
    "image_files": image_files.parse,
    "json_file": container_log.json_file,
    "text": wrapped.parse,
}
"""Kind of file -> who reads it. The first eight are those of a bundle."""

_TELLING = ("inspect", "config", "images")  # they assign values to names: what is secret there is so in every log
_TIMES = (("logs", "ts"), ("events", "ts"), ("probes", "start"), ("probes", "end"), ("samples", "ts"))
_SUFFIXES = {"", ".log", ".logs", ".txt", ".out", ".err", ".json", ".jsonl"}
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_FACTS = ("service", "replica", "container", "stream", "tty")
_HINT = "give it the output of `docker compose logs -t`, or a bundle of `incidentlab capture`"


def load(source: str | Path | bytes | IO[Any], *, name: str | None = None, service: str | None = None) -> Incident:
    r"""Return the incident that a source tells of.

    Parameters
    ----------
    source
        Path of a bundle (folder, .zip, .tar, .tar.gz, .tgz), of a folder with files, or of a file, or an address of one
        that fsspec knows (``s3://bucket/incident``); ``-`` for standard input; an open file; the text itself (bytes, or
        a string with a line end in it); ``compose:NAME`` for a project on the local engine, which is captured into
        a bundle that is then forgotten.
    name
        What to call the incident; by default the project's or the file's name.
    service
        Whose log a text is that does not say so itself.

    Raises
    ------
    BadInput
        The source is not there, is empty, or is nothing that can be read; the message says what to do.

    Examples
    --------
    >>> load("web-1  | ready\nweb-1 exited with code 1\n").events["exit_code"].tolist()
    [1]
    """
    if isinstance(source, bytes):
        return _texts([("text", source)], name=name, service=service)
    if not isinstance(source, str | Path):
        return _texts([("stdin", _bytes(source.read()))], name=name, service=service)
    if source == "-":
        return _texts([("stdin", sys.stdin.buffer.read())], name=name, service=service)
    if isinstance(source, str) and "\n" in source:
        return _texts([("text", _bytes(source))], name=name, service=service)
    if isinstance(source, str) and source.startswith("compose:"):
        return _live(source.removeprefix("compose:"), name=name)
    if isinstance(source, str) and address.is_address(source):
        return _at(source, name=name, service=service)
    return _path(_there(Path(source)), name=name, service=service)


def load_all(folder: str | Path) -> list[Incident]:
    """Return the incident of each bundle in a folder, in the order of their names.

    Raises
    ------
    BadInput
        The folder is not there, or holds no bundle.
    """
    bundles = sorted(_there(Path(folder)).glob(f"*/{bundle.MANIFEST}"))
    if not bundles:
        raise BadInput(f"{folder} holds no folder with a {bundle.MANIFEST}; {_HINT}")
    return [load(manifest.parent, name=manifest.parent.name) for manifest in bundles]


def kind_of(data: bytes) -> str:
    """Return the kind of a file by its content.

    Examples
    --------
    >>> kind_of(b'{"Type":"container","Action":"start","timeNano":5}')
    'events'
    """
    data = lines.decode(data)
    if data.lstrip()[:1] not in (b"{", b"["):
        return "text"
    if container_log.record(data.lstrip().partition(b"\n")[0]):
        return "json_file"
    found, _ = documents(data) if data.lstrip()[:1] == b"[" else documents(data.lstrip().partition(b"\n")[0])
    found = found or documents(data)[0]
    first = found[0][2] if found else {}
    kinds = {
        "samples": samples, "inspect": inspect, "events": events, "images": images, "config": config, "scans": scans,
    }  # fmt: skip
    return next((kind for kind, parser in kinds.items() if parser.recognise(first)), "text")


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _there(path: Path) -> Path:
    try:
        if path.exists():
            return path
    except (OSError, ValueError):  # too long, or a NUL in it: a text rather than a path
        raise BadInput(f"{str(path)[:40]!r}... is no path; a pasted text needs a line end in it") from None
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = [str(path.parent / other) for other in difflib.get_close_matches(path.name, beside)]
    raise BadInput(f"{path} is not there" + (f"; did you mean {' or '.join(near)}?" if near else ""))


def _path(path: Path, *, name: str | None, service: str | None) -> Incident:
    if path.name.endswith(_ARCHIVES) or (path / bundle.MANIFEST).is_file():
        with bundle.read(path) as opened:
            return _bundle(opened, name=name)
    if not path.is_dir():
        return _texts([(path.name, _content(path))], name=name, service=service)
    files = [p for p in sorted(path.iterdir()) if p.is_file() and p.suffix in _SUFFIXES]
    if not files:
        raise BadInput(f"{path} holds no {bundle.MANIFEST} and no log file; {_HINT}")
    return _texts([(p.name, _content(p)) for p in files], name=name or path.resolve().name, service=service)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def _live(project: str, *, name: str | None) -> Incident:
    from incidentlab.collect import capture  # the engine's client is only taken in where an engine is asked for

    with tempfile.TemporaryDirectory(prefix="incidentlab-") as folder:
        capture(project, Path(folder) / "bundle")
        with bundle.read(Path(folder) / "bundle") as opened:
            return _bundle(opened, name=name)


def _at(source: str, *, name: str | None, service: str | None) -> Incident:
    """Load what is at an address, by way of a folder that is then forgotten."""
    if (here := address.local(source)) is not None:
        return _path(_there(here), name=name, service=service)
    with tempfile.TemporaryDirectory(prefix="incidentlab-") as folder:
        place = address.fetch(source, Path(folder))
        try:
            return _path(place, name=name, service=service)
        except BadInput as error:
            known = address.shown(source)
            text = str(error).replace(str(place), known)
            raise BadInput(text if known in text else f"{known}: {text}") from None


def _texts(files: list[tuple[str, bytes]], *, name: str | None, service: str | None) -> Incident:
    """Read files that no manifest describes."""
    sources: dict[str, list[Evidence]] = {}
    ledger: dict[str, dict[str, Any]] = {}
    redactor = Redactor(key.own)
    for file, data in files:
        trouble = _unreadable(data)
        if trouble:
            ledger[f"file:{file}"] = bundle.ledger_row(f"file:{file}", error=trouble)
            continue
        kind = kind_of(data)
        source = kind if kind in ("inspect", "events", "samples", "images", "config", "scans") else f"text:{file}"
        for part in parts.split(data) if kind == "text" else [parts.Part(kind, data)]:
            named = service or (names.own(part.data) if part.kind == "text" else None)
            facts = {"service": named, "said": part.said, **part.facts}
            read = part.placed(_read(part.kind, part.data, redactor, file=file, **facts))
            sources.setdefault(source, []).append(read)
    if not sources:
        (only, data), *others = files
        told = f"none of {len(files)} files can be read" if others else f"{only} {_unreadable(data)}"
        raise BadInput(f"{told}; {_HINT}")
    return _incident(name or files[0][0], sources, ledger, redactor)


def _unreadable(data: bytes) -> str | None:
    """Return why a file can be no evidence, if so."""
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        return "is empty"
    head = lines.decode(data)[:4096]
    control = sum(byte < 32 and byte not in b"\t\n\r\x1b\f\b\x07\0" for byte in head)
    nothing = head.count(0) > len(head) / 4 or control > len(head) / 20
    return "is binary, no text" if nothing else None


def _bundle(opened: bundle.Bundle, *, name: str | None) -> Incident:
    sources: dict[str, list[Evidence]] = {}
    redactor = Redactor(key.own)
    for kind in PARSERS:
        for series in opened.series(kind):
            (path, entry), texts = list(series.items())[-1], {path: opened.bytes(path) for path in series}
            facts = {key: entry[key] for key in _FACTS if entry.get(key) is not None}
            source = f"logs:{entry.get('container') or path}" if kind == "container_log" else kind
            read = _read(kind, b"".join(texts.values()), redactor, file=path, **facts)
            sources.setdefault(source, []).append(_placed(read, texts))
    if not sources:
        raise BadInput(f"{opened.folder} is a bundle without evidence: {len(opened.ledger)} sources failed")
    return _incident(name or opened.project, sources, {row["source"]: row for row in opened.ledger}, redactor)


def _read(kind: str, data: bytes, redactor: Redactor, *, file: str, **facts: Any) -> Evidence:
    """Parse a file of a known kind; the redactor learns the secrets that it assigns."""
    if kind in _TELLING:
        redactor.learn([document for _, _, document in documents(data)[0]])
    return PARSERS[kind](data, file=file, **facts)


def _placed(evidence: Evidence, texts: dict[str, bytes]) -> Evidence:
    """Say of each row in which segment it stands, where a series of segments was read as one text."""
    if len(texts) == 1:
        return evidence
    paths = pd.Series(list(texts))
    ends = pd.Series([text.count(b"\n") for text in texts.values()]).cumsum()
    frames = {}
    for table in tables.EVIDENCE_TABLES:
        if table.name in evidence.frames:
            frame = evidence.frames[table.name]
            place = ends.searchsorted(frame["line"].astype("int64"))
            starts = ends.shift(fill_value=0).take(place).to_numpy()
            there = {"file": paths.take(place).to_numpy(), "line": frame["line"] - starts}
            frames[table.name] = tables.check(frame.assign(**there), table)
    return replace(evidence, frames=frames)


def _incident(
    name: str, sources: dict[str, list[Evidence]], ledger: dict[str, dict[str, Any]], redactor: Redactor
) -> Incident:
    """Put all evidence together, without its secrets; `ledger` is what the capture said of the sources."""
    every = [evidence for several in sources.values() for evidence in several]
    frames = {table.name: _joined(every, table) for table in tables.EVIDENCE_TABLES}
    frames["events"] = _named(frames["events"], frames["containers"])
    frames = masked(frames, redactor)
    for source, several in sources.items():
        ledger = ledger | {source: _entry(source, several, ledger.get(source) or {})}
    times = pd.concat([frames[table][column] for table, column in _TIMES])
    rows = [redactor.json({key: row.get(key) for key in tables.LEDGER.names}) for row in ledger.values()]
    return Incident(name=redactor.text(name), start=times.min(), end=times.max(), ledger=_ledger(rows), **frames)


def _joined(every: list[Evidence], table: tables.Table) -> pd.DataFrame:
    """Return all rows of one table; a frame that is alone has passed its check already."""
    frames = [e.frames[table.name] for e in every if table.name in e.frames and len(e.frames[table.name])]
    return frames[0] if len(frames) == 1 else tables.join(frames, table)


def _named(told: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """Return events with the service and the container that inspect knows, where they do not say so themselves."""
    known = containers.drop_duplicates("container_id").set_index("container_id")
    names = {
        column: told[column].fillna(told["container_id"].map(known[column])) for column in ("service", "container")
    }
    return tables.check(told.assign(**names), tables.EVENTS)


def _entry(source: str, several: list[Evidence], said: dict[str, Any]) -> dict[str, Any]:
    """Return a source's row of the ledger: what was read, beside what the capture said of it."""
    times = pd.concat(
        [e.frames[table][column] for e in several for table, column in _TIMES if table in e.frames] or [pd.Series()]
    )
    known = times.dropna()
    notes = {
        key: "; ".join(dict.fromkeys([*filter(None, [said.get(key)]), *(n for e in several for n in getattr(e, key))]))
        for key in ("truncated", "gap")
    }
    return {
        "source": source,
        "first": known.min() if len(known) else None,
        "last": known.max() if len(known) else None,
        "rows": sum(len(next(iter(e.frames.values()))) for e in several),
        "truncated": notes["truncated"] or None,
        "gap": notes["gap"] or None,
        "error": said.get("error"),
    }


def _ledger(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the ledger; a manifest holds times as text."""
    for row in rows:
        row |= {key: clock.time(clock.rfc3339(row[key])) for key in ("first", "last") if isinstance(row[key], str)}
    return tables.rows(rows, tables.LEDGER)
