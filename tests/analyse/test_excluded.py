import re
from collections.abc import Callable

import pytest

from incidentlab.investigate import Investigation
from incidentlab.knowledge.excluded import RULES
from incidentlab.report import excluded
from incidentlab.tables import CATEGORIES

Investigated = Callable[[str], Investigation]


def test_every_rule_speaks_of_causes_that_there_are() -> None:
    """A rule names categories, never rules out what it speaks of, and its pattern can be read."""
    for rule in RULES:
        assert {*rule.of, rule.excludes} <= set(CATEGORIES)
        assert rule.excludes not in rule.of
        assert re.compile(rule.by)


@pytest.mark.parametrize(
    ("name", "ruled_out"),
    [
        ("startup-race", {"wrong_host", "dependency_outage", "dns_failure", "auth_failure", "network_timeout"}),
        ("wrong-host", {"startup_race", "dns_failure", "auth_failure", "network_timeout"}),
        ("bad-password", {"startup_race", "wrong_host"}),
        ("fixed", set()),
    ],
)
def test_a_cause_is_ruled_out_by_a_row_for_the_verdict(
    name: str, ruled_out: set[str], investigated: Investigated
) -> None:
    """Each is told once, with a row that is evidence for the verdict."""
    found = investigated(name)
    rows = found.excluded
    assert sorted(rows["category"]) == sorted(ruled_out)
    cited = set(zip(found.evidence["file"], found.evidence["line"], strict=True))
    assert set(zip(rows["file"], rows["line"], strict=True)) <= cited


def test_where_nothing_is_ruled_out_this_is_said(investigated: Investigated) -> None:
    """An empty table is told in words."""
    assert "rule out no other cause" in excluded(investigated("fixed")).text
