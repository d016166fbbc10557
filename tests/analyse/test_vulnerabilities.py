"""What became of each finding between two scans."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from incidentlab import tables
from incidentlab.analyse import vulnerabilities


def scan(*findings: tuple[str, str | None, bool]) -> pd.DataFrame:
    """Return a scan with findings of an identity, a fixed version, and whether it was ignored."""
    rows = [
        {"identity": name, "package": name, "vulnerability": f"CVE-{name}", "severity": "HIGH", "fixed_version": fixed,
         "ignored": ignored}
        for name, fixed, ignored in findings
    ]  # fmt: skip
    return tables.rows(rows, tables.VULNERABILITIES)


def test_gone_new_and_still() -> None:
    """Each finding of either scan is told once, by what became of it."""
    changes = vulnerabilities.compare(
        scan(("a", None, False), ("b", None, False)), scan(("b", None, False), ("c", "1", False))
    )
    assert dict(zip(changes["package"], changes["change"], strict=True)) == {"a": "gone", "b": "still", "c": "new"}
    assert not changes["newly_fixable"].any()


def test_a_fix_that_became_known_is_told() -> None:
    """A finding that stays, and for which a fixed version is known now, can be acted upon today."""
    changes = vulnerabilities.compare(scan(("a", None, False)), scan(("a", "2", False)))
    assert changes[["change", "newly_fixable", "fixed_version"]].values.tolist() == [["still", True, "2"]]


def test_what_is_ignored_is_not_gone() -> None:
    """A finding that an ignore file leaves out is told as ignored, and as unignored when it comes back."""
    assert vulnerabilities.compare(scan(("a", None, False)), scan(("a", None, True)))["change"].tolist() == ["ignored"]
    assert vulnerabilities.compare(scan(("a", None, True)), scan(("a", None, False)))["change"].tolist() == [
        "unignored"
    ]
    assert vulnerabilities.compare(scan(("a", None, True)), scan(("a", None, True))).empty


def test_two_empty_scans_have_no_changes() -> None:
    """Nothing against nothing is an empty table with all its columns."""
    changes = vulnerabilities.compare(tables.empty(tables.VULNERABILITIES), tables.empty(tables.VULNERABILITIES))
    assert changes.empty
    assert list(changes.columns) == tables.SCAN_CHANGES.names


_SCAN = st.dictionaries(st.sampled_from("abcdef"), st.booleans(), max_size=6).map(
    lambda found: [(name, None, ignored) for name, ignored in found.items()]
)


@given(_SCAN, _SCAN)
def test_the_way_back_turns_new_into_gone(one: list[tuple[str, None, bool]], two: list[tuple[str, None, bool]]) -> None:
    """Compared the other way round, the same findings are told, each by the opposite word; a naive twin agrees."""
    opposite = {"new": "gone", "gone": "new", "still": "still", "ignored": "unignored", "unignored": "ignored"}
    forth, back = vulnerabilities.compare(scan(*one), scan(*two)), vulnerabilities.compare(scan(*two), scan(*one))
    told = dict(zip(forth["package"], forth["change"], strict=True))
    assert {name: opposite[change] for name, change in told.items()} == dict(
        zip(back["package"], back["change"], strict=True)
    )
    found = [{name for name, _, ignored in rows if not ignored} for rows in (one, two)]
    known = [{name for name, _, _ in rows} for rows in (one, two)]
    assert {name for name, change in told.items() if change == "still"} == found[0] & found[1]
    assert {name for name, change in told.items() if change == "gone"} == found[0] - known[1]


def test_counts_by_severity_leave_out_what_was_ignored() -> None:
    """All five severities are told, zero included; an unknown word counts as UNKNOWN."""
    found = scan(("a", "1", False), ("b", None, False), ("c", None, True)).assign(severity=["HIGH", "odd", "HIGH"])
    counts = vulnerabilities.by_severity(found).set_index("severity")
    assert counts["vulnerabilities"].to_dict() == {"CRITICAL": 0, "HIGH": 1, "MEDIUM": 0, "LOW": 0, "UNKNOWN": 1}
    assert counts["fixable"]["HIGH"] == 1
