"""One row of the signature table, how a table is written, and the fragments that its patterns share.

A pattern is RE2 (as `pyarrow.compute` runs it): no backtracking, so its time grows with the line, whatever the line.
Its named groups are the columns of the failures table that it fills.
"""

from __future__ import annotations

from re import _constants, _parser  # type: ignore[attr-defined]  # the parse tree has no public door
from typing import Any, NamedTuple

FRAGMENTS = {
    "{HOST}": r"(?P<host>[A-Za-z0-9_][\w.-]*)",
    "{IP}": r"(?P<address>\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)",
    "{PORT}": r"(?P<port>\d{1,5})",
    "{NAME}": r"[\"'`‘“«]?(?P<subject>[A-Za-z_][\w.$:/-]*)[\"'`’”»]?",
    "{QUOTED}": r"\\?[\"'`‘“](?P<subject>[^\"'`’”\\]+)\\?[\"'`’”]",
    "{VARIABLE}": r"[\"'`‘“{(\[$]{0,3}(?P<subject>[A-Z][A-Z0-9]*_[A-Z0-9_]+)[\"'`’”})\]]{0,3}",
}


class Signature(NamedTuple):
    """What one kind of line looks like.

    Parameters
    ----------
    name
        Unique; it names the pattern in every result.
    kind
        What failed (see `incidentlab.analyse.signatures.KINDS`).
    runtime
        Who writes such a line.
    pattern
        RE2 with named groups among host, address, port, code, errno, syscall, subject.
    """

    name: str
    kind: str
    runtime: str
    pattern: str


def table(text: str) -> tuple[Signature, ...]:
    """Read a table of signatures: name, kind, runtime and pattern, blanks between them.

    A line that begins with a blank goes on with the pattern above it; ``#`` begins a remark; ``{HOST}``, ``{IP}``,
    ``{PORT}``, ``{NAME}``, ``{QUOTED}`` and ``{VARIABLE}`` stand for `FRAGMENTS`.

    Examples
    --------
    >>> table("go_refused  refused  go  dial tcp {IP}:{PORT}: connection refused")[0].kind
    'refused'
    """
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            rows[-1][3] += line.strip()
        elif line and not line.startswith("#"):
            rows.append([*line.split(None, 3), ""][:4])
    return tuple(Signature(name, kind, runtime, _expand(pattern)) for name, kind, runtime, pattern in rows)


def literals(pattern: str) -> set[str]:
    """Return texts in lower case of which every match of `pattern` holds one; empty where none can be told.

    It is what makes a cheap first filter exact: a line with none of them cannot match.

    Examples
    --------
    >>> sorted(literals("(?:no such host|server misbehaving) x?"))
    ['no such host', 'server misbehaving']
    """
    return _needed(_parser.parse(pattern))


def _expand(pattern: str) -> str:
    for name, fragment in FRAGMENTS.items():
        pattern = pattern.replace(name, fragment)
    return pattern


def _needed(tree: Any) -> set[str]:
    best: set[str] = set()
    run = ""
    for code, value in [*tree, (None, None)]:
        if code is _constants.LITERAL:
            run += chr(value).lower()
            continue
        best = max(best, {run} if run else set(), _inside(code, value), key=_worth)
        run = ""
    return best


def _inside(code: Any, value: Any) -> set[str]:
    if code is _constants.SUBPATTERN:
        return _needed(value[-1])
    if code in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        return _needed(value[2]) if value[0] else set()
    if code is _constants.BRANCH:
        parts = [_needed(branch) for branch in value[1]]
        return set().union(*parts) if all(parts) else set()
    return set()


def _worth(texts: set[str]) -> int:
    return min((len(text) for text in texts), default=0)
