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
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pandas as pd

from incidentlab import bundle, tables
from incidentlab.bundle import address, loose, stream
from incidentlab.incident import Incident
from incidentlab.parse import (
    bounds,
    command,
    compose_file,
    config,
    container_log,
    dockerfile,
    engine,
    events,
    health,
    image_files,
    images,
    inside,
    inspect,
    ledgers,
    lines,
    listing,
    names,
    parts,
    prose,
    samples,
    scans,
    segments,
    stats,
    wrapped,
)
from incidentlab.parse.evidence import Evidence, documents
from incidentlab.parse.kinds import kind_of, unreadable
from incidentlab.redact import Redactor, key
from incidentlab.redact.tables import masked
from incidentlab.tables import BadInput
from incidentlab.whole import scratch

PARSERS: dict[str, Callable[..., Evidence]] = {
    "container_log": container_log.parse,
    "inspect": inspect.parse,
    "events": events.parse,
    "samples": samples.parse,
    "images": images.parse,
    "config": config.parse,
    "scans": scans.parse,
    "image_files": image_files.parse,
    "engine": engine.parse,
    "written": config.written,
    "command": command.parse,
    "dockerfile": dockerfile.parse,
    "json_file": container_log.json_file,
    "text": wrapped.parse,
    "listing": listing.parse,
    "stats": stats.parse,
    "health": health.parse,
    "prose": prose.parse,
    "mute": prose.mute,
}
"""Kind of file -> who reads it. The first twelve, with the Dockerfile, are those of a bundle."""

_TELLING = ("inspect", "config", "images", "written")
"""They assign values to names: what is secret there is so in every log."""
_MUTE = {
    "config": "a Compose file",
    "dockerfile": "a Dockerfile",
    "images": "an inspect of images",
    "scans": "a scan of an image",
}
"""What is recognised and tells of no incident by itself."""
_NONE: dict[str, str] = {}
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
        if not hasattr(source, "read"):
            raise BadInput(f"load takes one source, no {type(source).__name__}; call it for each, or give their folder")
        return _texts([("stdin", lines.encode(stream.bounded(source, "the file")))], name=name, service=service)
    if source == "-":
        return _texts([("stdin", stream.bounded(sys.stdin.buffer, "standard input"))], name=name, service=service)
    if isinstance(source, str) and "\n" in source:
        return _texts([("text", lines.encode(source))], name=name, service=service)
    if isinstance(source, str) and source.startswith("compose:"):
        return _live(source.removeprefix("compose:"), name=name)
    if isinstance(source, str) and address.is_address(source):
        return _at(source, name=name, service=service)
    return _path(_there(source), name=name, service=service)


def load_all(folder: str | Path) -> list[Incident]:
    """Return the incident of each bundle in a folder, in the order of their names; of any other source its one.

    Raises
    ------
    BadInput
        The folder is not there, or there is no evidence in it.
    """
    bundles = sorted(_there(folder).glob(f"*/{bundle.MANIFEST}"))
    if not bundles:
        return [load(folder)]
    return [load(manifest.parent, name=manifest.parent.name) for manifest in bundles]


def _there(source: str | Path) -> Path:
    if source == "":  # an unset variable of a shell; as a path it would be the folder that one stands in
        raise BadInput(f"the source is an empty text; {_HINT}")
    path = Path(source)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):  # too long, or a NUL in it: a text rather than a path
        raise BadInput(f"{str(path)[:40]!r}... is no path; a pasted text needs a line end in it") from None
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = [str(path.parent / other) for other in difflib.get_close_matches(path.name, beside)]
    raise BadInput(f"{path} is not there" + (f"; did you mean {' or '.join(near)}?" if near else ""))


def _path(path: Path, *, name: str | None, service: str | None) -> Incident:
    if (path / bundle.MANIFEST).is_file():
        with bundle.read(path) as opened:
            return _bundle(opened, name=name)
    if path.name.endswith(loose.ARCHIVES):
        with loose.unpacked(path) as folder:
            inner = [place for place in folder.iterdir() if place.is_dir()]
            whole = next((place for place in (folder, *inner[:1]) if (place / bundle.MANIFEST).is_file()), None)
            return _path(whole or folder, name=name or (None if whole else loose.shown(path.name)), service=service)
    if not path.is_dir():
        files = [(loose.shown(path.name), loose.read(path))]
        beside = compose_file.dockerfiles(files[0][1][:]) if path.suffix in (".yml", ".yaml") else []
        return _texts([*files, *loose.beside(path, beside)] if beside else files, name=name, service=service)
    files, troubles = loose.gather(path)
    if not files and not troubles:
        raise BadInput(f"{path} holds no {bundle.MANIFEST} and no log file; {_HINT}")
    return _texts(files, name=name or loose.shown(path.resolve().name), service=service, troubles=troubles)


def _live(project: str, *, name: str | None) -> Incident:
    from incidentlab.collect import capture  # the engine's client is only taken in where an engine is asked for

    with scratch() as folder:
        capture(project, folder / "bundle")
        with bundle.read(folder / "bundle") as opened:
            return _bundle(opened, name=name)


def _at(source: str, *, name: str | None, service: str | None) -> Incident:
    """Load what is at an address, by way of a folder that is then forgotten."""
    if (here := address.local(source)) is not None:
        return _path(_there(here), name=name, service=service)
    with scratch() as folder:
        place = address.fetch(source, folder)
        try:
            return _path(place, name=name, service=service)
        except BadInput as error:
            known = address.shown(source)
            text = str(error).replace(str(place), known)
            raise BadInput(text if known in text else f"{known}: {text}") from None


