"""A lesson begun: a notebook and a file of questions for a recording, with what its evidence can be asked.

Each fact that the evidence gives becomes a question with its answer, and the verdict one with choices. What only a
teacher can write is marked with WRITE, and `check` names each of these lines until it is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.tables import BadInput
from incidentlab.teach.facts import FACTS, Story, computed

_ASKED = {
    "failed_tries": "How many tries of {service} to reach {dependency} failed?",
    "failures": "How many failures has {service} told?",
    "failure_place": "Which line is the first that tells a failure of {service}? Give its place.",
    "early_ready_place": "Which line says that {dependency} is ready, before it can be used? Give its place.",
    "ready_at": "At which second after the begin was {dependency} ready?",
    "ready_after_start": "How many seconds after its start was {dependency} ready?",
    "unhealthy_at": "At which second after the begin was {dependency} called unhealthy?",
    "patience": "How many seconds after its start was {dependency} called unhealthy?",
    "healthy_too_early": "How many seconds before {dependency} was ready was it called healthy?",
    "first_probe": "How many seconds after its start was {dependency} probed for the first time?",
    "success_at": "At which second after the begin did {service} reach {dependency}?",
    "recovery": "How many seconds passed from the impact to its end?",
    "killed_place": "Which line proves that {service} was killed for want of memory? Give its place.",
    "image_megabytes": "How many MB (millions of bytes) has the image of {service}?",
}
"""Fact -> how it can be asked; one that needs an argument is for the teacher to choose."""
_WHOLE = ("failed_tries", "failures")
_STORY = """WRITE the story, without its end.

After this lesson you can

- WRITE a goal.

Sixty minutes, best in pairs."""
_HINTS = ["WRITE a hint that says where to look.", "WRITE a hint that says how to look."]


def skeleton(recording: Path, name: str) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a new lesson and the questions that are proposed.

    Parameters
    ----------
    recording
        A bundle.
    name
        Of the lesson, such as ``09-disk-full``.

    Raises
    ------
    BadInput
        The recording cannot be read, or shows nobody who failed.
    """
    found = investigate(load(recording))
    verdict = found.findings.iloc[0]
    service = _text(verdict["service"])
    if service is None:
        raise BadInput(f"{recording} shows no service that failed: there is nothing to ask; take another recording")
    dependency = _text(verdict["dependency"]) or service
    asked = _questions(Story(found, service, dependency), str(verdict["category"]))
    lesson = {
        "recording": recording.name,
        "live": recording.name,
        "service": service,
        "dependency": dependency,
        "shows": list(dict.fromkeys([service, dependency])),
        "tells": ["logs", "events", "probes"],
        "questions": asked,
        "plan": [{"minutes": 60, "teacher": "WRITE the parts of the hour.", "students": "WRITE what they do."}],
        "mistakes": ["WRITE what people usually get wrong."],
    }
    head = "# For the instructor: questions with answers, and the plan of the hour.\n"
    text = head + yaml.safe_dump(lesson, sort_keys=False, allow_unicode=True, width=110)
    return {f"{name}.yaml": text.encode(), f"{name}.ipynb": _notebook(name, recording, list(asked))}, list(asked)


def _questions(story: Story, category: str) -> dict[str, dict[str, Any]]:
    asked = {}
    for fact, text in _ASKED.items():
        answer = _answer(fact, story)
        if answer is not None:
            ask = text.format(service=story.service, dependency=story.dependency)
            asked[fact.replace("_", "-")] = {"ask": ask, **_kind(fact, answer), **_by_hand()}
    choice = {"ask": f"What happened to {story.service}?", "kind": "choice", "answer": "b"}
    options = ["WRITE a wrong one.", f"WRITE it in words: {category}.", "WRITE another.", "WRITE a third."]
    return asked | {"verdict": choice | {"options": options} | _by_hand()}


def _answer(fact: str, story: Story) -> Any:
    """Return what the evidence says; None where it does not show it."""
    try:
        answer = computed(fact, story)
    except (BadInput, TypeError, ValueError):
        return None
    if isinstance(answer, str) and not answer.startswith("nan"):
        return answer
    return None if isinstance(answer, str) or answer != answer or not answer else answer


def _kind(fact: str, answer: Any) -> dict[str, Any]:
    assert fact in FACTS
    if isinstance(answer, str):
        return {"kind": "place", "fact": fact, "answer": answer.removeprefix("logs/")}
    if fact in _WHOLE:
        return {"kind": "number", "fact": fact, "answer": int(answer)}
    unit = "MB" if fact.endswith("megabytes") else "s"
    number = round(float(answer), 1)
    return {"kind": "number", "unit": unit, "step": 0.1, "within": 1, "fact": fact, "answer": number}


def _by_hand() -> dict[str, Any]:
    return {"why": "WRITE why that is so.", "hints": list(_HINTS), "wrong": [], "say": "WRITE what you say then."}


def _notebook(name: str, recording: Path, asked: list[str]) -> bytes:
    number, _, title = name.partition("-")
    words = title.replace("-", " ").capitalize()
    cells: list[tuple[str, str]] = [
        ("markdown", f"# Lesson {number.lstrip('0')}: {words}\n\n{_STORY}"),
        ("markdown", "## Parameters\n\nThe recorded incident."),
        ("parameters", f'source: str = "../../data/{recording.name}"  # a bundle, or compose:PROJECT'),
        ("code", f'from incidentlab import teach\n\nlesson = teach.lesson("{name}", source)\nlesson.incident'),
        ("markdown", "## What was known\n\nWRITE where the clock shall stop, and what to look for."),
        ("code", 'lesson.clock("end")'),
        *(("code", f'lesson.ask("{key}")') for key in asked),
        ("markdown", "## What is left\n\nThe questions that are still open. Run the cell again after the last one."),
        ("code", "lesson.score()"),
    ]  # fmt: skip
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    book = {"cells": [_cell(place, *cell) for place, cell in enumerate(cells)],
            "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def _cell(place: int, kind: str, source: str) -> dict[str, Any]:
    tags = {"tags": ["parameters"]} if kind == "parameters" else {}
    cell: dict[str, Any] = {"cell_type": "markdown", "id": str(place), "metadata": tags, "source": source}
    if kind != "markdown":
        cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
