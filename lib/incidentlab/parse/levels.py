"""How serious many lines say that they are, by columns: the twin of `incidentlab.parse.level`.

A level is looked for where it can stand: in a field of a line that has fields, else at the head, else in the first word
in capitals or brackets. Each way gives a code or none for each line, and they are asked in this order.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from incidentlab.parse.buffer import (
    AHEAD,
    CAPITAL,
    DIGIT,
    SMALL,
    WORD,
    Bytes,
    Flags,
    Whole,
    firsts,
    lines_of,
    places_of,
    run,
    shaped,
    table,
    wide,
    windows,
)
from incidentlab.parse.level import LETTER, NAMES, REDIS, WORDS
from incidentlab.parse.level_fields import LONGEST, by_byte, fields, word

_CAPITALS = (
    "TRACE", "DEBUG", "VERBOSE", "FINE", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "SEVERE", "FATAL", "CRITICAL",
    "PANIC", "EMERG", "INF", "WRN", "DBG", "FTL", "ERR", "LOG:", "ERRO[", "FATA[",
)  # fmt: skip
"""The words in capitals that `level` knows, three of them with the only sign that may follow."""

_BARE = {word: WORDS[word] for word in ("debug", "info", "warn", "warning", "error", "fatal", "panic")}
_DOTNET = {
    "trce: ": "debug",
    "dbug: ": "debug",
    "info: ": "info",
    "warn: ": "warning",
    "fail: ": "error",
    "crit: ": "fatal",
}
_NPM = {"ERR!": "error", "error": "error", "WARN": "warning", "warn": "warning", "notice": "info", "info": "info"}
_SPACE = " \t\n\v\f\r"
_LETTERS, _BLANK, _ROLE = SMALL | CAPITAL, table(" \t"), table("XCSM")
_LEAD, _FOLLOW = table(_SPACE + "[|(<:-"), table(_SPACE + "]|)>:[-")
_STAMP, _AFTER_BARE, _KLOG = table("0123456789TZ:.,+/ -"), table(":\t "), table("IWEF")


def codes(data: Bytes, begins: Whole, ends: Whole, last: Whole) -> tuple[Any, Flags]:
    """Return the levels of many lines.

    Parameters
    ----------
    data
        Lines of UTF-8 (one at least), each ended by an LF, and `buffer.AHEAD` zeros behind them.
    begins, ends
        Where the messages begin and end; a blank or an LF stands before each.
    last
        Where the part of each ends that is looked at if it has no fields: `level.REACH` characters.

    Returns
    -------
    codes
        Places in `level.NAMES`, as int8.
    unsure
        The lines that only `level.of` can decide.
    """
    result, unsure = np.zeros(len(begins), np.int8), np.zeros(len(begins), bool)
    capitals, capital = _capitals(data, begins, last)
    brackets, bracket = _brackets(data, begins, last)
    result[:] = np.where(capitals <= brackets, capital, bracket)
    for rows, found in (_redis(data, begins, last), _klog(data, begins, last), _npm(data, begins, last)):
        result[rows] = found
    for rows, found in (_dotnet(data, begins, last), _bare(data, begins, last)):
        result[rows] = found
    rows, found, doubt = fields(data, begins, ends)
    result[rows], unsure[rows] = np.where(found > 0, found, result[rows]), doubt
    return result, unsure


def _capitals(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return where the first known word in capitals of each line begins, and its code."""
    size = len(data) - AHEAD
    capital = (data[: size + 2] - np.uint8(65)) < 26
    three = capital[:size] & capital[1 : size + 1] & capital[2 : size + 2]
    three[1:] &= ~capital[: size - 1]
    places = places_of(three)
    places = places[(places == 0) | _LEAD[data[places - 1]]]
    line = lines_of(places, begins)
    inside = (places >= begins[line]) & (places < last[line])
    places, line = places[inside], line[inside]
    word, found, stop = wide(data, 8)[places], np.zeros(len(places), np.int8), last[line]
    for text in _CAPITALS:
        hit = places_of((word & _mask(text)) == _spelt(text))
        end = places[hit] + len(text)
        followed = (end == stop[hit]) | _FOLLOW[data[end]] if text.isalpha() else True
        found[hit[followed & (end <= stop[hit])]] = NAMES.index(WORDS[text.rstrip(":[").lower()])
    return _first(line, np.maximum(places - 1, begins[line]), found, len(begins), len(data))


