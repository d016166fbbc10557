"""Where in many texts a rule may apply: one pass of Hyperscan over all of them, before Python looks at any.

Each pattern is widened until Hyperscan takes it: what looks around or back is left out or taken in. It then finds all
that the pattern finds, and sometimes more; the pattern itself decides. A log without secrets is thus read once, at the
speed of memory, and never turned into Python objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import hyperscan

from incidentlab.knowledge.compiled import database

_LARGE = 1 << 16
"""A larger buffer is scanned with memory of its own, so that other threads may scan."""

_WIDER = (
    (re.compile(rb"\(\?=\[[^\]]+\]\{0,\d+\}\?(\(\?i:[^()]*\))\)(\[[^\]]+\])(?:\{2,80\}|\*)"), rb"\2*\1\2*"),
    (re.compile(rb"\(\?(?:=|<=)\[[^\]]+\]\*\[[^\]]+\]\)"), b""),
    (re.compile(rb"\(\?<?!(?:[^()\[\]\\]|\\.|\[(?:[^\]\\]|\\.)*\]|\((?:[^()\\]|\\.)*\))*\)"), b""),
    (re.compile(rb"\(\?=[^()]*\$\)|\\b"), b""),
    (re.compile(rb"\(\?P<\w+>|\(\?<?=(?!\w*\))"), b"(?:"),
    (re.compile(rb"\(\?P=open\)"), rb"\\\\*[\"']"),
    (re.compile(rb"\{0,\d{2,}\}\??"), b"*"),
    (re.compile(rb"\{(?:[89]|\d{2,})(?:,\d*)?\}\??"), b"{8,}"),
    (re.compile(rb"\{(\d+),\d{2,}\}\??"), rb"{\1,}"),
    (re.compile(rb"(?<=[\])}\w])([+*])\?"), rb"\1"),
    (re.compile(rb"^((?:\(\?:)*)\[[^\]]+\]\*"), rb"\1"),
    (re.compile(rb"^((?:\(\?:)*\[[^\]]+\])\+"), rb"\1"),
    (re.compile(rb"(?:\{(\d+),\}|\+)(\)*)$"), lambda m: (b"{" + m[1] + b"}" if m[1] else b"") + m[2]),
)
"""What Hyperscan does not take, and what is taken in its place; in this order."""


def widened(pattern: bytes) -> bytes:
    r"""Return a pattern for Hyperscan that matches wherever `pattern` does.

    Examples
    --------
    >>> widened(rb"(?<![\w-])(?P<value>npm_\w{36,})(?!\w)"), widened(rb"auth\s+(?P<value>(?!-)\S+)(?=\s*$)")
    (b'(?:npm_\\w{8})', b'auth\\s+(?:\\S)')
    """
    for found, instead in _WIDER:
        pattern = found.sub(instead, pattern)
    return pattern


def literal(text: bytes) -> bytes:
    r"""Return a pattern for Hyperscan that matches this text and nothing else.

    Examples
    --------
    >>> literal(b"p@ss").decode()
    'p\\x40ss'
    """
    return b"".join(
        bytes([byte]) if chr(byte).isascii() and chr(byte).isalnum() else b"\\x%02x" % byte for byte in text
    )


class Scanner:
    """Patterns that are looked for all at once.

    Parameters
    ----------
    patterns
        As Hyperscan takes them; found by their place in this order.
    fixed
        Whether they are always the same and no secrets, so that what is made of them may be kept on disk.
    """

    def __init__(self, patterns: Iterable[bytes], *, fixed: bool = False) -> None:
        given = list(patterns)
        self._database = database(given) if fixed else hyperscan.Database() if given else None
        if self._database and not fixed:
            self._database.compile(
                expressions=given, ids=range(len(given)), elements=len(given), flags=[0] * len(given)
            )
        self._scratch = hyperscan.Scratch(self._database) if self._database else None

    def scan(self, data: Any) -> list[tuple[int, int]]:
        """Return what may be found in a buffer of bytes: where it ends, and which pattern it is; in order.

        Several threads may scan at once.
        """
        found: list[tuple[int, int]] = []
        if self._database and len(data):
            scratch = hyperscan.Scratch(self._database) if len(data) > _LARGE else self._scratch
            self._database.scan(
                data, match_event_handler=lambda which, *at: found.append((at[1], which)), scratch=scratch
            )
        return found
