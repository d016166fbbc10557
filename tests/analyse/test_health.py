from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab import tables
from incidentlab.analyse.health import health, judge
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.incident import Incident

RECORDINGS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "data").glob("*/manifest.json"))
T0 = pd.Timestamp("2026-11-23T09:00:00.000000001Z")
EXIT_CODE = {"pass": 0, "fail": 1, "timeout": -1, "exec_error": -1}


def at(seconds: float) -> pd.Timestamp:
    """Return a time so many seconds after the start of the story."""
    return T0 + pd.Timedelta(nanoseconds=round(seconds * 1e9))


def probes(*rows: tuple[float, str], took: float = 0.1) -> pd.DataFrame:
    """Return probes of one container: second of the start, outcome."""
    return tables.rows(
        [
            {
                "start": at(second),
                "end": at(second + took),
                "service": "app",
                "container_id": "c1",
                "exit_code": EXIT_CODE[outcome],
                "outcome": outcome,
                "file": "containers.jsonl",
                "line": line,
            }
            for line, (second, outcome) in enumerate(rows, start=1)
        ],
        tables.PROBES,
    )


def container(
    interval: float | None = 2, period: float | None = None, retries: int | None = 3, test: str | None = '["CMD", "x"]'
) -> pd.DataFrame:
    """Return the one container with its healthcheck."""
    row = {"service": "app", "container": "p-app-1", "container_id": "c1", "health_test": test}
    check = {"health_interval_s": interval, "health_start_period_s": period, "health_retries": retries}
    return tables.rows([row | check], tables.CONTAINERS)


def runs(*rows: tuple[float | None, float | None]) -> pd.DataFrame:
    """Return runs of one container: started, die event."""
    return tables.rows(
        [
            {
                "service": "app",
                "container_id": "c1",
                "run": number,
                "started": None if started is None else at(started),
                "finished": None if died is None else at(died),
                "die_event": None if died is None else at(died),
            }
            for number, (started, died) in enumerate(rows, start=1)
        ],
        tables.LIFETIMES,
    )


def events(*rows: tuple[float, str]) -> pd.DataFrame:
    """Return events of one container: second, action or health status."""
    return tables.rows(
        [
            {
                "ts": at(second),
                "order": order,
                "container_id": "c1",
                "action": "health_status" if "healthy" in what else what,
                "detail": what if "healthy" in what else None,
            }
            for order, (second, what) in enumerate(rows)
        ],
        tables.EVENTS,
    )


NO_EVENTS = tables.empty(tables.EVENTS)
ONE_RUN = runs((0, None))


