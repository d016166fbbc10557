"""Sealed texts: an explanation that only the right answer opens, a hint that only its wrong answer opens.

A student's copy holds neither answers nor explanations in clear. scrypt stretches an answer and a salt into a check
and a pad as long as the text; the text is hidden by the pad, and who comes with the same answer makes the same pad.
That keeps an answer from being read, by chance or on purpose. It keeps nobody from trying all four choices: for that,
a lesson has a person in the room.

Source: RFC 7914 (scrypt). The salt is the name of the question, so that the same lesson gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_CHECK = 16
_COST = 2**13
"""About 25 ms a try on one core; a lesson tries a handful, a person who guesses has to wait."""


def seal(text: str, *, answer: str, salt: str) -> str:
    """Return `text` so that only `answer` opens it.

    Parameters
    ----------
    text
        What is to be hidden; may be empty.
    answer
        In its normal form (see `incidentlab.teach.question`).
    salt
        Different for every sealed text.

    Examples
    --------
    >>> opened(seal("because", answer="b", salt="x"), answer="b", salt="x")
    'because'
    >>> opened(seal("because", answer="b", salt="x"), answer="a", salt="x") is None
    True
    """
    clear = text.encode()
    stretched = _stretched(answer, salt, len(clear))
    return base64.b64encode(stretched[:_CHECK] + _under(clear, stretched[_CHECK:])).decode()


def opened(sealed: str, *, answer: str, salt: str) -> str | None:
    """Return the text that was sealed with this answer; None where the answer is another."""
    raw = base64.b64decode(sealed)
    stretched = _stretched(answer, salt, len(raw) - _CHECK)
    if not hmac.compare_digest(stretched[:_CHECK], raw[:_CHECK]):
        return None
    return _under(raw[_CHECK:], stretched[_CHECK:]).decode()


def _stretched(answer: str, salt: str, size: int) -> bytes:
    return hashlib.scrypt(answer.encode(), salt=salt.encode(), n=_COST, r=8, p=1, dklen=_CHECK + size)


def _under(text: bytes, pad: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(text, pad, strict=True))
