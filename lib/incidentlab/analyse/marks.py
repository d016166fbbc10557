"""What the lines say: the one place that searches the text of the logs.

A line may answer several questions: what failed, which phase of a server begins, whether a dependency was reached. Of
one question it has one answer, from the first of the patterns that fits; the question `each` is asked of every
pattern by itself (see `incidentlab.knowledge`). Whatever comes after this reasons on marks, so a log of any size is
read once, and what needs a new look at the text is a new pattern. Patterns of the question `sought` are too common to
be looked for everywhere (a URL stands in each access line); `sought` asks them of the few lines that a step hands in.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab import tables
from incidentlab.knowledge import KINDS, SERVERS, Pattern, patterns
from incidentlab.knowledge.compiled import candidates

_TEXT = pa.large_string()
_SCHEMA = pa.schema([(name, pa.int64() if name == "row" else _TEXT) for name in tables.MARKS.names])


def marks(logs: pd.DataFrame) -> pd.DataFrame:
    """Return what the lines of the logs say.

    Parameters
    ----------
    logs
        LOGS, with its own index from 0.

    Returns
    -------
    pandas.DataFrame
        MARKS. Marks of one line stand in the order of the patterns.

    Examples
    --------
    >>> line = {"order": 0, "kind": "log", "message": "Error: connect ECONNREFUSED 172.18.0.4:5432", "line": 1}
    >>> marks(tables.rows([line], tables.LOGS))[["kind", "address", "port"]].values.tolist()
    [['raised', nan, nan], ['refused', '172.18.0.4', '5432']]
    """
    return read(logs["message"])


def read(texts: pd.Series[Any]) -> pd.DataFrame:
    """Return MARKS of any texts, each place in them as `row`."""
    array, scanned = _array(texts), _scanned(patterns.PATTERNS)
    rows, numbers = candidates(array, scanned)
    begins = np.searchsorted(numbers, np.arange(len(scanned) + 1))
    taken: dict[str, npt.NDArray[np.bool_]] = {}
    parts: list[pa.Table] = []
    for number in np.unique(numbers).tolist():
        pattern = scanned[number]
        question = KINDS[pattern.kind].question
        near = rows[begins[number] : begins[number + 1]]
        known = taken.setdefault(question, np.zeros(len(array), np.bool_))
        near = _fitting(array, near[~known[near]], pattern.pattern)
        known[near] = question != "each"
        parts += _taken(array, near, pattern)
    return _table(parts)


def sought(texts: pd.Series[Any], kind: str) -> pd.DataFrame:
    """Return MARKS of few texts, of one kind that answers the question `sought`; each place in them as `row`.

    Examples
    --------
    >>> texts = pd.Series(["no answer from http://api:8080/", "no answer"], dtype="str")
    >>> sought(texts, "url")[["row", "host", "port"]].values.tolist()
    [[0, 'api', '8080']]
    """
    if texts.empty:
        return tables.empty(tables.MARKS)
    array = _array(texts)
    rows = np.arange(len(array))
    parts: list[pa.Table] = []
    for pattern in (pattern for pattern in patterns.PATTERNS if pattern.kind == kind):
        near = _fitting(array, rows, pattern.pattern)
        rows = np.setdiff1d(rows, near)
        parts += _taken(array, near, pattern)
    return _table(parts)


def says(texts: pd.Series[Any], kind: str) -> pd.Series[Any]:
    """Return of each text whether it is of a kind that answers the question `sought`."""
    flags = pd.Series(False, index=texts.index)
    flags.iloc[sought(texts, kind)["row"].to_numpy(np.int64)] = True
    return flags


def names_one(texts: pd.Series[Any], words: list[str], *, module: bool = False) -> bool:
    """Say whether a text names one of the words (RE2, upper or lower case), or a module that is called so.

    Examples
    --------
    >>> texts = pd.Series(["  at /app/node_modules/pg/lib/client.js:1"], dtype="str")
    >>> names_one(texts, ["pg"], module=True), names_one(texts, ["db", "redis"])
    (True, False)
    """
    bounds = ("[./]", "[./]") if module else (r"\b", r"\b")
    pattern = f"(?i){bounds[0]}(?:{'|'.join(words)}){bounds[1]}"
    return bool(pc.any(pc.match_substring_regex(_array(texts), pattern)).as_py())


def servers_named(text: str) -> set[str]:
    """Return the kinds of servers that a text names, each as a word of its own.

    Examples
    --------
    >>> servers_named("redis: no answer"), servers_named("predisposed")
    ({'redis'}, set())
    """
    return {server.name for server in SERVERS if re.search(rf"(?i)\b(?:{server.names})\b", text)}


@cache
def _scanned(every: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    return tuple(pattern for pattern in every if KINDS[pattern.kind].question != "sought")


def _taken(texts: pa.Array, rows: npt.NDArray[np.int64], pattern: Pattern) -> list[pa.Table]:
    """Return what a pattern says of the texts that fit it, but for those of which it says nothing."""
    if pattern.unless:
        rows = np.setdiff1d(rows, _fitting(texts, rows, pattern.unless))
    return [_marked(texts, rows, pattern)] if len(rows) else []


def _table(parts: list[pa.Table]) -> pd.DataFrame:
    if not parts:
        return tables.empty(tables.MARKS)
    found = pa.concat_tables([_SCHEMA.empty_table(), *parts])
    return tables.check(found.to_pandas(types_mapper=_dtype), tables.MARKS)


def _array(values: pd.Series[Any]) -> pa.Array:
    """Return a text column as one Arrow array; a missing text is empty."""
    array = pa.array(values.fillna(""), pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _fitting(texts: pa.Array, rows: npt.NDArray[np.int64], pattern: str) -> npt.NDArray[np.int64]:
    fits: npt.NDArray[np.bool_] = pc.match_substring_regex(texts.take(pa.array(rows)), pattern).to_numpy(False)
    return rows[fits]


def _marked(texts: pa.Array, rows: npt.NDArray[np.int64], pattern: Pattern) -> pa.Table:
    own = (KINDS[pattern.kind].question, pattern.kind, pattern.name, pattern.runtime)
    named = zip(("question", "kind", "signature", "runtime"), own, strict=True)
    columns: dict[str, Any] = {name: pa.repeat(pa.scalar(text, _TEXT), len(rows)) for name, text in named}
    columns["row"] = pa.array(rows)
    if "(?P<" in pattern.pattern:
        groups = pc.extract_regex(texts.take(columns["row"]), pattern.pattern)
        for group in groups.type:
            values = pc.struct_field(groups, group.name)
            columns[group.name] = pc.if_else(pc.equal(values, ""), None, values)
    empty = pa.nulls(len(rows), _TEXT)
    return pa.table([columns.get(name, empty) for name in _SCHEMA.names], schema=_SCHEMA)


def _dtype(kind: pa.DataType) -> Any:
    return pd.StringDtype(na_value=np.nan) if pa.types.is_large_string(kind) else None
