"""What every parser returns: rows for some tables, and what is wrong with their source.

A parser never fails on what it reads. A line that it cannot read is counted and named, so that the ledger can say
how incomplete a source is before anybody concludes from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from incidentlab.tables import documents as door


@dataclass(frozen=True, eq=False)
class Evidence:
    """The rows that one source gave.

    Attributes
    ----------
    frames
        Name of a table -> its rows, as `incidentlab.tables.check` passed them.
    truncated
        How the source is incomplete.
    gap
        What cannot be answered from it.
    """

    frames: dict[str, pd.DataFrame]
    truncated: list[str] = field(default_factory=list)
    gap: list[str] = field(default_factory=list)


_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|$)|[\[\]{},]')
_LINE = "\n"
_CLOSING = {"{": "}", "[": "]"}


class Documents(NamedTuple):
    """The JSON objects of a text.

    Attributes
    ----------
    found
        Line on which the object begins, pointer to it from there, the object. An array counts as its elements.
    unread
        Lines that could not be read.
    odd
        Words for the ledger on what is of the wrong type.
    """

    found: list[tuple[int, str, dict[str, Any]]]
    unread: list[int]
    odd: list[str]

    @property
    def notes(self) -> list[str]:
        """What the ledger is to say of what could not be read."""
        return [*unread_note(self.unread), *self.odd]


def documents(data: bytes, shape: door.Shape = object) -> Documents:
    r"""Return the JSON objects of a text, one per line or as one document, and what of it is none.

    Parameters
    ----------
    data
        The text.
    shape
        What is read of each object (`incidentlab.tables.documents`).

    Examples
    --------
    >>> documents(b'{"a": 1}\n{"a":')[:2]
    ([(1, '', {'a': 1})], [2])
    >>> documents(b'[\n {"a": 1}\n]')[:2]
    ([(1, '/0', {'a': 1})], [])
    >>> documents(b'{"a": []}', {"a": int}).notes
    ['1 values are of the wrong type and left out (line 1: /a is a list, no whole number, the first)']
    """
    found, unread, cut = _objects(data)
    read = fitted(found, unread, shape)
    return read._replace(odd=[*read.odd, *cut])


def fitted(found: list[tuple[int, str, Any]], unread: list[int], shape: door.Shape) -> Documents:
    """Return objects that were read already as their shape says."""
    odd = door.Odd()
    fit = [(line, pointer, door.shaped(one, shape, odd, f"line {line}: {pointer}")) for line, pointer, one in found]
    return Documents(fit, unread, odd.notes())


def _objects(data: bytes) -> tuple[list[tuple[int, str, Any]], list[int], list[str]]:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    whole, cut = _json(text), []
    if whole is None and text.lstrip()[:2].strip() in _CLOSING and (rest := closed(text)):
        whole = _json(rest) or None
        cut = (
            [] if whole is None else [f"it is cut off in line {1 + rest.count(_LINE)}: what stood behind is not known"]
        )
    if isinstance(whole, list):
        return [(1, f"/{place}", item) for place, item in enumerate(whole) if isinstance(item, dict)], [], cut
    if isinstance(whole, dict):
        return [(1 + text[: text.index("{")].count("\n"), "", whole)], [], cut
    found, unread = [], []
    for number, line in enumerate(text.split("\n"), 1):
        value = _json(line)
        if isinstance(value, dict):
            found.append((number, "", value))
        elif line.strip():
            unread.append(number)
    return found, unread, []


def closed(text: str) -> str | None:
    """Return a document of JSON that was cut off, up to its last whole member and closed; None where it is whole.

    Examples
    --------
    >>> closed('[{"Name": "/web-1", "State": {"Status": "exited", "ExitCo')
    '[{"Name": "/web-1", "State": {"Status": "exited"}}]'
    >>> closed('{"a": 1}') is None
    True
    """
    ends: list[str] = []
    last, open_there = 0, ""
    for token in _TOKEN.finditer(text):
        if token[0] in _CLOSING:
            ends.append(_CLOSING[token[0]])
        elif token[0] in _CLOSING.values() and (not ends or ends.pop() != token[0] or not ends):
            return None
        if len(ends) > door.DEEPEST:
            return None
        if token[0] in "{[}],":
            last, open_there = token.start() if token[0] == "," else token.end(), "".join(reversed(ends))
    return text[:last] + open_there if last else None


def unread_note(unread: list[int]) -> list[str]:
    """Return the words of the ledger for lines that could not be read.

    Examples
    --------
    >>> unread_note([3, 4])
    ['2 lines are no JSON (line 3 the first)']
    """
    return [f"{len(unread)} lines are no JSON (line {unread[0]} the first)"] if unread else []


def at(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys in nested objects, None where it does not go on.

    Examples
    --------
    >>> at({"State": {"Health": None}}, "State", "Health", "Log") is None
    True
    """
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def step(key: str) -> str:
    """Return a key as a step of a JSON pointer (RFC 6901, section 3).

    Examples
    --------
    >>> step("a/~b")
    'a~1~0b'
    """
    return key.replace("~", "~0").replace("/", "~1")


def _json(text: str) -> Any:
    try:
        return door.loads(text)
    except ValueError:
        return None
