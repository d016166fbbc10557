"""The questions of a lesson as a person writes them, in YAML: their schema, and errors that name the line.

`Lesson` is the schema: what it does not name is refused, with the nearest name that it does. A file that passes can be
sealed, copied and planned without another look.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from incidentlab.tables import BadInput
from incidentlab.tables.documents import yaml_node
from incidentlab.tables.yaml_values import value

Answer = str | int | float
Step = tuple[str | int, ...]
"""A place in the document: keys and numbers of items, from the outside in."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Trap(_Strict):
    """A wrong answer that is foreseen, and what it is told."""

    answer: Answer
    hint: str


class Blank(_Strict):
    """One value of a ``fields`` question: its label, unit, what stands in it at first, and what can be chosen."""

    label: str
    start: float | str = ""
    unit: str = ""
    options: list[str] = []


class Asked(_Strict):
    """A question: what is asked, its answer, why that is so, what wrong answers are told, and what the teacher says."""

    ask: str
    kind: Literal["choice", "number", "place", "fields"]
    why: str
    hints: list[str] = Field(min_length=1)
    answer: Answer | list[Answer] = []
    wrong: list[Trap] = []
    say: str = ""
    options: list[str] = []
    unit: str = ""
    step: float = 1.0
    within: int = 0
    fact: str = ""
    recorded_only: bool = False
    rule: str = ""
    limits: dict[str, Any] = {}
    fields: dict[str, Blank] = {}
    example: Any = None


class Part(_Strict):
    """A part of the hour."""

    minutes: int
    teacher: str
    students: str


class Lesson(_Strict):
    """A lesson: its recording and the scenario to play live, who is asked about, what the clock shows, and the plan."""

    recording: str
    live: str
    service: str
    dependency: str
    shows: list[str]
    tells: list[str] = []
    history: list[str] = []
    questions: dict[str, Asked]
    plan: list[Part]
    mistakes: list[str]


def read(path: Path) -> dict[str, Any]:
    """Return a lesson from its file.

    Raises
    ------
    BadInput
        The file is not there, no YAML, or none of this schema: the message names the line.
    """
    if not path.is_file():
        raise BadInput(f"no questions at {path}; write them there, as beside the lessons of incidentlab")
    return parsed(text(path), name=str(path))


def text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    BadInput
        It is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8: byte {error.start}; save it as UTF-8") from error


def parsed(text: str, *, name: str) -> dict[str, Any]:
    r"""Return a lesson from its text.

    Examples
    --------
    >>> parsed("recording: startup-race", name="a.yaml")
    Traceback (most recent call last):
    incidentlab.tables.errors.BadInput: a.yaml:1: no 'live'; write it
    """
    document, _, faults = checked(text, name=name)
    if document is None:
        raise BadInput(faults[0])
    return document


def checked(text: str, *, name: str) -> tuple[dict[str, Any] | None, dict[Step, int], list[str]]:
    """Return a lesson from its text, the line of each place in it, and all that is wrong; None where something is."""
    lines: dict[Step, int] = {}
    try:
        node = yaml_node(text, name=name)
        lines = dict(_lines(node, (), name)) if node else {}
        document = value(node, name=name)
        Lesson.model_validate(document)
    except BadInput as error:
        return None, lines, [str(error)]
    except ValidationError as error:
        found = sorted(error.errors(), key=lambda one: (one["type"] != "extra_forbidden", _line(one["loc"], lines)))
        return None, lines, [_said(one, lines, name) for one in found]
    return dict(document), lines, []


def _lines(node: Node, step: Step, name: str) -> Iterator[tuple[Step, int]]:
    """Give the line of each place in a document; a key that stands twice is refused, as one of both would be lost."""
    yield step, node.start_mark.line + 1
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield from _lines(item, (*step, number), name)
    elif isinstance(node, MappingNode):
        known = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key.value, str):
                raise BadInput(f"{name}:{line}: a key is a list or a mapping; write a word")
            if key.value in known:
                raise BadInput(f"{name}:{line}: the key {key.value!r} stands twice; give each its own name")
            known.add(key.value)
            yield from _lines(value, (*step, key.value), name)
            yield (*step, key.value), line


def _said(found: Any, lines: dict[Step, int], name: str) -> str:
    """Return one thing that is wrong, with its line."""
    step: Step = tuple(found["loc"])
    place = f"{name}:{_line(step, lines)}"
    where = f" of {'.'.join(map(str, step[:-1]))}" if len(step) > 1 else ""
    if found["type"] == "missing":
        return f"{place}: no {step[-1]!r}{where}; write it"
    if found["type"] == "extra_forbidden":
        known = list(_model(step[:-1]).model_fields)
        near = get_close_matches(str(step[-1]), known, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        return f"{place}: no key {step[-1]!r} is known here; {guess}there are {', '.join(known)}"
    return f"{place}: {step[-1] if step else 'the file'}{where} is wrong: {found['msg']}"


def _line(step: Step, lines: dict[Step, int]) -> int:
    """Return the line of a place, or of what is around it."""
    while step and step not in lines:
        step = step[:-1]
    return lines.get(step, 1)


def _model(step: Step) -> type[BaseModel]:
    """Return the model whose keys stand at a place."""
    model: type[BaseModel] = Lesson
    for part in step:
        field = model.model_fields.get(str(part))
        inner = [one for one in get_args(field.annotation) if isinstance(one, type)] if field else []
        model = next((one for one in inner if issubclass(one, BaseModel)), model)
    return model
