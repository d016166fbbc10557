from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


FINDINGS = tables.rows(
    [
        {"rank": 1, "category": "wrong_host", "service": "app", "confidence": 0.9},
        {"rank": 2, "category": "startup_race", "service": "app", "dependency": "db", "confidence": 0.1, "follows": 1},
    ],
    tables.FINDINGS,
)
EVIDENCE = tables.rows(
    [{"rank": rank, "role": role} for rank, role in ((1, "for"), (1, "for"), (2, "for"), (2, "against"))],
    tables.EVIDENCE,
)


def test_rows_for_go_right_and_rows_against_go_left() -> None:
    """A bar is as long as there are rows, on the side that they speak for."""
    ax = plot.hypotheses(FINDINGS, EVIDENCE)
    assert [patch.get_width() for patch in ax.patches] == [2, 0, 1, -1]


def test_each_bar_says_what_it_is_and_what_it_follows_from() -> None:
    """Category, confidence, services and the finding before it stand beside the bar."""
    ax = plot.hypotheses(FINDINGS, EVIDENCE)
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "1. wrong_host (0.90)\napp",
        "2. startup_race (0.10, follows from 1)\napp → db",
    ]


def test_both_sides_are_labelled_even_without_rows_against() -> None:
    """The axis shows the empty side too: that nothing speaks against it is said, not hidden."""
    ax = plot.hypotheses(FINDINGS.head(1), EVIDENCE[EVIDENCE["rank"] == 1])
    assert ax.get_xlim()[0] <= -1
    assert ax.get_xlabel() == "rows against   |   rows for"


def test_no_row_is_no_error() -> None:
    """A finding without any row is drawn as an empty bar."""
    ax = plot.hypotheses(FINDINGS, pd.DataFrame(EVIDENCE.head(0)))
    assert [patch.get_width() for patch in ax.patches] == [0, 0, 0, 0]