def _brackets(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return where the first bracket of each line stands that holds a known word, and its code."""
    places = places_of(data[:-AHEAD] == ord("["))
    places = places[_LETTERS[data[places + 1]]]
    line = lines_of(places, begins)
    inside = (places >= begins[line]) & (places < last[line])
    places, line = places[inside], line[inside]
    found, count = word(data, places + 1)
    known = places_of(found)
    places, line, found = places[known], line[known], found[known]
    end = places + 1 + count[known]
    for _ in range(LONGEST):  # structlog pads a level to nine letters
        end = end + (data[end] == ord(" "))
    closed = (data[end] == ord("]")) & (end < last[line])
    return _first(line, places, np.where(closed, found, 0), len(begins), len(data))


def _first(line: Whole, places: Whole, found: Any, count: int, never: int) -> tuple[Whole, Any]:
    """Return, for each line, the place and the code of the first that is found."""
    where, code = np.full(count, never, np.int64), np.zeros(count, np.int8)
    seen = places_of(found)
    first = seen[firsts(line[seen])]
    where[line[first]], code[line[first]] = places[first], found[first]
    return where, code


def _redis(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return the lines of Redis, with or without a year, and their codes."""
    head = data[begins]
    rows = places_of(DIGIT[head])
    count = run(DIGIT[windows(data, begins[rows], 12)])
    rows, at = rows[count < 12], (begins[rows] + count)[count < 12]
    rows, at = rows[data[at] == ord(":")], at[data[at] == ord(":")]
    found = np.zeros(len(rows), np.int8)
    for shape in (b":? 00 ??? 0000 00:00:00.000 ? ", b":? 00 ??? 00:00:00.000 ? "):
        own, heads = shaped(data, at, last[rows], shape)
        good = _ROLE[heads[:, 1]] & WORD[heads[:, 6:9]].all(axis=1)
        found[own[good]] = _MARKS[heads[good, -2]]
    return rows[found > 0], found[found > 0]


def _klog(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return the lines of klog and their codes."""
    candidates = places_of(_KLOG[data[begins]])
    own, heads = shaped(data, begins[candidates], last[candidates], b"?0000 00:00:00.0")
    rows = candidates[own]
    after = windows(data, begins[rows] + 15, 40)
    count = run(DIGIT[after])
    good = (count < 40) & (after[np.arange(len(rows)), np.minimum(count, 39)] == ord(" "))
    good &= begins[rows] + 15 + count < last[rows]
    return rows[good], _LETTER_CODES[heads[good, 0]]


def _npm(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return the lines of npm and their codes."""
    rows = places_of(wide(data, 4)[begins] == np.uint32(_spelt("npm ")))
    found = _named(data, begins[rows] + 4, last[rows], _NPM, follow=_BLANK & ~table("\t"), ends=True)
    return rows[found > 0], found[found > 0]


def _dotnet(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return the lines of .NET's console and their codes."""
    rows = places_of(data[begins + 4] == ord(":"))
    found = _named(data, begins[rows], last[rows], _DOTNET, follow=np.ones(256, bool), ends=True)
    return rows[found > 0], found[found > 0]


def _bare(data: Bytes, begins: Whole, last: Whole) -> tuple[Whole, Any]:
    """Return the lines that begin with a level in small letters, after a stamp or at once, and their codes."""
    head = data[begins]
    stamped = places_of(DIGIT[head])
    width = run(_STAMP[windows(data, begins[stamped], 42)])
    tab = data[begins[stamped] + width] == ord("\t")
    blank = ~tab & (data[begins[stamped] + width - 1] == ord(" "))
    at = begins[stamped] + width + tab
    good = (tab & (width >= 10) & (width <= 39)) | (blank & (width >= 11) & (width <= 40))
    plain = places_of(SMALL[head])
    rows, places = np.concatenate([stamped[good], plain]), np.concatenate([at[good], begins[plain]])
    found = _named(data, places, last[rows], _BARE, follow=_AFTER_BARE, ends=False)
    return rows[found > 0], found[found > 0]


def _named(data: Bytes, places: Whole, last: Whole, words: dict[str, str], *, follow: Flags, ends: bool) -> Any:
    """Return the code of the word that stands at each place, with what may follow it, or the end, behind it."""
    found, eight = np.zeros(len(places), np.int8), wide(data, 8)[places]
    for text, name in words.items():
        end = places + len(text)
        spelt = ((eight & _mask(text)) == _spelt(text)) & (end <= last)
        found[spelt & np.where(end == last, ends, follow[data[end]])] = NAMES.index(name)
    return found


@cache
def _spelt(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode(), "little"))


@cache
def _mask(text: str) -> np.uint64:
    return np.uint64((1 << 8 * len(text)) - 1)


_MARKS, _LETTER_CODES = by_byte(REDIS), by_byte(LETTER)
