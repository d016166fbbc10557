"""What a postmortem is made of: statements with evidence, what a person wrote, and what a person has yet to write.

A sentence of the tool cannot be built without the rows that it rests on: `Statement`, `Row` and `Excerpt` raise on
empty evidence, and the renderers take nothing else than the types of this module. What no row shows is a `Prompt`:
a question to a person, never a claim. What is told stands in the sections; what proves it at length, in the appendix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from incidentlab import tables
from incidentlab.tables import BadTable


@dataclass(frozen=True)
class Cite:
    """One row of evidence: where it stands, when it was, its own text.

    Parameters
    ----------
    file, line, pointer
        As in the evidence tables. The ledger is cited as the file ``ledger``, what a person wrote as ``human.yaml``.
    ts
        NaT where the row has no time.
    text
        The row in its own words.
    last
        The last line, where the row was folded out of several.
    """

    file: str
    line: int
    pointer: str | None = None
    ts: pd.Timestamp = tables.NEVER
    text: str = ""
    last: int | None = None

    @property
    def id(self) -> str:
        """Its short stable name."""
        return tables.evidence_id(self.file, self.line, self.pointer)

    @property
    def place(self) -> str:
        """Where it stands: ``file:line``, or ``file:line-last``, and, inside a JSON line, the pointer."""
        until = f"-{self.last}" if self.last is not None and self.last > self.line else ""
        return f"{self.file}:{self.line}{until}{f' {self.pointer}' if self.pointer else ''}"


@dataclass(frozen=True)
class _Cited:
    evidence: tuple[Cite, ...]

    def __post_init__(self) -> None:
        if not self.evidence or not all(isinstance(cite, Cite) for cite in self.evidence):
            raise BadTable(f"{type(self).__name__} without evidence: {self.said[:80]!r}; a claim must point at rows")

    @property
    def said(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class Statement(_Cited):
    """One factual sentence, and the rows that show it.

    Examples
    --------
    >>> Statement((), "Postgres was slow.")
    Traceback (most recent call last):
    incidentlab.tables.errors.BadTable: Statement without evidence: 'Postgres was slow.'; a claim must point at rows
    """

    text: str

    @property
    def said(self) -> str:
        """The sentence."""
        return self.text


@dataclass(frozen=True)
class Passage:
    """Sentences that are read one after the other: as one paragraph, or as the numbered links of a chain."""

    statements: tuple[Statement, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Written:
    """What a person wrote, as Markdown, and where it stands in human.yaml."""

    text: str
    key: str
    line: int


@dataclass(frozen=True)
class Row(_Cited):
    """One row of a grid: a statement set in cells."""

    cells: tuple[str | Written, ...]

    @property
    def said(self) -> str:
        """The cells as one text."""
        return " | ".join(cell if isinstance(cell, str) else cell.text for cell in self.cells)


@dataclass(frozen=True)
class Excerpt(_Cited):
    """Lines to be read or copied as they stand, and the rows that they are, or that call for them."""

    lines: tuple[str, ...]

    @property
    def said(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Prompt:
    """What only a person can say, as a question, and the field of human.yaml that takes the answer."""

    text: str
    key: str


@dataclass(frozen=True)
class Entry:
    """What a person wrote in several parts, each under its label: a change, with its reason and its price."""

    title: str
    parts: tuple[tuple[str, Written], ...]


@dataclass(frozen=True)
class Figure:
    """The picture of the timeline. It claims nothing: each of its marks is a row of the timeline below it."""

    png: bytes = field(repr=False)
    title: str = "Timeline"


@dataclass(frozen=True)
class Grid:
    """A table whose rows are statements, prompts or what people wrote."""

    header: tuple[str, ...]
    rows: tuple[Row | Prompt | Written, ...]


Node = Statement | Passage | Excerpt | Prompt | Written | Entry | Figure | Grid


@dataclass(frozen=True)
class Section:
    """One heading and what stands under it."""

    title: str
    nodes: tuple[Node, ...]
    level: int = 2


@dataclass(frozen=True)
class Document:
    """One edition of a postmortem.

    Parameters
    ----------
    title, status
        As they are shown.
    sections
        What is read.
    appendix
        What proves it at length, folded away; last in it the renderers put the rows that are cited.
    internal
        Whether places and texts of rows may be shown.
    """

    title: str
    status: str
    sections: tuple[Section, ...]
    appendix: tuple[Section, ...] = ()
    internal: bool = True

    @property
    def cites(self) -> tuple[Cite, ...]:
        """Every row that it cites, once, in the order in which they are first cited: the numbered notes."""
        return tuple({cite.id: cite for claim in claims(self) for cite in claim.evidence}.values())

    @property
    def prompts(self) -> list[Prompt]:
        """What people have yet to write, each question once."""
        rows = [row for node in nodes(self) if isinstance(node, Grid) for row in node.rows]
        asked = [node for node in (*nodes(self), *rows) if isinstance(node, Prompt)]
        return list({prompt.key: prompt for prompt in asked}.values())


Claim = Statement | Row | Excerpt


def nodes(document: Document) -> Iterator[Node]:
    """Yield what stands under the headings of a document."""
    yield from (node for section in (*document.sections, *document.appendix) for node in section.nodes)


def claims(document: Document) -> Iterator[Claim]:
    """Yield every factual sentence, row and excerpt of a document."""
    for node in nodes(document):
        inner = node.rows if isinstance(node, Grid) else node.statements if isinstance(node, Passage) else (node,)
        yield from (item for item in inner if isinstance(item, Statement | Row | Excerpt))


def uncited(document: Document) -> list[Claim]:
    """Return the claims whose evidence is empty or has no place: always none, and a test asks for every recording."""
    return [c for c in claims(document) if not c.evidence or not all(cite.file and cite.line for cite in c.evidence)]
