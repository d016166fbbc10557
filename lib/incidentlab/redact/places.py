r"""Where the secrets of a line stand: the rules, also behind percent signs and base64, and keys of several lines.

A place is a part of the line as it was written, and the secret that it spells: ``p%40ss`` in an address and ``p@ss``
in a variable are one secret and get one token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from incidentlab.redact.rules import RULES, Rule, cookies, decoded, text
from incidentlab.redact.scan import Scanner, widened

_PERCENT = re.compile(rb"[^\s\"'<>]*%[0-9A-Fa-f]{2}[^\s\"'<>]*")
_BYTE = re.compile(rb"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_BASE64 = re.compile(rb"(?<![\w+/-])[\w+/-]{16,}={0,2}")
_TELLING = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "postgres",
    "mysql",
    "redis:",
    "amqp:",
    "mongodb",
)
"""What a secret in base64 has beside it: looked for at each of the three places that a byte can take."""
_TOKEN = re.compile(rb"<secret:[0-9a-f]{8}>")
_BLANK = b"<~~~~~~~~~~~~~~~>"
"""Stands for a token while the rules look: as long, and without the word "secret"."""
KEY = "PRIVATE KEY-----"
"""What stands in the line with which a key of several lines begins."""
_BEGIN = re.compile(rb"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END[ A-Z0-9]{0,40}PRIVATE KEY")
_KEY_TEXT = re.compile(rb"[0-9A-Za-z+/]{16,}={0,2}|\A\s*[0-9A-Za-z+/]+={0,2}(?=\s*\Z)")
_KEY_LINES = 200
"""No private key has more lines (one of 16384 bits has 200)."""
_BARE = ("assignment", "setting")
_DEEPEST = 3
"""So often a secret is unwrapped: base64 in an address in a query."""


class Place(NamedTuple):
    """Where a secret stands in a line, the secret as it is when nothing is wrapped around it, and the rule for it."""

    start: int
    end: int
    secret: str
    rule: str


class Key:
    """Follows the lines of one stream through a private key that has several of them."""

    def __init__(self) -> None:
        self.left = 0

    def places(self, line: bytes) -> list[Place]:
        """Return the parts of a private key in the next line."""
        begin, before = _BEGIN.search(line), self.left
        if begin and not _END.search(line, begin.end()):
            self.left = _KEY_LINES
        elif before:
            self.left = 0 if _END.search(line) else before - 1
        if not before:
            return []
        return [Place(*found.span(), text(found[0].strip()), "private key") for found in _KEY_TEXT.finditer(line)]


def suspected(data: bytes) -> list[tuple[int, int]]:
    """Return where a rule may apply, and which; `places` then tells whether it does."""
    return _scanner().scan(data)


def places(line: bytes, which: Iterable[int] | None = None, *, depth: int = 0) -> list[Place]:
    """Return the secrets in a line, in order; no two overlap.

    Parameters
    ----------
    line
        Text of any length; what is longer than a line is one line here.
    which
        The rules that may apply, as `suspected` tells them.

    Examples
    --------
    >>> [place.secret for place in places(b"amqp://u:p%40ss@mq/ --password hunter2")]
    ['p@ss', 'hunter2']
    """
    wanted = set(which) if which is not None else {number for _, number in suspected(line)}
    line = _TOKEN.sub(_BLANK, line) if wanted else line
    found = [place for number in sorted(wanted) for place in _apply(number, line, depth)]
    chosen: list[Place] = []
    for place in sorted(found, key=lambda place: (place.start, -place.end)):
        if place.start >= (chosen[-1].end if chosen else 0):
            chosen.append(place)
    return chosen


def _apply(number: int, line: bytes, depth: int) -> Iterator[Place]:
    if number < len(RULES):
        yield from _by_rule(RULES[number], line)
    elif number < len(RULES) + 2 and depth < _DEEPEST:  # a key of several lines is no matter of one
        yield from (_percent if number == len(RULES) else _base64)(line, depth + 1)


def _by_rule(rule: Rule, line: bytes) -> Iterator[Place]:
    for found in rule.pattern.finditer(line):
        if not rule.judge(found):
            continue
        first, last = found.span("value")
        for start, end in (
            [(first + a, first + b) for a, b in cookies(found["value"])] if rule.name == "cookie" else [(first, last)]
        ):
            end -= _surplus(line[start:end]) if rule.name in _BARE and line[end : end + 1] not in (b'"', b"'") else 0
            if not _hidden(line[start:end]):
                yield Place(start, end, _plain(rule, line[start:end]), rule.name)


def _surplus(value: bytes) -> int:
    """Return how many closing brackets at the end belong to what stands around the value."""
    bare = value.rstrip(b")]}")
    return 0 if re.search(rb"[(\[{]", bare) else len(value) - len(bare)


def _hidden(value: bytes) -> bool:
    return not value.replace(_BLANK, b"")


def _plain(rule: Rule, value: bytes) -> str:
    if rule.name in ("URL password", "query"):
        return text(unquote_to_bytes(value))
    if b"\\" in value:
        try:
            return str(json.loads(b'"' + value + b'"'))
        except ValueError:
            pass
    return text(value)


def _percent(line: bytes, depth: int) -> Iterator[Place]:
    """Yield the secrets in percent signs, each with the place that its spelling takes."""
    for run in _PERCENT.finditer(line):
        starts = [byte.start() for byte in _BYTE.finditer(run[0])] + [len(run[0])]
        for place in places(unquote_to_bytes(run[0]), depth=depth):
            yield Place(run.start() + starts[place.start], run.start() + starts[place.end], place.secret, place.rule)


def _base64(line: bytes, depth: int) -> Iterator[Place]:
    """Yield what is base64 and tells a secret, whole."""
    for run in _BASE64.finditer(line):
        plain = decoded(run[0])
        if plain and (inner := places(plain, depth=depth)):
            yield Place(*run.span(), inner[0].secret if inner[0].secret == text(plain) else text(plain), inner[0].rule)


@cache
def _scanner() -> Scanner:
    looks = (widened(rule.source) for rule in RULES)
    return Scanner([*looks, rb"%[0-9A-Fa-f]{2}", b"|".join(_in_base64()), KEY.encode()], fixed=True)


def _in_base64() -> list[bytes]:
    """Return how the telling words look in base64, wherever they begin and however they are written."""
    import base64

    looks = set()
    for word in _TELLING:
        for spelling in (word, word.upper(), word.title()):
            for lead in range(3):
                coded = base64.b64encode(b"\0" * lead + spelling.encode()).rstrip(b"=")
                looks.add(re.escape(coded[(0, 2, 3)[lead] : len(coded) - 1]))
    return sorted(looks)
