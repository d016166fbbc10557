"""The copies of the lessons that people work with, generated from their source.

The source of a lesson is a notebook and a file of questions in clear. The students' copy is the notebook without
outputs and the same questions sealed; the instructor's has each answer below its question, and the plan of the hour.
Both bear the recordings that they need, without the pages and the truth that lie beside these.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat

from incidentlab.tables import BadInput
from incidentlab.teach.lesson import SEALED, sealed
from incidentlab.teach.plan import plan
from incidentlab.teach.question import answers
from incidentlab.teach.written import read
from incidentlab.whole import put_beside

EDITIONS = ("student", "instructor")
_TOLD = ("README.md", "ground-truth.json")
"""What lies beside a recording and gives the answer away."""
_ASKED = re.compile(r"lesson\.ask\(\"([\w-]+)\"\)")


def editions(source: Path, target: Path, *, edition: str = "student", data: Path | None = None) -> list[Path]:
    """Write an edition of all lessons; nothing is written if a file of another content is in the way.

    Parameters
    ----------
    source
        Folder with the notebooks and their questions.
    target
        Folder for the copies.
    edition
        One of `EDITIONS`.
    data
        Folder of the recordings; by default the one that the notebooks name.

    Returns
    -------
    list of Path
        The notebooks written.

    Raises
    ------
    BadInput
        There are no lessons, the edition is unknown, or somebody's work would be overwritten.
    """
    if edition not in EDITIONS:
        raise BadInput(f"no edition is called {edition!r}; there are {', '.join(EDITIONS)}")
    written = files(source, edition=edition, data=data or source / "../../data")
    put_beside(target, written)
    return [target / name for name in written if name.endswith(".ipynb")]


def files(source: Path, *, edition: str, data: Path) -> dict[str, bytes]:
    """Return the files of an edition: path -> content. The same source gives the same bytes.

    Raises
    ------
    BadInput
        There is no lesson, or a recording is missing.
    """
    notebooks = sorted(source.glob("[0-9]*.ipynb"))
    if not notebooks:
        raise BadInput(f"no lessons at {source}; run this in a checkout of incidentlab, or give --lessons FOLDER")
    written: dict[str, bytes] = {}
    for path in notebooks:
        clear, book = read(path.with_suffix(".yaml")), _book(path)
        written[f"{path.stem}{SEALED}"] = _lines(json.dumps(sealed(clear), indent=1, ensure_ascii=False))
        if edition == "instructor":
            written[f"{path.stem}.plan.md"] = _lines(plan(book, clear))
        written[path.name] = _lines(nbformat.writes(_copy(book, clear, edition)))
        for name in sorted({clear["recording"], *clear.get("history", ())}):
            written |= _recording(data, name)
    return written


def _book(path: Path) -> Any:
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.reader.NotJSONError) as error:
        raise BadInput(f"{path} is no notebook: {str(error)[:120]}") from error


def _copy(book: Any, clear: dict[str, Any], edition: str) -> Any:
    """Return the notebook without outputs, its paths those of the copy, and for the instructor with the answers."""
    cells = []
    for cell in book.cells:
        cell = nbformat.from_dict(dict(cell))
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.source = cell.source.replace('"../../data', '"data')
        cells.append(cell)
        asked = _ASKED.search(cell.source) if edition == "instructor" else None
        if asked and asked[1] not in clear["questions"]:
            raise BadInput(f"a cell asks {asked[1]!r}, which is no question; there are {', '.join(clear['questions'])}")
        if asked:
            cells.append(_answer(asked[1], clear["questions"][asked[1]]))
    return nbformat.from_dict({**book, "cells": cells})


def _answer(name: str, question: dict[str, Any]) -> Any:
    """Return the cell that tells the instructor the answer, why, and what to say."""
    right = ", ".join(_worded(question, answer) for answer in answers(question))
    lines = [f"**Answer:** {right or question.get('example', 'whatever satisfies the rule')}", question["why"]]
    lines += [f"**To say:** {question['say']}"] if "say" in question else []
    lines += [f"- *{_worded(question, trap['answer'])}*: {trap['hint']}" for trap in question.get("wrong", ())]
    cell = nbformat.v4.new_markdown_cell("> " + "\n>\n> ".join(lines), metadata={"tags": ["instructor"]})
    cell["id"] = f"answer-{name}"
    return cell


def _worded(question: dict[str, Any], answer: Any) -> str:
    if question["kind"] == "choice":
        return f"{answer}) {question['options'][ord(answer) - ord('a')]}"
    return f"{answer} {question.get('unit', '')}".strip()


def _recording(data: Path, name: str) -> dict[str, bytes]:
    folder = data / name
    if not (folder / "manifest.json").is_file():
        raise BadInput(f"no recording at {folder}; make it with incidentlab lab record {name}")
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in _TOLD]
    return {f"data/{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


def _lines(text: str) -> bytes:
    return (text.rstrip("\n") + "\n").encode()
