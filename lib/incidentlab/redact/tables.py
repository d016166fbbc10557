"""The second door: what is loaded is masked before anybody reads it, so that whatever is made of it is masked too.

The texts of a column lie one behind the other in Arrow's buffer. That is looked through at once (`scan`); only a text
in which something is suspected becomes a Python object. Rows, lines and pointers stay.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab import tables
from incidentlab.redact import Redactor, places
from incidentlab.redact.shown import Open

_PUBLIC = ("service", "container", "container_id", "network", "image", "image_id", "user", "action", "state")
Rows = npt.NDArray[np.int64]
_STREAM = ["file", "service", "container", "stream"]
_CLOSED = {
    table.name: [column.name for column in table.columns if column.among]
    for table in (*tables.EVIDENCE_TABLES, tables.LEDGER)
}
"""Columns of each table that hold words of ours and nothing else."""

_SAMPLE = 1_000
"""Where so many rows have few texts among them, each text of the column is looked at once."""

_BLOCK = 8 << 20
"""Bytes that are looked through at once, by as many threads as there are."""


def masked(frames: dict[str, pd.DataFrame], redactor: Redactor) -> dict[str, pd.DataFrame]:
    """Return the tables of one incident with each secret in their texts replaced by its token; rows and order stay.

    What one line calls a password is then looked for in all, before and after it.

    Examples
    --------
    >>> logs = pd.DataFrame({"message": ["tried hunter2xy", "postgres://u:hunter2xy@db/x", "ready"]}, dtype="str")
    >>> masked({"logs": logs}, Redactor(b"key"))["logs"]["message"].tolist()
    ['tried <secret:a99d9df9>', 'postgres://u:<secret:a99d9df9>@db/x', 'ready']
    """
    if isinstance(redactor, Open):
        return frames
    redactor.keep(
        name
        for frame in frames.values()
        for column in _PUBLIC
        if column in frame.columns
        for name in frame[column].dropna().unique()
    )
    before = redactor.overheard
    hidden = {name: _table(name, frame, redactor) for name, frame in frames.items()}
    if redactor.overheard == before:
        return hidden
    redactor.refresh()
    return {name: _table(name, frame, redactor, known=True) for name, frame in hidden.items()}


def _table(table: str, frame: pd.DataFrame, redactor: Redactor, *, known: bool = False) -> pd.DataFrame:
    texts = [name for name in frame.columns if frame[name].dtype == "str" and name not in _CLOSED.get(table, ())]
    columns = {name: _column(frame[name], redactor, known=known) for name in texts if name != "message"}
    changed = {name: column for name, column in columns.items() if column is not None}
    if "message" in frame.columns:
        rows = _suspected(frame["message"], redactor, known=known)
        messages = _hidden(frame["message"], rows, redactor)
        keys = _keys(frame, np.arange(len(frame)) if known else rows, redactor)
        if keys:
            messages = (frame["message"] if messages is None else messages).copy()
            messages.iloc[list(keys)] = pd.Series(list(keys.values()), dtype="str")
        changed |= {} if messages is None else {"message": messages}
    return frame.assign(**changed)


def _column(values: pd.Series[str], redactor: Redactor, *, known: bool) -> pd.Series[str] | None:
    """Return the column without the secrets; None where it has none."""
    if len(values) > _SAMPLE and values.iloc[:_SAMPLE].nunique() <= _SAMPLE // 10:
        hidden = _column(pd.Series(values.unique(), dtype="str"), redactor, known=known)
        if hidden is None:
            return None
        codes, _ = pd.factorize(values, use_na_sentinel=False)
        return hidden.take(codes).set_axis(values.index)
    return _hidden(values, _suspected(values, redactor, known=known), redactor)


def _hidden(values: pd.Series[str], rows: npt.NDArray[np.int64], redactor: Redactor) -> pd.Series[str] | None:
    """Return a column without the secrets that are suspected in some rows; None where there are none."""
    if not len(rows):
        return None
    texts = values.iloc[rows]
    hidden = texts.map(redactor.texts(texts)).astype("str")
    changed = (hidden != texts).to_numpy()
    return _replaced(values, rows[changed], hidden[changed]) if changed.any() else None


def _replaced(values: pd.Series[str], rows: npt.NDArray[np.int64], texts: pd.Series[str]) -> pd.Series[str]:
    """Return the column with other texts in some rows, in ascending order."""
    mask = np.zeros(len(values), np.bool_)
    mask[rows] = True
    array = pc.replace_with_mask(_whole(values), pa.array(mask), _whole(texts))
    return pd.Series(pa.chunked_array([array]).to_pandas(types_mapper=_dtype), index=values.index)


def _whole(values: pd.Series[str]) -> pa.Array:
    """Return a column as one array."""
    array = pa.array(values)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.large_string())


def _dtype(_: pa.DataType) -> pd.StringDtype:
    return pd.StringDtype(na_value=np.nan)


def _suspected(values: pd.Series[str], redactor: Redactor, *, known: bool) -> npt.NDArray[np.int64]:
    """Return the rows in which a rule may apply, or a known value may stand."""
    texts = _whole(values)
    if not len(texts):
        return np.zeros(0, np.int64)
    ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = memoryview(texts.buffers()[2] or b"")
    cuts = np.unique(np.searchsorted(ends, [*range(int(ends[0]), int(ends[-1]), _BLOCK), int(ends[-1])]))
    blocks = list(pairwise(cuts.tolist()))

    def found(block: tuple[int, int]) -> npt.NDArray[np.int64]:
        first, last = block
        suspects = redactor.suspects(data[ends[first] : ends[last]], known=known)
        at = np.array([end for end, _ in suspects], np.int64)
        return first + np.unique(np.searchsorted(ends[first + 1 : last + 1] - ends[first], at))

    redactor.suspects(b"")  # makes ready what the threads share
    with ThreadPoolExecutor() if len(blocks) > 1 else nullcontext() as pool:
        parts = list((pool.map if pool else map)(found, blocks))
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _keys(logs: pd.DataFrame, rows: npt.NDArray[np.int64], redactor: Redactor) -> dict[int, str]:
    """Return what a private key of several lines that begins in one of some rows takes: the rows, each without it.

    Lines of other streams may stand between its own.
    """
    hidden: dict[int, str] = {}
    begins = rows[logs["message"].iloc[rows].str.contains(places.KEY, regex=False, na=False).to_numpy(np.bool_)]
    streams = logs.groupby(_STREAM, dropna=False, sort=False).ngroup() if len(begins) else pd.Series()
    for stream in dict.fromkeys(streams.iloc[begins]) if len(begins) else ():
        own = np.flatnonzero(streams == stream)
        followed = -1
        for begin in begins[streams.iloc[begins] == stream].tolist():
            if begin > followed:
                followed = _follow(begin, own[np.searchsorted(own, begin, side="right") :], logs, redactor, hidden)
    return hidden


def _follow(begin: int, behind: Rows, logs: pd.DataFrame, redactor: Redactor, hidden: dict[int, str]) -> int:
    """Hide a private key in the rows of its stream behind its begin; return the last row that it takes."""
    key, last = places.Key(), begin
    key.places(logs["message"].iloc[begin].encode())
    for row in behind.tolist():
        if not key.left:
            break
        hidden[row] = redactor.raw(logs["message"].iloc[row].encode(), key).decode()
        last = row
    return last