def _texts(
    files: list[tuple[str, lines.Text]], *, name: str | None, service: str | None, troubles: dict[str, str] = _NONE
) -> Incident:
    """Read files that no manifest describes, and let go of them; `troubles` are those that could not even be opened."""
    sources: dict[str, list[Evidence]] = {}
    redactor = Redactor(key.own)
    failed = {**troubles, **{file: trouble for file, data in files if (trouble := unreadable(data))}}
    stems = {file: stem for file, _ in files if len(files) > 1 and (stem := inside.stem(file))}
    where = names.places(stems.values())
    name = name or files[0][0]
    while files:
        file, data = files.pop(0)
        for source, read in _parts(file, data, redactor, service=service) if file not in failed else ():
            named = file in stems and source.startswith("text:")
            found = parts.named_after(read, stems[file], where[stems[file]]) if named else read
            sources.setdefault(source, []).append(found)
        del data
    if not sources:
        (only, trouble), *others = failed.items()
        told = f"none of {len(failed)} files can be read" if others else f"{only} {trouble}"
        raise BadInput(f"{told}; {_HINT}")
    ledger = {f"file:{file}": bundle.ledger_row(f"file:{file}", error=trouble) for file, trouble in failed.items()}
    return _incident(name, sources, ledger, redactor)


def _parts(file: str, data: lines.Text, redactor: Redactor, *, service: str | None) -> Iterator[tuple[str, Evidence]]:
    """Yield what each part of a file gave, and the name of its source."""
    kind = kind_of(data)
    found = parts.split(data) if kind == "text" else [parts.Part(kind, data)]
    if file.lower().endswith((".yml", ".yaml")) and all(part.kind == "text" for part in found):
        found = [parts.Part("mute", data, facts={"what": "a file of YAML"})]
    if [part.facts.get("what") for part in found] == [_MUTE["dockerfile"]]:
        found = [parts.Part("dockerfile", data)]
    texts = [part for part in found if part.kind == "text"]
    for part in found:
        named = service or (names.own(part.data) if part.kind == "text" else None)
        facts = {"service": named, "said": part.said, **part.facts}
        read = part.placed(_read(part.kind, part.data, redactor, file=file, **facts))
        if part.kind in _MUTE:
            read = replace(read, gap=[*read.gap, f"this is {_MUTE[part.kind]}: no incident in it"])
        if part.kind not in ("text", "json_file", "prose", "mute"):
            yield part.kind, read
        else:
            place = f":{part.numbers[0]}" if part in texts[1:] else ""
            yield f"text:{file}{place}", read


def _bundle(opened: bundle.Bundle, *, name: str | None) -> Incident:
    sources: dict[str, list[Evidence]] = {}
    redactor = Redactor(key.own)
    for kind in PARSERS:
        for series in opened.series(kind):
            (path, entry), texts = list(series.items())[-1], {path: opened.bytes(path) for path in series}
            facts = {key: entry[key] for key in _FACTS if entry.get(key) is not None}
            source = f"logs:{entry.get('container') or path}" if kind == "container_log" else kind
            read = _read(kind, b"".join(texts.values()), redactor, file=path, **facts)
            sources.setdefault(source, []).append(segments.placed(read, texts))
    if not sources:
        raise BadInput(f"{opened.folder} is a bundle without evidence: {len(opened.ledger)} sources failed")
    return _incident(name or opened.project, sources, {row["source"]: row for row in opened.ledger}, redactor)


def _read(kind: str, data: lines.Text, redactor: Redactor, *, file: str, **facts: Any) -> Evidence:
    """Parse a file of a known kind; the redactor learns the secrets that it assigns."""
    if kind == "text":
        return wrapped.parse(data, file=file, **facts)
    whole = data[:]
    if kind in _TELLING:
        own = compose_file.document(whole) if kind in ("config", "written") else None
        redactor.learn([own] if own else [document for _, _, document in documents(whole)[0]])
    return PARSERS[kind](whole, file=file, **facts)


def _incident(
    name: str, sources: dict[str, list[Evidence]], ledger: dict[str, dict[str, Any]], redactor: Redactor
) -> Incident:
    """Put all evidence together, without its secrets; `ledger` is what the capture said of the sources."""
    every = [evidence for several in sources.values() for evidence in several]
    frames = {table.name: _joined(every, table) for table in tables.EVIDENCE_TABLES}
    frames["containers"] = listing.once(frames["containers"], frames["logs"])
    frames["events"] = events.named(frames["events"], frames["containers"])
    frames, strange = bounds.kept(frames)
    frames, ledger = masked(frames, redactor), ledger | strange
    for source, several in sources.items():
        ledger = ledger | {source: ledgers.entry(source, several, ledger.get(source) or {})}
    times = pd.concat([frames[table][column] for table, column in ledgers.TIMES])
    rows = [redactor.json({key: row.get(key) for key in tables.LEDGER.names}) for row in ledger.values()]
    return Incident(name=redactor.text(name), start=times.min(), end=times.max(), ledger=ledgers.table(rows), **frames)


def _joined(every: list[Evidence], table: tables.Table) -> pd.DataFrame:
    """Return all rows of one table; a frame that is alone has passed its check already."""
    frames = [e.frames[table.name] for e in every if table.name in e.frames and len(e.frames[table.name])]
    return frames[0] if len(frames) == 1 else tables.join(frames, table)
