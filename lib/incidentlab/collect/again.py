"""A bundle written once more, with its secrets hidden by the rules of today and by those of one's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from incidentlab import bundle
from incidentlab.redact import Redactor
from incidentlab.redact.own import Own
from incidentlab.tables import BadInput
from incidentlab.tables.documents import loads

_KNOWN = ("sha256", "bytes", "kind", "open")


def again(source: Path, target: Path, patterns: Iterable[re.Pattern[str]] = ()) -> list[tuple[str, str, int]]:
    """Write a bundle without its secrets to another place, and return what was hidden: file, rule, how often.

    Parameters
    ----------
    source
        The bundle; it is not changed.
    target
        Where the new one shall stand.
    patterns
        Rules of one's own (`incidentlab.redact.own`).

    Raises
    ------
    BadInput
        The source is no bundle, a file of it is damaged, or something stands at the target.
    """
    redactor, told = Redactor(), list[tuple[str, str, int]]()
    with bundle.read(source) as opened:
        paths = {path: entry for path, entry in opened.manifest["files"].items() if entry["kind"] != "recording"}
        documents = {path: _documents(opened, path) for path in paths if path.endswith((".json", ".jsonl"))}
        redactor.learn([documents[path] for path in documents])
        with bundle.write(target, project=opened.project, scrub=Own(redactor, patterns)) as out:
            out.ledger.extend(opened.ledger)
            out.facts |= {key: opened.manifest.get(key) for key in ("engine", "compose")}
            for path, entry in paths.items():
                before = Counter(redactor.rules)
                _write(out, opened, path, entry, documents.get(path))
                told += [(path, rule, count) for rule, count in sorted((redactor.rules - before).items())]
            out.facts["redaction"] = {"values": redactor.secrets, "replaced": redactor.replaced}
    return told


def _documents(opened: bundle.Bundle, path: str) -> list[Any]:
    data = opened.bytes(path)
    try:
        return [loads(line) for line in data.splitlines() if line.strip()] if path.endswith("l") else [loads(data)]
    except ValueError as error:
        raise BadInput(f"{opened.folder}: {path}: {error}; what cannot be read cannot be redacted") from error


def _write(out: bundle.Writer, opened: bundle.Bundle, path: str, entry: dict[str, Any], read: list[Any] | None) -> None:
    if read is not None and path.endswith(".jsonl"):
        out.jsonl(path, read, kind=entry["kind"])
    elif read is not None:
        out.json(path, read[0], kind=entry["kind"])
    elif entry["kind"] == "container_log":
        out.log(path, [opened.bytes(path)], **{key: value for key, value in entry.items() if key not in _KNOWN})
    elif path.endswith(".jsonl.gz"):
        out.jsonl(path, (loads(line) for line in opened.bytes(path).splitlines()), kind=entry["kind"])
    else:
        out.text(path, opened.bytes(path), kind=entry["kind"])
