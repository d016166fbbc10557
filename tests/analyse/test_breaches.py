"""When a metric was beyond its limits, or left where it was."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.analyse.breaches import breaches
from incidentlab.tables import READINGS, rows

T0 = pd.Timestamp("2026-03-04T10:00:00Z")


def series(values: list[Any], **given_: Any) -> pd.DataFrame:
    """Return readings, one every 15 s."""
    place = {"series": "p99", "file": "p99.csv"} | given_
    return rows(
        [
            {"ts": T0 + pd.Timedelta(seconds=15 * n), "value": value, "order": n, "line": n + 2} | place
            for n, value in enumerate(values)
        ],
        READINGS,
    )


def test_a_limit_that_is_passed() -> None:
    """A breach lasts from the first reading beyond to the first back; it may have come since the last good one."""
    found = breaches(series([0.1, 0.2, 0.6, 0.9, 0.3, 0.7], most=0.5))
    assert found[["kind", "error_s", "before", "worst", "readings", "line"]].values.tolist() == [
        ["limit", 15.0, pytest.approx(0.15), 0.9, 2, 4],
        ["limit", 15.0, 0.3, 0.7, 1, 7],
    ]
    assert found["until"].isna().tolist() == [False, True]
    assert found["until"].iloc[0] - found["ts"].iloc[0] == pd.Timedelta(seconds=30)
    assert found["detail"].iloc[1] == "p99 above its limit of 0.5 in 1 reading: 0.7 at worst, 0.3 before"


def test_a_limit_below() -> None:
    """A lower limit is held against what falls; neither the limit itself nor what was not read is a breach."""
    found = breaches(series([float("nan"), 3.0, float("nan"), 2.0], least=3.0))
    assert found[["worst", "error_s", "detail"]].values.tolist() == [
        [2.0, 30.0, "p99 below its limit of 3 in 1 reading: 2 at worst, 3 before"]
    ]


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([0.5, 0.6, 0.5], ["p99 rose from 0.11 to 0.6 in 3 readings"]),
        ([0.01, 0.02, 0.01, 0.1], ["p99 fell from 0.11 to 0.01 in 3 readings"]),
        ([0.5, 0.6, 0.1, 0.6, 0.1], []),
        ([0.14, 0.14, 0.14], []),
        ([0.5, 0.5], []),
    ],
    ids=["rises", "falls", "strange readings", "within half the median", "the last two"],
)
def test_a_step_without_a_limit(after: list[float], said: list[str]) -> None:
    """Without a limit, three readings in a row far beyond all that came before are a step, and nothing less is."""
    assert breaches(series([0.1, 0.11, 0.12] * 4 + after))["detail"].tolist() == said


def test_a_short_past_makes_no_step() -> None:
    """A series that has just begun has no band to leave."""
    assert breaches(series([0.1] * 11 + [9.0] * 5)).empty


@pytest.mark.parametrize("draw", ["normal", "walk", "counter", "heavy"])
def test_noise_makes_no_step(draw: str) -> None:
    """Of forty series of noise without a step in it none has one: whether it is even, wanders, counts or is heavy."""
    noise = np.random.default_rng(1)
    drawn = {
        "normal": lambda: noise.normal(10, 1, 240),
        "walk": lambda: 100 + noise.normal(0, 1, 240).cumsum(),
        "counter": lambda: noise.poisson(5, 240).cumsum(),
        "heavy": lambda: noise.lognormal(0, 1, 240),
    }[draw]
    assert [n for n in range(40) if len(breaches(series([float(v) for v in drawn()])))] == []


@given(st.lists(st.floats(0.9, 1.1), max_size=60))
def test_steady_readings_are_quiet(values: list[float]) -> None:
    """Readings within a tenth of their middle never make a step."""
    assert breaches(series(values)).empty


@given(st.lists(st.sampled_from([0.0, 1.0, 5.0, -3.0, 1e300, -1e300]), max_size=60))
def test_steps_stand_in_order_and_apart(values: list[float]) -> None:
    """Whatever is read, steps have three readings at least, and none begins before the one above is over."""
    found = breaches(series(values))
    assert (found["readings"] >= 3).all()
    assert all(not later < earlier for earlier, later in pairwise(found["ts"]))
    assert not found["until"].iloc[:-1].isna().any()
