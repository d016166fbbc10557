"""What is known of lines: sound as a whole, each example decided by its own row, each look-alike not."""

import time

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from incidentlab.analyse.marks import read as marks
from incidentlab.analyse.marks import sought
from incidentlab.knowledge import GROUPS, KINDS, PATTERNS, asked
from incidentlab.knowledge.patterns import read

EXAMPLES = [(row, example) for row in PATTERNS for example in row.examples]
LOOKALIKES = [(row, text) for row in PATTERNS for text in row.lookalikes]


def _decided(row, text):
    """Return the rows that take a line in answer to the question of `row`, each with the groups that it gives."""
    texts = pd.Series([text], dtype="str")
    found = sought(texts, row.kind) if KINDS[row.kind].question == "sought" else marks(texts)
    answers = found[found["question"] == KINDS[row.kind].question]
    return {a["signature"]: {g: a[g] for g in GROUPS if isinstance(a[g], str)} for a in answers.to_dict("records")}


def test_names_are_unique():
    """A result can name its pattern, so no two patterns share a name."""
    names = [row.name for row in PATTERNS]
    assert len(names) == len(set(names))


def test_every_kind_is_explained():
    """Each kind stands in `kinds.txt`, and none stands there in vain."""
    assert {row.kind for row in PATTERNS} == set(KINDS)


@pytest.mark.parametrize("row", PATTERNS, ids=lambda row: row.name)
def test_pattern_is_re2(row):
    """RE2 takes the pattern, its groups are columns, and it matches no empty line."""
    empty = pa.array([""])
    assert not pc.match_substring_regex(empty, row.pattern)[0].as_py()
    if "(?P<" in row.pattern:
        names = {field.name for field in pc.extract_regex(empty, row.pattern).type}
        assert names <= set(GROUPS)


@pytest.mark.parametrize(
    ("row", "example"), EXAMPLES, ids=[f"{row.name}-{row.examples.index(e)}" for row, e in EXAMPLES]
)
def test_an_example_is_decided_by_its_own_row(row, example):
    """An example is taken by the row under which it stands, with exactly the groups that are written below it."""
    decided = _decided(row, example.text)
    assert decided[row.name] == example.groups
    assert len(decided) == 1 or KINDS[row.kind].question == "each"


@pytest.mark.parametrize(("row", "text"), LOOKALIKES, ids=[f"{row.name}-{text[:20]}" for row, text in LOOKALIKES])
def test_a_lookalike_is_not_taken(row, text):
    """A look-alike is not taken by the row under which it stands."""
    assert row.name not in _decided(row, text)


def test_every_row_has_an_example():
    """No row stands without a line that its product is known to print; who adds a row adds one."""
    assert [row.name for row in PATTERNS if not row.examples] == []


@pytest.mark.parametrize(
    "line",
    [
        "INFO: waiting for requests", "connection to db established", "0 failed, 12 passed", "GET /error HTTP/1.1 200",
        "background worker \"logical replication launcher\" (PID 7) exited with exit code 1", "errno was reset",
    ],
)  # fmt: skip
def test_plain_line(line):
    """A line that tells of no failure has no kind, or is known as harmless or as mere waiting."""
    found = marks(pd.Series([line], dtype="str"))
    assert set(found.loc[found["question"] == "failure", "kind"]) <= {"harmless", "waiting"}


def test_harmless_comes_first():
    """A line that only looks like a failure is taken as harmless before any other pattern sees it."""
    kinds = [row.kind for row in asked("failure")]
    assert set(kinds[: kinds.count("harmless")]) == {"harmless"}


def test_a_row_is_read_with_what_proves_it():
    """Fragments are put in, and the lines below a row are its examples with their groups, look-alikes and exception."""
    (row,) = read(
        "# remark\none  refused  7  gone at {IP}\n  - not\n  > gone at ::1\n  = address=::1\n  ! gone\n", "go"
    )
    assert row.pattern.startswith("gone at (?P<address>")
    assert (row.runtime, row.number, row.unless, row.lookalikes) == ("go", 7, "not", ("gone",))
    assert [(example.text, example.groups) for example in row.examples] == [("gone at ::1", {"address": "::1"})]


def test_a_strange_line_below_a_row_is_named():
    """A line below a row that begins with no known mark is an error that names file and row."""
    with pytest.raises(ValueError, match=r"lines/go\.txt: one: .* not '\?'"):
        read("one  refused  7  gone\n  ? what\n", "go")


def _cpu_s(line: str, repeats: int = 4) -> float:
    texts = pd.Series([line], dtype="str")
    best = float("inf")
    for _ in range(repeats):
        begun = time.process_time()
        marks(texts)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize(
    "unit",
    ["connect ECONNREFUSED 1.1.1.1:", "a" * 30, "((((\"'`", "missing required variable A_B ",
     "ERROR:  ", "0 failed .- ",
     "dial tcp lookup x on : ", "FATAL:  password authentication failed for user \\"],
)  # fmt: skip
def test_time_grows_with_the_line(unit):
    """Eight times the line takes about eight times the time, whatever it holds, never 64: no pattern backtracks."""
    short, long = (unit * (count // len(unit)) for count in (20_000, 160_000))
    assert _cpu_s(long) < 24 * _cpu_s(short) + 0.2
