r"""The one door for documents from outside: JSON and YAML, read within bounds and brought into a stated shape.

A document is whatever somebody sent. Its reader states the shape of what it reads; what the shape does not name is not
there for it, and what is of another type than it says is left out and counted. So a reader may trust its types, and a
list where a text is meant is a line of the ledger. A shape is

- `str`, `int` (within 64 bits), `float`, `bool`, `object` for anything, or a frozenset of words, for one of them;
- ``[shape]``, a list: a value that does not fit is left out, an object that does not fit is an empty one, so that the
  others keep their places;
- ``{"name": shape}``, an object with these members; ``{str: shape}``, one with members of any name;
- ``(shape, shape)``, the first of them that is of the value's type.

What is null fits every shape.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from incidentlab.tables.errors import BadInput

Shape = Any

DEEPEST = 100
"""So many levels of objects and lists are read; `docker inspect` has 7, a Compose file 10."""
MOST_NODES = 200_000
"""So many values has a text of YAML at most when every alias is written out: few aliases can make a billion of them."""

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    list: "list",
    dict: "object",
    frozenset: "word that it takes",
}
_WHOLE = 1 << 63
_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"
_NUMBER = re.compile(r"-?[0-9]{1,18}")


class TooDeep(ValueError):
    """A document is nested deeper than `DEEPEST`."""


@dataclass
class Odd:
    """What of a document was left out: how many values, and what the first of them is.

    Attributes
    ----------
    count, first
        How many they are; where the first of them stands (RFC 6901), and what it is.
    """

    count: int = 0
    first: str = ""

    def __call__(self, where: str, what: str) -> None:
        """Count a value at a place."""
        self.count += 1
        self.first = self.first or f"{where[:80] or 'the whole'} is {what}"

    def notes(self) -> list[str]:
        """Return the words of the ledger.

        Examples
        --------
        >>> odd = Odd()
        >>> _ = shaped({"State": []}, {"State": {"Status": str}}, odd)
        >>> odd.notes()
        ['1 values are of the wrong type and left out (/State is a list, no object, the first)']
        """
        told = f"{self.count} values are of the wrong type and left out ({self.first}, the first)"
        return [told] if self.count else []


def loads(text: str | bytes) -> Any:
    r"""Return what a text of JSON says.

    Half of a character of UTF-16 (``\ud800``), which no file can hold, becomes U+FFFD.

    Raises
    ------
    ValueError
        It is no JSON (RFC 8259, which knows no NaN), or nested deeper than `DEEPEST`.

    Examples
    --------
    >>> loads(b'{"a": "\\ud800"}')
    {'a': '\ufffd'}
    """
    return _read(_DECODERS[0], text)


def record(text: str | bytes) -> Any:
    """Return what a line of JSON of any program says: numbers with a point, and NaN, stay text as they are written.

    Raises
    ------
    ValueError
        As `loads`.

    Examples
    --------
    >>> record('{"at": 1748768410.123, "took": NaN}')
    {'at': '1748768410.123', 'took': 'NaN'}
    """
    return _read(_DECODERS[1], text)


def record_at(text: str, start: int) -> tuple[Any, int]:
    """Return the record that begins at a place of a text (`whole`), as `record` does, and the place where it ends.

    Raises
    ------
    ValueError
        As `loads`.
    """
    try:
        found, end = _DECODERS[1].raw_decode(text, start)
    except RecursionError as error:
        raise TooDeep(_TOO_DEEP) from error
    if text.count("[", start, end) + text.count("{", start, end) > DEEPEST and deeper(found):
        raise TooDeep(_TOO_DEEP)
    return found, end


def whole(text: str) -> str:
    """Return a text of JSON, as long as it is, without halves of characters."""
    return _ESCAPE.sub(_mended, text) if _HALF.search(text) else text


def _mended(escape: re.Match[str]) -> str:
    return r"\ufffd" if len(escape[0]) == len(r"\ud800") else escape[0]


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


_DECODERS = (json.JSONDecoder(parse_constant=_refused), json.JSONDecoder(parse_float=str, parse_constant=str))


def _read(decoder: json.JSONDecoder, text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        found = decoder.decode(whole(text))
    except RecursionError as error:
        raise TooDeep(_TOO_DEEP) from error
    if text.count("[") + text.count("{") > DEEPEST and deeper(found):
        raise TooDeep(_TOO_DEEP)
    return found


def deeper(value: Any, limit: int = DEEPEST) -> bool:
    """Say whether a value has more levels of objects and lists than a limit.

    Examples
    --------
    >>> deeper([[1]], 1), deeper([[1]], 2)
    (True, False)
    """
    level = [value]
    for _ in range(limit + 1):
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inner(one)]
        if not level:
            return False
    return True


def _inner(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from value.values() if isinstance(value, dict) else value


def shaped(value: Any, shape: Shape, odd: Odd, where: str = "") -> Any:
    """Return what of a value fits a shape; `odd` counts what does not.

    Examples
    --------
    >>> odd = Odd()
    >>> shaped({"a": ["x", 7], "b": 1, "c": {"d": True}, "e": 5}, {"a": [str], "b": str, "c": {"d": bool}}, odd)
    {'a': ['x'], 'c': {'d': True}}
    >>> odd.count
    2
    """
    if value is None or shape is object:
        return value
    if isinstance(shape, tuple):
        shape = next((one for one in shape if _is(value, one)), shape[0])
    if not _is(value, shape):
        odd(where, f"a {_WORDS.get(type(value), 'value')}, no {_WORDS[_kind(shape)]}")
        return None
    if isinstance(shape, dict):
        return _object(value, shape, odd, where)
    return _list(value, shape[0], odd, where) if isinstance(shape, list) else value


def _object(value: dict[str, Any], shape: dict[Any, Shape], odd: Odd, where: str) -> dict[str, Any]:
    named = [(name, shape[str]) for name in value] if str in shape else [i for i in shape.items() if i[0] in value]
    fit = ((name, shaped(value[name], inner, odd, f"{where}/{name}")) for name, inner in named)
    return {name: inner for name, inner in fit if inner is not None or value[name] is None}


def _list(value: list[Any], shape: Shape, odd: Odd, where: str) -> list[Any]:
    fit = [shaped(item, shape, odd, f"{where}/{place}") for place, item in enumerate(value)]
    if isinstance(shape, dict):
        return [{} if item is None else item for item in fit]
    return [item for item in fit if item is not None]


def _kind(shape: Shape) -> type:
    return shape if isinstance(shape, type) else type(shape)


def _is(value: Any, shape: Shape) -> bool:
    """Say whether a value is of a shape's own type, whatever is in it."""
    if shape is object:
        return True
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if shape is int or shape is float:
        number = isinstance(value, (int, float) if shape is float else int) and not isinstance(value, bool)
        return number and -_WHOLE <= value < _WHOLE and math.isfinite(value)
    return isinstance(value, _kind(shape))


