"""A loop that tries again with a growing delay, in the languages in which services are written: `retries/`.

Each waits between the tries only, and ends with the error of the last one, so that a restart policy sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

RUNTIMES = ("node", "python", "java", "go")


def snippet(runtime: str, numbers: Mapping[str, str]) -> list[str]:
    """Return the loop of a runtime, as lines.

    Parameters
    ----------
    runtime
        One of `RUNTIMES`.
    numbers
        ``tries``, ``initial_ms``, ``initial_s``, ``cap_ms``, ``cap_s``, ``factor``.

    Examples
    --------
    >>> numbers = dict.fromkeys(("initial_ms", "initial_s", "cap_ms", "cap_s", "factor"), "2") | {"tries": "9"}
    >>> snippet("python", numbers)[0]
    'def wait_for(connect, tries=9, delay=2):'
    """
    text = files(__package__).joinpath(f"retries/{runtime}.txt").read_text(encoding="utf-8")
    for name, value in numbers.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text.rstrip("\n").expandtabs(4).split("\n")
