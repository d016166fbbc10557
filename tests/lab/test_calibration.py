import functools
import importlib.util
import sys
from pathlib import Path

import pytest

from incidentlab.knowledge.weights import WEIGHTS

SCRIPT = Path(__file__).parent.parent.parent / "lab" / "calibration.py"
spec = importlib.util.spec_from_file_location("lab_calibration", SCRIPT)
assert spec
assert spec.loader
calibration = sys.modules["lab_calibration"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(calibration)


COUNTED = {name: row for name, row in WEIGHTS.items() if row.of is not None and row.of >= calibration.LEAST}


def case(voter: str, confidence: float, right: bool) -> object:
    """Return a verdict."""
    return calibration.Case(voter, confidence, right)


def test_the_interval_is_wilsons() -> None:
    """The 90 % interval of 9 of 10 is that of Wilson's formula, and that of 10 of 10 ends at 1."""
    low, high = calibration.wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.652, 0.977)
    assert calibration.wilson(10, 10)[1] == 1.0


def test_a_library_with_many_cases_has_one_vote() -> None:
    """A hundred right cases of one library weigh as much as one wrong case of another."""
    (one,) = calibration.bins([*[case("a", 0.95, True)] * 100, case("b", 0.95, False)])
    assert sorted(one.votes) == [0.0, 1.0]
    assert one.interval == calibration.wilson(1, 2)


def test_a_confidence_that_promises_too_much_is_found() -> None:
    """A bin that claims 0.95 and is right in half of twenty libraries does not keep its word."""
    (one,) = calibration.bins([case(str(number), 0.95, number % 2 == 0) for number in range(20)])
    assert not one.keeps_its_word
    assert "outside" in calibration.table(one.cases)


def test_a_confidence_of_one_falls_into_the_last_bin() -> None:
    """Each confidence from 0 to 1 is in a bin."""
    assert [one.low for one in calibration.bins([case("a", 0.0, True), case("a", 1.0, True)])] == [0.0, 0.9]


def test_a_weight_is_counted_by_voters() -> None:
    """A weight is right as often as its voters are, and a voter that is right in half of its cases is not."""
    claim = functools.partial(calibration.Case, confidence=0.9, weight="fault.oom")
    cases = [claim("a", right=True), claim("a", right=True), claim("b", right=True), claim("b", right=False)]
    assert calibration.counted(cases) == {"fault.oom": (1, 2)}


def test_a_count_stands_beside_its_weight() -> None:
    """A new count takes the place of the old one; other rows, and remarks, stay as they are."""
    text = "# remark\nfault.oom  0.93  1/2  the kernel's words\nfault.tls  0.92  a step failed\n"
    assert calibration.written(text, {"fault.oom": (9, 10)}) == text.replace("1/2", "9/10")
    assert "0.92  3/4  a step" in calibration.written(text, {"fault.tls": (3, 4)})


def test_a_weight_loses_its_name_when_it_is_reckoned_with() -> None:
    """Only a confidence that is the weight itself is counted: a factor on it makes another number of it."""
    weight = calibration.named("fault.oom", 0.93)
    assert weight.name == "fault.oom"
    assert not hasattr(weight * 0.5, "name")


@pytest.mark.parametrize("name", sorted(COUNTED))
def test_no_weight_stands_outside_its_counted_interval(name: str) -> None:
    """What a weight claims lies in the 90 % interval of what was counted, where at least ten have voted."""
    row = COUNTED[name]
    low, high = calibration.wilson(row.right, row.of)
    assert low <= row.value <= high
