"""Every lesson: its answers are right, its wrong answers are wrong, and it runs without anybody to click."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from incidentlab.tables import BadInput
from incidentlab.teach.facts import computed
from incidentlab.teach.lesson import Lesson, lesson
from incidentlab.teach.question import answers

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "lessons"
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*.ipynb"))


def clear(name: str) -> dict[str, Any]:
    """Return a lesson as the instructor has it."""
    text: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return text


def questions(kinds: str) -> Iterator[Any]:
    """Yield every question of these kinds, with its lesson."""
    for name in NAMES:
        for key, question in clear(name)["questions"].items():
            if question["kind"] in kinds:
                yield pytest.param(name, key, question, id=f"{name[:2]}-{key}")


@cache
def opened(name: str) -> Lesson:
    """Return a lesson at work; opened once, as most of its time goes into sealing."""
    data = ROOT / "data"
    return lesson(name, data / clear(name)["recording"], history=data, folder=FOLDER, forms=False)


@pytest.mark.parametrize(("name", "key", "question"), list(questions("choice number place")))
def test_the_answer_is_right_and_the_traps_are_not(name: str, key: str, question: dict[str, Any]) -> None:
    """Each answer in clear is right and brings its explanation; each foreseen wrong one brings its own hint."""
    at_work = opened(name)
    for answer in answers(question):
        assert at_work.check(key, answer).text == f"Right.\n{question['why']}"
    for trap in question["wrong"]:
        assert at_work.check(key, trap["answer"]).text == f"Not yet.\nHint: {trap['hint']}"


@pytest.mark.parametrize(("name", "key", "question"), list(questions("number place")))
def test_what_the_evidence_tells_is_the_answer_in_clear(name: str, key: str, question: dict[str, Any]) -> None:
    """A computed answer and the one that the instructor reads are the same."""
    if "fact" in question:
        asked = opened(name).questions[key]
        assert asked.normal(computed(question["fact"], opened(name).story))[0] == asked.normal(question["answer"])[0]


@pytest.mark.parametrize(("name", "key", "question"), list(questions("fields")))
def test_a_rule_holds_for_the_example_and_not_for_what_stands_in_the_form(
    name: str, key: str, question: dict[str, Any]
) -> None:
    """Where a rule judges, the instructor's example is right, and what the form shows at first is wrong."""
    start = {field: text.get("start", text.get("options", [""])[0]) for field, text in question["fields"].items()}
    wrong, right = opened(name).check(key, start), opened(name).check(key, question["example"])
    assert wrong.text.startswith("Not yet.")
    assert "does not hold" in wrong.text
    assert right.text.startswith("Right.")
    assert right.text.endswith(question["why"])


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_whole(name: str) -> None:
    """Its plan fills sixty minutes, each question is asked once, and none is without hints and words to say."""
    told = clear(name)
    asked = re.findall(r"lesson\.ask\(\\\"([\w-]+)", (FOLDER / f"{name}.ipynb").read_text())
    assert asked == list(told["questions"])
    assert len(told["questions"]) >= 4
    assert sum(part["minutes"] for part in told["plan"]) == 60
    assert all(len(question["hints"]) >= 2 and question["say"] for question in told["questions"].values())
    assert (ROOT / "lab" / "scenarios" / f"{told['live']}.yaml").is_file()


def test_a_rule_tells_how_far_off_a_setting_is() -> None:
    """A policy that is too short says how many starts it bridges; one that is too patient, when it gives up."""
    at_work = opened("05-choosing-a-retry-policy")
    short = at_work.check("your-policy", {"tries": 2, "initial_s": 1, "factor": 1, "cap_s": 1})
    patient = at_work.check("your-policy", {"tries": 60, "initial_s": 10, "factor": 1, "cap_s": 10})
    assert "in 0 of the 7 starts" in short.text
    assert "does not hold: where the dependency never becomes ready, it gives up after 60" in patient.text
    assert "data:image/png" in patient.html


@pytest.mark.parametrize("given", [{"tries": "many"}, {"tries": -1}, {"tries": 2.5}, {}, "three"])
def test_a_setting_that_cannot_be_used_is_refused(given: Any) -> None:
    """A value that is no number, out of range or missing is no wrong answer: the message names it."""
    with pytest.raises(BadInput, match=r"tries"):
        opened("05-choosing-a-retry-policy").check("your-policy", given)


def test_a_service_is_named_by_a_word_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence in which the name of a service is only a part of another word names no service."""
    at_work = opened("06-writing-it-up-blamelessly")
    logs = at_work.incident.logs.assign(service="app")
    story = replace(at_work.story, found=replace(at_work.found, incident=replace(at_work.incident, logs=logs)))
    monkeypatch.setitem(at_work.__dict__, "story", story)
    told = "What happened once more that day, and why, was not known to anybody"
    assert "names no service" in at_work.check("sentence", {"text": told}).text
    assert at_work.check("sentence", {"text": f"{told}: app had exited"}).text.startswith("Right.")


def test_another_source_is_judged_by_its_own_evidence(recorded: Callable[..., Any]) -> None:
    """With another incident of the same kind, a computed answer is the one of that incident."""
    other = lesson("02-startup-race", ROOT / "data" / "budget-spent", folder=FOLDER, forms=False)
    assert other.check("tries", 4).text.startswith("Right.")
    assert other.check("tries", 6).text.startswith("Not yet.")
    staged = clear("02-startup-race")["questions"]["tries"]["hints"]
    assert other.check("tries", 7).text == f"Not yet.\nHint: {staged[1]}", "the hint of a trap tells of the recording"
    assert recorded("budget-spent").name == "payflow"


def test_the_score_counts_questions_and_not_tries() -> None:
    """A question answered twice counts once; the open ones are named."""
    fresh = lesson("01-reading-a-compose-log", ROOT / "data" / "startup-race-down", folder=FOLDER, forms=False)
    assert fresh.score().text.startswith("0 of 6 answered")
    for _ in range(2):
        fresh.check("how-many", 1)
    assert fresh.score().text.startswith("1 of 6 answered\nopen: which-line, who-is-it")


def test_what_is_not_there_is_named() -> None:
    """A question or a lesson that does not exist, and the three dots of the form, get a message that helps."""
    with pytest.raises(BadInput, match="there are which-line"):
        opened("01-reading-a-compose-log").ask("nothing")
    with pytest.raises(BadInput, match="incidentlab lessons"):
        lesson("99-nothing", ROOT / "data" / "fixed", folder=FOLDER)
    with pytest.raises(BadInput, match="three dots"):
        opened("01-reading-a-compose-log").check("how-many", ...)
