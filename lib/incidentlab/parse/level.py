"""How serious a line says that it is.

Programs state a level in a few dozen ways: a field of a JSON or logfmt line, a word in capitals or brackets near
the beginning, a mark. This module knows the wordings and nothing else: a line that states no level has none,
whatever it tells of.

This is the exact reader of one line; `incidentlab.parse.levels` is its twin by columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

NAMES = ("", "debug", "info", "warning", "error", "fatal")
"""The levels; the first is none."""

REACH = 160
"""How many characters into a line a level is looked for, unless the line is JSON or logfmt."""

WORDS = {
    "trace": "debug", "trc": "debug", "debug": "debug", "dbug": "debug", "dbg": "debug", "verbose": "debug",
    "fine": "debug", "log": "info", "info": "info", "inf": "info", "information": "info", "notice": "info",
    "note": "info", "system": "info", "warn": "warning", "wrn": "warning", "warning": "warning",
    "error": "error", "err": "error", "eror": "error", "erro": "error", "fail": "error", "severe": "error",
    "fatal": "fatal", "fata": "fatal", "ftl": "fatal", "crit": "fatal", "critical": "fatal", "panic": "fatal",
    "emerg": "fatal", "alert": "fatal", "dpanic": "fatal", "emergency": "fatal",
}  # fmt: skip
PINO = {1: "debug", 2: "debug", 3: "info", 4: "warning", 5: "error", 6: "fatal"}
LETTER = {"D": "debug", "I": "info", "W": "warning", "E": "error", "F": "fatal"}
REDIS = {".": "debug", "-": "debug", "*": "info", "#": "warning"}

_LOGFMT = r'(?:^|[ \t])(?:level|lvl|severity)=["\']?(?P<value>[A-Za-z]+)'
_JSON = r'"(?:log\.)?(?:level|levelname|severity|lvl|s)"\s*:\s*(?:"(?P<word>[A-Za-z]+)"|(?P<number>\d{2})\b)'
_FIELD = re.compile(f"{_JSON}|{_LOGFMT}", re.ASCII)
_VALUE = re.compile(_LOGFMT, re.ASCII)
"""The fields of a line of JSON, and those of any other."""

FIELDS = ("value", "word", "number")
"""Their groups; a number states its level by the first of two digits."""

_NEAR = re.compile(
    r"^\d+:[XCSM] \d\d \w{3}(?: \d{4})? \d\d:\d\d:\d\d\.\d{3} (?P<redis>[.*#-]) "
    r"|^(?P<klog>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ "
    r"|^npm (?P<npm>ERR!|error|WARN|warn|notice|info)(?= |$)"
    r"|^(?P<dotnet>trce|dbug|info|warn|fail|crit): "
    r"|(?:^|[\s\[|(<:-])(?P<capital>TRACE|DEBUG|VERBOSE|FINE|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL"
    r"|PANIC|EMERG|LOG(?=:)|INF|WRN|DBG|FTL|ERR|WARN(?=\[)|ERRO(?=\[)|FATA(?=\[))(?=[\s\]|)>:\[-]|$)"
    r"|\[(?P<bracket>[A-Za-z]+) *\]"
    r"|^(?:\d[\dTZ:.,+/ -]{9,38}[ \t])?(?P<bare>debug|info|warn|warning|error|fatal|panic)(?=[:\t ])",
    re.ASCII,
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
    return next((level for _, level in stated(message) if level), None)


def stated(message: str) -> Iterator[tuple[re.Match[str], str | None]]:
    """Yield what may state the level of a line, the first that does is it; and the level that it states, if any.

    Those of fields come first, and their groups are `FIELDS`.
    """
    json = message[:1] == "{"
    if json or "level=" in message or "lvl=" in message or "severity=" in message:
        for match in (_FIELD if json else _VALUE).finditer(message):
            yield match, _field(match)
    for match in _NEAR.finditer(message[:REACH]):
        yield match, _near(match)


def _field(match: re.Match[str]) -> str | None:
    word: str = match[match.lastgroup or 0]
    if word.isdigit():
        return PINO.get(int(word) // 10)
    return WORDS.get(word.lower()) or (LETTER.get(word) if len(word) == 1 else None)


def _near(match: re.Match[str]) -> str | None:
    text = match[match.lastgroup or 0]
    if match.lastgroup == "redis":
        return REDIS[text]
    if match.lastgroup == "klog":
        return LETTER[text]
    return "debug" if text == "trce" else WORDS.get(text.lower().rstrip("!"))
