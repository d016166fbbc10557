"""The reader of `weights.txt`: every number that decides, by its name.

A row is a name, a value, and why it is so; between them may stand right/of, as counted on labelled cases.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

_ROW = r"(?P<name>[a-z][\w.]*) +(?P<value>\d*\.?\d+) +(?:(?P<right>\d+)/(?P<of>\d+) +)?(?P<why>\S.*)"


class Weight(NamedTuple):
    """A number that decides.

    Parameters
    ----------
    value
        A confidence, or a factor on one, between 0 and 1.
    why
        Where it comes from, in words.
    right, of
        How often it was right, of how many votes; None where nobody has counted.
    """

    value: float
    why: str
    right: int | None = None
    of: int | None = None


def read(text: str) -> dict[str, Weight]:
    """Read the rows of `weights.txt`.

    Examples
    --------
    >>> read("fault.oom  0.93  41/44  the runtime's own words")["fault.oom"]
    Weight(value=0.93, why="the runtime's own words", right=41, of=44)
    """
    found: dict[str, Weight] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = re.fullmatch(_ROW, line)
        if row is None or row["name"] in found:
            raise ValueError(f"weights.txt:{number}: not a new name, a number and a reason: {line!r}")
        counted = (int(row["right"]), int(row["of"])) if row["of"] else (None, None)
        found[row["name"]] = Weight(float(row["value"]), row["why"], *counted)
    return found


WEIGHTS = read((files(__package__) / "weights.txt").read_text(encoding="utf-8"))
"""name -> the number, and why it is so"""


def weight(name: str) -> float:
    """Return the number of that name.

    Examples
    --------
    >>> 0 < weight("verdict.sure_enough") < 1
    True
    """
    return WEIGHTS[name].value