def number(value: Any) -> int | None:
    """Return a whole number of up to 18 digits, or what a text of such digits says.

    Examples
    --------
    >>> number("137"), number(-1), number("9" * 5000), number("\u00b2")
    (137, -1, None, None)
    """
    text = str(value) if _is(value, int) else value
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def yaml_node(text: str, *, name: str, exact: bool = False) -> Any:
    """Return the root node of a text of YAML, None for an empty one; nothing in it makes an object.

    Parameters
    ----------
    text
        The document.
    name
        What to call it in an error.
    exact
        Count the places of nodes in characters of the text, which costs ten times as much.

    Raises
    ------
    BadInput
        It is no YAML, is nested too deep (libyaml's reader would end in a way that no program survives), or has
        aliases that multiply.
    """
    import yaml

    loader = yaml.SafeLoader if exact else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for event in yaml.parse(text, loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise TooDeep(_TOO_DEEP)
        root = yaml.compose(text, loader)
        _written_out(root, {})
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"{name}:{line}: no YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{name} is no YAML: {' '.join(str(error).split())}") from error
    return root


def _written_out(node: Any, known: dict[int, tuple[int, int]], depth: int = 0) -> tuple[int, int]:
    """Return how many nodes and how many levels a node has when every alias is written out; refuse too many."""
    size, height = known.get(id(node), (0, 0))
    if not size:
        members = getattr(node, "value", None)
        inner = members if isinstance(members, list) else []
        if depth > DEEPEST:
            raise TooDeep(_TOO_DEEP)
        nodes = [one for item in inner for one in (item if isinstance(item, tuple) else (item,))]
        told = [_written_out(one, known, depth + 1) for one in nodes]
        size, height = 1 + sum(one for one, _ in told), 1 + max((one for _, one in told), default=0)
        known[id(node)] = size, height
    if size > MOST_NODES or depth + height > DEEPEST + 1:
        raise ValueError("its aliases make it too large or too deep; write it out")
    return size, height
