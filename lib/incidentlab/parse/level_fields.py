"""The fields of JSON and of logfmt in which lines state a level, and the words in them: a part of `levels`."""

from __future__ import annotations

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
    is_one,
    lines_of,
    places_of,
    run,
    stands,
    table,
    wide,
    windows,
)
from incidentlab.parse.level import LETTER, NAMES, PINO, WORDS

LONGEST = 16
"""No word that states a level is longer."""


def fields(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Any, Flags]:
    """Return the lines whose fields state a level, the first that does, and of which lines that is not sure."""
    parts = [_logfmt(data, begins, ends), _json(data, begins, ends)]
    line, start, stop, found, doubt = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(start, kind="stable")
    line, start, stop, found, doubt = line[order], start[order], stop[order], found[order], doubt[order]
    doubt[1:] |= (line[1:] == line[:-1]) & (start[1:] < stop[:-1])
    told = places_of((found > 0) | doubt)
    told = told[firsts(line[told])]
    return line[told], found[told], doubt[told]


def with_fields(data: Bytes, begins: Whole, ends: Whole) -> Flags:
    """Return which lines may have a field of logfmt that states a level."""
    equal = _equal(data)
    line = lines_of(equal, begins)
    found = np.zeros(len(begins), np.bool_)
    found[line[(equal >= begins[line]) & (equal < ends[line])]] = True
    return found


def _equal(data: Bytes) -> Whole:
    """Return where the equal signs stand behind words that end as the names of such fields do."""
    equal = places_of(data[3:-AHEAD] == ord("=")) + 3
    own: Whole = equal[is_one(wide(data, 4)[equal - 3], _LOGFMT)]
    return own


def _logfmt(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole, Whole, Any, Flags]:
    """Return the fields of logfmt that may state a level: line, begin, end, code, whether it is unsure."""
    equal = _equal(data)
    line = lines_of(equal, begins)
    start = np.full(len(equal), -1, np.int64)
    for key in ("level", "lvl", "severity"):
        at = equal - len(key)
        led = (at == begins[line]) | ((at > begins[line]) & _BLANK[data[np.maximum(at - 1, 0)]])
        start[led & stands(data, at, key)] = at[led & stands(data, at, key)]
    good = (start >= 0) & (equal < ends[line])
    equal, line, start = equal[good], line[good], start[good]
    quoted = _QUOTE[data[equal + 1]]
    found, count = word(data, equal + 1 + quoted)
    single = _LETTER_CODES[data[equal + 1 + quoted]]
    return line, start, equal + 1 + quoted + count, np.where(count == 1, single, found), np.zeros(len(line), bool)


def _json(data: Bytes, begins: Whole, ends: Whole) -> tuple[Whole, Whole, Whole, Any, Flags]:
    """Return the fields of JSON that may state a level: line, begin, end, code, whether it is unsure."""
    opened = data[begins] == ord("{")
    after = data[4 : 1 - AHEAD]
    quote = places_of((data[3:-AHEAD] == ord('"')) & ((after == ord(":")) | (after <= ord(" ")))) + 3
    four = wide(data, 4)[quote - 3]
    quote = quote[is_one(four, _ENDINGS) | (four >> np.uint32(8) == _S)]
    line = lines_of(quote, begins)
    start = np.full(len(quote), -1, np.int64)
    for key in _KEYS:
        hit = places_of(stands(data, quote - len(key), key))
        start[hit] = quote[hit] - len(key)
    good = opened[line] & (start > begins[line]) & (quote < ends[line])
    quote, line, start = quote[good], line[good], start[good]
    at = _behind_blanks(data, quote + 1)
    colon = data[at] == ord(":")
    at = _behind_blanks(data, at + 1)
    found, count = word(data, at + 1)
    found = np.where(count == 1, _LETTER_CODES[data[at + 1]], found)
    worded = colon & (data[at] == ord('"')) & (count > 0) & (data[at + 1 + count] == ord('"'))
    numbered = colon & DIGIT[data[at]] & DIGIT[data[at + 1]] & ~WORD[data[at + 2]]
    code = np.where(worded, found, np.where(numbered, TENS[data[at]], 0))
    stop = np.where(worded, at + 2 + count, start)
    return line, start, stop, code, _WHITE[data[at]] & (data[at] != ord("\n"))


def _behind_blanks(data: Bytes, at: Whole) -> Whole:
    """Return where something stands again, over at most three blanks."""
    for _ in range(3):
        at = at + (_WHITE[data[at]] & (data[at] != ord("\n")))
    return at


def word(data: Bytes, places: Whole) -> tuple[Any, Whole]:
    """Return the code of the word of letters, in any case, that begins at each place, 0 for none, and its length."""
    text = windows(data, places, LONGEST)
    count = run(_LETTERS[text])
    halves = ((text | 32) * (np.arange(LONGEST) < count[:, None])).view("<u8")
    entry = np.minimum(np.searchsorted(_WORD_KEYS[:, 0], halves[:, 0]), len(_WORD_KEYS) - 1)
    return np.where((_WORD_KEYS[entry] == halves).all(axis=1), _WORD_CODES[entry], 0), count


def by_byte(names: dict[str, str]) -> Any:
    """Return the code of the level for each byte."""
    return np.array([NAMES.index(names.get(chr(byte), "")) for byte in range(256)], np.int8)


_LETTER_CODES = by_byte(LETTER)
TENS = by_byte({str(ten): name for ten, name in PINO.items()})
_SORTED = sorted(WORDS, key=lambda word: int.from_bytes(word[:8].encode(), "little"))
_WORD_KEYS = np.frombuffer(b"".join(word.encode().ljust(LONGEST, b"\0") for word in _SORTED), "<u8").reshape(-1, 2)
_WORD_CODES = np.array([NAMES.index(WORDS[word]) for word in _SORTED], np.int8)
_LOGFMT = np.array([int.from_bytes(text, "little") for text in (b"vel=", b"lvl=", b"ity=")], "<u4")
_KEYS = [f'"{lead}{key}' for lead in ("", "log.") for key in ("level", "levelname", "severity", "lvl", "s")]
_ENDINGS = np.array([int.from_bytes(text, "little") for text in (b'vel"', b'ity"', b'lvl"', b'ame"')], "<u4")
_S, _QUOTE = np.uint32(int.from_bytes(b'"s"', "little")), table("\"'")
_LETTERS, _BLANK, _WHITE = SMALL | CAPITAL, table(" \t"), table(" \t\n\v\f\r")
