"""What kind of text a pasted log is, decided once from its beginning.

A line alone does not tell: `orders  | 2026-11-23T09:24:45Z ready` may be Compose's prefix and the engine's stamp, or a
row of a table, or a server's own stamp. A text tells, because both prefix and stamp are on every line or on
none. So the text is surveyed first, and both ways of reading it, by lines and by columns, follow what was found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from incidentlab.parse import clock, names, words

SAMPLE = 1_000_000
"""How many bytes of a source are surveyed."""

PREFIX = re.compile(
    rf"(?:> )?(?:(?P<lead>{clock.STAMP}) (?={names.TASK} ))?(?P<name>{names.TASK}|[A-Za-z0-9][A-Za-z0-9_.-]*)"
    r"(?P<hook> ->)? +\|(?: (?P<rest>.*)|$)",
    re.DOTALL,
)
"""Compose's prefix: a container's name, at least one blank, the bar, and a blank unless the line ends there.

A mark of Markdown's stands before a line that a person quotes. `docker service logs` names a task instead of a
container, and puts the stamp before the name.
"""

FOREMAN = re.compile(
    r"(?P<lead>\d\d:\d\d:\d\d) (?P<name>[A-Za-z][\w-]*(?:\.\d{1,3})?) +\|(?: (?P<rest>.*)|$)", re.DOTALL
)
"""Foreman's prefix, and Honcho's: a time of day and a process of a Procfile, with its number."""

STAMP = re.compile(rf"(?P<stamp>{clock.STAMP}) ?")
"""The engine's stamp before a message; `up --timestamps` up to Compose 2.38 puts no blank after it."""

DESKTOP = re.compile(
    r"(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?) +\| (?P<rest>.*)", re.DOTALL
)
"""Docker Desktop's `stamp | message`, whose left part is no container."""

_LEVELS = frozenset(
    ("TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "SUCCESS", "LOG", "OK")
)  # loguru and others print `INFO     | text`


class Dialect(NamedTuple):
    """How a text is to be read.

    Attributes
    ----------
    prefixed
        Its containers' lines bear Compose's prefix.
    names
        The names that were seen in that place.
    loose
        Prefixes are the rule, so that a name seen only later is believed too.
    stamped
        The engine's stamp stands before every message.
    foreman
        The prefixes are Foreman's, not Compose's.
    """

    prefixed: bool
    names: frozenset[str]
    loose: bool
    stamped: bool
    foreman: bool = False

    def split(self, text: str) -> tuple[str, str] | None:
        """Return the container of a line and what it wrote, its stamp first; None where the line bears no prefix."""
        match = (FOREMAN if self.foreman else PREFIX).match(text) if self.prefixed else None
        if not match or not self.accepts(match["name"]):
            return None
        rest = match["rest"] or ""
        return match["name"], rest if self.foreman or not match["lead"] else f"{match['lead']} {rest}"

    def accepts(self, name: str) -> bool:
        """Return whether a name before a bar is a container."""
        if not self.prefixed:
            return False
        return name in self.names or (plausible(name) and (self.loose or names.numbered(name)))


def plausible(name: str) -> bool:
    """Return whether a word before a bar can be a container's name: it has a letter and is no level.

    Examples
    --------
    >>> plausible("web-1"), plausible("INFO"), plausible("2026")
    (True, False, False)
    """
    return name.upper() not in _LEVELS and any(c.isalpha() for c in name)


def survey(texts: Iterable[str]) -> Dialect:
    """Return the dialect of the first lines of a source.

    Examples
    --------
    >>> survey(["web-1  | ready", "db     | ready"]).names == {"web-1", "db"}
    True
    """
    lines = [text for text in texts if text.strip()]
    processes = foreman(lines)
    if processes:
        return Dialect(prefixed=True, names=processes, loose=True, stamped=False, foreman=True)
    matches = [PREFIX.match(text) for text in lines]
    mentioned = told(text for text, match in zip(lines, matches, strict=True) if not match)
    counts: Counter[str] = Counter()
    columns: dict[str, set[int]] = {}
    free = 0
    for text, match in zip(lines, matches, strict=True):
        if match and plausible(match["name"]):
            counts[match["name"]] += 1
            columns.setdefault(match["name"], set()).add(text.index("|"))
        elif words.kind(text, prefixed=True) is None:
            free += 1
    strong = {name for name in counts if names.numbered(name) or _told(name, mentioned)}
    sure = sum(counts[name] for name in strong)
    loose = sum(counts.values()) >= 0.5 * (sum(counts.values()) + free) > 0
    prefixed = loose or sure > 0.1 * (sure + free)
    widths = {column for name in strong for column in columns[name]}
    known = {name for name in counts if name in strong or loose or columns[name] <= widths} if prefixed else set()
    dialect = Dialect(prefixed, frozenset(known), loose, False)
    return dialect._replace(stamped=_stamped(lines, dialect))


def foreman(lines: list[str]) -> frozenset[str]:
    """Return the processes that prefix most lines as Foreman does; none for one word, which may be a logger's name.

    Examples
    --------
    >>> foreman(["10:11:12 web.1  | ready"]), foreman(["10:11:12 main | ready"])
    (frozenset({'web.1'}), frozenset())
    """
    matches = [match for text in lines if (match := FOREMAN.match(text)) and plausible(match["name"])]
    found = frozenset(match["name"] for match in matches)
    sure = len(found) > 1 or any("." in name for name in found)
    return found if sure and len(matches) >= 0.5 * len(lines) else frozenset()


def told(lines: Iterable[str]) -> list[str]:
    """Return the containers that Compose's own lines name."""
    found: list[str] = []
    for text in lines:
        found += words.attached(text)
        report = words.status(text)
        if report:
            found.append(report.name)
    return list(dict.fromkeys(found))


def _told(name: str, mentioned: list[str]) -> bool:
    return any(other == name or other.endswith(("-" + name, "_" + name)) for other in mentioned)


def _stamped(lines: list[str], dialect: Dialect) -> bool:
    """Return whether the engine's stamp precedes every message.

    Some servers print RFC 3339 of their own (MySQL 8, Spring Boot 3), but not on every line, or never with nine
    digits; the engine prints nine, and where zeros were trimmed still nine on most lines. The last line may be cut.
    """
    digits, seen = 0, 0
    for number, text in enumerate(lines, 1):
        rest = message(text, dialect)
        if rest is None or (number == len(lines) and seen):
            continue
        match = STAMP.match(rest)
        if not match:
            return False
        seen += 1
        digits = max(digits, len(match["stamp"].partition(".")[2].rstrip("Z").split("+")[0].split("-")[0]))
    return digits == 9


def message(text: str, dialect: Dialect) -> str | None:
    """Return what a container wrote, with its stamp; None where the line is not a container's."""
    if not dialect.prefixed:
        return None if words.kind(text, prefixed=False) or DESKTOP.match(text) else text
    found = dialect.split(text)
    return found[1] if found else None
