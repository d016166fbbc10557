"""One text is rarely one thing: layers around its lines, blocks of Markdown, a container's state between log lines.

`split` takes the layers off and cuts a text into parts, each of one kind that a parser reads. A part knows on which
line each of its own stands in the file. A text that is only a log, which is nearly all there are, is one part and is
handed on as it is; whether it is, is told from its beginning, middle and end, so that a large log costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import lines, wrappers
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.wrappers import Layer, Peeled

_WINDOW = 1 << 15
"""How many bytes are looked at, at the beginning, in the middle and at the end of a large text."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some lines of a file that one parser reads.

    Attributes
    ----------
    kind
        Of `incidentlab.load.PARSERS`.
    data
        The lines as they are to be read.
    numbers
        The line of the file on which each of them stands, from 1; empty where `data` is the whole file.
    order
        Their places among all lines of the file.
    said
        What layers said of each; empty where there were none.
    facts
        What else the parser is to know: a container's name.
    """

    kind: str
    data: bytes
    numbers: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    said: list[Peeled] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def placed(self, evidence: Evidence) -> Evidence:
        """Return what a parser read of the part, with the places where it stands in the file."""
        if not self.numbers:
            return evidence
        numbers, order = pd.Series(self.numbers), pd.Series(self.order)
        frames = {}
        for table in tables.EVIDENCE_TABLES:
            if table.name not in evidence.frames:
                continue
            frame = evidence.frames[table.name]
            place = frame["line"].astype("int64").to_numpy() - 1
            told: dict[str, Any] = {"line": numbers.take(place).to_numpy()}
            if table is tables.LOGS or table is tables.EVENTS:
                told["order"] = order.take(place).to_numpy()
            frames[table.name] = tables.check(frame.assign(**told), table)
        return replace(evidence, frames=frames)


def split(data: bytes) -> list[Part]:
    r"""Return the parts of a text.

    Examples
    --------
    >>> [part.data for part in split(b"[pod/web-7f9c-abcde/web] ready\n")]
    [b'ready\n']
    """
    data = lines.decode(data)
    found = wrappers.layers(_sample(data))
    if not found:
        return [Part("text", data)]
    rows = list(_peeled(data, found))
    numbers = [number for number, _ in rows]
    said = [row for _, row in rows]
    return [Part("text", _joined(said), numbers, list(range(len(rows))), said)]


def _sample(data: bytes) -> Iterator[str]:
    """Yield whole lines of the beginning, the middle and the end."""
    for start in (0, len(data) // 2, len(data) - _WINDOW) if len(data) > 4 * _WINDOW else (0,):
        window = lines.split(data[start : start + _WINDOW] if len(data) > 4 * _WINDOW else data)
        cut = len(window) > 2 and len(data) > 4 * _WINDOW
        yield from map(lines.clean, window[(1 if start else 0) : -1] if cut else window)


def _peeled(data: bytes, found: list[Layer]) -> Iterator[tuple[int, Peeled]]:
    """Yield each line without its layers, with its number; a record that holds several lines gives each of them."""
    for number, line in enumerate(lines.split(data), 1):
        row = wrappers.peel(lines.readable(line), found)
        for text in row.rest.removesuffix("\n").split("\n"):
            yield number, row._replace(rest=lines.clean(text.encode("utf-8", "surrogatepass")))


def _joined(said: list[Peeled]) -> bytes:
    return "".join(row.rest + "\n" for row in said).encode("utf-8", "surrogatepass")
