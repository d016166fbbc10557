"""One text is rarely one thing: layers around its lines, blocks of Markdown, a container's state between log lines.

`split` takes the layers off and cuts a text into parts, each of one kind that a parser reads. A part knows on which
line each of its own stands in the file. A text that is only a log, which is nearly all there are, is one part and is
handed on as it is; whether it is, is told from its beginning, middle and end, so that a large log costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock, exports, inside, kinds, lines, wrappers
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.exports import Row
from incidentlab.parse.names import Place
from incidentlab.parse.wrappers import Layer, Peeled

_WINDOW = 1 << 15
"""How many bytes are looked at, at the beginning, in the middle and at the end of a large text."""

_PASTED = 1 << 22
"""A larger text was written by programs, not put together by a person: it is not searched for other evidence."""


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
    pointers
        Where in its line each stands, where a line holds several.
    """

    kind: str
    data: lines.Text
    numbers: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    said: list[Peeled] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    pointers: list[str | None] = field(default_factory=list)

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
            if table is tables.LOGS and self.pointers:
                told["pointer"] = pd.Series(self.pointers, dtype="str").take(place).to_numpy()
            frames[table.name] = tables.check(frame.assign(**told), table)
        return replace(evidence, frames=frames)


def split(data: lines.Text) -> list[Part]:
    r"""Return the parts of a text.

    Examples
    --------
    >>> text = b"web-1  | boom\n$ docker ps\nNAMES   STATUS\nweb-1   Exited (1)\n"
    >>> [(part.kind, part.numbers) for part in split(text)]
    [('listing', [3, 4]), ('text', [1, 2])]
    """
    data = lines.decode(data)
    told = exports.rows(data)
    if told is not None:
        rows = [spread for row in told for spread in _spread(row)]
        return _parts(rows, layered=True, whole=data)
    found = wrappers.layers(_sample(data))
    if not found and len(data) > _PASTED:
        return [Part("text", data)]
    rows = [spread for number, line in enumerate(lines.split(data), 1) for spread in _spread(_row(number, line, found))]
    return _parts(_in_time(rows) if found else rows, layered=bool(found), whole=data)


def _row(number: int, line: bytes, found: list[Layer]) -> Row:
    text = lines.readable(line)
    return Row(number, None, wrappers.peel(text, found) if found else Peeled(text))


def _spread(row: Row) -> Iterator[Row]:
    """Yield a row for each of the lines that a record holds."""
    for text in row.said.rest.removesuffix("\n").split("\n"):
        yield row._replace(said=row.said._replace(rest=lines.clean(lines.encode(text))))


def _in_time(rows: list[Row]) -> list[Row]:
    """Return rows that begin with the newest in the order of their times; others as they are."""
    stamps = [row.said.stamp for row in rows if row.said.stamp != clock.NAT]
    backward = len(stamps) == len(rows) > 1 and all(now >= then for now, then in pairwise(stamps))
    return rows[::-1] if backward and stamps[0] > stamps[-1] else rows


def _parts(rows: list[Row], *, layered: bool, whole: lines.Text) -> list[Part]:
    """Cut what is evidence of another kind out of the lines that are nobody's."""
    texts = [row.said.rest if not row.said.owner else "" for row in rows]
    found: list[Part] = []
    for kind, start, stop, service in [("text", 0, len(rows), None)] if layered else inside.blocks(texts):
        if kind == "prose":
            found.append(_part("prose", rows, range(start, stop)))
            continue
        cuts = inside.cuts(texts[start:stop])
        found += [_part(cut.kind, rows, range(start + cut.start, start + cut.stop), cut.facts) for cut in cuts]
        taken = {place for cut in cuts for place in range(start + cut.start, start + cut.stop)}
        rest = [place for place in range(start, stop) if place not in taken]
        if any(rows[place].said.rest.strip() for place in rest) or not found:
            facts = {"service": service} if service else {}
            found.append(_part("text", rows, rest, facts, said=layered))
    only = found[0] if len(found) == 1 else None
    if only and only.kind == "text" and not layered and len(only.numbers) == len(rows):
        what = kinds.mute(whole[:].decode("utf-8", "replace"))
        return [Part("mute", whole, facts={"what": what})] if what else [Part("text", whole, facts=only.facts)]
    return [part for part in found if part.numbers]


def _part(
    kind: str, rows: list[Row], places: Iterable[int], facts: dict[str, Any] | None = None, *, said: bool = False
) -> Part:
    order = list(places)
    taken = [rows[place] for place in order]
    data = "".join(row.said.rest + "\n" for row in taken).encode("utf-8", "surrogatepass")
    pointers = [row.pointer for row in taken] if any(row.pointer for row in taken) else []
    return Part(
        kind,
        data,
        [row.line for row in taken],
        order,
        [row.said for row in taken] if said else [],
        facts or {},
        pointers,
    )


def _sample(data: lines.Text) -> Iterator[str]:
    """Yield whole lines of the beginning, the middle and the end."""
    large = len(data) > 4 * _WINDOW
    for start in (0, len(data) // 2, len(data) - _WINDOW) if large else (0,):
        window = lines.split(data[start : start + _WINDOW] if large else data)
        yield from map(lines.clean, window[(1 if start else 0) : -1] if large and len(window) > 2 else window)


def named_after(evidence: Evidence, container: str, place: Place) -> Evidence:
    """Return the lines of a file that names no container as those of the one that the file is named after."""
    logs = evidence.frames.get("logs")
    own = logs["kind"].isin(("log", "continuation")) if logs is not None else None
    if logs is None or own is None or not own.any() or logs.loc[own, "service"].notna().any():
        return evidence
    told = {"service": logs["service"].mask(own, place.service), "container": logs["container"].mask(own, container)}
    if place.replica is not None:
        told["replica"] = logs["replica"].mask(own, place.replica)
    return replace(evidence, frames={**evidence.frames, "logs": tables.check(logs.assign(**told), tables.LOGS)})
