"""The reader of `lines/` and `kinds.txt`: what lines look like, and what they mean.

A row of `lines/` is a name, a kind, a number and a pattern, and below it, indented, what proves it::

    pg_starting  starting_up  602  the database system is (?:starting up|shutting down)
      > FATAL:  the database system is starting up
      ! LOG:  database system is ready to accept connections

``>`` is a line as the product prints it, ``=`` the groups that it gives (``host=db port=5432``), ``!`` a look-alike
that the row must not take, ``-`` a pattern: a line that fits it, too, is taken and says nothing. ``#`` begins a remark.
Of the rows that answer one question, the one with the lowest number takes the line; equal numbers stand in the order
of the files' names. The name of the file is the runtime.

A pattern is RE2: no backtracking, so its time grows with the line, whatever the line. Its named groups are `GROUPS`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

GROUPS = ("code", "errno", "syscall", "host", "address", "port", "subject")

FRAGMENTS = {
    "{HOST}": r"(?P<host>[A-Za-z0-9_][\w.-]*)",
    "{IP}": r"(?P<address>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)",
    "{PORT}": r"(?P<port>\d{1,5})",
    "{NAME}": r"[\"'`‘“«]?(?P<subject>[A-Za-z_][\w.$:/-]*)[\"'`’”»]?",
    "{QUOTED}": r"\\?[\"'`‘“](?P<subject>[^\"'`’”\\]+)\\?[\"'`’”]",
    "{VARIABLE}": r"[\"'`‘“{(\[$]{0,3}(?P<subject>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"'`’”})\]]{0,3}",
    "{NOT_READY}": (
        r"(?i)(?:is the server running"
        r"|\b(?:not|cannot|can't|fail\w*|errors?|refused|unable|waiting|when|before|already)\b"
        r"|\b(?:(?:make|be) sure|ensure (?:that|the|your)|check (?:that|if)|whether|unless|until|(?:should|must) be)\b)"
    ),
    "{NOT_SUCCESS}": (
        r"(?i)\b(?:not|never|un(?:able|available|expected)\w*|fail\w*|errors?|refused|waiting|retry\w*|retries|before"
        r"|cannot|could|make sure|ensure|please|check|disconnected|trying|attempt\w*|if|until|closing|lost)\b"
    ),
}
"""What patterns share, by the name that stands for it in them."""

REACH = ("refused", "dns", "timeout", "unreachable", "reset", "no_socket", "starting_up", "connect", "unavailable")
"""Kinds that say: a client did not get through to a server."""


class Kind(NamedTuple):
    """What lines of one kind say, and which question that answers."""

    question: str
    meaning: str


@dataclass(frozen=True)
class Example:
    """A line as its product prints it, with the groups that it gives."""

    text: str
    groups: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Pattern:
    """What one kind of line looks like.

    Parameters
    ----------
    name
        Unique; it names the pattern in every result.
    kind
        What the line says (a key of `KINDS`).
    runtime
        Who writes such a line.
    number
        Its place: of the patterns of one question the lowest number takes the line.
    pattern
        RE2 with named groups among `GROUPS`.
    unless
        RE2; a line that fits it, too, says nothing. Empty where there is no such exception.
    examples, lookalikes
        Lines that it takes, and lines that it must not take.
    """

    name: str
    kind: str
    runtime: str
    number: int
    pattern: str
    unless: str = ""
    examples: tuple[Example, ...] = ()
    lookalikes: tuple[str, ...] = ()


def read(text: str, runtime: str) -> list[Pattern]:
    r"""Read one file of `lines/`.

    Examples
    --------
    >>> (row,) = read("gone  refused  7  gone at {IP}:{PORT}\n  > gone at 10.0.0.2:80\n  = port=80\n", "go")
    >>> row.kind, row.number, row.examples[0].groups
    ('refused', 7, {'port': '80'})
    """
    return [_pattern(block, runtime) for block in _blocks(text)]


@cache
def asked(question: str) -> tuple[Pattern, ...]:
    """Return the patterns that answer a question, in the order in which they are asked.

    Examples
    --------
    >>> asked("success")[0].kind
    'success'
    """
    return tuple(row for row in PATTERNS if KINDS[row.kind].question == question)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield each row with the indented lines below it."""
    block: list[str] = []
    for line in text.split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            yield from [block] if block else []
            block = []
        block.append(line)
    yield from [block] if block else []


def _pattern(block: list[str], runtime: str) -> Pattern:
    name, kind, number, pattern = block[0].split(None, 3)
    examples: list[Example] = []
    lookalikes: list[str] = []
    unless = ""
    for line in block[1:]:
        mark, text = line[2], line[4:]
        if mark == ">":
            examples.append(Example(text))
        elif mark == "=":
            examples[-1].groups.update(_pair(part) for part in shlex.split(text))
        elif mark == "!":
            lookalikes.append(text)
        elif mark == "-":
            unless = _expanded(text)
        else:
            raise ValueError(f"lines/{runtime}.txt: {name}: a line below a row begins with > = ! or -, not {mark!r}")
    return Pattern(name, kind, runtime, int(number), _expanded(pattern), unless, tuple(examples), tuple(lookalikes))


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _expanded(pattern: str) -> str:
    for name, fragment in FRAGMENTS.items():
        pattern = pattern.replace(name, fragment)
    return pattern


def _kinds(text: str) -> dict[str, Kind]:
    rows = (line.split(None, 2) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: Kind(question, meaning) for name, question, meaning in rows}


def _patterns() -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for file in sorted(files(__package__).joinpath("lines").iterdir(), key=lambda file: file.name.removesuffix(".txt")):
        found += read(file.read_text(encoding="utf-8"), file.name.removesuffix(".txt"))
    return tuple(sorted(found, key=lambda row: row.number))


KINDS = _kinds(files(__package__).joinpath("kinds.txt").read_text(encoding="utf-8"))
"""kind -> the question that it answers, and what it says"""

PATTERNS = _patterns()
"""Every pattern, in the order in which they are asked."""
