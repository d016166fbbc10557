"""The figures of scans: severity by whether a fix is known, and what became of the findings."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from incidentlab import plot, tables


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def test_findings_with_a_known_fix_stand_apart() -> None:
    """The worst severity is at the top; both parts of a bar add up to its count."""
    rows = [
        {"severity": "HIGH", "vulnerabilities": 5, "fixable": 2},
        {"severity": "LOW", "vulnerabilities": 1, "fixable": 1},
    ]
    told = [{"severity": name, "vulnerabilities": 0, "fixable": 0} for name in ("CRITICAL", "MEDIUM", "UNKNOWN")]
    axes = plot.severities(tables.rows(rows + told, tables.SEVERITY_COUNTS))
    fixable, others = (container.datavalues.tolist() for container in axes.containers)
    assert fixable == [0, 2, 0, 1, 0]
    assert others == [0, 3, 0, 0, 0]
    assert axes.yaxis_inverted()


def test_what_became_of_the_findings() -> None:
    """Gone, still and new are told by colour and by number."""
    told = [("HIGH", "gone"), ("HIGH", "gone"), ("HIGH", "new"), ("odd", "still")]
    axes = plot.scan_changes(tables.rows([{"severity": s, "change": c} for s, c in told], tables.SCAN_CHANGES))
    counts = {container.get_label(): container.datavalues.tolist() for container in axes.containers}
    assert counts == {"gone": [0, 2, 0, 0, 0], "still there": [0, 0, 0, 0, 1], "new": [0, 1, 0, 0, 0]}
    assert [text.get_text() for text in axes.texts] == ["2", "1", "1"]


def test_no_finding_is_said_not_drawn() -> None:
    """An empty figure would look like an all-clear: words stand in its place."""
    nothing = tables.rows([{"severity": "HIGH", "vulnerabilities": 0, "fixable": 0}], tables.SEVERITY_COUNTS)
    assert "how old the data are" in plot.severities(nothing).texts[0].get_text()
    assert plot.scan_changes(tables.empty(tables.SCAN_CHANGES)).texts[0].get_text() == "neither scan has a finding"
