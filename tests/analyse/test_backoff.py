import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab import tables
from incidentlab.analyse.backoff import Policy, backoff, compare, gaps
from incidentlab.investigate import Investigation
from incidentlab.report.replays import retries_said

T0 = pd.Timestamp("2026-11-23T09:00:00.000000001Z")
REFERENCE = Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0)


def attempts(
    seconds: list[float], *, ok: bool = False, run: int | None = 1, kind: str = "refused", message: str = "refused"
) -> pd.DataFrame:
    """Return tries of app to reach db, all failed; with `ok` the last one succeeds."""
    return tables.rows(
        [
            {
                "service": "app",
                "dependency": "db",
                "number": number,
                "run": run,
                "ts": T0 + pd.Timedelta(nanoseconds=round(second * 1e9)),
                "order": number,
                "ok": ok and number == len(seconds),
                "kind": kind,
                "message": message,
                "file": "app.log",
                "line": number,
            }
            for number, second in enumerate(seconds, start=1)
        ],
        tables.ATTEMPTS,
    )


def times(delays: list[float], *, cost: float = 0.0) -> list[float]:
    """Return when the tries fail: a delay and the cost of a try between each two."""
    return np.cumsum([0.0, *(delay + cost for delay in delays)]).tolist()


def only(table: pd.DataFrame) -> pd.Series:
    """Return the one row."""
    assert len(table) == 1
    return table.iloc[0]


def test_the_delays_of_the_reference_are_exact() -> None:
    """Math.min(10000, Math.floor(delay * 1.5)) from 2000: 2, 3, 4.5, 6.75, then ten seconds ten times."""
    assert REFERENCE.delays_s() == [2.0, 3.0, 4.5, 6.75, *[10.0] * 10]


def test_floor_is_that_of_whole_milliseconds() -> None:
    """From 1001 ms the reference's formula gives 1501, not 1501.5."""
    assert Policy(tries=4, initial_s=1.001, factor=1.5, cap_s=10.0).delays_s() == [1.001, 1.501, 2.251]


def test_the_reference_series_gives_the_reference_policy() -> None:
    """Fifteen refused tries, each costing 4 ms: initial 2 s, factor 1.5, cap 10 s, no jitter, 15 tries."""
    tried = attempts(times(REFERENCE.delays_s(), cost=0.004))
    again = attempts([400.0], run=2).assign(order=99, line=99)
    row = backoff(pd.concat([tried, again], ignore_index=True)).iloc[0]
    assert row["initial_s"] == pytest.approx(2.0, abs=0.01)
    assert row["factor"] == pytest.approx(1.5, abs=0.002)
    assert row["cap_s"] == pytest.approx(10.0, abs=0.01)
    assert row["initial_lower_s"] <= 2.0 <= row["initial_upper_s"]
    assert row["cap_lower_s"] <= 10.0 <= row["cap_upper_s"]
    assert row["jitter_lower_ratio"] == 0.0
    assert row["jitter_ratio"] < 0.01
    assert (row["tries"], row["ended_by"]) == (15, "run_end")


def test_the_reference_series_matches_the_declared_policy() -> None:
    """Each gap less its delay is the cost of a try: 4 ms, fourteen times."""
    tried = attempts(times(REFERENCE.delays_s(), cost=0.004))
    verdict = only(compare(tried, REFERENCE))
    assert verdict["matches"]
    assert verdict["gaps"] == 14
    assert verdict["residual_low_s"] == pytest.approx(0.004, abs=1e-6)
    assert verdict["residual_high_s"] == pytest.approx(0.004, abs=1e-6)


@pytest.mark.parametrize(
    "other",
    [
        Policy(tries=15, initial_s=1.0, factor=2.0, cap_s=10.0),
        Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=30.0),
        Policy(tries=5, initial_s=2.0, factor=1.5, cap_s=10.0),
    ],
)
def test_another_policy_does_not_match(other: Policy) -> None:
    """A wrong first delay, a wrong cap or too few tries are found out."""
    tried = attempts(times(REFERENCE.delays_s(), cost=0.004))
    assert not only(compare(tried, other))["matches"]


