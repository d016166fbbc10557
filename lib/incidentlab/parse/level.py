"""How serious a line says that it is.

Programs state a level in a few dozen ways: a field of a JSON or logfmt line, a word in capitals or brackets near
the beginning, a mark. This module knows the wordings and nothing else: a line that states no level has none,
whatever it tells of.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from incidentlab.parse.buffer import AHEAD, DIGIT, Bytes, Flags, lines_of, shaped, table, wide, windows

REACH = 160
"""How many characters into a line a level is looked for, unless the line is JSON or logfmt."""

_WORDS = {
    "trace": "debug", "trc": "debug", "debug": "debug", "dbug": "debug", "dbg": "debug", "verbose": "debug",
    "fine": "debug", "log": "info", "info": "info", "inf": "info", "information": "info", "notice": "info",
    "note": "info", "system": "info", "warn": "warning", "wrn": "warning", "warning": "warning",
    "error": "error", "err": "error", "eror": "error", "erro": "error", "fail": "error", "severe": "error",
    "fatal": "fatal", "fata": "fatal", "ftl": "fatal", "crit": "fatal", "critical": "fatal", "panic": "fatal",
    "emerg": "fatal", "alert": "fatal", "dpanic": "fatal", "emergency": "fatal",
}  # fmt: skip
_PINO = {1: "debug", 2: "debug", 3: "info", 4: "warning", 5: "error", 6: "fatal"}
_LETTER = {"D": "debug", "I": "info", "W": "warning", "E": "error", "F": "fatal"}
_REDIS = {".": "debug", "-": "debug", "*": "info", "#": "warning"}

_FIELD = re.compile(
    r'"(?:log\.)?(?:level|levelname|severity|lvl|s)"\s*:\s*(?:"(?P<word>[A-Za-z]+)"|(?P<number>\d{2})\b)'
    r'|(?:^|[ \t])(?:level|lvl|severity)=["\']?(?P<value>[A-Za-z]+)'
)
_NEAR = re.compile(
    r"^\d+:[XCSM] \d\d \w{3}(?: \d{4})? \d\d:\d\d:\d\d\.\d{3} (?P<redis>[.*#-]) "
    r"|^(?P<klog>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ "
    r"|^npm (?P<npm>ERR!|error|WARN|warn|notice|info)(?= |$)"
    r"|^(?P<dotnet>trce|dbug|info|warn|fail|crit): "
    r"|(?:^|[\s\[|(<:-])(?P<capital>TRACE|DEBUG|VERBOSE|FINE|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL"
    r"|PANIC|EMERG|LOG(?=:)|INF|WRN|DBG|FTL|ERR|WARN(?=\[)|ERRO(?=\[)|FATA(?=\[))(?=[\s\]|)>:\[-]|$)"
    r"|\[(?P<bracket>[A-Za-z]+) *\]"
    r"|^(?:\d[\dTZ:.,+/ -]{9,38}[ \t])?(?P<bare>debug|info|warn|warning|error|fatal|panic)(?=[:\t ])"
)


def of(message: str) -> str | None:
    """Return the level that a line states: debug, info, warning, error, fatal; None where it states none.

    Examples
    --------
    >>> of("2026-11-23 09:33:33.543 UTC [43] FATAL:  role does not exist")
    'fatal'
    >>> of('{"level":30,"msg":"listening"}')
    'info'
    >>> of("connection failed") is None
    True
    """
    if message[:1] == "{" or "level=" in message or "lvl=" in message or "severity=" in message:
        for match in _FIELD.finditer(message):
            level = _field(match)
            if level:
                return level
    for match in _NEAR.finditer(message[:REACH]):
        level = _near(match)
        if level:
            return level
    return None


def _field(match: re.Match[str]) -> str | None:
    if match["number"]:
        return _PINO.get(int(match["number"]) // 10)
    word = match["word"] or match["value"]
    return _WORDS.get(word.lower()) or (_LETTER.get(word) if len(word) == 1 else None)


def _near(match: re.Match[str]) -> str | None:
    text = match[match.lastgroup or 0]
    if match.lastgroup == "redis":
        return _REDIS[text]
    if match.lastgroup == "klog":
        return _LETTER[text]
    return "debug" if text == "trce" else _WORDS.get(text.lower().rstrip("!"))


# ------------------------------------------------------------------------------------------- by columns

NAMES = ("", "debug", "info", "warning", "error", "fatal")
"""The levels by the codes that `codes` gives; the first is none."""

_CAPITALS = (
    "TRACE", "DEBUG", "VERBOSE", "FINE", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "SEVERE", "FATAL", "CRITICAL",
    "PANIC", "EMERG", "INF", "WRN", "DBG", "FTL", "ERR", "LOG:", "ERRO[", "FATA[",
)  # fmt: skip
"""The words of `_NEAR`'s capitals, three of them with the only sign that may follow."""

_SPACE = " \t\n\v\f\r\x1c\x1d\x1e\x1f"


def _pairs(pairs: set[str]) -> Flags:
    """Return, for each two bytes as a little-endian number, whether they are one of the pairs."""
    table = np.zeros(65536, bool)
    table[[ord(pair[0]) + 256 * ord(pair[1]) for pair in pairs]] = True
    return table


def _four(*words: str) -> np.ndarray[Any, Any]:
    return np.array([int.from_bytes(word.encode(), "little") for word in words], "<u4")


