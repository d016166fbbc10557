import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from incidentlab import tables
from incidentlab.analyse.backoff import Policy
from incidentlab.analyse.health import judge
from incidentlab.analyse.restarts import delay_s, restarts
from incidentlab.analyse.whatif import (
    REASONS,
    Facts,
    Setting,
    alternatives,
    deadline_s,
    facts_of,
    grid,
    nearby,
    readiness,
    ready_probability,
    recommend,
    recovery,
    replay,
    survival,
    sweep,
)
from incidentlab.analyse.whatif.readiness import weights
from incidentlab.investigate import Investigation
from incidentlab.tables import BadInput

FACTS = Facts("app", "db", ready=((6.5, math.inf),), temporary=((1.2, 6.4),))
HONEST = Setting(condition="service_healthy", interval_s=2, timeout_s=5, start_period_s=30, retries=5)
RETRY = Setting(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0)

RECORDED = {
    "startup-race": Setting(restart="on-failure"),
    "startup-race-retry": replace(RETRY, restart="unless-stopped"),
    "startup-race-down": Setting(),
    "false-healthy": replace(HONEST, restart="on-failure", interval_s=1, honest=False),
    "budget-spent": Setting(restart="on-failure", restart_max=3),
    "retry-too-short": Setting(tries=3, initial_s=0.5),
    "slow-init": replace(HONEST, interval_s=1, start_period_s=0, retries=3, restart="unless-stopped"),
}
"""recording -> the setting that was in force"""


def seen(*rows: tuple[float, bool]) -> pd.DataFrame:
    """Return starts: seconds, whether they became ready."""
    return tables.rows([{"duration_s": lasted, "observed": observed} for lasted, observed in rows], tables.READINESS)


def measured(found: Investigation, service: str = "auth-service") -> Facts:
    """Return the facts of a recording."""
    inc = found.incident
    return facts_of(
        service, "postgres", attempts=found.attempts, phases=found.phases, lifetimes=found.lifetimes,
        restarts=restarts(found.lifetimes, inc.events, inc.containers), probes=inc.probes, containers=inc.containers,
    )  # fmt: skip


def times(facts: Facts, setting: Setting, what: str) -> list[float]:
    """Return when something happened in a replay."""
    return [second for second, name in replay(facts, setting).steps if name == what]


def test_one_try_without_a_policy_is_the_end() -> None:
    """One refused try, no restart policy: it never recovers."""
    outcome = replay(FACTS, Setting())
    assert (outcome.recovers, outcome.failed_tries, outcome.restarts) == (False, 1, 0)
    assert outcome.reason == "tries_spent"
    assert math.isnan(outcome.at_s)


def test_the_policy_tries_after_the_engine_s_delays() -> None:
    """Each run starts after the one before, its delay, and the cost of a start: by hand 0.3, 1.03, 1.96, 3.09, ..."""
    outcome = replay(FACTS, Setting(restart="always"))
    starts = times(FACTS, Setting(restart="always"), "start")
    ran = FACTS.boot_s + FACTS.exit_s
    gaps = [later - before - ran - FACTS.start_cost_s for before, later in pairwise(starts)]
    assert gaps == pytest.approx([delay_s(k) for k in range(1, len(starts))])
    assert outcome.recovers
    assert outcome.failed_tries == outcome.restarts == len(starts) - 1


def test_a_long_run_takes_the_delay_back() -> None:
    """A run of ten seconds of tries makes the next delay 0.1 s again."""
    never = replace(FACTS, ready=())
    starts = times(never, Setting(tries=5, initial_s=4.0, factor=1.0, restart="on-failure", restart_max=3), "start")
    ends = times(never, Setting(tries=5, initial_s=4.0, factor=1.0, restart="on-failure", restart_max=3), "exit")
    delays = [start - end - FACTS.start_cost_s for start, end in zip(starts[1:], ends, strict=False)]
    assert delays == pytest.approx([0.1] * 3)


def test_the_retries_are_those_of_the_reference() -> None:
    """The tries of one run lie apart by the declared delays and the cost of a try."""
    tried = times(replace(FACTS, ready=()), RETRY, "try")
    declared = Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0).delays_s()
    assert np.diff(tried).tolist() == pytest.approx([delay + FACTS.try_s for delay in declared])


