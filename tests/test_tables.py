import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.tables import BadTable

EVERY = (*tables.EVIDENCE_TABLES, tables.LEDGER, *tables.RESULT_TABLES)


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_empty_has_every_column_with_its_dtype(table: tables.Table) -> None:
    """An empty table passes its own check and keeps its dtypes."""
    frame = tables.check(tables.empty(table), table)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == table.dtypes


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_every_column_has_a_meaning_and_a_known_dtype(table: tables.Table) -> None:
    """The specification is whole: unique names, a meaning for each, sorted by columns that exist."""
    assert len(set(table.names)) == len(table.names)
    assert all(column.meaning for column in table.columns)
    assert set(table.sort) <= set(table.names)
    for column in table.columns:
        assert column.dtype in (tables.TEXT, tables.TIME, tables.WHOLE, tables.REAL, tables.FLAG)


def test_a_naive_time_is_refused() -> None:
    """A time without a zone does not get in."""
    with pytest.raises(BadTable, match="times without a zone"):
        tables.rows([{"start": pd.Timestamp("2026-01-01")}], tables.PROBES)


def test_times_of_any_zone_become_utc_nanoseconds() -> None:
    """A time with an offset is the same moment in UTC, to the nanosecond."""
    stamp = pd.Timestamp("2026-01-01T02:00:00.000000001+02:00")
    frame = tables.rows([{"start": stamp}, {"start": None}], tables.PROBES)
    assert frame["start"].iloc[0] == pd.Timestamp("2026-01-01T00:00:00.000000001Z")
    assert str(frame["start"].dtype) == tables.TIME


def test_rows_without_a_time_come_last_and_keep_their_order() -> None:
    """Sorting is stable, and what has no time does not pretend to be early."""
    moment = pd.Timestamp("2026-01-01T00:00:00Z")
    frame = tables.rows([{"output": "b"}, {"output": "c"}, {"output": "a", "start": moment}], tables.PROBES)
    assert frame["output"].tolist() == ["a", "b", "c"]


def test_an_unknown_key_is_named() -> None:
    """A record with a key that is no column is a mistake, not ignored."""
    with pytest.raises(BadTable, match="no such column: colour"):
        tables.rows([{"colour": "red"}], tables.PROBES)


def test_a_value_that_does_not_fit_names_table_and_column() -> None:
    """The message of a bad value says where it stood and what was wanted."""
    with pytest.raises(BadTable, match=r"probes\.exit_code: .*wanted Int64"):
        tables.rows([{"exit_code": "many"}], tables.PROBES)


def test_the_argument_is_not_changed() -> None:
    """`check` returns a new frame."""
    frame = tables.empty(tables.PROBES).assign(extra=1)
    tables.check(frame, tables.PROBES)
    assert "extra" in frame.columns
