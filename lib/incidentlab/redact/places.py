r"""Where a secret stands without having been learned: what running text assigns to a name that looks secret.

Four notations are known: the password of a URL, ``NAME=value``, ``"name": "value"`` of JSON (also within a JSON string,
where each quote has a backslash), and ``--name value`` of a command line. The last is also what prose looks like that
speaks of an option (``--password is required``), so a few words are never taken for a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from incidentlab.redact.names import can_be_secret, is_secret

_PROSE = re.compile(
    "an?|and|are|argument|cannot|environment|flag|for|from|has|if|in|is|it|may|must|needs|not|on|only|option|or"
    "|required|requires|should|that|the|to|using|variable|was|when|will|with",
    re.IGNORECASE,
)


class _Notation(NamedTuple):
    """A notation: where it may stand, and the name and the value in it; the pattern's last group is the value."""

    pattern: re.Pattern[bytes]
    read: Callable[[re.Match[bytes]], tuple[str, str]]


def replace(data: bytes, token: Callable[[str], str]) -> tuple[bytes, int]:
    """Return `data` with what `token` gives in the place of each secret, and how many there were.

    Examples
    --------
    >>> replace(b'{"password": "hunter2"} --api-key k', lambda secret: f"<{secret}>")
    (b'{"password": "<hunter2>"} --api-key <k>', 2)
    """
    count = 0

    def replacement(found: re.Match[bytes]) -> bytes:
        nonlocal count
        secret = _secret(notation, found)
        if secret is None:
            return found[0]
        count += 1
        start, end = (place - found.start() for place in found.span("value"))
        return found[0][:start] + token(secret).encode() + found[0][end:]

    for notation in _NOTATIONS:
        data = notation.pattern.sub(replacement, data)
    return data, count


def secrets(data: bytes) -> Iterator[str]:
    """Yield the secrets that running text assigns."""
    for notation in _NOTATIONS:
        yield from filter(None, (_secret(notation, found) for found in notation.pattern.finditer(data)))


def _secret(notation: _Notation, found: re.Match[bytes]) -> str | None:
    name, value = notation.read(found)
    return value if (is_secret(name, value) if name else can_be_secret(value)) else None


def _url(found: re.Match[bytes]) -> tuple[str, str]:
    return "", unquote(_text(found["value"]), errors="surrogateescape")


def _plain(found: re.Match[bytes]) -> tuple[str, str]:
    return found["name"].decode("utf-8", "replace"), _text(found["value"])


def _json(found: re.Match[bytes]) -> tuple[str, str]:
    name, value = _plain(found)
    try:
        return name, json.loads(f'"{value}"')
    except ValueError:
        return name, value


def _option(found: re.Match[bytes]) -> tuple[str, str]:
    name, value = _plain(found)
    return name, "" if _PROSE.fullmatch(value.rstrip(".:")) else value


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


_NOTATIONS = (
    _Notation(re.compile(rb"(?::\\?/\\?/[^\s/:@\"'<>]*+:)(?P<value>[^\s/?#\"'<>]+)(?=@)"), _url),
    _Notation(
        re.compile(
            rb"(?P<quote>\\?[\"'])(?P<name>(?=[\w.-]*(?i:pass|pwd|secret|token|cred|key|auth|cookie))[\w.-]{2,60})(?P=quote)\s{0,8}:\s{0,8}"
            rb"(?P<open>\\?[\"'])(?P<value>(?:(?!(?P=open))(?:\\.|[^\\\n]))+)(?P=open)"
        ),
        _json,
    ),
    _Notation(re.compile(rb"(?<![\w.-])(?P<name>[\w.-]++)=(?P<value>[^\s;&\"'<>,]++)"), _plain),
    _Notation(
        re.compile(rb"(?<![\w.-])--?(?P<name>[A-Za-z][\w.-]++)[ ][\"']?(?P<value>[^\s\"'<>;,-][^\s\"'<>;,]*+)"), _option
    ),
)
