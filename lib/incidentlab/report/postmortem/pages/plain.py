"""A document as plain data, ready for every form: the one place where nodes become text.

All evidence is hostile. Control characters become visible pictures here, once; what is markup in Markdown, HTML or
Typst is escaped by each form, because only the form knows what that is. Each row that is cited is a numbered note, in
the order in which they are first cited; the edition for readers outside has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from incidentlab.report.postmortem.material import moment
from incidentlab.report.postmortem.people.prose import blocks, inlines, whole
from incidentlab.report.postmortem.statement import (
    Cite,
    Document,
    Entry,
    Excerpt,
    Figure,
    Grid,
    Node,
    Passage,
    Prompt,
    Row,
    Section,
    Statement,
    Written,
    nodes,
)
from incidentlab.report.show import visible

LEGEND = (
    "[1] leads to the rows that prove what stands before it. ✎ was written by a person, ? waits for one. Times are UTC."
)
Data = dict[str, Any]


def plain(document: Document) -> Data:
    """Return a document as texts, lists and dictionaries; every text is one line without control characters.

    Raises
    ------
    TypeError
        A node is none of those of `statement`: nothing else can get into a postmortem.
    """
    cites = document.cites if document.internal else ()
    notes = _Notes({cite.id: number for number, cite in enumerate(cites, 1)})
    drawn = _drawn(document)
    return {
        "title": visible(document.title),
        "status": visible(document.status),
        "legend": LEGEND if document.internal else "",
        "internal": document.internal,
        "sections": [notes.section(one) for one in document.sections],
        "appendix": [notes.section(one) for one in document.appendix],
        "notes": [_cite(cite, number) | {"drawn": cite.id in drawn} for number, cite in enumerate(cites, 1)],
    }


def figure_of(document: Document) -> bytes | None:
    """Return the picture of a document, None where it has none."""
    return next((node.png for node in nodes(document) if isinstance(node, Figure)), None)


def _drawn(document: Document) -> set[str]:
    """Return the ids of the rows that the figure draws: those of the grids that tell the timeline."""
    if figure_of(document) is None:
        return set()
    told = [s for s in (*document.sections, *document.appendix) if "timeline" in s.title.lower()]
    grids = [node for section in told for node in section.nodes if isinstance(node, Grid)]
    return {cite.id for grid in grids for row in grid.rows if isinstance(row, Row) for cite in row.evidence}


@dataclass(frozen=True)
class _Notes:
    """The number of each row that is cited, by its id; empty where none may be shown."""

    numbers: dict[str, int]

    def section(self, section: Section) -> Data:
        """Return a section; `open` says that it holds nothing but questions."""
        asked = bool(section.nodes) and all(isinstance(node, Prompt) for node in section.nodes)
        told = [self.node(node) for node in section.nodes]
        for before, node in pairwise(told):
            if node["kind"] == "excerpt" and before["kind"] == "statement" and before["notes"] == node["notes"]:
                node["notes"] = []  # the sentence that leads to it bears them
        return {"title": visible(section.title), "level": section.level, "nodes": told, "open": asked}

    def node(self, node: Node | Row) -> Data:
        """Return a node by its kind."""
        match node:
            case Statement() | Excerpt() | Row():
                return self._claim(node)
            case Passage():
                told = _once([self._claim(one) for one in node.statements])
                return {"kind": "passage", "numbered": node.numbered, "statements": told}
            case Prompt():
                return {"kind": "prompt", "text": visible(node.text), "key": node.key}
            case Written():
                return _written(node)
            case Entry():
                parts = [{"label": label, "blocks": _written(text)["blocks"]} for label, text in node.parts]
                return {"kind": "entry", "title": inlines(node.title), "parts": parts}
            case Figure():
                return {"kind": "figure", "text": visible(node.title)}
            case Grid():
                return {"kind": "grid", "header": list(node.header), "rows": [self.node(row) for row in node.rows]}
        raise TypeError(f"{type(node).__name__} is no part of a postmortem")

    def _claim(self, claim: Statement | Excerpt | Row) -> Data:
        known = {"ids": [cite.id for cite in claim.evidence], "notes": self._ranges(claim)} if self.numbers else {}
        known.setdefault("notes", [])
        match claim:
            case Statement():
                return {"kind": "statement", "text": visible(claim.text), "inlines": spans(claim.text)} | known
            case Excerpt():
                return {"kind": "excerpt", "lines": [visible(line) for line in claim.lines]} | known
        cells = [inlines(cell.text) if isinstance(cell, Written) else spans(cell) for cell in claim.cells]
        return {"kind": "row", "cells": cells} | known

    def _ranges(self, claim: Statement | Excerpt | Row) -> list[Data]:
        """Return the notes of a claim, those that follow each other as one range: 1 to 6, 9."""
        found: list[Data] = []
        for number, name in sorted({(self.numbers[cite.id], cite.id) for cite in claim.evidence}):
            if found and found[-1]["last"] == number - 1:
                found[-1] |= {"last": number, "last_id": name}
            else:
                found.append({"first": number, "id": name, "last": number, "last_id": name})
        return found


def _once(told: list[Data]) -> list[Data]:
    """Leave the notes of sentences that follow each other and rest on the same rows to the last of them."""
    for one, after in pairwise(told):
        if one["notes"] == after["notes"]:
            one["notes"] = []
    return told


def spans(text: str) -> list[Data]:
    """Return a sentence of the tool as inlines: what stands between back-ticks is code.

    Examples
    --------
    >>> [one["type"] for one in spans("run `ls` now")]
    ['text', 'code', 'text']
    """
    parts = re.split(r"(`[^`]+`)", visible(text))
    return [
        {"type": "code", "text": part[1:-1]}
        if part.startswith("`") and len(part) > 2
        else {"type": "text", "text": part}
        for part in parts
        if part
    ]


def _written(text: Written) -> Data:
    return {"kind": "written", "blocks": blocks(text.text), "key": text.key, "item": "[" in text.key}


def _cite(cite: Cite, number: int) -> Data:
    return {
        "number": number,
        "id": cite.id,
        "time": moment(cite.ts),
        "place": visible(cite.place),
        "text": whole(visible(cite.text)),
    }