def test_the_reference_waits_after_its_last_try_too() -> None:
    """WaitForDb sleeps before it gives up: the run ends one delay after the last try."""
    never = replace(FACTS, ready=())
    short = Setting(tries=3, initial_s=0.5)
    end, last = times(never, short, "exit")[0], times(never, short, "try")[-1]
    assert end - last == pytest.approx(1.125 + FACTS.exit_s)
    end = times(never, replace(short, wait_after_last=False), "exit")[0]
    assert end - last == pytest.approx(FACTS.exit_s)


def test_a_budget_is_spent() -> None:
    """on-failure:3 means four runs."""
    outcome = replay(FACTS, Setting(restart="on-failure", restart_max=3))
    assert (outcome.reason, outcome.failed_tries, outcome.restarts) == ("budget_spent", 4, 3)


def test_waiting_for_an_honest_healthcheck_needs_no_second_try() -> None:
    """service_healthy with a probe over TCP: the first try succeeds."""
    outcome = replay(FACTS, HONEST)
    assert (outcome.recovers, outcome.failed_tries) == (True, 0)
    assert outcome.at_s > 6.5


def test_a_probe_over_the_socket_is_fooled_by_the_temporary_server() -> None:
    """The service is let in while only the temporary server runs, and its one try is refused."""
    outcome = replay(FACTS, replace(HONEST, honest=False))
    assert (outcome.recovers, outcome.failed_tries) == (False, 1)


def test_unhealthy_once_is_final_for_compose() -> None:
    """Three probes a second apart and no start period: Compose gives up, and the service never starts."""
    outcome = replay(FACTS, replace(HONEST, interval_s=1, start_period_s=0, retries=3))
    assert (outcome.reason, outcome.failed_tries) == ("dependency_unhealthy", 0)
    assert times(FACTS, replace(HONEST, interval_s=1, start_period_s=0, retries=3), "start") == []


def test_a_probe_longer_than_its_timeout_never_passes() -> None:
    """A timeout below the time of a probe makes every dependency unhealthy."""
    assert replay(FACTS, replace(HONEST, timeout_s=0.05)).reason == "dependency_unhealthy"


def test_never_ready_never_recovers() -> None:
    """Where waiting does not help, no setting is said to help."""
    never = replace(FACTS, ready=())
    for setting in (Setting(), RETRY, HONEST, Setting(restart="always")):
        assert not replay(never, setting).recovers


def test_every_reason_has_words() -> None:
    """The reasons of the table are explained."""
    found = {replay(FACTS, s).reason for s in (Setting(), RETRY, Setting(restart="on-failure", restart_max=1), HONEST)}
    found |= {replay(replace(FACTS, ready=()), s).reason for s in (Setting(restart="always"), HONEST)}
    assert found == set(REASONS)


@pytest.mark.parametrize(("name", "value"), [("restart", "sometimes"), ("condition", "ready")])
def test_a_word_that_compose_does_not_know_is_refused(name: str, value: str) -> None:
    """The message names the words that there are."""
    with pytest.raises(BadInput, match="is none of"):
        Setting(**{name: value})


@settings(max_examples=60, deadline=None)  # the machine that runs the lab is slow at times
@given(
    ready=st.floats(0.5, 60),
    retries=st.integers(1, 4),
    interval=st.sampled_from([1.0, 2.0, 5.0]),
    period=st.sampled_from([0.0, 5.0, 30.0]),
)
def test_the_replayed_healthcheck_is_that_of_analyse_health(
    ready: float, retries: int, interval: float, period: float
) -> None:
    """Two roads to the same judgement: the replay's probes, judged by the engine's state machine."""
    facts = replace(FACTS, ready=((ready, math.inf),))
    setting = Setting(
        condition="service_healthy", interval_s=interval, timeout_s=5, start_period_s=period, retries=retries
    )
    outcome = replay(facts, setting)
    zero = pd.Timestamp("2026-11-23T09:00:00Z")
    probes = [
        {
            "start": zero + pd.Timedelta(seconds=second - facts.probe_s),
            "end": zero + pd.Timedelta(seconds=second),
            "container_id": "db",
            "outcome": "pass" if what == "healthy" else "fail",
        }
        for second, what in outcome.steps
        if what in ("probe", "healthy")
    ]
    check = {"health_interval_s": interval, "health_start_period_s": period, "health_retries": retries}
    judged = judge(
        tables.rows(probes, tables.PROBES),
        tables.rows([check | {"container_id": "db", "health_test": '["CMD", "x"]'}], tables.CONTAINERS),
        tables.rows([{"container_id": "db", "run": 1, "started": zero}], tables.LIFETIMES),
        tables.empty(tables.EVENTS),
    )
    ended = {"connected": "healthy", "dependency_unhealthy": "unhealthy", "tries_spent": "healthy"}
    assert judged["state"].iloc[-1] == ended[outcome.reason]
    assert judged["changed"].sum() == 1


