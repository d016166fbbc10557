"""A document as plain data, ready for every form: the one place where nodes become text.

All evidence is hostile. Control characters become visible pictures here, once; what is markup in Markdown, HTML or
Typst is escaped by each form, because only the form knows what that is.
"""

from __future__ import annotations

from typing import Any

from incidentlab.report.postmortem.material import moment
from incidentlab.report.postmortem.statement import (
    Cite,
    Document,
    Excerpt,
    Figure,
    Grid,
    Node,
    Prompt,
    Row,
    Statement,
    Written,
)
from incidentlab.report.show import visible

LEGEND = (
    "Each statement of the tool ends in the ids of the rows that show it{}. "
    "✎ marks what a person wrote. All times are UTC."
)
_WHERE = "; the appendix gives their place and text"
_CHUNK = 1000


def plain(document: Document) -> dict[str, Any]:
    """Return a document as texts, lists and dictionaries; every text is one line without control characters.

    Raises
    ------
    TypeError
        A node is none of those of `statement`: nothing else can get into a postmortem.
    """
    sections = [
        {"title": visible(s.title), "level": s.level, "nodes": [_node(node) for node in s.nodes]}
        for s in document.sections
    ]
    drawn = _drawn(document)
    return {
        "title": visible(document.title),
        "status": document.status,
        "legend": LEGEND.format(_WHERE if document.internal else ""),
        "internal": document.internal,
        "sections": sections,
        "appendix": [_cite(cite, internal=document.internal) | {"drawn": cite.id in drawn} for cite in document.cites],
    }


def figure_of(document: Document) -> bytes | None:
    """Return the picture of a document, None where it has none."""
    nodes = (node for section in document.sections for node in section.nodes)
    return next((node.png for node in nodes if isinstance(node, Figure)), None)


def _drawn(document: Document) -> set[str]:
    """Return the ids of the rows that the figure draws: those of the grid that stands under it."""
    beside = [s.nodes for s in document.sections if any(isinstance(node, Figure) for node in s.nodes)]
    grids = [node for nodes in beside for node in nodes if isinstance(node, Grid)]
    return {name for grid in grids for row in grid.rows if isinstance(row, Row) for name in _ids(row)}


def _node(node: Node | Row) -> dict[str, Any]:
    match node:
        case Statement():
            return {"kind": "statement", "text": visible(node.text), "ids": _ids(node)}
        case Excerpt():
            return {"kind": "excerpt", "lines": [visible(line) for line in node.lines], "ids": _ids(node)}
        case Row():
            return {"kind": "row", "cells": [visible(cell) for cell in node.cells], "ids": _ids(node)}
        case Prompt():
            return {"kind": "prompt", "text": visible(node.text), "key": node.key}
        case Written():
            return {"kind": "written", "lines": [_whole(line) for line in node.text.split("\n")], "key": node.key}
        case Figure():
            return {"kind": "figure", "text": visible(node.title)}
        case Grid():
            return {"kind": "grid", "header": list(node.header), "rows": [_node(row) for row in node.rows]}
    raise TypeError(f"{type(node).__name__} is no part of a postmortem")


def _ids(node: Statement | Excerpt | Row) -> list[str]:
    return [cite.id for cite in node.evidence]


def _cite(cite: Cite, *, internal: bool) -> dict[str, Any]:
    known = {"id": cite.id, "time": moment(cite.ts)}
    return known | ({"place": visible(cite.place), "text": visible(cite.text)} if internal else {})


def _whole(text: str) -> str:
    """Return what a person wrote, however long: only evidence is cut."""
    return "".join(visible(text[start : start + _CHUNK]) for start in range(0, len(text), _CHUNK))
