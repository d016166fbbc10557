"""Which causes a row rules out, read from `excluded.toml`, which says how it is written."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Rule:
    """One general truth.

    Parameters
    ----------
    of
        The verdicts of which it speaks.
    excludes
        The cause that is ruled out.
    by
        A pattern of the fact that the row shows.
    because
        Why such a row rules it out.
    """

    of: tuple[str, ...]
    excludes: str
    by: str
    because: str


RULES = tuple(
    Rule(tuple(entry["of"]), entry["not"], entry["by"], entry["because"])
    for entry in tomllib.loads((files(__package__) / "excluded.toml").read_text(encoding="utf-8"))["rule"]
)
"""All of them; of several for one cause the first that fits is told."""
