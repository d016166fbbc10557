"""One question of a lesson: what is asked, which answers are the same, and what a wrong one is told.

A question is of one kind: ``choice`` (a letter), ``number`` (rounded to a step), ``place`` (file:line of the evidence),
or ``fields`` (several values that together must satisfy a rule, see `incidentlab.teach.rules`). A sealed question holds
no answer: what a right answer is told is sealed with that answer, and so is what one particular wrong answer is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal, DecimalException
from typing import Any

from incidentlab.tables import BadInput
from incidentlab.teach.seal import opened, seal

KINDS = ("choice", "number", "place", "fields")
HELD = "the rule holds"
"""What opens the explanation of a question whose answers are judged by a rule: it has no one answer to keep."""

_PLACE = re.compile(r"(?:logs/)?(?P<file>[^\s:]+):(?P<line>\d{1,9})\Z")


@dataclass(frozen=True)
class Field:
    """One value of a ``fields`` question: what it is called, its unit, and what stands in it at first."""

    label: str
    start: float | str = ""
    unit: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question as a student has it.

    Parameters
    ----------
    name, ask, kind
        Its name within the lesson, what is asked, one of `KINDS`.
    options
        The texts of a choice; the first is ``a``.
    unit, step, within
        Of a number: its unit, what it is rounded to, and how many steps beside the answer are right as well. Of a
        place: how many lines beside it.
    fields
        The values of a ``fields`` question.
    fact
        The name of what is computed from the incident itself, if its answer can be (`incidentlab.teach.facts`).
    recorded_only
        Whether the answer is kept, and right for the recording of the lesson only.
    rule, limits
        The rule that the fields must satisfy, and its limits.
    hints
        What wrong answers are told, one after the other; the last one again and again.
    sealed, traps
        The explanation, under each right answer; hints, each under one wrong answer.
    """

    name: str
    ask: str
    kind: str
    options: tuple[str, ...] = ()
    unit: str = ""
    step: float = 1.0
    within: int = 0
    fields: Mapping[str, Field] = field(default_factory=dict)
    fact: str = ""
    recorded_only: bool = False
    rule: str = ""
    limits: Mapping[str, Any] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()

    def normal(self, given: Any) -> list[str]:
        """Return the normal form of an answer, and those of its neighbours that count as the same.

        Raises
        ------
        BadInput
            The answer cannot be read as one of this kind.

        Examples
        --------
        >>> Question("q", "When?", "number", step=0.1, within=1).normal(1.42)
        ['14', '13', '15']
        """
        if self.kind == "choice":
            return [self._letter(str(given).strip())]
        if self.kind == "number":
            return _near(self._steps(given), self.within)
        found = _PLACE.match(str(given).strip())
        if not found:
            raise BadInput(f"{given!r} is no place; write it like payflow-postgres-1.stdout.log:3")
        return [f"{found['file']}:{line}" for line in _near(int(found["line"]), self.within)]

    def why(self, answers: list[str]) -> str | None:
        """Return the explanation if one of these normal forms is right, else None."""
        found = (
            opened(text, answer=answer, salt=self._salt(i)) for i, text in enumerate(self.sealed) for answer in answers
        )
        return next((text for text in found if text is not None), None)

    def hint(self, answers: list[str], wrong: int) -> str:
        """Return what the `wrong`-th wrong try is told: what belongs to these normal forms, else the next hint."""
        for place, text in enumerate(self.traps):
            found = (opened(text, answer=answer, salt=self._salt(f"trap{place}")) for answer in answers)
            told = next((hint for hint in found if hint is not None), None)
            if told is not None:
                return told
        return self.hints[min(wrong, len(self.hints)) - 1] if self.hints else ""

    def document(self) -> dict[str, Any]:
        """Return the question as JSON takes it, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", (), {}, 0, False)}

    def _letter(self, given: str) -> str:
        if given in self.options:
            return _letters(self.options)[self.options.index(given)]
        if given.lower() not in _letters(self.options):
            raise BadInput(f"{given!r} is none of {', '.join(_letters(self.options))}")
        return given.lower()

    def _steps(self, given: Any) -> int:
        try:
            steps = Decimal(str(given).strip().replace(",", ".")) / Decimal(str(self.step))
            return int(steps.quantize(Decimal(1)))  # refuses what has more digits than anybody counts
        except (DecimalException, ValueError, OverflowError) as error:
            raise BadInput(f"{given!r} is no number; write it like 1.5") from error

    def _salt(self, part: object) -> str:
        return f"{self.name}/{self.ask}/{part}"


def read(name: str, given: Mapping[str, Any]) -> Question:
    """Return a sealed question from its JSON.

    Examples
    --------
    >>> read("q", {"ask": "When?", "kind": "number", "unit": "s"}).unit
    's'
    """
    held: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items() if key != "name"
    }
    parts = {
        key: Field(**{**part, "options": tuple(part.get("options", ()))})
        for key, part in held.pop("fields", {}).items()
    }
    return Question(name=name, fields=parts, **held)


def sealed(name: str, clear: Mapping[str, Any]) -> Question:
    """Return the sealed question of one written in clear, as the instructor has it.

    Parameters
    ----------
    name
        Its name within the lesson.
    clear
        The fields of a question, and ``answer`` (one or a list, none where a rule judges), ``why`` and ``wrong`` (a
        list of ``answer`` and ``hint``). What only the instructor reads is left out.

    Raises
    ------
    BadInput
        A field is missing, or an answer is none of its kind.
    """
    missing = {"ask", "kind", "why", "hints"} - set(clear)
    if missing or clear["kind"] not in KINDS:
        raise BadInput(f"question {name}: {'no ' + ', '.join(sorted(missing)) if missing else 'kind ' + clear['kind']}")
    kept = {key: value for key, value in clear.items() if key in Question.__dataclass_fields__}
    question = read(name, kept)
    right = [question.normal(answer)[0] for answer in answers(clear)] or [HELD]
    traps = [(question.normal(trap["answer"])[0], trap["hint"]) for trap in clear.get("wrong", ())]
    salt = question._salt
    return read(
        name,
        kept
        | {"sealed": [seal(clear["why"], answer=answer, salt=salt(i)) for i, answer in enumerate(right)]}
        | {"traps": [seal(hint, answer=answer, salt=salt(f"trap{i}")) for i, (answer, hint) in enumerate(traps)]},
    )


def answers(clear: Mapping[str, Any]) -> list[Any]:
    """Return the right answers of a question in clear."""
    given = clear.get("answer", [])
    return list(given) if isinstance(given, list) else [given]


def _letters(options: tuple[str, ...]) -> list[str]:
    return [chr(ord("a") + place) for place in range(len(options))]


def _near(number: int, within: int) -> list[str]:
    beside = [number + side * distance for distance in range(1, within + 1) for side in (-1, 1)]
    return [str(value) for value in (number, *beside)]
