"""Text from a log, made harmless: no control character, no direction mark, no endless line."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 2000
_HIDDEN = ("Cc", "Cf", "Cs")
"""Control, format (direction marks are among them) and half characters (Unicode, general category)."""
_REFERENCE = re.compile(r"&#([xX][0-9a-fA-F]{1,8}|[0-9]{1,9});?")
_BEYOND = re.compile(r"[^\t\n\x20-\x7e]+")


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


def harmless(page: str) -> str:
    r"""Return a finished page, whatever stands in it, without raw control characters and direction marks.

    Line ends and tabs stay; a reference that spells such a character (``&#8238;``) is replaced like the character.

    Examples
    --------
    >>> harmless("<p>a\x1b[31mb &#x202e;c</p>")
    '<p>a␛[31mb �c</p>'
    """
    spelt = _REFERENCE.sub(_spelt, page)
    return _BEYOND.sub(lambda found: "".join(map(_picture, found[0])), spelt)


def _spelt(found: re.Match[str]) -> str:
    code = int(found[1][1:], 16) if found[1][0] in "xX" else int(found[1])
    strange = code > 0x10FFFF or (chr(code) not in "\n\t" and unicodedata.category(chr(code)) in _HIDDEN)
    return "�" if strange else found[0]


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return " " if character == "\t" else chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return "�" if unicodedata.category(character) in _HIDDEN else character