def story(table: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the states with the second at which each began."""
    return [(row["state"], (row["start"] - T0).total_seconds()) for row in tables.records(table)]


def test_failures_in_the_start_period_do_not_count() -> None:
    """Measured on 20.10: period 11 s, interval 2 s, 2 retries; +2.0 to +10.2 uncounted, unhealthy at +14.45."""
    seen = probes(*((second, "fail") for second in (2.0, 4.1, 6.1, 8.2, 10.2, 12.3, 14.4)), took=0.05)
    table = health(seen, container(period=11, retries=2), ONE_RUN, NO_EVENTS)
    assert story(table) == [("starting", 0.0), ("unhealthy", 14.45)]
    assert table["uncounted"].tolist() == [5, 0]
    assert table["line"].iloc[1] == 7
    assert table["period_end"].iloc[0] == at(11)


def test_one_success_ends_the_start_period() -> None:
    """Measured: period 60 s, healthy at 1 s, then failing: unhealthy three failures later, inside the period."""
    seen = probes((1, "pass"), (2, "fail"), (3, "fail"), (4, "fail"))
    table = health(seen, container(interval=1, period=60), ONE_RUN, NO_EVENTS)
    assert story(table) == [("starting", 0.0), ("healthy", 1.1), ("unhealthy", 4.1)]
    assert table["streak"].tolist() == [0, 2, 3]


def test_the_streak_goes_on_while_unhealthy_and_one_success_ends_it() -> None:
    """Unhealthy stays unhealthy however many failures follow; the first success makes it healthy at once."""
    seen = probes(*((second, "fail") for second in range(2, 12, 2)), (12, "pass"))
    table = judge(seen, container(), ONE_RUN, NO_EVENTS)
    assert table["streak"].tolist() == [1, 2, 3, 4, 5, 0]
    assert table["changed"].tolist() == [False, False, True, False, False, True]


@pytest.mark.parametrize("retries", [None, 0, -1])
def test_no_retries_are_three(retries: int | None) -> None:
    """Retries absent, 0 or negative mean 3."""
    seen = probes((2, "fail"), (4, "fail"), (6, "fail"))
    assert story(health(seen, container(retries=retries), ONE_RUN, NO_EVENTS))[-1] == ("unhealthy", 6.1)


def test_a_probe_that_begins_when_the_period_ends_counts() -> None:
    """The engine compares start - StartedAt < StartPeriod: at exactly the period a failure counts."""
    table = judge(probes((9.9, "fail"), (12, "fail")), container(period=12), ONE_RUN, NO_EVENTS)
    assert table["counted"].tolist() == [False, True]


def test_exec_errors_and_timeouts_are_kept_apart() -> None:
    """All three make it unhealthy, but only one of them says anything about the service."""
    seen = probes((2, "exec_error"), (4, "timeout"), (6, "fail"))
    table = health(seen, container(), ONE_RUN, NO_EVENTS)
    assert table[["exec_errors", "timeouts", "fails"]].values.tolist()[0] == [1, 1, 1]
    assert table["state"].tolist() == ["starting", "unhealthy"]


def test_the_end_of_a_run_forces_unhealthy() -> None:
    """A container that waits in backoff reads unhealthy, without event and with streak 0: no judgement."""
    table = health(probes((2, "pass")), container(), runs((0, 3), (4, None)), NO_EVENTS)
    assert story(table) == [("starting", 0.0), ("healthy", 2.1), ("unhealthy", 3.0), ("starting", 4.0)]
    assert table["forced"].tolist() == [False, False, True, False]
    assert table["streak"].iloc[2] == 0
    assert pd.isna(table["end"].iloc[3])


def test_a_pause_forces_unhealthy_until_the_next_success() -> None:
    """After unpause it stays unhealthy until a probe passes, which emits healthy though no unhealthy was sent."""
    seen = probes((2, "pass"), (9, "fail"), (11, "pass"))
    table = health(seen, container(), ONE_RUN, events((5, "pause"), (7, "unpause")))
    assert story(table) == [("starting", 0.0), ("healthy", 2.1), ("unhealthy", 5.0), ("healthy", 11.1)]
    assert table["forced"].tolist() == [False, False, True, False]
    assert table["missing"].sum() == 0


def test_failures_after_a_pause_turn_the_forced_state_into_a_judged_one() -> None:
    """The engine emits nothing, because the status was unhealthy already; but now it means something."""
    seen = probes((2, "pass"), (9, "fail"), (11, "fail"), (13, "fail"))
    table = health(seen, container(), ONE_RUN, events((5, "pause"), (7, "unpause")))
    assert story(table)[-2:] == [("unhealthy", 5.0), ("unhealthy", 13.1)]
    assert table["forced"].tolist()[-2:] == [True, False]
    assert not judge(seen, container(), ONE_RUN, events((5, "pause"), (7, "unpause")))["changed"].iloc[-1]


def test_entries_of_an_earlier_run_are_filtered() -> None:
    """The engine's list of five keeps probes of the run before: they start before StartedAt and decide nothing."""
    seen = probes((-6, "fail"), (-4, "fail"), (-2, "fail"), (2, "fail"))
    table = judge(seen, container(), ONE_RUN, NO_EVENTS)
    assert table["streak"].tolist()[3:] == [1]
    assert table["run"].isna().tolist() == [True, True, True, False]


def test_a_new_run_begins_a_new_streak() -> None:
    """Two failures, a restart, one failure: the streak is 1."""
    seen = probes((2, "fail"), (4, "fail"), (8, "fail"))
    assert judge(seen, container(), runs((0, 5), (6, None)), NO_EVENTS)["streak"].tolist() == [1, 2, 1]


def test_forgotten_probes_are_counted_and_said() -> None:
    """Five probes are kept: with an interval of 2 s and the first one kept at 23 s, ten are missing."""
    table = health(probes((23, "pass"), (25.1, "pass")), container(), ONE_RUN, NO_EVENTS)
    assert story(table) == [("starting", 0.0), ("healthy", 23.1)]
    assert table["missing"].tolist() == [0, 10]


def test_the_time_that_a_probe_takes_is_no_part_of_the_interval() -> None:
    """Probes of 0.7 s with an interval of 1 s: after one at 1 s and one at 7.8 s, three were forgotten, not five."""
    table = health(probes((1, "pass"), (7.8, "pass"), took=0.7), container(interval=1), ONE_RUN, NO_EVENTS)
    assert table["missing"].sum() == 3


@pytest.mark.parametrize("told", [(), ((8.4, "healthy"),)], ids=["no event", "an event"])
def test_a_forgotten_probe_is_counted_once(told: tuple[tuple[float, str], ...]) -> None:
    """However the state changed over the gap, as many probes are said to be missing as are."""
    ran = [(2.0 + 2.1 * place, "fail" if place < 3 else "pass") for place in range(9)]
    kept = [*ran[:1], *ran[4:]]
    table = health(probes(*kept), container(), ONE_RUN, events(*told))
    assert [state for state, _ in story(table)] == ["starting", "healthy"]
    assert table["missing"].sum() == len(ran) - len(kept)


def test_an_event_stands_in_for_a_probe_that_was_not_recorded() -> None:
    """The engine's own word tells when it became healthy, though it has forgotten the probe."""
    table = health(probes((22, "pass")), container(), ONE_RUN, events((4.1, "healthy")))
    assert story(table) == [("starting", 0.0), ("healthy", 4.1)]
    assert table["cause"].tolist() == ["start", "event"]
    assert table["missing"].gt(0).tolist() == [False, True]


def test_without_the_start_nothing_is_said_before_the_first_success() -> None:
    """A run whose start was not seen has no state until a probe passes."""
    seen = tables.rows([{"container_id": "c1", "run": 1, "die_event": at(9)}], tables.LIFETIMES)
    table = health(probes((2, "fail"), (4, "pass")), container(), seen, NO_EVENTS)
    assert [state for state, _ in story(table)] == ["unhealthy"]
    assert table["forced"].tolist() == [True]


@pytest.mark.parametrize("test", [None, '["NONE"]'])
def test_without_a_healthcheck_there_is_no_health(test: str | None) -> None:
    """No healthcheck, or one that is switched off: no row."""
    assert health(probes((2, "pass")), container(test=test), ONE_RUN, NO_EVENTS).empty


def test_no_evidence_no_health() -> None:
    """Empty tables give empty tables with every column."""
    nothing = [tables.empty(t) for t in (tables.PROBES, tables.CONTAINERS, tables.LIFETIMES, tables.EVENTS)]
    assert list(health(*nothing).columns) == tables.HEALTH.names
    assert list(judge(*nothing).columns) == tables.HEALTH_PROBES.names


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Probes may come in any order: they are replayed in the order of their ends."""
    seen = probes((2, "fail"), (4, "pass"), (6, "fail"))
    shuffled = seen.iloc[[2, 0, 1]]
    assert story(health(shuffled, container(), ONE_RUN, NO_EVENTS)) == story(
        health(seen, container(), ONE_RUN, NO_EVENTS)
    )


def twin(
    outcomes: list[tuple[float, str]], pauses: list[float], period: float, retries: int
) -> list[tuple[bool, int, str]]:
    """Say for each probe whether it counts, the streak and the state, each time from the whole history anew."""

    def counts(index: int) -> bool:
        second, outcome = outcomes[index]
        excused = second < period
        excused = excused and not any(pause < second for pause in pauses)
        excused = excused and "pass" not in [what for _, what in outcomes[:index]]
        return outcome == "pass" or not excused

    answers = []
    for index in range(len(outcomes)):
        past = [what for _, what in outcomes[: index + 1]]
        last_pass = max((i for i, what in enumerate(past) if what == "pass"), default=-1)
        streak = sum(counts(i) for i in range(last_pass + 1, index + 1))
        paused_since = any(pause < outcomes[index][0] and (last_pass < 0 or pause > outcomes[last_pass][0])
                           for pause in pauses)  # fmt: skip
        if streak >= retries or (paused_since and past[-1] != "pass"):
            state = "unhealthy"
        else:
            state = "healthy" if last_pass >= 0 else "starting"
        answers.append((counts(index), streak, state))
    return answers


@settings(max_examples=300, deadline=None)  # the machine that runs the lab is slow at times
@given(
    outcomes=st.lists(st.sampled_from(["pass", "fail", "fail", "timeout", "exec_error"]), min_size=1, max_size=25),
    period=st.sampled_from([0.0, 2.0, 7.0, 15.0, 60.0]),
    retries=st.integers(1, 5),
    pauses=st.lists(st.integers(0, 24), max_size=2, unique=True),
)
def test_the_replay_equals_a_naive_twin(outcomes: list[str], period: float, retries: int, pauses: list[int]) -> None:
    """On 300 random sequences the state machine agrees with one that starts from the whole history each time."""
    rows = [(2.0 * (number + 1), outcome) for number, outcome in enumerate(outcomes)]
    held = [2.0 * pause + 0.5 for pause in pauses]
    paused = [(second + extra, what) for second in held for extra, what in ((0, "pause"), (0.5, "unpause"))]
    table = judge(probes(*rows), container(period=period, retries=retries), ONE_RUN, events(*paused))
    assert list(zip(table["counted"], table["streak"], table["state"], strict=True)) == twin(
        rows, held, period, retries
    )


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_replay_equals_the_engine_s_own_events(name: str, recorded: Callable[[str], Incident]) -> None:
    """Every transition that the replay finds is one health_status event, and the other way round.

    An event without its probe is allowed only where no later probe of that container was recorded: the recording ended
    between the event and the next look at the container.
    """
    inc = recorded(name)
    lived = lifetimes(inc.events, inc.runs, inc.containers)
    probed = judge(inc.probes, inc.containers, lived, inc.events)
    changes = probed[probed["changed"].fillna(value=False)]
    told = inc.events[inc.events["action"] == "health_status"]
    unmatched = {(row["container_id"], row["detail"], row["ts"]) for row in tables.records(told)}
    for change in tables.records(changes):
        fits = {
            key
            for key in unmatched
            if key[:2] == (change["container_id"], change["state"])
            and pd.Timedelta(0) <= key[2] - change["end"] < pd.Timedelta(milliseconds=100)
        }
        assert len(fits) == 1, f"{change['service']} {change['state']} at {change['end']} has {len(fits)} events"
        unmatched -= fits
    for container_id, detail, ts in unmatched:
        later = probed[(probed["container_id"] == container_id) & (probed["end"] > ts)]
        earlier_gap = probed[(probed["container_id"] == container_id) & probed["missing"].fillna(0).gt(0)]
        assert later.empty or len(earlier_gap), f"{detail} at {ts} has no probe"


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_replay_ends_where_inspect_does(name: str, recorded: Callable[[str], Incident]) -> None:
    """The last state of each container is the one that its last inspect shows."""
    inc = recorded(name)
    table = health(inc.probes, inc.containers, lifetimes(inc.events, inc.runs, inc.containers), inc.events)
    shown = inc.containers.set_index("container_id")
    for key, states in table.groupby("container_id"):
        last = states.iloc[-1]
        later = last["cause"] == "event" or (last["cause"] == "die" and shown.loc[key, "state"] == "running")
        if not later:  # than the last inspect
            assert last["state"] == shown.loc[key, "health"], shown.loc[key, "service"]