def test_a_run_that_ends_early_is_not_the_policy() -> None:
    """Three tries and then another run, where fifteen are declared: the policy does not do that."""
    tried = pd.concat([attempts(times([2.0, 3.0])), attempts([60.0], run=2)], ignore_index=True)
    verdict = compare(tried, REFERENCE).iloc[0]
    assert not verdict["matches"]
    assert "ended after 3 failed tries" in verdict["sentence"]


def test_declared_jitter_is_allowed_for() -> None:
    """A delay of 2 s with 20 % jitter may take 1.7 s."""
    tried = attempts(times([1.7, 3.3, 4.2]))
    assert not only(compare(tried, REFERENCE))["matches"]
    jittered = Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0, jitter_ratio=0.2)
    assert only(compare(tried, jittered))["matches"]


def test_without_a_cap_in_reach_only_its_lower_bound_is_known() -> None:
    """1, 2, 4, 8 s: the cap is 8 s or more."""
    row = only(backoff(attempts(times([1.0, 2.0, 4.0, 8.0]))))
    assert math.isnan(row["cap_s"])
    assert 7.8 < row["cap_lower_s"] <= 8.0
    assert row["cap_upper_s"] == math.inf
    assert "the cap was not reached" in row["tells"]


def test_a_constant_delay_has_factor_one() -> None:
    """5 s each time: the factor is 1, and whether there is a cap cannot be told."""
    row = only(backoff(attempts(times([5.0] * 6))))
    assert row["factor"] == 1.0
    assert row["initial_s"] == pytest.approx(5.0, abs=0.001)
    assert math.isnan(row["cap_s"])


def test_a_cap_at_the_second_delay_leaves_the_factor_open() -> None:
    """1, 10, 10, 10 s: the factor is 10 or more."""
    row = only(backoff(attempts(times([1.0, 10.0, 10.0, 10.0]))))
    assert math.isnan(row["factor"])
    assert row["factor_lower"] <= 10 < row["factor_upper"] == math.inf
    assert row["cap_s"] == pytest.approx(10.0, abs=0.01)


def test_two_gaps_cannot_tell_growth_from_jitter() -> None:
    """Two gaps give numbers but no interval, and the row says so."""
    row = only(backoff(attempts(times([2.0, 3.0]))))
    assert row["factor"] == pytest.approx(1.5)
    assert math.isnan(row["factor_lower"])
    assert "too few gaps" in row["tells"]


def test_one_try_tells_nothing() -> None:
    """One failed try a run is no retry of the application."""
    tried = pd.concat([attempts([0.0]), attempts([1.0], run=2)], ignore_index=True)
    table = backoff(tried)
    assert table["initial_s"].isna().all()
    assert table["tells"].str.contains("no retry inside it was seen").all()
    assert table["ended_by"].tolist() == ["run_end", "open"]


def test_order_alone_tells_no_delay() -> None:
    """Without times there is no delay to infer, and no policy to match."""
    tried = attempts([0.0, 2.0, 5.0]).assign(ts=pd.Series([tables.NEVER] * 3))
    tried = tables.check(tried, tables.ATTEMPTS)
    assert "only the order" in only(backoff(tried))["tells"]
    assert pd.isna(only(compare(tried, REFERENCE))["matches"])


def test_a_success_ends_a_series_and_bounds_the_tries() -> None:
    """Three failures and a success: at least four tries are allowed; the next failure begins another series."""
    tried = pd.concat([attempts([0.0, 2.0, 5.0, 9.5], ok=True), attempts([60.0, 62.0])], ignore_index=True)
    table = backoff(tried)
    assert table["ended_by"].tolist() == ["success", "open"]
    assert table["failed"].tolist() == [3, 2]
    assert pd.isna(table["tries"].iloc[0])
    assert table["tries_lower"].tolist() == [4, 2]


