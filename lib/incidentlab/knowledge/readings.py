"""The reader of `readings.txt`: what each kind of failure means."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

from incidentlab.knowledge.weights import weight


class Reading(NamedTuple):
    """What a kind of failure means.

    Parameters
    ----------
    category
        One of `incidentlab.tables.CATEGORIES`.
    confidence
        How often it is right, where nothing speaks against it.
    exactness
        3: names a fault; 2: says who lacks what; 1: says only that a program ended.
    hard
        Whether the program cannot do without it.
    sentence
        With ``{who}``, ``{name}``, ``{subject}``, ``{port}``, ``{user}``.
    """

    category: str
    confidence: float
    exactness: int
    hard: bool
    sentence: str


def _read(text: str) -> dict[str, Reading]:
    rows = (line.split(None, 4) for line in text.splitlines() if line and not line.startswith("#"))
    return {
        kind: Reading(category, weight(f"fault.{kind}"), int(exactness), hard == "hard", sentence)
        for kind, category, exactness, hard, sentence in rows
    }


READINGS = _read((files(__package__) / "readings.txt").read_text(encoding="utf-8"))
"""Kind of failure -> what it means."""
