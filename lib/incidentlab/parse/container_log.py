"""The log of one container: what `docker logs -t` gives of one stream, or the records that the engine keeps on disk.

Both bear the engine's time on every line, to the nanosecond. Lines over 16 KiB come in pieces: `-t` prints the stamp
again in front of each, in the middle of the line, and the json-file driver writes a record for each, of which only
the last ends in a line end. Both are made whole again; the rows stay as many as the lines of the file.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab.parse import clock, columns, lines, log_table
from incidentlab.parse.compose_logs import Reader
from incidentlab.parse.dialect import Dialect
from incidentlab.parse.evidence import Evidence
from incidentlab.tables import documents

_STAMPED = Dialect(prefixed=False, names=frozenset(), loose=False, stamped=True)
_OWN = ("service", "replica", "container", "stream")


def parse(data: bytes, *, file: str, **facts: Any) -> Evidence:
    r"""Return the rows of `docker logs -t` of one stream.

    Parameters
    ----------
    data
        Its bytes.
    file
        What `file` is to say.
    **facts
        service, replica, container and stream; others are of no matter here.

    Examples
    --------
    >>> log = b"2026-11-23T09:24:45.460907419Z ready\n"
    >>> parse(log, file="web.log", service="web").frames["logs"]["message"].tolist()
    ['ready']
    """
    own = {name: facts[name] for name in _OWN if name in facts}
    logs = columns.read(data, _Reader(_STAMPED), file=file, **own).frames["logs"]
    return _evidence(logs, facts)


class _Reader(Reader):
    """Nothing stands around a container's own log: a line without the engine's time is not understood."""

    def _around(self, text: str) -> None:
        self._add("unknown", None, text)


def json_file(data: bytes, *, file: str, **facts: Any) -> Evidence:
    r"""Return the rows of the json-file driver's records.

    Examples
    --------
    >>> log = b'{"log":"ready\\n","stream":"stderr","time":"2026-11-23T09:24:45.46Z"}\n'
    >>> json_file(log, file="x-json.log").frames["logs"]["stream"].tolist()
    ['stderr']
    """
    kinds: list[str] = []
    messages: list[str] = []
    stamps, streams = [], []
    heads: dict[str, int] = {}
    for place, raw in enumerate(lines.split(data)):
        found = record(raw)
        stream = found["stream"] if found else None
        text = found["log"] if found else raw.decode("utf-8", "replace")
        head = heads.pop(str(stream), None) if found else None
        if head is not None:
            messages[head] += text
        kinds.append("unknown" if not found else "log" if head is None else "continuation")
        stamps.append(clock.rfc3339(str(found["time"])) if found else clock.NAT)
        messages.append("" if head is not None else text)
        streams.append(stream)
        if found and not text.endswith("\n"):
            heads[str(stream)] = place if head is None else head
    texts = [lines.clean(text.removesuffix("\n").encode("utf-8", "surrogatepass")) for text in messages]
    own = {name: facts[name] for name in _OWN if name in facts} | {"stream": streams}
    return _evidence(log_table.build(kinds, stamps, texts, file=file, **own), facts)


def record(line: bytes) -> dict[str, Any] | None:
    """Return a line of the json-file driver as its record, None if it is none."""
    if not line.startswith(b'{"log":'):
        return None
    try:
        found = documents.loads(line)
    except ValueError:
        return None
    known = found.get("stream") in ("stdout", "stderr") and "time" in found
    return found if known and isinstance(found.get("log"), str) else None


def _evidence(logs: pd.DataFrame, facts: dict[str, Any]) -> Evidence:
    strange = int((logs["kind"] == "unknown").sum())
    truncated = [f"{strange} lines bear no time of the engine"] if strange else []
    gap = ["stdout and stderr are merged, as the container has a TTY"] if facts.get("tty") else []
    return Evidence({"logs": logs}, truncated, gap)