@settings(max_examples=60, deadline=None)  # the machine that runs the lab is slow at times
@given(ready=st.floats(0.0, 120.0), setting=st.sampled_from([Setting(), RETRY, HONEST,
       Setting(restart="on-failure", restart_max=6), Setting(tries=3, initial_s=0.5, restart="always")]))  # fmt: skip
def test_a_setting_recovers_up_to_its_deadline_and_not_after(ready: float, setting: Setting) -> None:
    """The deadline from the replay that never gets ready decides every other replay."""
    facts = replace(FACTS, ready=((ready, math.inf),), temporary=())
    limit = deadline_s(facts, setting)
    if abs(ready - limit) > 1e-6:
        assert replay(facts, setting).recovers == (ready < limit)


@pytest.mark.parametrize("name", RECORDED)
def test_the_replay_of_a_recording_under_its_own_setting_is_the_recording(
    name: str, investigated: Callable[[str], Investigation]
) -> None:
    """Outcome and number of failed tries are those recorded, and the time of recovery is right to 1 s."""
    found = investigated(name)
    outcome = replay(measured(found), RECORDED[name])
    tried = found.attempts[found.attempts["service"] == "auth-service"]
    assert outcome.failed_tries == int((~tried["ok"].astype(bool)).sum())
    reached = tried.loc[tried["ok"].astype(bool), "ts"]
    assert outcome.recovers == (len(reached) > 0 and name != "startup-race-down")  # there it was restarted by hand
    if outcome.recovers:
        t0 = found.lifetimes.loc[found.lifetimes["service"] == "postgres", "started"].min()
        assert outcome.at_s == pytest.approx((reached.min() - t0).total_seconds(), abs=1.0)


@pytest.mark.parametrize("name", ["startup-race-retry", "false-healthy"])
def test_the_facts_of_one_recording_predict_another(name: str, investigated: Callable[[str], Investigation]) -> None:
    """From startup-race alone: what another setting did in another recording of the same stack.

    The real time lies between those of the replays with starts some tenths of a second earlier or later. For
    startup-race-retry they hardly differ; for false-healthy one probe more or less moves all that follows.
    """
    found = investigated(name)
    table = nearby(measured(investigated("startup-race")), RECORDED[name], slack_s=0.5)
    tried = found.attempts[found.attempts["service"] == "auth-service"]
    t0 = found.lifetimes.loc[found.lifetimes["service"] == "postgres", "started"].min()
    real = (tried.loc[tried["ok"].astype(bool), "ts"].min() - t0).total_seconds()
    assert table["recovers"].all()
    assert table["at_s"].min() - 0.3 <= real <= table["at_s"].max() + 0.3


def test_a_prediction_on_the_edge_is_known_as_one() -> None:
    """A dependency that is ready just after the last try of a budget: nearby replays do not agree."""
    setting = Setting(restart="on-failure", restart_max=3)
    firm = nearby(FACTS, setting)
    assert set(firm["recovers"]) == {False}
    edge = replace(FACTS, ready=((deadline_s(FACTS, setting) + 0.1, math.inf),))
    assert set(nearby(edge, setting)["recovers"]) == {True, False}
    assert len(firm) == 9


def test_where_tries_fail_though_the_dependency_is_ready_waiting_does_not_help(
    investigated: Callable[[str], Investigation],
) -> None:
    """bad-password: Postgres is ready, the tries fail all the same, and no setting is said to help."""
    facts = measured(investigated("bad-password"))
    assert facts.ready == ()
    assert "waiting does not help" in facts.note
    assert not replay(facts, RETRY).recovers


def test_without_a_container_there_are_no_facts(investigated: Callable[[str], Investigation]) -> None:
    """A service that is not in the evidence is an error that names those that are."""
    with pytest.raises(BadInput, match=r"there are .*auth-service"):
        measured(investigated("startup-race"), service="no-such-service")


