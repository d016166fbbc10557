"""A text whose lines were taken out of their layers, read as what they are.

Where no layer says whose a line is, the text is an ordinary one and goes to `compose_logs`. Where one does, that is a
fact: such a line is its container's, whatever it looks like, and only the lines between them are asked what they are.
In both cases the layers' times, streams and levels fill what the lines themselves do not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock, compose_logs, names
from incidentlab.parse.compose_logs import Reader
from incidentlab.parse.dialect import Dialect, survey
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.lines import Text
from incidentlab.parse.wrappers import Peeled

_COLLECTED = "times are those of whoever collected the lines, not surely the engine's"

_SURVEYED = 10_000
"""As many lines are looked at for the form of what the layers do not name."""


def parse(data: Text, *, file: str, service: str | None = None, said: Sequence[Peeled] = (), **_: Any) -> Evidence:
    r"""Return the rows of a text.

    Parameters
    ----------
    data
        The text's bytes, without the layers.
    file
        What `file` is to say.
    service
        The service of the lines that name none.
    said
        What the layers said of each line, and the line; empty for a text without layers.

    Examples
    --------
    >>> said = [Peeled("ready", service="web"), Peeled("no disk", service="db", stamp=5)]
    >>> logs = parse(b"ready\nno disk\n", file="x", said=said).frames["logs"]
    >>> logs[["line", "service", "message"]].values.tolist()
    [[2, 'db', 'no disk'], [1, 'web', 'ready']]
    """
    if not said:
        return compose_logs.parse(data, file=file, service=service)
    owned = any(row.owner for row in said)
    read = _owned(said, file=file, service=service) if owned else compose_logs.parse(data, file=file, service=service)
    return _told(read, said)


@dataclass
class _Reader(Reader):
    """Knows of some lines whose they are."""

    exact: dict[str, names.Place] = field(default_factory=dict)

    def take(self, row: Peeled) -> None:
        """Add a line that is a container's own."""
        name = str(row.owner)
        if row.service:
            self.exact[name] = names.Place(row.service, row.replica)
        self.passed(name)
        self.rows.append(("log", name, row.stamp, row.rest))

    def places(self, shown: list[str]) -> dict[str, names.Place]:
        """Return the place of every container; one that a layer gave is not guessed from its name."""
        return super().places([name for name in shown if name not in self.exact]) | self.exact


def _owned(said: Sequence[Peeled], *, file: str, service: str | None) -> Evidence:
    """Read lines of which the layers say, of some at least, whose they are."""
    free = [row.rest for row in said if not row.owner][:_SURVEYED]
    dialect = survey(free) if free else Dialect(prefixed=False, names=frozenset(), loose=False, stamped=False)
    inside = dialect.prefixed and not dialect.foreman
    reader = _Reader(dialect if inside else Dialect(True, frozenset(), loose=False, stamped=False))
    for row in said:
        if row.owner:
            reader.take(row)
        else:
            reader.read(row.rest)
    return reader.finish(file=file, service=service)


def _told(read: Evidence, said: Sequence[Peeled]) -> Evidence:
    """Return the tables with what only the layers say of the lines."""
    stamps = np.array([row.stamp for row in said], np.int64)
    logs = _timed(read.frames["logs"], stamps)
    rows = logs["order"].astype("int64").to_numpy()
    for column in ("stream", "level"):
        if any(getattr(row, column) for row in said):
            values = pd.Series([getattr(row, column) for row in said], dtype=logs[column].dtype)
            logs[column] = logs[column].fillna(values.take(rows).set_axis(logs.index))
    frames = {"logs": tables.check(logs, tables.LOGS)}
    frames["events"] = tables.check(_timed(read.frames["events"], stamps), tables.EVENTS)
    timed = bool(frames["logs"]["ts"].notna().any())
    order = "no engine times: only the order of lines is known, not surely between services"
    instead = "times are those of whoever collected the lines, not surely the engine's"
    return Evidence(
        read.frames | frames, read.truncated, [instead if note == order and timed else note for note in read.gap]
    )


def _timed(frame: pd.DataFrame, stamps: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return rows with the layers' times where they have none of their own."""
    times = clock.column(stamps[frame["order"].astype("int64").to_numpy()])
    return frame.assign(ts=frame["ts"].fillna(pd.Series(times, index=frame.index)))
