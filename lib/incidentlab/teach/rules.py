"""Answers that are judged, not compared: settings by replay, sentences by the wording check.

A rule says of what is asked whether it holds, each with its figure, so that a wrong try shows how far off it was. No
answer is kept anywhere: whatever satisfies the rule is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import yaml
from matplotlib.axes import Axes

from incidentlab import plot
from incidentlab.analyse import whatif
from incidentlab.analyse.whatif import Facts, Setting
from incidentlab.report import postmortem
from incidentlab.report.postmortem.people.wording import names
from incidentlab.tables import BadInput
from incidentlab.teach.facts import Story

_TRIES = 10_000


@dataclass(frozen=True, eq=False)
class Judged:
    """What a rule says: one line for each thing asked, whether it holds, and a figure where one shows more."""

    lines: tuple[tuple[bool, str], ...]
    axes: Axes | None = None

    @property
    def right(self) -> bool:
        """Whether everything asked holds."""
        return all(holds for holds, _ in self.lines)


@dataclass(frozen=True, eq=False)
class Bench:
    """What a rule may look at: the facts of the incident, the times to ready of many, the names of its services."""

    story: Story
    facts: Callable[[], Facts]
    ready: Callable[[], pd.DataFrame]


def judged(rule: str, given: Mapping[str, Any], limits: Mapping[str, Any], bench: Bench) -> Judged:
    """Return what a rule says of the values given.

    Parameters
    ----------
    rule
        One of `RULES`.
    given
        Field -> value.
    limits
        What the question asks for.
    bench
        What it is judged by.

    Raises
    ------
    BadInput
        A value is missing or cannot be used.
    """
    return RULES[rule](given, limits, bench)


def _retries(given: Mapping[str, Any], limits: Mapping[str, Any], bench: Bench) -> Judged:
    """Judge retries inside the program: over every start recorded, and where the dependency never comes."""
    setting = Setting(
        tries=_whole(given, "tries"),
        initial_s=_number(given, "initial_s", low=0.001, high=3600),
        factor=_number(given, "factor", low=1, high=100),
        cap_s=_number(given, "cap_s", low=0.001, high=3600),
    )
    ready, facts = bench.ready(), bench.facts()
    seen = ready[ready["observed"].astype(bool)]
    deadline = whatif.deadline_s(facts, setting)
    good, asked = int(seen["duration_s"].le(deadline).sum()), limits["within_s"]
    ends = _ends(facts, setting)
    lines = (
        (good == len(seen), f"it reaches its dependency in {good} of the {len(seen)} starts that became ready"),
        (ends <= asked, f"where the dependency never becomes ready, it {_gives_up(ends)} (asked: within {asked:g} s)"),
    )
    table = whatif.recovery(facts, {"your setting": setting}, ready, draws=50)
    return Judged(lines, plot.recovery(table))


def _healthcheck(given: Mapping[str, Any], limits: Mapping[str, Any], bench: Bench) -> Judged:
    """Judge a healthcheck that `depends_on` waits for: this start must pass, and one that never is ready must not."""
    setting = Setting(
        condition="service_healthy",
        timeout_s=5.0,
        interval_s=_number(given, "interval_s", low=0.1, high=3600),
        start_period_s=_number(given, "start_period_s", low=0, high=3600),
        retries=_whole(given, "retries"),
    )
    facts, asked = bench.facts(), limits["within_s"]
    outcome, ends = whatif.replay(facts, setting), _ends(facts, setting)
    started = f"{bench.story.service} is started and works {outcome.at_s:.1f} s after the start of {facts.dependency}"
    never = f"{bench.story.service} is never started: {whatif.REASONS[outcome.reason]}"
    lines = (
        (outcome.recovers, started if outcome.recovers else never),
        (ends <= asked, f"where it never becomes ready, Compose {_gives_up(ends)} (asked: within {asked:g} s)"),
    )
    return Judged(lines)


def _ends(facts: Facts, setting: Setting) -> float:
    """Return when nothing is tried any more, if the dependency never becomes ready; inf: not within an hour."""
    outcome = whatif.replay(replace(facts, ready=()), setting)
    return float("inf") if outcome.reason == "horizon" else outcome.steps[-1][0]


def _gives_up(seconds: float) -> str:
    return "still tries after an hour" if seconds == float("inf") else f"gives up after {seconds:.1f} s"


def _sentence(given: Mapping[str, Any], limits: Mapping[str, Any], bench: Bench) -> Judged:
    """Judge one sentence of a postmortem: no blame in it, a system named, long enough to say something."""
    text = str(given.get("text", "")).strip()
    services = sorted(bench.story.incident.logs["service"].dropna().unique())
    words = len(text.split())
    named = [name for name in services if names(text, name)]
    lines = [
        (words >= limits["words"], f"it has {words} words (asked: at least {limits['words']})"),
        (bool(named), f"it names {', '.join(named) or 'no service of the stack'} (asked: at least one)"),
    ]
    return Judged((*lines, *_remarks({"summary": text}, services)))


def _action_item(given: Mapping[str, Any], limits: Mapping[str, Any], bench: Bench) -> Judged:  # noqa: ARG001
    """Judge an action item: it begins with a verb, can be seen to be done, and has owner, due date and kind."""
    item = {name: str(given.get(name, "")).strip() for name in ("what", "owner", "due", "kind")}
    return Judged(_remarks({"action_items": [item]}, []))


def _remarks(human: dict[str, Any], services: list[str]) -> tuple[tuple[bool, str], ...]:
    found = postmortem.wording(postmortem.read(yaml.safe_dump(human, allow_unicode=True)), services=services)
    if not found:
        return ((True, "the wording check has nothing to say"),)
    return tuple((False, f"{remark.found}: {remark.suggestion}") for remark in found)


def _whole(given: Mapping[str, Any], name: str) -> int:
    value = _number(given, name, low=1, high=_TRIES)
    if value != int(value):
        raise BadInput(f"{name} = {value:g} is no whole number; write it like {int(value)}")
    return int(value)


def _number(given: Mapping[str, Any], name: str, *, low: float, high: float) -> float:
    try:
        value = float(str(given.get(name, "")).strip().replace(",", "."))
    except ValueError as error:
        raise BadInput(f"{name} = {given.get(name)!r} is no number; write it like 1.5") from error
    if not low <= value <= high:
        raise BadInput(f"{name} = {value:g} is not between {low:g} and {high:g}")
    return value


RULES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Bench], Judged]] = {
    "retries": _retries,
    "healthcheck": _healthcheck,
    "sentence": _sentence,
    "action_item": _action_item,
}
"""name -> what judges"""
