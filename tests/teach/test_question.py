"""Which answers are the same, and what a wrong one is told."""

import json
from typing import Any

import pytest

from incidentlab.tables import BadInput
from incidentlab.teach.question import Question, read, sealed

CLEAR: dict[str, Any] = {
    "ask": "When was it ready?",
    "kind": "number",
    "unit": "s",
    "step": 0.1,
    "within": 1,
    "answer": 7.2,
    "why": "Then the real server listens.",
    "hints": ["Look again.", "Look at the second line."],
    "wrong": [{"answer": 1.8, "hint": "That is the temporary one."}],
    "say": "Only the instructor reads this.",
}


@pytest.mark.parametrize("given", [7.2, 7.1, 7.3, "7.2", " 7,2 ", 7.24])
def test_a_number_is_right_within_its_tolerance(given: Any) -> None:
    """An answer is rounded to the step, and so many steps beside the answer are right as well."""
    assert sealed("q", CLEAR).normal(given)[0] in {"71", "72", "73"}
    assert sealed("q", CLEAR).why(sealed("q", CLEAR).normal(given)) == "Then the real server listens."


@pytest.mark.parametrize("given", [7.0, 7.4, -7.2, 72, 1.8])
def test_a_number_outside_is_wrong(given: float) -> None:
    """An answer outside the tolerance opens nothing."""
    question = sealed("q", CLEAR)
    assert question.why(question.normal(given)) is None


def test_a_wrong_answer_that_was_foreseen_gets_its_own_hint() -> None:
    """The hint of a trap comes for that wrong answer only; others get the staged hints, the last again and again."""
    question = sealed("q", CLEAR)
    assert question.hint(question.normal(1.8), 1) == "That is the temporary one."
    staged = [question.hint(question.normal(3), wrong) for wrong in (1, 2, 3)]
    assert staged == ["Look again.", "Look at the second line.", "Look at the second line."]


def test_a_sealed_question_tells_nothing() -> None:
    """Its JSON holds neither the answer, nor the explanation, nor the hint of a trap, nor the instructor's words."""
    text = json.dumps(sealed("q", CLEAR).document())
    assert "answer" not in text
    assert not [told for told in ("7.2", "72", "1.8", "real server", "temporary", "instructor") if told in text]


def test_a_question_survives_its_json() -> None:
    """What is read from the JSON of a question is the same question."""
    question = sealed("q", CLEAR)
    assert read("q", json.loads(json.dumps(question.document()))) == question


@pytest.mark.parametrize("given", ["logs/app.stdout.log:29", "app.stdout.log:29", " app.stdout.log:29 "])
def test_a_place_has_one_normal_form(given: str) -> None:
    """The folder of the logs may be left out of a place."""
    assert Question("q", "Where?", "place").normal(given) == ["app.stdout.log:29"]


def test_a_choice_is_its_letter_or_its_text() -> None:
    """A choice may be given as its letter, small or capital, or as its whole text."""
    question = Question("q", "Who?", "choice", options=("one", "two"))
    assert [question.normal(given) for given in ("b", "B", "two")] == [["b"], ["b"], ["b"]]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "soon"),
        ("number", "inf"),
        ("number", "1e9999"),
        ("place", "line 29"),
        ("choice", "c"),
        ("number", ""),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_wrong_answer(kind: str, given: str) -> None:
    """What is no number, no place or no option is refused with a word on how to write it."""
    with pytest.raises(BadInput, match=r"write it like|none of"):
        Question("q", "What?", kind, options=("one", "two")).normal(given)


def test_a_question_without_an_explanation_is_refused() -> None:
    """A question in clear that lacks a part says which."""
    with pytest.raises(BadInput, match="question q: no why"):
        sealed("q", {key: value for key, value in CLEAR.items() if key != "why"})
