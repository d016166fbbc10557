"""A lesson at work: one incident, a clock that reveals it, questions about it, and what each answer is told."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import EllipsisType
from typing import Any

import pandas as pd

from incidentlab import report
from incidentlab.analyse.whatif import Facts
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report.show import Shown, visible
from incidentlab.tables import BadInput
from incidentlab.teach import question as questions
from incidentlab.teach import written
from incidentlab.teach.clock import Clock
from incidentlab.teach.facts import Story, computed
from incidentlab.teach.figure import drawn
from incidentlab.teach.form import Form
from incidentlab.teach.progress import ENDING, Progress, proof
from incidentlab.teach.question import HELD, Question
from incidentlab.teach.rules import Bench, judged

SEALED = ".questions.json"
"""Ending of the file of questions in a generated edition; in the source of the lessons they stand in .yaml."""

_SETTINGS = {
    "restart_policy": "restart",
    "restart_max": "restart: at most (0 = no limit)",
    "depends_on": "depends_on",
    "health_test": "healthcheck: test",
    "health_interval_s": "healthcheck: interval (s)",
    "health_timeout_s": "healthcheck: timeout (s)",
    "health_start_period_s": "healthcheck: start_period (s)",
    "health_retries": "healthcheck: retries",
}
"""column of a container -> how the Compose file calls it"""


def lesson(
    name: str,
    source: str | Path,
    *,
    history: str | Path = "",
    folder: str | Path = ".",
    forms: bool | None = None,
) -> Lesson:
    """Return the lesson whose questions stand beside the notebook.

    Parameters
    ----------
    name
        Name of the notebook without its ending, like ``02-startup-race``.
    source
        The incident: the recording that the lesson is written for, or another, such as ``compose:payflow``.
    history
        Folder of the recordings that tell how the time to ready varies, where the lesson asks for that.
    folder
        Where the file of questions is.
    forms
        Whether to show something to click on; by default where a frontend is there.

    Raises
    ------
    BadInput
        The questions are not there, or the source cannot be loaded.
    """
    path = Path(folder) / name
    copy = path.with_name(path.name + SEALED).is_file()  # in the source of the lessons nobody learns
    kept = Progress(path.with_name(path.name + ENDING) if copy else None)
    return Lesson(name, document(path), str(source), history=Path(history), forms=forms, progress=kept)


def document(path: Path) -> dict[str, Any]:
    """Return the sealed questions of a lesson, sealing them now where they stand in clear (in the source).

    Raises
    ------
    BadInput
        There is no such lesson.
    """
    given, clear = path.with_name(path.name + SEALED), path.with_name(path.name + ".yaml")
    if given.is_file():
        try:
            kept: dict[str, Any] = json.loads(given.read_text(encoding="utf-8"))
        except ValueError as error:
            raise BadInput(f"{given} is damaged: {error}; make the copy again with incidentlab lessons") from error
        return kept
    if clear.is_file():
        return sealed(written.read(clear))
    raise BadInput(
        f"no questions beside the notebook: neither {given} nor {clear}; make a copy with incidentlab lessons"
    )


def sealed(clear: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lesson without anything that only the instructor reads, every answer sealed."""
    kept = {
        key: clear[key] for key in ("recording", "service", "dependency", "shows", "tells", "history") if key in clear
    }
    asked = {name: questions.sealed(name, text).document() for name, text in clear["questions"].items()}
    return kept | {"questions": asked}


