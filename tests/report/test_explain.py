"""What a category or a rule means, on request."""

import re

import pytest

from incidentlab import tables
from incidentlab.knowledge.rules import RULES
from incidentlab.report.explain import everything, explained


@pytest.mark.parametrize("name", [*tables.CATEGORIES, *RULES])
def test_everything_can_be_explained(name: str) -> None:
    """Each category and each rule has its meaning and what to do, without a word that is to be replaced."""
    told = explained(name).text
    assert told.startswith(name)
    assert re.findall(r"(?<![{$])\{[a-z_]+\}", told) == []
    assert f"  - {name}: " in everything().text


def test_proof_and_refutation_stand_in_it() -> None:
    """A cause says what proves it, what refutes it, how its remedy is verified, and its sources."""
    told = explained("startup_race").text
    for title in ("What proves it", "What refutes it", "What to change", "How to see that it holds", "Sources"):
        assert f"\n{title}\n" in told


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    """The refusal names what is spelt alike."""
    with pytest.raises(tables.BadInput, match="neither a category nor a rule; did you mean startup_race"):
        explained("startuprace")
