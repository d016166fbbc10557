"""What an incident can be: one entry per category, read from `causes.toml`, which says how it is written.

The diagnosis takes its remedies from it, the external edition its words, `incidentlab explain` everything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_NAME = r"(?<!\{)\{([a-z_]+)\}(?!\})"
_CONDITIONS = r"^\[([\w ]+)\] "

Step = str | list[str]


@dataclass(frozen=True)
class Cause:
    """What one category means.

    Parameters
    ----------
    name
        One of `incidentlab.tables.CATEGORIES`.
    means
        In one sentence, without names.
    proves, refutes
        What speaks for it, and against it.
    remedy, verify
        Steps: what to change, and how to see that it holds; see `instructions`.
    outside
        What readers outside are told.
    sources
        Where it is documented.
    """

    name: str
    means: str
    proves: list[str]
    refutes: list[str]
    remedy: list[Step]
    verify: list[Step]
    outside: str
    sources: list[str]


_READ: dict[str, Any] = tomllib.loads((files(__package__) / "causes.toml").read_text(encoding="utf-8"))

CAUSES: dict[str, Cause] = {name: Cause(name, **entry) for name, entry in _READ["cause"].items()}
"""Category -> what it means."""

PROBES: dict[str, str] = {kind: entry["probe"] for kind, entry in _READ["server"].items()}
"""Kind of server -> a healthcheck that asks over TCP what its clients ask, as YAML in one line."""

EXITS: dict[int, str] = {int(code): says for code, says in _READ["exit"].items()}
"""Exit code -> what it says by itself."""

NEXT: Step = _READ["next"]["steps"]
"""The next command: texts of which the first that fits is told."""


def instructions(steps: list[Step], names: Mapping[str, str], conditions: Collection[str] = ()) -> list[str]:
    """Return the steps that can be told, with the names in place.

    Parameters
    ----------
    steps
        Each a text, or a list of texts of which the first that fits is told.
    names
        What the evidence names: a text with another name does not fit.
    conditions
        What holds: a text that asks for another condition does not fit.

    Examples
    --------
    >>> instructions([["[postgres] Ask {server}.", "Ask the server."]], {"server": "db"}, {"postgres"})
    ['Ask db.']
    >>> instructions([["[postgres] Ask {server}.", "Ask the server."]], {})
    ['Ask the server.']
    """
    fitting = (
        next((text for text in texts(step) if _fits(text, names, conditions)), "") for step in steps
    )  # an empty text, or none that fits, tells nothing
    return [_filled(text, names) for text in fitting if text]


def texts(step: Step) -> list[str]:
    """Return all texts of a step."""
    return [step] if isinstance(step, str) else step


def _fits(text: str, names: Mapping[str, str], conditions: Collection[str]) -> bool:
    asked = re.match(_CONDITIONS, text)
    wanted = asked[1].split() if asked else []
    return all(one in conditions for one in wanted) and all(name in names for name in re.findall(_NAME, text))


def _filled(text: str, names: Mapping[str, str]) -> str:
    return re.sub(_NAME, lambda found: names[found[1]], re.sub(_CONDITIONS, "", text))
