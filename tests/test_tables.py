import ast
from pathlib import Path

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse import restarts, whatif
from incidentlab.knowledge import KINDS, REACH
from incidentlab.plot import style
from incidentlab.report import replays
from incidentlab.tables import BadTable

LIB = Path(__file__).parent.parent / "lib" / "incidentlab"
EVERY = (*tables.EVIDENCE_TABLES, tables.LEDGER, *tables.RESULT_TABLES)
DOCKER_STATES = {"created", "running", "paused", "restarting", "exited", "dead", "removing"}
"""State.Status, moby `container/state.go`: the engine's words, so the column is open."""


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


def test_a_word_that_a_closed_column_does_not_have_is_refused() -> None:
    """The message names the table, the column, the strange word and the words that there are; a missing one is none."""
    assert tables.rows([{"outcome": "pass"}, {"outcome": None}], tables.PROBES)["outcome"].tolist()[0] == "pass"
    with pytest.raises(
        BadTable, match=r"probes\.outcome: no such word: 'passed'; it takes pass, fail, timeout, exec_er"
    ):
        tables.rows([{"outcome": "passed"}], tables.PROBES)


def test_a_strange_word_is_cut_short() -> None:
    """However long a strange word is, the message stays one line that can be read."""
    with pytest.raises(BadTable) as caught:
        tables.rows([{"level": "x" * 100_000}], tables.LOGS)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("table", EVERY, ids=lambda table: table.name)
def test_only_text_is_closed(table: tables.Table) -> None:
    """A closed column holds text, and each of its words once."""
    for column in table.columns:
        assert not column.among or column.dtype == tables.TEXT
        assert len(set(column.among)) == len(column.among)
        assert column.among == table.words(column.name)


def test_what_is_drawn_and_said_has_the_words_of_the_tables() -> None:
    """A colour or a sentence exists for each word of a table, and for none that it does not have."""
    phases = set(tables.PHASES.words("phase"))
    assert set(style.PHASES) == phases >= set(style.HATCHES)
    assert {f"probe_{outcome}" for outcome in tables.PROBES.words("outcome")} <= set(style.MARKS)
    assert set(restarts.REASONS) == set(tables.LOOP_ENDS.words("reason"))
    assert set(whatif.REASONS) == set(tables.WHATIF.words("reason")) >= set(replays.REASONS)


def test_the_kinds_of_lines_are_words_of_the_knowledge() -> None:
    """The questions of the knowledge are those of MARKS, and a client that did not get through is a failure."""
    assert {kind.question for kind in KINDS.values()} == set(tables.MARKS.words("question"))
    assert {KINDS[kind].question for kind in REACH} == {"failure"}


def _text(node: ast.AST) -> list[str]:
    """Return the words that stand in a constant, or in a tuple, list or set of constants."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
    return [word for part in parts for word in _text(part)]


def _compared(tree: ast.AST) -> list[tuple[str, str]]:
    """Return the columns and the words with which code compares them: x["a"] == "b", x["a"].isin(["b"])."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            column, others = node.left, node.comparators
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("eq", "isin"):
            column, others = node.func.value, node.args
        else:
            continue
        if isinstance(column, ast.Subscript):
            found += [(name, word) for name in _text(column.slice) for other in others for word in _text(other)]
    return found


@pytest.mark.parametrize("room", ["analyse", "plot", "report", "teach"])
def test_code_compares_a_closed_column_with_its_own_words(room: str) -> None:
    """No code asks a column for a word that it can never hold: a spelling mistake would be false for ever."""
    known: dict[str, set[str]] = {}
    for column in (column for table in EVERY for column in table.columns):
        known.setdefault(column.name, set()).update(column.among)
    open_ones = {column.name for table in EVERY for column in table.columns if not column.among}
    if room in ("analyse", "plot"):  # elsewhere questions and rows of a page have kinds, too
        known["kind"] |= set(KINDS)
        known["state"] |= DOCKER_STATES
        open_ones -= {"kind", "state"}
    compared = [pair for path in (LIB / room).rglob("*.py") for pair in _compared(ast.parse(path.read_text()))]
    closed = [(name, word) for name, word in compared if known.get(name) and name not in open_ones]
    assert closed
    assert [(name, word) for name, word in closed if word not in known[name]] == []