def test_a_service_that_never_ran_can_be_replayed(investigated: Callable[[str], Investigation]) -> None:
    """slow-init: Compose gave up before auth-service started; with a start period it would have recovered."""
    facts = measured(investigated("slow-init"))
    assert "never ran" in facts.note
    assert replay(facts, RECORDED["slow-init"]).reason == "dependency_unhealthy"
    assert replay(facts, replace(RECORDED["slow-init"], start_period_s=30)).recovers


def test_a_sweep_finds_the_smallest_budget() -> None:
    """The table has one row a value, and the step from failing to recovering is where the deadline is passed."""
    table = sweep(FACTS, Setting(restart="on-failure"), "restart_max", range(1, 9))
    assert table["recovers"].is_monotonic_increasing
    first = int(table.loc[table["recovers"], "value_number"].iloc[0])
    assert replay(FACTS, Setting(restart="on-failure", restart_max=first)).restarts == first


def test_a_grid_has_every_pair() -> None:
    """Two parameters give a row for each pair of values, numbers and words alike."""
    table = grid(FACTS, RETRY, "tries", [1, 3, 5], other="restart", other_values=["no", "always"])
    assert len(table) == 6
    assert table["other_value"].tolist() == ["no"] * 3 + ["always"] * 3
    assert table["other_number"].isna().all()
    assert table["value_number"].tolist() == [1, 3, 5] * 2


def test_a_setting_that_is_none_is_refused() -> None:
    """A misspelt parameter is an error that points at the settings."""
    with pytest.raises(BadInput, match="no such setting: retrys"):
        sweep(FACTS, Setting(), "retrys", [1])


def test_readiness_is_the_first_start_s(investigated: Callable[[str], Investigation]) -> None:
    """In startup-race Postgres took 6.6 s from its first start to ready."""
    found = investigated("startup-race")
    table = readiness(found.phases, found.lifetimes, service="postgres", incident="race", end=found.incident.end)
    assert table["duration_s"].tolist() == pytest.approx([6.6], abs=0.1)
    assert table["observed"].tolist() == [True]


def test_a_start_that_nobody_saw_end_is_censored(investigated: Callable[[str], Investigation]) -> None:
    """When we stop looking after five seconds, all that is known is that it takes longer."""
    found = investigated("startup-race")
    start = found.lifetimes.loc[found.lifetimes["service"] == "postgres", "started"].min()
    end = start + pd.Timedelta(seconds=5)
    table = readiness(found.phases, found.lifetimes, service="postgres", incident="race", end=end)
    assert table[["duration_s", "observed"]].values.tolist() == [[5.0, False]]


STARTS = st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0]), st.booleans()), min_size=2, max_size=20)


@settings(max_examples=40, deadline=None)  # the machine that runs the lab is slow at times
@given(STARTS.filter(lambda rows: any(observed for _, observed in rows)))
def test_the_shares_are_those_of_lifelines(rows: list[tuple[float, bool]]) -> None:
    """Our Kaplan-Meier shares are the steps of the reference library's curve."""
    moments, share = weights(seen(*rows))
    curve = KaplanMeierFitter().fit([lasted for lasted, _ in rows], [observed for _, observed in rows])
    expected = [1 - float(curve.survival_function_at_times(moment).iloc[0]) for moment in moments]
    assert np.cumsum(share).tolist() == pytest.approx(expected)


def test_the_survival_curve_counts_every_start() -> None:
    """Each start is ready or censored exactly once, and the curve falls."""
    table = survival(seen((2, True), (3, False), (4, True), (9, False)))
    assert table["ready"].sum() == 2
    assert table["censored"].sum() == 2
    assert table["waiting_ratio"].is_monotonic_decreasing
    assert survival(tables.empty(tables.READINESS)).empty


@pytest.mark.parametrize(("number", "good"), [(10, 10), (10, 7), (30, 29)])
def test_without_censoring_the_bound_is_clopper_and_pearson_s(number: int, good: int) -> None:
    """The lower bound of a share without censored starts is the exact binomial one (scipy)."""
    from scipy.stats import binomtest  # the reference implementation, for this test only

    rows = [(float(second), True) for second in range(1, number + 1)]
    estimate, bound = ready_probability(seen(*rows), good + 0.5)
    assert estimate == pytest.approx(good / number)
    exact = binomtest(good, number, alternative="greater").proportion_ci(0.95).low
    assert bound == pytest.approx(exact)


