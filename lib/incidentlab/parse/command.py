"""What a command printed while it was recorded: `docker compose up`, or whatever brought a project up.

One JSON object per line: first the command, then each line that it printed with its time and stream, at the end its
exit status. Compose tells here what no container says: what it created, whom it waited for in vain, what the engine
refused. Lines that it only passed on from containers stand in their logs, with the engine's times, and are left out;
so is what it says of ends, which the engine's events tell exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from incidentlab import tables
from incidentlab.parse import clock, shapes, wrapped
from incidentlab.parse.evidence import Evidence, documents
from incidentlab.parse.wrappers import Peeled


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the log lines of a recorded command.

    Notes
    -----
    A command that failed says so in one more row, whose stream is stderr.

    Examples
    --------
    >>> told = '{"at": "2026-01-01T00:00:00Z", "stream": "stderr", "line": "Network a_default  Created"}\n'
    >>> logs = parse(told.encode(), file="command.jsonl").frames["logs"]
    >>> logs[["kind", "stream", "message"]].values.tolist()
    [['compose', 'stderr', 'Network a_default  Created']]
    """
    read = documents(data, shapes.COMMAND)
    said = [(line, record) for line, _, record in read.found if record.get("line") is not None]
    if not said:
        return Evidence({"logs": tables.empty(tables.LOGS)}, read.notes)
    peeled = [
        Peeled(
            record["line"].replace("\n", " "), stamp=clock.rfc3339(str(record.get("at"))), stream=record.get("stream")
        )
        for _, record in said
    ]
    text = "\n".join(row.rest for row in peeled).encode()
    frames = wrapped.parse(text, file=file, said=peeled).frames
    logs, events = frames["logs"], frames["events"]
    passed_on = logs["kind"].isin(["log", "continuation"]) & logs["container"].notna()
    ends = logs["line"].isin(events.loc[events["action"].eq("die"), "line"])
    kept = logs[~passed_on & ~ends]
    lines = np.array([line for line, _ in said])
    kept = kept.assign(line=lines[kept["line"].to_numpy("int64") - 1])
    return Evidence({"logs": tables.check(kept, tables.LOGS)}, read.notes)


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a line of a recorded command.

    Examples
    --------
    >>> recognise({"at": "2026-01-01T00:00:00Z", "stream": "stdout", "line": "ready"})
    True
    """
    return "at" in document and ("line" in document or "command" in document)
