"""Answers that the evidence itself gives: computed when a student answers, so that nothing has to be kept.

Each takes the story of a lesson (an investigated incident, who waited for whom) and says what is to be found in it.
With another source, such as the same scenario played live on the lab, the answer is the one of that source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab import report
from incidentlab.incident import Incident
from incidentlab.investigate import Investigation
from incidentlab.tables import BadInput


@dataclass(frozen=True, eq=False)
class Story:
    """What a lesson tells of: an investigated incident, the service that failed, what it depended on."""

    found: Investigation
    service: str
    dependency: str

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return self.found.incident

    def after(self, ts: Any) -> float:
        """Return a time as seconds after the begin of the incident."""
        return float((ts - self.incident.start).value / 1e9)


def computed(name: str, story: Story) -> Any:
    """Return the answer that the evidence gives.

    Parameters
    ----------
    name
        One of `FACTS`; an argument follows after a blank: ``runs_by 35``.
    story
        Where it is looked up.

    Raises
    ------
    BadInput
        The evidence does not show it, or nothing has this name.
    """
    known, _, argument = name.partition(" ")
    if known not in FACTS:
        raise BadInput(f"no fact is called {known!r}; there are {', '.join(FACTS)}")
    try:
        return FACTS[known](story, *([float(argument)] if argument else []))
    except (IndexError, KeyError) as error:
        raise BadInput(f"this source does not show {known}: it shows another course of events") from error


def _failed_tries(story: Story) -> int:
    tried = report.of(story.found.attempts, story.service, story.dependency)
    return int((~tried["ok"].astype(bool)).sum())


def _failures(story: Story) -> int:
    return len(report.of(story.found.failures, story.service))


def _failure_place(story: Story) -> str:
    return _place(report.of(story.found.failures, story.service))


def _early_ready_place(story: Story) -> str:
    return _place(_phase(story, "temporary_server"))


def _ready_at(story: Story) -> float:
    return story.after(_phase(story, "ready")["start"].iloc[0])


def _ready_after_start(story: Story) -> float:
    return report.facts(story.found, story.service, story.dependency).ready[0][0]


def _unhealthy_at(story: Story) -> float:
    return story.after(_unhealthy(story))


def _healthy_too_early(story: Story) -> float:
    ready = _phase(story, "ready")["start"].iloc[0]
    events = report.of(story.incident.events, story.dependency)
    early = events.loc[events["detail"].eq("healthy") & events["ts"].lt(ready), "ts"]
    return float((ready - early.iloc[0]).value / 1e9)


def _patience(story: Story) -> float:
    return story.after(_unhealthy(story)) - story.after(_start(story))


def _first_probe(story: Story) -> float:
    probes = report.of(story.incident.probes, story.dependency)
    return story.after(probes["start"].iloc[0]) - story.after(_start(story))


def _success_at(story: Story) -> float:
    tried = report.of(story.found.attempts, story.service, story.dependency)
    return story.after(tried.loc[tried["ok"].astype(bool), "ts"].iloc[0])


def _runs_by(story: Story, seconds: float) -> int:
    started = report.of(story.found.lifetimes, story.service)["started"]
    return int(started.le(story.incident.start + pd.Timedelta(seconds=seconds)).sum())


def _delay(story: Story, number: float) -> float:
    rows = report.of(story.found.restarts, story.service)
    return float(rows.loc[rows["number"] == int(number), "predicted_s"].iloc[0])


def _recovery(story: Story) -> float:
    at = story.found.milestones.dropna(subset="ts").set_index("name")["ts"]
    return story.after(at["resolved"]) - story.after(at["impact"])


def _killed_place(story: Story) -> str:
    events = report.of(story.incident.events, story.service)
    return _place(events[events["action"] == "oom"])


def _lasted(story: Story, run: float) -> float:
    lived = report.of(story.found.lifetimes, story.service)
    return float(lived.loc[lived["run"] == int(run), "duration_s"].iloc[0])


def _image_megabytes(story: Story) -> float:
    own = report.of(story.incident.containers, story.service)["image_id"].iloc[0]
    images = story.incident.images
    return float(images.loc[images["image_id"] == own, "size_bytes"].iloc[0] / 1e6)


def _phase(story: Story, phase: str) -> pd.DataFrame:
    rows = report.of(story.found.phases, story.dependency)
    return rows[rows["phase"] == phase]


def _unhealthy(story: Story) -> Any:
    events = report.of(story.incident.events, story.dependency)
    return events.loc[events["detail"] == "unhealthy", "ts"].iloc[0]


def _start(story: Story) -> Any:
    return report.of(story.found.lifetimes, story.dependency)["started"].iloc[0]


def _place(rows: pd.DataFrame) -> str:
    return f"{rows['file'].iloc[0]}:{rows['line'].iloc[0]}"


FACTS: dict[str, Callable[..., Any]] = {
    "failed_tries": _failed_tries,
    "failures": _failures,
    "failure_place": _failure_place,
    "early_ready_place": _early_ready_place,
    "ready_at": _ready_at,
    "ready_after_start": _ready_after_start,
    "unhealthy_at": _unhealthy_at,
    "healthy_too_early": _healthy_too_early,
    "patience": _patience,
    "first_probe": _first_probe,
    "success_at": _success_at,
    "runs_by": _runs_by,
    "delay": _delay,
    "recovery": _recovery,
    "killed_place": _killed_place,
    "lasted": _lasted,
    "image_megabytes": _image_megabytes,
}
"""name -> what finds it"""
