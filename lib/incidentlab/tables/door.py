"""The door into a table, and the ways to make, join and read one."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any, cast

import numpy as np
import pandas as pd

from incidentlab.tables.errors import BadTable
from incidentlab.tables.evidence import PROBES  # noqa: F401  # for the examples
from incidentlab.tables.table import TIME, WHOLE, Column, Table

HIDDEN = re.compile(r"<secret:[0-9a-f]{8}>")
"""What stands in a table in the place of a secret; the same secret has the same token."""


def empty(table: Table) -> pd.DataFrame:
    """Return the table without rows, every column in place.

    Examples
    --------
    >>> empty(PROBES).shape
    (0, 10)
    """
    return _empty(table).copy()


@cache
def _empty(table: Table) -> pd.DataFrame:
    frame = pd.DataFrame({c.name: pd.Series([], dtype=_dtype(c.dtype)) for c in table.columns})
    frame.attrs = {"table": table.row, "columns": table.meanings}
    return frame


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` as `table`: its columns in order, cast, sorted; the only door into a table.

    Parameters
    ----------
    frame
        Has at least the columns of `table`; others are left out. It is not changed.
    table
        The specification.

    Returns
    -------
    pandas.DataFrame
        With a fresh index from 0. The sort is stable and puts rows without a time last. Its ``attrs`` say what a row
        is, and what each column means.

    Raises
    ------
    BadTable
        A column is missing, a time has no zone, a value does not fit its dtype, or is no word of a closed column.

    Examples
    --------
    >>> check(pd.DataFrame({"start": ["2026-01-01"]}), PROBES)
    Traceback (most recent call last):
    incidentlab.tables.errors.BadTable: probes: missing columns end, service, container_id, exit_code, outcome, \
output, file, line, pointer; present: start
    """
    result = frame.copy(deep=False) if _typed(frame, table) else _selected(frame, table)
    for column in table.columns:
        if column.among and len(result):
            _closed(result[column.name], column, table)
    if len(result) and not _sorted(result, table):
        result = result.sort_values(list(table.sort), kind="stable", na_position="last", ignore_index=True)
    result.attrs = {"table": table.row, "columns": table.meanings}
    return result


def rows(records: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    """Return `records` as `table`; a key that a record does not have is a missing value.

    Examples
    --------
    >>> rows([{"service": "redis", "outcome": "pass"}], PROBES)[["service", "outcome"]].values.tolist()
    [['redis', 'pass']]

    Raises
    ------
    BadTable
        A record has a key that is no column of the table, or a value does not fit.
    """
    if not records:
        return empty(table)
    surplus = sorted({key for record in records for key in record} - set(table.names))
    if surplus:
        raise BadTable(f"{table.name}: no such column: {', '.join(surplus)}; it has {', '.join(table.names)}")
    frame = pd.DataFrame.from_records(records, columns=table.names)
    for column in table.columns:
        if column.dtype == WHOLE and frame[column.name].dtype == "float64":  # a float does not hold every whole number
            frame[column.name] = pd.array([record.get(column.name) for record in records], dtype="Int64")
    return check(frame, table)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as dictionaries, in order: the way back from `rows`.

    Examples
    --------
    >>> records(rows([{"service": "redis"}], PROBES))[0]["service"]
    'redis'
    """
    if frame.empty:  # of a text many tables are, and pandas takes its time over nothing
        return []
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def join(frames: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    """Return the rows of several frames of one table as one frame of that table.

    Examples
    --------
    >>> len(join([empty(PROBES), empty(PROBES)], PROBES))
    0
    """
    filled = [frame for frame in frames if len(frame)]
    return check(pd.concat(filled, ignore_index=True), table) if filled else empty(table)


def evidence_id(file: str, line: int, pointer: str | None = None) -> str:
    """Return a short stable name for an evidence row, made of where it stands.

    Examples
    --------
    >>> evidence_id("logs/auth-service-1.stderr.log", 12)
    'E-423f9ba0'
    """
    place = f"{file}:{line}:{pointer or ''}"
    return "E-" + hashlib.sha256(place.encode()).hexdigest()[:8]


def _typed(frame: pd.DataFrame, table: Table) -> bool:
    """Tell whether a frame has the columns of the table, their dtypes and an index from 0: then nothing is copied."""
    if frame.columns.tolist() != table.names or not isinstance(frame.index, pd.RangeIndex):
        return False
    fresh = frame.index.start == 0 and frame.index.step == 1
    return fresh and all(
        dtype == _dtype(column.dtype) for dtype, column in zip(frame.dtypes.array, table.columns, strict=True)
    )


def _selected(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the columns of the table, cast, with an index from 0."""
    missing = [name for name in table.names if name not in frame.columns]
    if missing:
        raise BadTable(
            f"{table.name}: missing columns {', '.join(missing)}; present: {', '.join(map(str, frame.columns))}"
        )
    return pd.DataFrame({column.name: _cast(frame[column.name], column, table).array for column in table.columns})


def _sorted(frame: pd.DataFrame, table: Table) -> bool:
    """Tell cheaply whether nothing has to move: no row comes before the row above it."""
    tied = np.ones(len(frame) - 1, np.bool_)
    for name in table.sort:
        number = _number(frame[name])
        if number is None:
            return False
        if (tied & (number[1:] < number[:-1])).any():
            return False
        tied &= number[1:] == number[:-1]
    return True


def _number(values: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Return times or whole numbers as int64, a missing one as the largest, where it goes; None for other values."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        number = values.array.asi8
        missing = number == np.iinfo(np.int64).min
    elif values.dtype == WHOLE:
        missing = values.isna().to_numpy()
        number = values.array.to_numpy("int64", na_value=0) if missing.any() else values.to_numpy("int64")
    else:
        return None
    return np.where(missing, np.iinfo(np.int64).max, number) if missing.any() else number


@cache
def _dtype(name: str) -> Any:  # pandas' stubs know no common type for its dtypes
    return pd.DatetimeTZDtype("ns", "UTC") if name == TIME else pd.api.types.pandas_dtype(name)


def _cast(values: pd.Series[Any], column: Column, table: Table) -> pd.Series[Any]:
    if values.dtype == _dtype(column.dtype):
        return values
    try:
        if column.dtype == TIME:
            return _utc(values)
        if column.dtype == WHOLE and values.dtype == object:
            values = pd.Series(pd.array(values.tolist(), dtype="Int64"), index=values.index)
        return values.astype(_dtype(column.dtype))
    except (TypeError, ValueError, OverflowError) as error:
        raise BadTable(f"{table.name}.{column.name}: {error}; wanted {column.dtype}, got {values.dtype}") from error


def _closed(values: pd.Series[Any], column: Column, table: Table) -> None:
    """Refuse a word that a closed column does not have; the words are few, however many the rows."""
    strange = [word for word in values.unique() if isinstance(word, str) and word not in column.among]
    if strange:
        words = ", ".join(column.among)
        raise BadTable(f"{table.name}.{column.name}: no such word: {strange[0][:40]!r}; it takes {words}")


def _utc(values: pd.Series[Any]) -> pd.Series[Any]:
    if values.isna().all():
        never = pd.DatetimeIndex(np.full(len(values), np.datetime64("NaT", "ns")))
        return never.tz_localize("UTC").to_series(index=values.index)
    stamps: pd.Series[Any] = pd.Series(pd.DatetimeIndex(values), index=values.index)
    if getattr(stamps.dtype, "tz", None) is None:
        raise ValueError("times without a zone")
    return cast("pd.Series[Any]", stamps.dt.tz_convert("UTC").astype(_dtype(TIME)))