def test_stated_tries_that_are_used_up_are_known_to_be() -> None:
    """Three failures of attempt n/3: nothing is said of tries that were left."""
    tried = attempts([0.0, 2.0, 5.0], message="failed (attempt 3/3)")
    assert "not used up" not in only(backoff(tried))["tells"]


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("DB connect failed (attempt 1/15): connect ECONNREFUSED 172.19.0.3:5432", 15),
        ("Trying again in 2.00 seconds... (1/100)", 100),
        ("retry 2 of 5 failed", 5),
    ],
)
def test_the_log_may_state_the_tries(message: str, number: int) -> None:
    """Where the message counts the tries, their number is known."""
    assert only(backoff(attempts([0.0, 2.0, 5.0], message=message)))["tries"] == number


def test_slow_tries_make_the_delays_upper_bounds() -> None:
    """A try that times out takes the timeout: without its cost the delay is overstated, and the row says so."""
    tried = attempts(times([1.0, 2.0, 4.0, 8.0], cost=5.0), kind="timeout")
    assert "upper bounds" in only(backoff(tried))["tells"]
    told = only(backoff(tried, cost_s=5.0))
    assert told["factor"] == pytest.approx(2.0)
    assert told["initial_s"] == pytest.approx(1.0)
    assert "upper bounds" not in told["tells"]


def test_a_slow_try_among_quick_ones_is_left_out() -> None:
    """As node-redis at 50 ms: one connect that timed out after 5 s says nothing of the delay, the others tell it."""
    seconds = times([5.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0])
    tried = attempts(seconds, kind="dns").assign(kind=["refused", "timeout", *["dns"] * 8])
    row = only(backoff(tried))
    assert row["initial_s"] == pytest.approx(0.05, rel=0.02)
    assert row["factor"] == pytest.approx(2.0, rel=0.01)
    assert row["cap_s"] == pytest.approx(2.0, rel=0.01)
    assert "left out" in row["tells"]
    assert only(compare(tried, Policy(tries=99, initial_s=0.05, factor=2.0, cap_s=2.0)))["matches"]


def test_one_try_told_twice_is_one_try() -> None:
    """A closed socket and its reset within milliseconds are not two tries."""
    row = only(backoff(attempts([0.0, 0.005, 2.005, 5.005, 9.505])))
    assert row["initial_s"] == pytest.approx(2.0, abs=0.01)


def test_each_gap_stands_beside_fit_and_declaration() -> None:
    """The table for the figure has one row for each gap, with the fitted and the declared delay."""
    tried = attempts(times(REFERENCE.delays_s()))
    table = gaps(tried, backoff(tried), policy=REFERENCE)
    assert table["gap_s"].tolist() == pytest.approx(REFERENCE.delays_s(), abs=1e-6)
    assert table["fitted_s"].tolist() == pytest.approx(REFERENCE.delays_s(), rel=1e-3)
    assert table["declared_s"].tolist() == REFERENCE.delays_s()
    assert (table["fitted_lower_s"] <= table["fitted_upper_s"]).all()
    assert table["line"].iloc[0] == 2


@settings(max_examples=40, deadline=None)  # the machine that runs the lab is slow at times
@given(
    initial=st.floats(0.1, 5.0),
    factor=st.floats(1.2, 4.0),
    rising=st.integers(3, 8),
    level=st.integers(2, 6),
    days=st.integers(-300, 300),
)
def test_any_exact_series_is_recovered(initial: float, factor: float, rising: int, level: int, days: int) -> None:
    """Without jitter every policy is read back, wherever its cap and whenever it ran."""
    cap = initial * factor ** (rising - 0.5)
    policy = Policy(tries=rising + level + 1, initial_s=initial, factor=factor, cap_s=cap)
    tried = attempts(times(policy.delays_s()))
    tried["ts"] += pd.Timedelta(days=days)
    row = only(backoff(tried))
    assert row["initial_s"] == pytest.approx(initial, rel=0.02)
    assert row["factor"] == pytest.approx(factor, rel=0.02)
    assert row["cap_s"] == pytest.approx(cap, rel=0.02)
    assert row["factor_lower"] - 0.02 <= factor <= row["factor_upper"] + 0.02


