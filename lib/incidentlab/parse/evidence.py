"""What every parser returns: rows for some tables, and what is wrong with their source.

A parser never fails on what it reads. A line that it cannot read is counted and named, so that the ledger can say
how incomplete a source is before anybody concludes from it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


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


def documents(data: bytes) -> tuple[list[tuple[int, str, Any]], list[int]]:
    r"""Return the JSON objects of a text, one per line or as one document, and the lines that are no JSON.

    Returns
    -------
    documents
        Line on which the object begins, pointer to it from there, the object. An array counts as its elements.
    unread
        Lines that could not be read.

    Examples
    --------
    >>> documents(b'{"a": 1}\n{"a":')
    ([(1, '', {'a': 1})], [2])
    >>> documents(b'[\n {"a": 1}\n]')
    ([(1, '/0', {'a': 1})], [])
    """
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    whole = _json(text)
    if isinstance(whole, list):
        return [(1, f"/{place}", item) for place, item in enumerate(whole) if isinstance(item, dict)], []
    if isinstance(whole, dict):
        return [(1 + text[: text.index("{")].count("\n"), "", whole)], []
    found, unread = [], []
    for number, line in enumerate(text.split("\n"), 1):
        value = _json(line)
        if isinstance(value, dict):
            found.append((number, "", value))
        elif line.strip():
            unread.append(number)
    return found, unread


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


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
