"""Which lines speak of a failure, and what they name.

Each distinct text is looked at once. A line must hold one of the literals that the patterns need (computed from the
patterns themselves), then one of the literals of one pattern, and only then is that pattern run: RE2, in linear time.
The first pattern of the table that fits decides.
"""

from __future__ import annotations

import re
from functools import cache
from re import _constants, _parser  # type: ignore[attr-defined]  # the parse tree has no public door
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab.knowledge import GROUPS, Pattern, asked

_FENCED = r"^(?:```|~~~)[^\w\s]*\S+[^\w\s].*\S"
"""A Markdown fence and a line of the log on one line; a fence alone may bear the name of a language."""


def match(logs: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that a signature fits.

    Parameters
    ----------
    logs
        LOGS.

    Returns
    -------
    pandas.DataFrame
        `row` (position in `logs`), `signature`, `kind`, `runtime` and one text column per group.
    """
    said = logs["kind"].ne("shell") | logs["message"].str.contains(_FENCED, regex=True).fillna(value=False)
    coded = text_array(logs["message"].where(said, "")).dictionary_encode()
    found = _texts(coded.dictionary)
    places = pd.DataFrame({"text": coded.indices.to_pandas(), "row": range(len(logs))})
    return places.merge(found, on="text").drop(columns="text").sort_values("row", ignore_index=True)


def fits(texts: pa.Array, signatures: tuple[Pattern, ...]) -> pd.DataFrame:
    """Return for each text the first signature that fits, with its groups; texts without one are left out."""
    lower = pc.utf8_lower(texts)
    place = pa.array(range(len(texts)))
    parts = []
    for signature in signatures:
        near = _any(lower, literals_of(signature))
        if not pc.any(near).as_py():
            continue
        sure = pc.and_(near, _fits(texts, near, signature.pattern))
        parts.append(_groups(pc.filter(texts, sure), pc.filter(place, sure), signature))
        rest = pc.invert(sure)
        texts, lower, place = (pc.filter(array, rest) for array in (texts, lower, place))
    columns = ["text", "signature", "kind", "runtime", *GROUPS]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def text_array(values: pd.Series[Any]) -> pa.Array:
    """Return a text column as one Arrow array; a missing text is empty."""
    array = pa.array(values.fillna(""), pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


@cache
def literals_of(signature: Pattern) -> tuple[str, ...]:
    """Return the literals of which a matching line holds one."""
    return tuple(sorted(literals(signature.pattern)))


@cache
def _first_filter() -> str:
    every = {text for signature in asked("failure") for text in literals_of(signature)}
    least = sorted(text for text in every if not any(other in text for other in every if other != text))
    return "|".join(map(re.escape, least))


def _texts(texts: pa.Array) -> pd.DataFrame:
    likely = pc.match_substring_regex(pc.utf8_lower(texts), _first_filter())
    place = pc.indices_nonzero(likely).to_pandas()
    found = fits(pc.filter(texts, likely), asked("failure"))
    return found.assign(text=place.to_numpy()[found["text"].astype(int)])


def _any(lower: pa.Array, needed: tuple[str, ...]) -> pa.Array:
    near = pc.match_substring(lower, needed[0])
    for text in needed[1:]:
        near = pc.or_(near, pc.match_substring(lower, text))
    return near


def _fits(texts: pa.Array, near: pa.Array, pattern: str) -> pa.Array:
    """Run the pattern on the near texts only; the others are asked with an empty text and cannot fit."""
    return pc.match_substring_regex(pc.if_else(near, texts, pa.scalar("", texts.type)), pattern)


def _groups(texts: pa.Array, place: pa.Array, signature: Pattern) -> pd.DataFrame:
    given: dict[str, object] = {"text": place.to_pandas(), "signature": signature.name, "kind": signature.kind}
    given["runtime"] = signature.runtime
    if "(?P<" in signature.pattern and len(texts):
        struct = pc.extract_regex(texts, signature.pattern)
        for field in struct.type:
            values = pc.struct_field(struct, field.name)
            given[field.name] = pc.if_else(pc.equal(values, ""), None, values).to_pandas()
    return pd.DataFrame(given).reindex(columns=["text", "signature", "kind", "runtime", *GROUPS])


def literals(pattern: str) -> set[str]:
    """Return texts in lower case of which every match of `pattern` holds one; empty where none can be told.

    It is what makes a cheap first filter exact: a line with none of them cannot match.

    Examples
    --------
    >>> sorted(literals("(?:no such host|server misbehaving) x?"))
    ['no such host', 'server misbehaving']
    """
    return _needed(_parser.parse(pattern))


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
