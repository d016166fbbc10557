"""Text from a log, made harmless: no control character, no direction mark, no endless line."""

from __future__ import annotations

import unicodedata

_LONGEST = 2000


def visible(text: str, *, longest: int = _LONGEST) -> str:
    r"""Return `text` on one line, with control characters made visible and very long text cut with its length.

    Examples
    --------
    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    >>> visible("abcdef", longest=3)
    'abc… (6 characters)'
    """
    cut = text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
    return "".join(_picture(character) for character in cut)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return " " if character == "\t" else chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return "�" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character