@pytest.mark.parametrize(
    ("policy", "jitter"),
    [
        (Policy(15, 2.0, 1.5, 10.0), 0.1),
        (Policy(15, 2.0, 1.5, 10.0), 0.5),
        (Policy(9, 0.1, 2.0, 60.0), 0.3),
        (Policy(12, 0.05, 2.0, 2.0), 0.2),
        (Policy(12, 1.0, 1.0), 0.3),
        (Policy(6, 1.0, 2.0, 60.0), 0.2),
    ],
)
def test_the_intervals_cover_as_often_as_they_say(policy: Policy, jitter: float) -> None:
    """Of 150 jittered series, at least 90 % of the 95 % intervals hold the true parameter."""
    rng = np.random.default_rng(20261123)
    held: Counter[str] = Counter()
    for _ in range(150):
        delays = np.array(policy.delays_s())
        row = only(backoff(attempts(times((delays * (1 + rng.uniform(-jitter, jitter, len(delays)))).tolist()))))
        held["initial"] += row["initial_lower_s"] <= policy.initial_s <= row["initial_upper_s"]
        held["factor"] += row["factor_lower"] <= policy.factor <= row["factor_upper"]
        held["cap"] += row["cap_lower_s"] <= policy.cap_s <= row["cap_upper_s"]
        held["jitter"] += row["jitter_lower_ratio"] <= jitter <= row["jitter_upper_ratio"]
    assert min(held.values()) >= 0.9 * 150, held


def test_the_recorded_retries_are_those_of_the_reference(investigated: Callable[[str], Investigation]) -> None:
    """In startup-race-retry the tries of auth-service are the declared ones, to some milliseconds."""
    tried = investigated("startup-race-retry").attempts
    tried = tried[tried["service"] == "auth-service"]
    verdict = only(compare(tried, REFERENCE))
    assert verdict["matches"]
    assert verdict["residual_high_s"] < 0.1
    assert only(backoff(tried))["tries"] == 15


def test_a_restart_is_not_a_retry(investigated: Callable[[str], Investigation]) -> None:
    """In startup-race each run tries once: no retry of the application is claimed."""
    table = backoff(investigated("startup-race").attempts)
    assert table["initial_s"].isna().all()


def test_no_attempts_no_series() -> None:
    """Empty tables give empty tables with every column."""
    none = tables.empty(tables.ATTEMPTS)
    assert list(backoff(none).columns) == tables.BACKOFFS.names
    assert list(compare(none, REFERENCE).columns) == tables.POLICY_MATCHES.names
    assert list(gaps(none, backoff(none)).columns) == tables.BACKOFF_GAPS.names


@pytest.mark.parametrize("delays", [[3.13, 0.4, 9.0], [3.0, 0.5, 5.5], [2.0, 2.1, 40.0], [3.13, 0.05, 8.0, 8.0]])
def test_gaps_that_scatter_give_no_absurd_interval(delays: list[float]) -> None:
    """Where the interval would reach over decades none is given, and the words say so; no delay is below zero."""
    row = only(backoff(attempts(times(delays))))
    assert math.isnan(row["initial_lower_s"])
    assert "the gaps scatter too much: no interval can be given" in row["tells"]
    assert "(" not in retries_said(backoff(attempts(times(delays))), tables.empty(tables.POLICY_MATCHES)).text


@given(st.lists(st.floats(0.03, 300), min_size=2, max_size=8))
def test_bounds_are_delays(delays: list[float]) -> None:
    """No bound is negative, none reaches further than ten times the estimate, and both are known or neither."""
    row = only(backoff(attempts(times(delays))))
    low, estimate, high = row["initial_lower_s"], row["initial_s"], row["initial_upper_s"]
    assert math.isnan(low) == math.isnan(high)
    assert math.isnan(low) or 0 <= low <= estimate
