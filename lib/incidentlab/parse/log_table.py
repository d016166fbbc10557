"""One way from read lines to the table of logs, so that level and the program's own time are read alike everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from incidentlab import tables
from incidentlab.parse import app_clock, clock, level
from incidentlab.parse.buffer import AHEAD, Whole
from incidentlab.parse.heads import Heads

SPOKEN = frozenset(("log", "continuation", "compose", "unknown"))
"""The kinds whose text is read for a level and a time."""

_MANY = 1_000
"""From so many texts on it is faster to look at all of them at once."""


def build(
    kinds: Sequence[str], stamps: Sequence[int], messages: Sequence[str], *, file: str, **columns: Any
) -> pd.DataFrame:
    """Return LOGS, one row per line of `file`, in its order.

    Parameters
    ----------
    kinds, stamps, messages
        One per line; a stamp is nanoseconds or `clock.NAT`.
    file
        What the rows' `file` is to say.
    **columns
        service, replica, container, stream: one value for all, or one per line.
    """
    stated, times = _stated([text if kind in SPOKEN else "" for kind, text in zip(kinds, messages, strict=True)])
    return assemble(
        np.arange(len(kinds)),
        file=file,
        ts=clock.column(stamps),
        kind=kinds,
        message=messages,
        level=stated,
        app_ts=clock.column(times),
        **columns,
    )


def _stated(texts: list[str]) -> tuple[Any, Any]:
    """Return the level and the own time of each text: of many by columns, but for what these are not sure of."""
    if len(texts) < _MANY or any("\n" in text or "\0" in text for text in texts):
        return [level.of(text) for text in texts], [app_clock.application(text) for text in texts]
    coded = [text.encode() for text in texts]
    data = np.frombuffer(b"\n".join([*coded, bytes(AHEAD)]), np.uint8)
    ends = np.cumsum(np.array([len(text) + 1 for text in coded])) - 1
    begins = np.concatenate([[0], ends[:-1] + 1])
    codes, times = Heads().stated(data, begins, ends)
    return words([name or None for name in level.NAMES], codes), times


def assemble(order: Whole, *, file: str, **columns: Any) -> pd.DataFrame:
    """Return LOGS of lines of `file` from finished columns; one that is not given is missing throughout.

    Parameters
    ----------
    order
        The places of the lines in the file, from 0.
    file
        What the rows' `file` is to say.
    **columns
        One value for all, or one per line.
    """
    absent = text(pa.chunked_array([pa.nulls(len(order), pa.large_string())]))
    given = {name: absent if value is None else value for name, value in columns.items()}
    given = {**dict.fromkeys(tables.LOGS.names, absent), **given, "file": words([file], np.zeros(len(order), np.int8))}
    if columns.get("replica") is None:
        given["replica"] = pd.arrays.IntegerArray(np.zeros(len(order), np.int64), np.ones(len(order), np.bool_))
    numbers = {
        name: pd.arrays.IntegerArray(place, np.zeros(len(order), np.bool_))
        for name, place in (("order", order), ("line", order + 1))
    }
    own = {name: (given | numbers)[name] for name in tables.LOGS.names}
    return tables.check(pd.DataFrame(own, copy=False), tables.LOGS)  # all of it was made here


def words(values: list[str | None], codes: Any) -> pd.Series[str]:
    """Return the text that each code stands for."""
    words = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values, pa.large_string()))
    return text(pa.chunked_array([words.cast(pa.large_string())]))


def text(values: pa.ChunkedArray) -> pd.Series[str]:
    """Return Arrow text as a column, without copying it."""
    return pd.Series(values.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=np.nan)}.get))
