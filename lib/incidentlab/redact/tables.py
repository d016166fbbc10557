"""The second door: what is loaded is masked before anybody reads it, so that whatever is made of it is masked too.

The texts of a column lie one behind the other in Arrow's buffer. That is looked through at once (`scan`); only a text
in which something is suspected becomes a Python object. Rows, lines and pointers stay.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from incidentlab.redact import Redactor, places

_PUBLIC = ("service", "container", "container_id", "network", "image", "image_id", "user", "action", "state")
_STREAM = ["file", "service", "container", "stream"]
_FOLLOWED = 400
"""So many rows of its stream are looked at behind the begin of a private key."""


def masked(frames: dict[str, pd.DataFrame], redactor: Redactor) -> dict[str, pd.DataFrame]:
    """Return the tables of one incident with each secret in their texts replaced by its token; rows and order stay.

    What one line calls a password is then looked for in all, before and after it.

    Examples
    --------
    >>> logs = pd.DataFrame({"message": ["tried hunter2xy", "postgres://u:hunter2xy@db/x", "ready"]}, dtype="str")
    >>> masked({"logs": logs}, Redactor(b"key"))["logs"]["message"].tolist()
    ['tried <secret:a99d9df9>', 'postgres://u:<secret:a99d9df9>@db/x', 'ready']
    """
    redactor.keep(
        name
        for frame in frames.values()
        for column in _PUBLIC
        if column in frame.columns
        for name in frame[column].dropna().unique()
    )
    known = redactor.overheard
    hidden = {name: _table(frame, redactor) for name, frame in frames.items()}
    return {name: _table(frame, redactor) for name, frame in hidden.items()} if redactor.overheard > known else hidden


def _table(frame: pd.DataFrame, redactor: Redactor) -> pd.DataFrame:
    columns = {name: _column(frame[name], redactor) for name in frame.columns if frame[name].dtype == "str"}
    changed = {name: column for name, column in columns.items() if column is not None}
    if "message" in frame.columns and (rows := _keys(frame, redactor)):
        changed["message"] = changed.get("message", frame["message"]).copy()
        changed["message"].iloc[list(rows)] = pd.Series(list(rows.values()), dtype="str")
    return frame.assign(**changed)


def _column(values: pd.Series[str], redactor: Redactor) -> pd.Series[str] | None:
    """Return the column without the secrets; None where it has none."""
    known: dict[str, str] = {}
    for text in (values.iloc[row] for row in _suspected(values, redactor)):
        if text not in known:
            known[text] = redactor.text(text)
    replaced = {text: hidden for text, hidden in known.items() if hidden != text}
    return values.map(lambda text: replaced.get(text, text), na_action="ignore").astype("str") if replaced else None


def _suspected(values: pd.Series[str], redactor: Redactor) -> Iterator[int]:
    """Yield the rows in which a rule may apply, or a known value may stand."""
    first = 0
    array = pa.array(values)
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else [array]:
        texts = chunk.cast(pa.large_string())
        ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
        data = memoryview(texts.buffers()[2] or b"")[ends[0] : ends[-1]] if len(texts) else b""
        found = np.array([end for end, _ in redactor.suspects(data)], np.int64)
        yield from (first + np.unique(np.searchsorted(ends[1:] - ends[0], found))).tolist()
        first += len(texts)


def _keys(logs: pd.DataFrame, redactor: Redactor) -> dict[int, str]:
    """Return the rows that a private key of several lines takes, each without it; other streams may stand between."""
    hidden: dict[int, str] = {}
    begins = np.flatnonzero(logs["message"].str.contains("PRIVATE KEY-----", regex=False, na=False))
    streams = logs.groupby(_STREAM, dropna=False, sort=False).ngroup() if len(begins) else pd.Series()
    for begin in begins.tolist():
        key = places.Key()
        key.places(logs["message"].iloc[begin].encode())
        behind = begin + 1 + np.flatnonzero(streams.iloc[begin + 1 :] == streams.iloc[begin])
        for row in behind[:_FOLLOWED].tolist():
            if not key.left:
                break
            hidden[row] = redactor.raw(logs["message"].iloc[row].encode(), key).decode()
    return hidden
