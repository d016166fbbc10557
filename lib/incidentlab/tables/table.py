"""What a table is: its columns with their types and meaning, and what it is sorted by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import pandas as pd

TEXT = "str"
TIME = "datetime64[ns, UTC]"
WHOLE = "Int64"
REAL = "float64"
FLAG = "boolean"

NEVER = cast("pd.Timestamp", pd.NaT)
"""A time that the source does not give."""


@dataclass(frozen=True)
class Column:
    """One column: name, pandas dtype, and meaning with unit and source.

    `among` closes the column: it holds these words and no other, besides missing values. Empty = open, as it is
    for whatever others name: services, the engine's states, a scanner's words.
    """

    name: str
    dtype: str
    meaning: str
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: name, what one row is, its columns, and the columns that it is sorted by."""

    name: str
    row: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The column names in their order."""
        return [column.name for column in self.columns]

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words that a column may hold; empty where it is open."""
        return next(column.among for column in self.columns if column.name == name)

    @cached_property
    def meanings(self) -> Meanings:
        """The meaning of each column, with its unit."""
        return Meanings({column.name: column.meaning for column in self.columns})

    @property
    def dtypes(self) -> dict[str, str]:
        """The dtype of each column."""
        return {column.name: column.dtype for column in self.columns}


class Meanings(dict[str, str]):
    """Column -> meaning, as a table carries it in ``attrs``; it is never changed, so a copy of a table shares it."""

    def __deepcopy__(self, memo: object) -> Meanings:
        return self


def where() -> tuple[Column, ...]:
    """Return the columns by which every row of evidence can be found again."""
    return (
        Column("file", TEXT, "the file inside the bundle, or the name of the text source"),
        Column("line", WHOLE, "the line in that file, from 1"),
        Column("pointer", TEXT, "JSON pointer inside that line; NaN where the whole line is meant"),
    )