def test_the_bound_covers_as_often_as_it_says() -> None:
    """Over 600 sets of censored starts the true share lies above its 95 % bound in at least 93 %."""
    rng = np.random.default_rng(20261123)
    above = 0
    for _ in range(600):
        lasted, limit = rng.exponential(5.0, 25), rng.uniform(2.0, 30.0, 25)
        rows = [(float(min(t, c)), bool(t <= c)) for t, c in zip(lasted, limit, strict=True)]
        above += ready_probability(seen(*rows), 8.0)[1] <= 1 - math.exp(-8 / 5)
    assert above >= 0.93 * 600


def test_censored_starts_are_neither_failures_nor_successes() -> None:
    """Five ready at 4 s and five looked at for 3 s only: the estimate stays 1, the bound is less sure than with ten."""
    few = ready_probability(seen(*[(4.0, True)] * 5, *[(3.0, False)] * 5), 6.0)
    many = ready_probability(seen(*[(4.0, True)] * 10), 6.0)
    assert few[0] == many[0] == pytest.approx(1.0)
    assert few[1] < many[1]


def test_a_recommendation_is_the_smallest_value_that_suffices() -> None:
    """Starts of up to 20 s: the smallest budget whose last try comes later."""
    ready = seen(*[(5.0 + second / 20, True) for second in range(300)])
    row = recommend(FACTS, Setting(restart="on-failure"), "restart_max", range(1, 15), ready).iloc[0]
    assert deadline_s(FACTS, Setting(restart="on-failure", restart_max=int(row["value"]))) >= 19.8
    assert deadline_s(FACTS, Setting(restart="on-failure", restart_max=int(row["value"]) - 1)) < 19.8
    assert row["supported"]
    assert row["sure_value"] >= row["value"]


def test_too_few_starts_support_no_certainty() -> None:
    """Six starts cannot support 0.99, whatever the setting: it takes 299, and the sentence says so."""
    row = recommend(FACTS, HONEST, "start_period_s", [0, 10, 60], seen(*[(6.5, True)] * 6)).iloc[0]
    assert not row["supported"]
    assert math.isnan(row["sure_value"])
    assert row["starts_needed"] == 299
    assert "299" in row["sentence"]


def test_when_nothing_tried_suffices_nothing_is_recommended() -> None:
    """No value reaches the probability: NaN, and words."""
    row = recommend(FACTS, Setting(), "tries", [1, 2], seen(*[(60.0, True)] * 6)).iloc[0]
    assert math.isnan(row["value"])
    assert "no value of tries" in row["sentence"]


def test_the_recovery_curve_levels_off_at_the_share_that_recovers() -> None:
    """A budget that half of the starts outlast recovers half; waiting for health recovers all."""
    ready = seen(*[(4.0, True)] * 5, *[(40.0, True)] * 5)
    budget = Setting(restart="on-failure", restart_max=5)
    table = recovery(FACTS, {"budget": budget, "health": replace(HONEST, start_period_s=60)}, ready, draws=100)
    last = table.groupby("setting")["recovered_ratio"].max()
    assert last.to_dict() == pytest.approx({"budget": 0.5, "health": 1.0})
    assert (table["lower_ratio"] <= table["recovered_ratio"]).all()
    assert (table["recovered_ratio"] <= table["upper_ratio"]).all()


def test_without_a_start_that_became_ready_there_is_no_curve() -> None:
    """All starts censored: nothing is known of recovery."""
    assert recovery(FACTS, {"x": RETRY}, seen((5.0, False))).empty
    assert recovery(FACTS, {"x": RETRY}, tables.empty(tables.READINESS)).empty


def test_no_alternative_hangs_on_the_engine_s_own_start_interval() -> None:
    """Engines from 27 on probe a start period every 5 s unless the file says otherwise: each alternative says it."""
    for setting in alternatives(Setting()).values():
        probed = setting.condition == "service_healthy" and setting.start_period_s > 0
        assert not probed or setting.start_interval_s == setting.interval_s
    assert any(setting.start_interval_s for setting in alternatives(Setting()).values())
