"""Files as evidence, whoever described them: the manifest of a bundle, or nobody.

What a file is, is told by its content (or by the bundle's manifest), and `PARSERS` says who reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from incidentlab import bundle
from incidentlab.parse import (
    command,
    compose_file,
    config,
    container_log,
    declared,
    dockerfile,
    engine,
    events,
    health,
    image_files,
    images,
    inside,
    inspect,
    lines,
    listing,
    names,
    notes,
    parts,
    prose,
    readings,
    samples,
    scans,
    segments,
    stats,
    wrapped,
)
from incidentlab.parse.evidence import Evidence, documents
from incidentlab.parse.kinds import kind_of, unreadable
from incidentlab.redact import Redactor
from incidentlab.tables import BESIDE, BadInput

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
    "notes": notes.parse,
    "readings": readings.parse,
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
HINT = "give it the output of `docker compose logs -t`, or a bundle of `incidentlab capture`"


@dataclass(frozen=True)
class Found:
    """What was read of one source.

    Attributes
    ----------
    name
        What it calls itself.
    sources
        Source of the ledger -> what each of its parts gave.
    ledger
        What is said of these by whoever took them, and of what could not be read.
    declared
        What a person declared of clocks and limits.
    """

    name: str
    sources: dict[str, list[Evidence]]
    ledger: dict[str, dict[str, Any]]
    declared: dict[str, declared.Source] = field(default_factory=dict)


def texts(
    files: list[tuple[str, lines.Text]],
    redactor: Redactor,
    *,
    name: str | None,
    service: str | None,
    troubles: dict[str, str] = _NONE,
) -> Found:
    """Read files that no manifest describes, and let go of them; `troubles` are those that could not even be opened."""
    sources: dict[str, list[Evidence]] = {}
    said = _declared(files)
    failed = {**troubles, **{file: trouble for file, data in files if (trouble := unreadable(data))}}
    stems = {file: stem for file, _ in files if len(files) > 1 and (stem := inside.stem(file))}
    where = names.places(stems.values())
    name = name or (files[0][0] if files else declared.NAME)
    while files:
        file, data = files.pop(0)
        for source, read in _parts(file, data, redactor, service=service) if file not in failed else ():
            named = file in stems and source.startswith("text:")
            found = parts.named_after(read, stems[file], where[stems[file]]) if named else read
            sources.setdefault(source, []).append(found)
        del data
    if not sources and not said:
        (only, trouble), *others = failed.items()
        told = f"none of {len(failed)} files can be read" if others else f"{only} {trouble}"
        raise BadInput(f"{told}; {HINT}")
    ledger = {f"file:{file}": bundle.ledger_row(f"file:{file}", error=trouble) for file, trouble in failed.items()}
    return Found(name, sources, ledger, said)


def _declared(files: list[tuple[str, lines.Text]]) -> dict[str, declared.Source]:
    """Take out of files the one that declares clocks and limits, and return what it says."""
    own = [at for at, (file, _) in enumerate(files) if PurePosixPath(file).name == declared.NAME]
    return declared.read(files.pop(own[0])[1][:].decode("utf-8", "replace")) if own else {}


def bundled(opened: bundle.Bundle, redactor: Redactor, *, name: str | None) -> Found:
    """Read the files of a bundle.

    Raises
    ------
    BadInput
        It holds no evidence.
    """
    sources: dict[str, list[Evidence]] = {}
    for kind in PARSERS:
        for series in opened.series(kind):
            (path, entry), data = list(series.items())[-1], {path: opened.bytes(path) for path in series}
            facts = {key: entry[key] for key in _FACTS if entry.get(key) is not None}
            source = f"logs:{entry.get('container') or path}" if kind == "container_log" else kind
            read = _read(kind, b"".join(data.values()), redactor, file=path, **facts)
            sources.setdefault(source, []).append(segments.placed(read, data))
    if not sources:
        raise BadInput(f"{opened.folder} is a bundle without evidence: {len(opened.ledger)} sources failed")
    return Found(name or opened.project, sources, {row["source"]: row for row in opened.ledger})


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
            yield f"{part.kind}:{file}" if part.kind in BESIDE else part.kind, read
        else:
            place = f":{part.numbers[0]}" if part in texts[1:] else ""
            yield f"text:{file}{place}", read


def _read(kind: str, data: lines.Text, redactor: Redactor, *, file: str, **facts: Any) -> Evidence:
    """Parse a file of a known kind; the redactor learns the secrets that it assigns."""
    if kind == "text":
        return wrapped.parse(data, file=file, **facts)
    whole = data[:]
    if kind in _TELLING:
        own = compose_file.document(whole) if kind in ("config", "written") else None
        redactor.learn([own] if own else [document for _, _, document in documents(whole)[0]])
    return PARSERS[kind](whole, file=file, **facts)
