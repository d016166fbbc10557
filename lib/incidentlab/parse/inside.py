"""Evidence that stands inside a text: a person pastes a log, then what `docker inspect` said, then `docker ps`.

A cut is some lines in a row that are evidence of their own, of a kind that a parser reads: JSON of the engine or of
Compose, the text form of `docker events`, the tables of `docker ps` and `docker stats`, a Compose file. Only what is
surely one of these is cut out; everything else stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from incidentlab.parse import compose_file, events, kinds, listing, stats
from incidentlab.parse.evidence import closed
from incidentlab.tables.documents import TooDeep, loads, record_at

_ASKED = re.compile(r"\b(?:inspect|ps)\b.* (?P<name>[A-Za-z0-9][\w.-]*)\s*$")
_KEYS = ("services:", "version:", "name:", "x-")
"""With one of these begins a Compose file."""

_MOST_DEEP = 20
"""So many times a text may begin what is nested too deep or never ends; then nothing in it is looked at as JSON."""
_BODY = re.compile(r"\s|#|[A-Za-z_][\w.-]*:(?:\s|$)|-\s|$")


@dataclass(frozen=True)
class Cut:
    """Lines `start` to before `stop` that are evidence of one kind, and what else its parser is to know."""

    kind: str
    start: int
    stop: int
    facts: dict[str, Any] = field(default_factory=dict)


def cuts(texts: list[str]) -> list[Cut]:
    """Return what is to be cut out of the lines of a text, in order.

    Examples
    --------
    >>> cuts(["$ docker ps", "NAMES   STATUS", "web-1   Up 3 minutes", "", "web-1  | ready"])
    [Cut(kind='listing', start=1, stop=3, facts={})]
    """
    finder = _Finder(texts)
    found: list[Cut] = []
    place = 0
    while place < len(texts):
        cut = finder.at(place)
        if cut is None:
            place += 1
            continue
        before = found[-1] if found else None
        if before and before.kind == cut.kind and before.stop == cut.start and cut.kind != "health":
            found[-1] = Cut(cut.kind, before.start, cut.stop, before.facts)
        else:
            found.append(cut)
        place = cut.stop
    return found


class _Finder:
    """Looks at one line of a text after another."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.whole = "\n".join(texts)
        self.deep = 0
        self.starts = [0, *accumulate(len(text) + 1 for text in texts)]

    def at(self, place: int) -> Cut | None:
        """Return the evidence that begins on a line, None where none does."""
        text = self.texts[place]
        first = text.lstrip()[:1]
        if first in ("{", "["):
            return self._json(place) if self.deep < _MOST_DEEP else None
        if first.isdigit():
            return Cut("events", place, place + 1) if events.line(text) is not None else None
        if "NAME" in text or "Name" in text:
            return self._table(place)
        return self._compose(place) if text.startswith(_KEYS) else None

    def _json(self, place: int) -> Cut | None:
        begin = self.starts[place] + len(self.texts[place]) - len(self.texts[place].lstrip())
        try:
            value, end = record_at(self.whole, begin)
        except TooDeep:
            self.deep += 1
            return None
        except ValueError:
            return self._cut_off(place)
        stop = next(line for line in range(place + 1, len(self.starts)) if self.starts[line] > end)
        if self.whole[end : self.starts[stop] - 1].strip():
            return None
        return self._document(value, place, stop)

    def _cut_off(self, place: int) -> Cut | None:
        """Return a document, in lines of its own, that a paste cuts off where the text ends."""
        if self.texts[place].strip() not in ("{", "[", "[{") or self.deep >= _MOST_DEEP:
            return None
        self.deep += 1
        text = closed("\n".join(self.texts[place:]))
        try:
            return self._document(loads(text), place, len(self.texts)) if text else None
        except ValueError:
            return None

    def _document(self, value: Any, place: int, stop: int) -> Cut | None:
        first = value[0] if isinstance(value, list) and value else value
        kind = kinds.document(first) if isinstance(first, dict) else None
        if kind is None or (kind == "events" and not events.sure(first)):
            return None
        return Cut(kind, place, stop, self._named(place) if kind in ("health", "inspect") else {})

    def _named(self, place: int) -> dict[str, Any]:
        """Return the container that the command above a line asked for."""
        match = _ASKED.search(_above(self.texts, place))
        return {"container": match["name"]} if match else {}

    def _table(self, place: int) -> Cut | None:
        readers: tuple[tuple[str, Callable[[str], bool], Callable[[list[str]], list[Any]]], ...] = (
            ("listing", listing.header, listing.rows),
            ("stats", stats.header, stats.table),
        )
        for kind, header, rows in readers:
            if header(self.texts[place]):
                found = rows(self.texts[place : place + 200])
                return Cut(kind, place, place + found[-1][1]) if found else None
        return None

    def _compose(self, place: int) -> Cut | None:
        """Find a Compose file: from its first key to where a line is no YAML of its kind."""
        after = (line for line in range(place, len(self.texts)) if not _BODY.match(self.texts[line]))
        stop = next(after, len(self.texts))
        while stop > place and not self.texts[stop - 1].strip():
            stop -= 1
        body = "\n".join(self.texts[place:stop])
        return Cut("config", place, stop) if compose_file.read(body.encode("utf-8", "surrogatepass")) else None


def _above(texts: list[str], place: int) -> str:
    """Return the line that stands above one, over at most one empty line."""
    return next((texts[line] for line in range(place - 1, max(place - 3, -1), -1) if texts[line].strip()), "")