_LEAD, _FOLLOW = table(_SPACE + "[|(<:-"), table(_SPACE + "]|)>:[-")
_UPPER = _pairs({word[:2] for word in _CAPITALS})
_BRACKET = _pairs({two for word in _WORDS for two in (word[:2], word[:2].capitalize(), word[0] + word[1].upper())})
_FIELDS = _four("vel=", "lvl=", "ity=")
_HEADS = _four("npm ", "trce", "dbug", "fail", "crit", "debu", "info", "warn", "erro", "fata", "pani")
_BLANK, _SMALL, _SECOND, _ROLE = table(" \t"), table("diwefp"), table("enar"), table("XCSM")
"""A blank and the first two letters of debug, info, warn, error, fatal, panic; what Redis calls its processes."""
_PINO_HEAD = int.from_bytes(b'{"level"', "little")


def codes(data: Bytes, begins: Any, ends: Any) -> tuple[Any, Flags]:
    """Return the levels of many lines, by columns: the twin of `of`.

    Parameters
    ----------
    data
        ASCII lines, each ended by an LF, and `buffer.AHEAD` zeros behind them.
    begins, ends
        Where the messages begin and end; a blank or an LF stands before each.

    Returns
    -------
    codes
        Places in `NAMES`, as int8.
    unsure
        The lines that only `of` can decide.
    """
    result = np.zeros(len(begins), np.int8)
    if not len(begins):
        return result, np.zeros(0, bool)
    capital = (data - np.uint8(65)) < 26
    places = np.flatnonzero(capital[1:-AHEAD] & ~capital[: -AHEAD - 1]) + 1
    places = places[_LEAD[data[places - 1]]]
    places = places[_UPPER[wide(data, 2)[places]]]
    line = lines_of(places, begins)
    found = _words(data, places, np.minimum(ends, begins + REACH)[line])
    seen = np.flatnonzero((found > 0) & (places >= begins[line]))
    line, found = line[seen], found[seen]
    first = np.flatnonzero(np.diff(line, prepend=-1) != 0)
    result[line[first]] = found[first]
    unsure = _unsure(data, begins)
    _json(data, begins, ends, result, unsure)
    _redis(data, begins, ends, result, unsure)
    equal = np.flatnonzero(data[3:-AHEAD] == ord("="))
    unsure[lines_of(equal[np.isin(wide(data, 4)[equal], _FIELDS)], begins)] = True
    return result, unsure


def _words(data: Bytes, places: Any, last: Any) -> Any:
    """Return the code of the level that a word in capitals at each place states, 0 for none."""
    word, found = wide(data, 8)[places], np.zeros(len(places), np.int8)
    for text in _CAPITALS:
        mask = np.uint64((1 << 8 * len(text)) - 1)
        hit = np.flatnonzero((word & mask) == np.uint64(int.from_bytes(text.encode(), "little")))
        stop = places[hit] + len(text)
        followed = (stop == last[hit]) | _FOLLOW[data[stop]] if text.isalpha() else True
        found[hit[followed & (stop <= last[hit])]] = NAMES.index(_WORDS[text.rstrip(":[").lower()])
    return found


def _unsure(data: Bytes, begins: Any) -> Any:
    """Return the lines that may state a level otherwise than by a word in capitals."""
    two, four = wide(data, 2), wide(data, 4)
    head = data[begins]
    unsure = (head == ord("{")) | np.isin(four[begins], _HEADS)
    unsure |= table("IWEF")[head] & DIGIT[data[begins + 1]]
    bracket = np.flatnonzero(data[:-AHEAD] == ord("["))
    bracket = bracket[_BRACKET[two[bracket + 1]]]
    unsure[lines_of(bracket, begins)] = True
    counted = np.flatnonzero(DIGIT[head])
    heads = windows(data, begins[counted], 42)
    redis = ((heads[:, 1:9] == ord(":")) & _ROLE[heads[:, 2:10]]).any(axis=1)
    bare = (_BLANK[heads[:, 10:40]] & _SMALL[heads[:, 11:41]] & _SECOND[heads[:, 12:42]]).any(axis=1)
    unsure[counted[redis | bare]] = True
    return unsure


def _json(data: Bytes, begins: Any, ends: Any, result: Any, unsure: Flags) -> None:
    """Decide the JSON lines that begin with a level, as pino and zap write them."""
    rows = np.flatnonzero((wide(data, 8)[begins] == _PINO_HEAD) & (data[begins + 8] == ord(":")) & (ends - begins > 16))
    place = begins[rows] + 9
    number = DIGIT[data[place]] & DIGIT[data[place + 1]] & np.isin(data[place + 2], _STOPS)
    tens = data[place].astype(np.int64) - 48
    quoted = data[place] == ord('"')
    word = wide(data, 8)[place + 1]
    code = np.where(number, _TENS[np.clip(tens, 0, 9)], 0)
    for text in ("debug", "info", "warn", "error", "fatal"):
        size = len(text) + 1
        spelt = int.from_bytes((text + '"').encode(), "little")
        code[quoted & ((word & np.uint64((1 << 8 * size) - 1)) == np.uint64(spelt))] = NAMES.index(_WORDS[text])
    result[rows[code > 0]] = code[code > 0]
    unsure[rows[code > 0]] = False


def _redis(data: Bytes, begins: Any, ends: Any, result: Any, unsure: Flags) -> None:
    """Decide the lines of Redis, by the mark after its time."""
    rows, heads = shaped(data, begins, ends, b"0:? 00 ??? 0000 00:00:00.000 ? ")
    marks = np.array([NAMES.index(_REDIS.get(chr(byte), "")) for byte in range(256)])
    words = table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")[heads[:, 7:10]].all(axis=1)
    good = _ROLE[heads[:, 2]] & (marks[heads[:, 29]] > 0) & words
    result[rows[good]], unsure[rows[good]] = marks[heads[good, 29]], False


_STOPS = np.frombuffer(b",}", np.uint8)
_TENS = np.array([NAMES.index(_PINO.get(ten, "")) for ten in range(10)])
