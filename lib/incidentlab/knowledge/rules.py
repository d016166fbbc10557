"""What an audit looks for: one entry per rule, read from `rules.toml`, which says how it is written."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    name
        Its name.
    level
        error, warning, note: one of `incidentlab.tables.LEVELS`.
    condition
        When it is broken, without names.
    versions
        For which versions of Compose and the engine this is true.
    needs
        The evidence without which nothing can be said; see `rules.toml`.
    sentence, remedy
        What is said, and what to change: the first of the texts that fits (`knowledge.causes.instructions`).
    sources
        Where it is documented.
    """

    name: str
    level: str
    condition: str
    versions: str
    needs: list[str]
    sentence: list[str]
    remedy: list[str]
    sources: list[str]


_READ: dict[str, Any] = tomllib.loads((files(__package__) / "rules.toml").read_text(encoding="utf-8"))

RULES: dict[str, Rule] = {name: Rule(name, **entry) for name, entry in _READ["rule"].items()}
"""Name -> the rule."""
