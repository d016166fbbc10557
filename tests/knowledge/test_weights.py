"""What decides, as data: every number is used and reasoned, and no number hides in the code."""

import ast
from pathlib import Path

import pytest

import incidentlab.analyse.diagnosis
from incidentlab import tables
from incidentlab.analyse.diagnosis.refutations import FACTS
from incidentlab.knowledge.patterns import KINDS
from incidentlab.knowledge.readings import READINGS
from incidentlab.knowledge.weights import WEIGHTS, read

DIAGNOSIS = Path(incidentlab.analyse.diagnosis.__file__).parent
TREES = {path.name: ast.parse(path.read_text()) for path in sorted(DIAGNOSIS.glob("*.py"))}
FAMILIES = ("fault.", "race.", "exit.", "against.")
"""Weights whose names are put together from a kind, a relation, an exit code, a fact."""


def _constants(tree: ast.AST) -> list[object]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_every_weight_is_a_share_with_a_reason(name: str) -> None:
    """A weight lies between 0 and 1, and says why; what was counted lies within what there was to count."""
    row = WEIGHTS[name]
    assert 0 < row.value < 1
    assert len(row.why) > 5
    assert row.of is None or 0 <= row.right <= row.of


def test_no_weight_stands_there_in_vain() -> None:
    """Each name is asked for by the diagnosis, or belongs to a family that is asked for by kind."""
    asked = {text for tree in TREES.values() for text in _constants(tree)}
    assert not [name for name in WEIGHTS if name not in asked and not name.startswith(FAMILIES)]


def test_every_fact_that_refutes_has_its_weight() -> None:
    """Facts and the factors under ``against.`` are the same, name for name."""
    factors = {name.removeprefix("against.") for name in WEIGHTS if name.startswith("against.")}
    assert {fact.__name__ for fact in FACTS} == factors


@pytest.mark.parametrize("module", sorted(TREES))
def test_no_number_hides_in_the_code(module: str) -> None:
    """A module of the diagnosis holds no confidence and no factor; zero and shares of rows or letters are left."""
    numbers = [value for value in _constants(TREES[module]) if isinstance(value, float) and 0 < value < 1]
    assert set(numbers) <= {0.75, 0.8}, numbers


def test_every_reading_is_of_a_kind_and_a_category() -> None:
    """What a kind of failure means is said of kinds that exist, in categories that exist."""
    assert set(READINGS) <= set(KINDS)
    assert {reading.category for reading in READINGS.values()} <= set(tables.CATEGORIES)


def test_a_broken_row_is_refused_with_its_line() -> None:
    """A row without a reason, or a name that stands twice, is an error that names the line."""
    with pytest.raises(ValueError, match=r"weights\.txt:2"):
        read("a.b 0.5 as counted\na.c 0.5\n")
    with pytest.raises(ValueError, match=r"weights\.txt:2"):
        read("a.b 0.5 as counted\na.b 0.6 again\n")
