"""What is wrong with a lesson that somebody writes: all of it, by file and line, before a student finds it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from incidentlab.tables import BadInput
from incidentlab.teach import question, written
from incidentlab.teach.facts import FACTS
from incidentlab.teach.rules import RULES

_ASKED = re.compile(r"lesson\.ask\([\"']([\w-]+)[\"']\)")
_OPEN = re.compile(r"\bWRITE (?:an?|it|the|what|where|why)\b")
"""What `skeleton` leaves to the teacher."""
_HOUR = 60


def faults(path: Path, data: Path) -> list[str]:
    """Return what is wrong with a lesson, a line each, by file and line; nothing for one that can be given.

    Parameters
    ----------
    path
        Its file of questions, or its notebook.
    data
        Folder of the recordings.
    """
    path = path.with_suffix(".yaml")
    if not path.is_file():
        return [f"{path}: is not there; a lesson is a notebook and a file of questions of the same name"]
    text = path.read_text(encoding="utf-8", errors="replace")
    clear, lines, found = written.checked(text, name=str(path))
    if clear is None:
        return found
    found += [f"{path}:{n}: still to be written" for n, line in enumerate(text.splitlines(), 1) if _OPEN.search(line)]
    found += _questions(clear, lines, str(path))
    found += _recordings(clear, lines, str(path), data)
    minutes = sum(part["minutes"] for part in clear["plan"])
    if minutes != _HOUR:
        found.append(f"{path}:{lines['plan',]}: the parts of the plan take {minutes} minutes, not {_HOUR}")
    return found + _notebook(clear, path.with_suffix(".ipynb"))


def _questions(clear: dict[str, Any], lines: dict[written.Step, int], name: str) -> list[str]:
    found = []
    for key, text in clear["questions"].items():
        place = f"{name}:{lines['questions', key]}: question {key}"
        try:
            question.sealed(key, text)
        except BadInput as error:
            found.append(f"{place}: {error}")
        fact = text.get("fact", "").partition(" ")[0]
        for what, given, there in (("fact", fact, FACTS), ("rule", text.get("rule", ""), RULES)):
            if given and given not in there:
                found.append(f"{place}: no {what} is called {given!r}; there are {', '.join(there)}")
        if not text.get("rule") and not question.answers(text):
            found.append(f"{place}: no answer and no rule; write one of them")
    return found


def _recordings(clear: dict[str, Any], lines: dict[written.Step, int], name: str, data: Path) -> list[str]:
    named: list[tuple[written.Step, str]] = [(("recording",), clear["recording"])]
    named += [(("history", place), one) for place, one in enumerate(clear.get("history", []))]
    return [
        f"{name}:{lines[step]}: no recording {one!r} in {data}; make it with incidentlab lab record {one}"
        for step, one in named
        if not (data / one / "manifest.json").is_file()
    ]


def _notebook(clear: dict[str, Any], path: Path) -> list[str]:
    """Return what of the questions the notebook does not ask, and what it asks that is none."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except FileNotFoundError:
        return [f"{path}: is not there; write the story there, with lesson.ask(NAME) for each question"]
    except (ValueError, KeyError, TypeError):
        return [f"{path}: is no notebook"]
    asked = _ASKED.findall(source)
    found = [f"{path}: never asks {key!r}" for key in clear["questions"] if key not in asked]
    found += [f"{path}: asks {key!r}, which is no question" for key in asked if key not in clear["questions"]]
    return found + [
        f"{path}: asks {key!r} {asked.count(key)} times" for key in sorted(set(asked)) if asked.count(key) > 1
    ]
