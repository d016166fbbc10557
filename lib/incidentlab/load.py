"""Any source becomes an `Incident`: the only module that knows the parsers.

A source is a bundle (a folder or an archive), a folder of log files, a text file, `-` or an open file, a pasted
text, or a live Compose project (`compose:NAME`). What a file is, is told by its content, and `PARSERS` says who
reads it. Every source leaves a row in the ledger: what it covers, how it is incomplete, what it cannot answer.
"""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path
from typing import IO, Any

import pandas as pd

from incidentlab import tables
from incidentlab.incident import Incident
from incidentlab.parse import compose_logs
from incidentlab.tables import BadInput

_TRACE = re.compile(r"^(?:\s+at |\s+File \"|\s*\.\.\. \d+ more|Caused by: |\s+from )")


def load(source: str | Path | bytes | IO[Any], *, name: str | None = None, service: str | None = None) -> Incident:
    r"""Return the incident that a source tells of.

    Parameters
    ----------
    source
        Path of a text file or folder, ``-`` for standard input, an open file, the text itself (bytes, or a string
        with a line end in it).
    name
        What to call the incident; by default the source's own name.
    service
        Whose log a text without Compose's prefix is.

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
        return _text(source, name=name or "text", service=service)
    if hasattr(source, "read"):
        return _text(_read(source), name=name or "stdin", service=service)
    if isinstance(source, str) and "\n" in source:
        return _text(source.encode(errors="surrogateescape"), name=name or "text", service=service)
    if source == "-":
        return _text(sys.stdin.buffer.read(), name=name or "stdin", service=service)
    path = _there(Path(source))
    if path.is_dir():
        return _folder(path, name=name or path.name, service=service)
    return _text(path.read_bytes(), name=name or path.name, service=service)


def _read(source: Any) -> bytes:
    data = source.read()
    return data if isinstance(data, bytes) else str(data).encode(errors="surrogateescape")


def _there(path: Path) -> Path:
    if path.exists():
        return path
    near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")] if path.parent.is_dir() else [])
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise BadInput(f"{path} is not there{hint}")


def _folder(path: Path, *, name: str, service: str | None) -> Incident:
    files = sorted(p for p in path.iterdir() if p.suffix in (".log", ".txt") and p.is_file())
    if not files:
        raise BadInput(f"{path} holds no *.log or *.txt file and no manifest.json of a bundle")
    return _build(name, [(p.name, p.read_bytes()) for p in files], service=service)


def _text(data: bytes, *, name: str, service: str | None) -> Incident:
    return _build(name, [(name, data)], service=service)


def _build(name: str, texts: list[tuple[str, bytes]], *, service: str | None) -> Incident:
    logs, events, ledger = [], [], []
    for file, data in texts:
        if not data.strip():
            raise BadInput(
                f"{file} is empty; give it the output of `docker compose logs -t` or of `incidentlab capture`"
            )
        parsed = compose_logs.parse(data, file=file, service=service)
        logs.append(parsed.logs)
        events.append(parsed.events)
        ledger.append(_entry(file, parsed))
    joined = {"logs": tables.join(logs, tables.LOGS), "events": tables.join(events, tables.EVENTS)}
    times = pd.concat([frame["ts"] for frame in joined.values()])
    return Incident(
        name=name,
        start=times.min(),
        end=times.max(),
        ledger=tables.rows(ledger, tables.LEDGER),
        **joined,
    )


def _entry(file: str, parsed: compose_logs.Parsed) -> dict[str, Any]:
    """Return the ledger row of a text."""
    logs = parsed.logs
    kinds = logs["kind"].value_counts()
    spoken = logs.loc[logs["kind"] == "log", "message"]
    truncated = [
        f"{kinds[kind]} lines {why}"
        for kind, why in (
            ("unknown", "that no parser could place"),
            ("continuation", "without a prefix, taken as belonging to the line before"),
        )
        if kinds.get(kind)
    ]
    if len(spoken) and _TRACE.match(spoken.iloc[0]):
        truncated.append("begins inside a stack trace")
    gap = ["stdout and stderr are merged"]
    if parsed.dialect.prefixed:
        gap.append("`compose logs` drops a last line without a line end")
    if logs["ts"].isna().all():
        gap.insert(0, "no engine times: only the order of lines is known, and between services not even that surely")
    return {
        "source": f"text:{file}",
        "first": logs["ts"].min(),
        "last": logs["ts"].max(),
        "rows": len(logs),
        "truncated": "; ".join(truncated) or None,
        "gap": "; ".join(gap),
    }