class Lesson:
    """A lesson: its incident, its clock, its questions.

    Parameters
    ----------
    name
        Name of the notebook without its ending.
    document
        As `document` gives it.
    source
        The incident.
    history
        Folder of further recordings.
    forms
        Whether to show something to click on; by default where a frontend is there.
    progress
        What has been answered, which survives the kernel; by default in memory.
    """

    def __init__(
        self,
        name: str,
        document: Mapping[str, Any],
        source: str,
        *,
        history: Path = Path(),
        forms: bool | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.name, self._document, self._source, self._forms = name, document, source, forms
        self._history = history
        self.incident = load(source)
        self.questions = {key: questions.read(key, text) for key, text in document["questions"].items()}
        self._progress = progress or Progress(None)
        self._stops: set[float] = set()

    @property
    def recorded(self) -> bool:
        """Whether the source is the recording that the lesson is written for."""
        return Path(self._source).name == str(self._document["recording"])

    @cached_property
    def story(self) -> Story:
        """The investigated incident, and who waited for whom."""
        found = investigate(self.incident)
        return Story(found, self._document["service"], self._document["dependency"])

    @cached_property
    def found(self) -> Investigation:
        """The investigation of the incident, as the other notebooks have it."""
        return self.story.found

    @cached_property
    def facts(self) -> Facts:
        """What a replay needs to know of the incident."""
        return report.facts(self.found, self.story.service, self.story.dependency)

    @cached_property
    def ready(self) -> pd.DataFrame:
        """How long the dependency took to be ready in the recordings that the lesson names: READINESS."""
        incidents = [load(self._history / name, name=name) for name in self._document.get("history", ())]
        return report.readiness(incidents or [self.incident], self.story.dependency)

    def clock(self, *steps: float | str) -> Clock:
        """Return the clock, to be run to each of these seconds after the begin, or to the ``"end"``."""
        seconds = tuple(math.inf if step == "end" else float(step) for step in steps)
        since = max((step for step in self._stops if step < seconds[0]), default=-math.inf)
        self._stops |= set(seconds)
        shows, tells = self._document["shows"], tuple(self._document.get("tells", ("logs", "events")))
        return Clock(self.incident, seconds, services=shows, tells=tells, since=since, forms=self._forms)

    def settings(self) -> Shown:
        """Return how the services of the lesson are set, which is known before anything happens."""
        containers = self.incident.containers
        own = containers[containers["service"].isin(self._document["shows"])].set_index("service")
        rows = own[list(_SETTINGS)].rename(columns=_SETTINGS).T.reset_index(names="setting")
        return report.table(rows.astype("object"))

    def ask(self, name: str) -> Form:
        """Return a question as a form."""
        question, number = self._question(name), list(self.questions).index(name) + 1
        title = f"Question {number} of {len(self.questions)}"
        return Form(question, lambda given: self.check(name, given), title=title, forms=self._forms)

    def check(self, name: str, given: Any) -> Shown:
        """Return what an answer is told: right, with the explanation, or a hint.

        Raises
        ------
        BadInput
            There is no such question, or the answer cannot be read.
        """
        question = self._question(name)
        if isinstance(given, EllipsisType):
            raise BadInput("put your answer in place of the three dots")
        if question.kind == "fields":
            return self._by_rule(question, given)
        answers = question.normal(given)
        why = question.why(answers)
        right = self._is_right(question, answers, why)
        if right is None:
            return _told("asked of the recording only: talk it over with the others", [])
        if right:
            return self._passed(name, why, answer=answers[0])
        return self._failed(question, answers)

    def score(self) -> Shown:
        """Return how many questions are answered, and which are open."""
        still = [name for name in self.questions if name not in self._progress.right]
        answered = len(self.questions) - len(still)
        return _told(f"{answered} of {len(self.questions)} answered", [f"open: {', '.join(still)}"] if still else [])

    def _question(self, name: str) -> Question:
        if name not in self.questions:
            raise BadInput(f"no question is called {name!r}; there are {', '.join(self.questions)}")
        return self.questions[name]

    def _is_right(self, question: Question, answers: list[str], why: str | None) -> bool | None:
        if question.fact:
            return question.normal(computed(question.fact, self.story))[0] in answers
        if self.recorded or not question.recorded_only:
            return why is not None
        return None

    def _by_rule(self, question: Question, given: Mapping[str, Any]) -> Shown:
        if not isinstance(given, Mapping):
            raise BadInput(f"give a value for each of {', '.join(question.fields)}, as the question shows it")
        bench = Bench(self.story, lambda: self.facts, lambda: self.ready)
        said = judged(question.rule, given, question.limits, bench)
        lines = [f"{'holds' if holds else 'does not hold'}: {line}" for holds, line in said.lines]
        verdict = (
            self._passed(question.name, question.why([HELD]), lines)
            if said.right
            else self._failed(question, [], lines)
        )
        picture = drawn(said.axes, "result of the replay") if said.axes is not None else ""
        return Shown(verdict.html + picture, verdict.text)

    def _passed(self, name: str, why: str | None, lines: list[str] | None = None, answer: str = "") -> Shown:
        known = proof(self.name, name, answer) if answer and name not in self._progress.right else ""
        self._progress.add(name, right=True, proof=known)
        return _told("Right.", [*(lines or []), *([why] if why else [])])

    def _failed(self, question: Question, answers: list[str], lines: list[str] | None = None) -> Shown:
        self._progress.add(question.name, right=False)
        foreseen = answers if self.recorded or not question.fact else []  # a trap tells of the recording
        hint = question.hint(foreseen, self._progress.wrong(question.name))
        return _told("Not yet.", [*(lines or []), f"Hint: {hint}"])


def _told(verdict: str, lines: list[str]) -> Shown:
    body = "".join(f"<p>{html.escape(visible(line))}</p>" for line in lines)
    return Shown(f"<p><b>{html.escape(verdict)}</b></p>{body}", "\n".join([verdict, *lines]))