def blocks(texts: list[str]) -> Iterator[tuple[str, int, int, str | None]]:
    """Yield the blocks of a text that a person wrote around them: kind, first line, line after the last, whose it is.

    The kinds: ``text`` for a fenced block of Markdown or a file that `tail` or `head` announces, ``prose`` for all that
    is around them or is source code. A text without any is one block.

    Examples
    --------
    >>> list(blocks(["It fails:", "```", "boom", "```"]))
    [('prose', 0, 2, None), ('text', 2, 3, None), ('prose', 3, 4, None)]
    """
    marks = list(_marks(texts))
    if not any(kind == "text" for kind, *_ in marks) or not _prose(texts, marks):
        yield "text", 0, len(texts), None
        return
    for kind, start, stop, whose in marks:
        yield from _pasted(texts, start, stop) if kind == "prose" else [(kind, start, stop, whose)]


_SAID = re.compile(r"\s{0,4}(?:[\w.-]*[A-Za-z][\w.-]* +\| |\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)")


def _pasted(texts: list[str], start: int, stop: int) -> Iterator[tuple[str, int, int, str | None]]:
    """Yield prose, and as text what lies in it without a fence: from two lines of a log on, to the next empty line.

    An excerpt may begin inside a fence, so that what was in it seems to stand around it.
    """
    said = [line for line in range(start, stop) if _SAID.match(texts[line])]
    if len(said) < 2:
        yield "prose", start, stop, None
        return
    ends = next((line for line in range(said[-1], stop) if not texts[line].strip()), stop)
    yield from [("prose", start, said[0], None)] if start < said[0] else []
    yield "text", said[0], ends, None
    yield from [("prose", ends, stop, None)] if ends < stop else []


_FENCE = re.compile(r"\s{0,3}(?P<fence>`{3,}|~~~(?!~))\s*(?P<language>[\w+.-]*)[^`]*$")
_FILE = re.compile(r"==> (?P<name>.+) <==$")
_CODE = frozenset(
    [
        *("c", "cpp", "cs", "csharp", "css", "diff", "docker", "dockerfile", "dotenv", "env", "go", "golang", "html"),
        *("ini", "java", "javascript", "js", "jsx", "kotlin", "makefile", "nginx", "perl", "php", "prisma", "proto"),
        *("properties", "py", "python", "rs", "ruby", "rust", "sql", "swift", "toml", "ts", "tsx", "typescript", "xml"),
    ]
)
"""Languages of fenced blocks that hold source code, and no log."""

_LOGS = re.compile(r"\b(?:docker|podman)(?:[ -]compose)? (?:container )?logs\b.*? (?P<name>[A-Za-z][\w.-]*)\W*$")


def _marks(texts: list[str]) -> Iterator[tuple[str, int, int, str | None]]:
    start, place = 0, 0
    while place < len(texts):
        fence, file = _fence(texts, place), _FILE.match(texts[place])
        if fence is None and file is None:
            place += 1
            continue
        yield "prose", start, place + 1, None
        if file:
            stop = next((line for line in range(place + 1, len(texts)) if _FILE.match(texts[line])), len(texts))
            yield "text", place + 1, stop, stem(file["name"])
            start = place = stop
        elif fence:
            language, stop = fence
            kind = "prose" if language.lower() in _CODE else "text"
            yield kind, place + 1, stop, _asked(texts, place)
            start, place = stop, stop + 1
    if start < len(texts):
        yield "prose", start, len(texts), None


def _fence(texts: list[str], place: int) -> tuple[str, int] | None:
    """Return the language of the fence that opens on a line, and the line that closes it.

    Tildes that nobody closes are no fence: PowerShell and compilers underline with them.
    """
    found = _FENCE.match(texts[place])
    if found is None:
        return None
    fence = found["fence"]
    closing = re.compile(rf"\s{{0,3}}{re.escape(fence)}{re.escape(fence[0])}*\s*$")
    stop = next((line for line in range(place + 1, len(texts)) if closing.match(texts[line])), len(texts))
    return None if fence[0] == "~" and stop == len(texts) else (found["language"], stop)


def _prose(texts: list[str], marks: list[tuple[str, int, int, str | None]]) -> bool:
    """Say whether anything stands around the blocks: a log in one fence, and nothing else, is that log."""
    around = (texts[line] for kind, start, stop, _ in marks if kind == "prose" for line in range(start, stop))
    return any(text.strip() and not _FENCE.match(text) for text in around)


def _asked(texts: list[str], place: int) -> str | None:
    """Return the container whose logs the line above a fence speaks of."""
    match = _LOGS.search(_above(texts, place))
    return match["name"] if match else None


_STEM = re.compile(
    r"(?:.*[/\\])?(?P<stem>[A-Za-z][\w.-]*?)(?:-\d{4}-\d\d-\d\dT[\d-]+)?(?:[._-](?:stdout|stderr|logs?|json))?(?:\.\w{1,5})*$"
)
_ANY = frozenset(
    [
        *("all", "build", "compose", "console", "container", "containers", "crash", "debug", "docker"),
        *("docker-compose", "docker_compose", "err", "error", "full", "incident", "issue", "job", "journal"),
        *(
            "log",
            "logs",
            "messages",
            "out",
            "output",
            "readme",
            "run",
            "stderr",
            "stdin",
            "stdout",
            "syslog",
            "test",
            "text",
        ),
        *("trace", "up"),
    ]
)
"""Names that any log may bear."""


def stem(name: str) -> str | None:
    """Return the service that a file's name names, None for a name that any log may bear.

    Examples
    --------
    >>> stem("logs/auth-service.log"), stem("web-1-2025-06-01T09-00-10.log"), stem("docker-compose.log")
    ('auth-service', 'web-1', None)
    """
    match = _STEM.match(name)
    return match["stem"] if match and match["stem"].lower() not in _ANY else None
