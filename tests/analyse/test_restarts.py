import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab import tables
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.analyse.restarts import REASONS, delay_s, loop_end, restarts
from incidentlab.incident import Incident

RECORDINGS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "data").glob("*/manifest.json"))
T0 = pd.Timestamp("2026-11-23T09:00:00.000000001Z")


def at(seconds: float) -> pd.Timestamp:
    """Return a time so many seconds after the start of the story."""
    return T0 + pd.Timedelta(nanoseconds=round(seconds * 1e9))


def events(*rows: tuple[float, str, int | None]) -> pd.DataFrame:
    """Return events of one container: second, action, exit code (or signal, for kill)."""
    return tables.rows(
        [
            {
                "ts": at(second),
                "order": order,
                "service": "app",
                "container": "p-app-1",
                "container_id": "c1",
                "type": "container",
                "action": action,
                "exit_code": number if action == "die" else None,
                "signal": number if action == "kill" else None,
                "file": "events.jsonl",
                "line": order + 1,
            }
            for order, (second, action, number) in enumerate(rows)
        ],
        tables.EVENTS,
    )


def container(policy: str = "always", state: str = "running", **more: object) -> pd.DataFrame:
    """Return the one container as inspect saw it last."""
    row = {"service": "app", "replica": 1, "container": "p-app-1", "container_id": "c1", "file": "containers.jsonl"}
    return tables.rows([row | {"restart_policy": policy, "state": state, "line": 1} | more], tables.CONTAINERS)


def replay(story: pd.DataFrame, inspect: pd.DataFrame, runs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the restarts of a story."""
    seen = tables.empty(tables.RUNS) if runs is None else runs
    return restarts(lifetimes(story, seen, inspect), story, inspect)


def end(story: pd.DataFrame, inspect: pd.DataFrame, runs: pd.DataFrame | None = None) -> pd.Series:
    """Return why the one container's runs ended."""
    lived = lifetimes(story, tables.empty(tables.RUNS) if runs is None else runs, inspect)
    table = loop_end(lived, story, inspect, restarts(lived, story, inspect))
    assert len(table) == 1
    return table.iloc[0]


def loop(lasts: list[float], *, cost: float = 0.3, code: int = 7) -> list[tuple[float, str, int | None]]:
    """Return what the engine does with `always` and runs that last so long: a twin in the engine's own words."""
    rows: list[tuple[float, str, int | None]] = [(0.0, "create", None)]
    clock, timeout = 0.5, 0.0
    for last in lasts:
        rows += [(clock, "start", None), (clock + last, "die", code)]
        timeout = 0.0 if last >= 10 else timeout
        timeout = 0.1 if timeout == 0 else min(60.0, timeout * 2) if timeout < 60 else timeout
        clock += last + timeout + cost
    return rows


def test_the_delay_doubles_from_a_tenth_of_a_second_to_a_minute() -> None:
    """The engine's series is 0.1, 0.2, 0.4, ... 51.2, 60, 60; the ten delays before the first minute last 102.3 s."""
    series = [delay_s(k) for k in range(1, 13)]
    assert series == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60])
    assert sum(series[:10]) == pytest.approx(102.3)


def test_each_restart_stands_beside_its_delay() -> None:
    """Twenty instant crashes: every residual is the cost of a start, every cause the policy."""
    table = replay(events(*loop([0.05] * 21)), container(restart_count=20))
    assert table["predicted_s"].tolist() == pytest.approx([delay_s(k) for k in range(1, 21)])
    assert table["residual_s"].tolist() == pytest.approx([0.3] * 20, abs=1e-6)
    assert table["restart_count"].tolist() == list(range(1, 21))
    assert set(table["cause"]) == {"policy"}


def test_only_a_run_of_ten_seconds_takes_the_delay_back() -> None:
    """After 10.5 s the delay is 0.1 s again; after 9 s it goes on doubling (measured: 1.84 s, then 3.45 s)."""
    table = replay(events(*loop([0.1, 0.1, 10.5, 0.1, 9.0, 0.1])), container(restart_count=5))
    assert table["predicted_s"].tolist() == pytest.approx([0.1, 0.2, 0.1, 0.2, 0.4])


@settings(deadline=None)  # the machine that runs the lab is slow at times
@given(st.lists(st.sampled_from([0.01, 0.5, 9.0, 10.5, 40.0]), min_size=2, max_size=20))
def test_the_replay_equals_the_engine_s_own_words(lasts: list[float]) -> None:
    """For any lengths of runs, the residual is the cost of a start and nothing else."""
    table = replay(events(*loop(lasts)), container(restart_count=len(lasts) - 1))
    assert table["residual_s"].tolist() == pytest.approx([0.3] * (len(lasts) - 1), abs=1e-6)


def test_a_long_good_run_does_not_refill_the_budget() -> None:
    """on-failure:2 with runs of 10.6 s: three runs, then the end; the delay is new each time, the budget is not."""
    story = events(*loop([10.6, 10.6, 10.6], code=1))
    inspect = container("on-failure", "exited", restart_max=2, restart_count=2, exit_code=1)
    table = replay(story, inspect)
    assert table["predicted_s"].tolist() == [0.1, 0.1]
    assert table["budget_left"].tolist() == [1, 0]
    verdict = end(story, inspect)
    assert verdict["reason"] == "budget_spent"
    assert "2 of 2 restarts, so 3 runs" in verdict["sentence"]


def test_on_failure_lets_exit_code_zero_be() -> None:
    """After exit code 0 on-failure does not restart: a further start was somebody's."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 0))
    assert end(story, container("on-failure", "exited", exit_code=0))["reason"] == "exit_zero"
    again = replay(events((0, "create", None), (1, "start", None), (2, "die", 0), (9, "start", None)),
                   container("on-failure", restart_count=0))  # fmt: skip
    assert again["cause"].tolist() == ["human"]
    assert "after exit code 0" in again["note"].iloc[0]


def test_a_failed_start_inside_the_loop_ends_it_without_an_event() -> None:
    """One start, one die, RestartCount 1, State.Error: the loop is over, and the exit code is the run's before."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 6))
    error = 'exec: "sh": executable file not found in $PATH'
    verdict = end(story, container("always", "exited", restart_count=1, exit_code=6, error=error))
    assert verdict["reason"] == "failed_start"
    assert "RestartCount 1 counts a restart that never happened" in verdict["sentence"]
    assert (verdict["file"], verdict["line"]) == ("containers.jsonl", 1)


def test_a_failed_first_start_never_loops() -> None:
    """created, 127 and no start event: even `always` does not try again."""
    verdict = end(events((0, "create", None)), container("always", "created", exit_code=127, error="not found"))
    assert verdict["reason"] == "first_start_failed"


def test_a_container_that_waited_for_its_dependency_never_started() -> None:
    """Created without an error: Compose made it and never started it."""
    assert end(events((0, "create", None)), container("always", "created"))["reason"] == "never_started"


def test_a_stop_during_the_wait_leaves_one_event() -> None:
    """Stopped in backoff: a stop event with neither kill nor die; exit code and RestartCount stay."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 7), (2.05, "stop", None))
    verdict = end(story, container("always", "exited", restart_count=1, exit_code=7))
    assert (verdict["reason"], verdict["line"]) == ("stopped_in_backoff", 4)


def test_a_stop_of_a_running_container_is_a_stop() -> None:
    """kill, die, stop: somebody stopped it, and the policy leaves it so."""
    story = events((0, "create", None), (1, "start", None), (5, "kill", 15), (5.1, "die", 143), (5.2, "stop", None))
    assert end(story, container("always", "exited", exit_code=143))["reason"] == "stopped"


@pytest.mark.parametrize(
    ("policy", "stop_signal", "number", "reason"),
    [
        ("always", None, 1, "signal"),
        ("on-failure", None, 1, "signal"),
        ("always", "SIGINT", 1, "unknown"),
        ("always", "SIGINT", 2, "signal"),
        ("always", "SIGINT", 9, "signal"),
        ("unless-stopped", "SIGINT", 1, "signal"),
    ],
)
def test_a_signal_by_command_disables_the_policy(policy: str, stop_signal: str, number: int, reason: str) -> None:
    """Any signal does, even HUP; with a STOPSIGNAL only that one and KILL, but unless-stopped gives way to any."""
    story = events((0, "create", None), (1, "start", None), (2, "kill", number), (8, "die", 5))
    inspect = container(policy, "exited", restart_count=0, exit_code=5, stop_signal=stop_signal)
    assert end(story, inspect)["reason"] == reason


def test_after_a_signal_a_further_start_is_not_the_policy_s() -> None:
    """The policy was disabled by HUP, so who started the container was a human."""
    story = events((0, "create", None), (1, "start", None), (2, "kill", 1), (8, "die", 5), (9, "start", None))
    assert replay(story, container("always", restart_count=0))["cause"].tolist() == ["human"]


def test_restart_count_is_one_ahead_while_it_waits() -> None:
    """Waiting in backoff with RestartCount 3: two restarts have happened, and the third is counted already."""
    story = events(*loop([0.1, 0.1, 0.1]))
    inspect = container("always", "restarting", restart_count=3, exit_code=7)
    assert replay(story, inspect)["restart_count"].tolist() == [1, 2]
    verdict = end(story, inspect)
    assert verdict["reason"] == "looping"
    assert "the delay is 0.4 s" in verdict["sentence"]


def test_a_start_by_hand_zeroes_count_and_delay() -> None:
    """stop, start, crash: RestartCount and delay begin anew."""
    story = events(
        (0, "create", None), (1, "start", None), (1.1, "die", 7), (1.5, "start", None), (1.6, "die", 7),
        (1.65, "stop", None), (9, "start", None), (9.1, "die", 7), (9.5, "start", None),
    )  # fmt: skip
    table = replay(story, container("always", restart_count=1))
    assert table["cause"].tolist() == ["policy", "human", "policy"]
    assert table["restart_count"].tolist() == [1, 0, 1]
    assert table["predicted_s"].tolist() == pytest.approx([0.1, math.nan, 0.1], nan_ok=True)
    assert table["note"].iloc[1] == "commands seen: stop"


def test_docker_restart_of_an_exited_container_emits_only_start_and_restart(
    recorded: Callable[[str], Incident],
) -> None:
    """No kill, no die, no stop, as it was not running: recorded in startup-race-down."""
    inc = recorded("startup-race-down")
    lived = lifetimes(inc.events, inc.runs, inc.containers)
    table = restarts(lived, inc.events, inc.containers)
    assert table[["service", "cause", "note"]].values.tolist() == [["auth-service", "human", "commands seen: restart"]]
    assert table["predicted_s"].isna().all()


def test_finished_at_of_the_run_before_does_not_end_the_run() -> None:
    """While running after a restart FinishedAt is before StartedAt: the restart is measured from the die event."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 1), (2.4, "start", None))
    runs = tables.rows(
        [{"service": "app", "container_id": "c1", "started": at(2.39), "finished": at(1.96), "line": 1}], tables.RUNS
    )
    table = replay(story, container(restart_count=1), runs)
    assert table["observed_s"].tolist() == pytest.approx([0.4])
    assert len(table) == 1


def test_a_run_of_negative_length_is_no_reset() -> None:
    """FinishedAt a millisecond before StartedAt counts as 0 s."""
    story = events((0, "create", None), (1, "start", None), (0.999, "die", 0), (1.5, "start", None))
    assert replay(story, container())["ran_s"].dropna().ge(0).all()


def test_two_starts_without_an_end_are_not_the_policy_s() -> None:
    """Containers that end while the daemon is down get no die event: the cause is unknown, and so is what follows."""
    story = events(
        (0, "create", None), (1, "start", None), (50, "start", None), (50.1, "die", 1), (50.5, "start", None)
    )
    table = replay(story, container("always", restart_count=1))
    assert table["cause"].tolist() == ["unknown", "policy"]
    assert table["predicted_s"].isna().all()
    assert "daemon" in table["note"].iloc[0]


def test_a_long_gap_tells_the_delay_when_the_beginning_was_not_seen() -> None:
    """The ring of 256 events has dropped the first restarts: a gap of 25.9 s can only be the delay of 25.6 s."""
    story = events(
        (10, "start", None), (10.1, "die", 7), (36.0, "start", None), (36.1, "die", 7), (87.6, "start", None)
    )
    table = replay(story, container("always", restart_count=10))
    assert table["predicted_s"].tolist() == [25.6, 51.2]
    assert set(table["predicted_from"]) == {"gap"}
    assert table["restart_count"].isna().all()


def test_a_short_gap_of_an_unknown_loop_tells_nothing() -> None:
    """Without the beginning, 1.2 s may be any of the first delays plus a start: no delay is claimed."""
    story = events((10, "start", None), (10.1, "die", 7), (11.3, "start", None))
    table = replay(story, container("always", restart_count=3))
    assert table["cause"].tolist() == ["policy"]
    assert table["predicted_s"].isna().all()


def test_a_start_long_after_the_delay_is_not_called_the_policy_s() -> None:
    """17 s after a delay of 0.1 s, and RestartCount does not count it: a start by hand leaves no other event."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 6), (19, "start", None))
    assert replay(story, container("always", restart_count=0))["cause"].tolist() == ["unknown"]


def test_a_slow_start_that_restart_count_confirms_is_the_policy_s() -> None:
    """The same gap with RestartCount 1 is a slow start, and is noted as such."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 6), (19, "start", None))
    table = replay(story, container("always", restart_count=1))
    assert table["cause"].tolist() == ["policy"]
    assert "later than the delay" in table["note"].iloc[0]


def test_a_replaced_container_begins_anew() -> None:
    """Compose replaces a container by a new id: that start is Compose's, with RestartCount 0."""
    old = events((0, "create", None), (1, "start", None), (5, "die", 0))
    new = events((6, "create", None), (7, "start", None)).assign(container_id="c2")
    inspect = pd.concat([container(created=at(0)), container(created=at(6), container_id="c2")])
    table = replay(tables.join([old, new], tables.EVENTS), tables.check(inspect, tables.CONTAINERS))
    assert table[["container_id", "cause", "restart_count", "observed_s"]].values.tolist() == [
        ["c2", "compose", 0, 2.0]
    ]


def test_without_a_policy_nothing_restarts() -> None:
    """restart: no, one run, exited: there is nothing to wait for."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 1))
    verdict = end(story, container("no", "exited", exit_code=1))
    assert verdict["reason"] == "no_policy"
    assert replay(story, container("no", "exited")).empty


def test_a_removed_container_is_removed() -> None:
    """`docker rm -f` in backoff leaves only a destroy event."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 1), (2.05, "destroy", None))
    assert end(story, container("always", "removing", restart_count=1))["reason"] == "removed"


@pytest.mark.parametrize("name", RECORDINGS)
def test_on_every_recording_the_residual_is_the_cost_of_a_start(name: str, recorded: Callable[[str], Incident]) -> None:
    """Every restart by policy of the real engine came after its delay, within 3 s; and RestartCount agrees."""
    inc = recorded(name)
    table = restarts(lifetimes(inc.events, inc.runs, inc.containers), inc.events, inc.containers)
    policy = table[table["cause"] == "policy"]
    assert policy["residual_s"].between(0, 3, inclusive="left").all()
    assert policy["predicted_from"].eq("count").all()
    counted = policy.groupby("container_id")["restart_count"].max()
    engine = inc.containers.set_index("container_id")
    for key, count in counted.items():
        assert count == engine.loc[key, "restart_count"] - int(engine.loc[key, "state"] == "restarting")


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_end_of_a_recording_has_a_reason(name: str, recorded: Callable[[str], Incident]) -> None:
    """No container of a recording ended for an unknown reason, and each verdict points at a row."""
    inc = recorded(name)
    lived = lifetimes(inc.events, inc.runs, inc.containers)
    table = loop_end(lived, inc.events, inc.containers, restarts(lived, inc.events, inc.containers))
    assert set(table["reason"]) <= set(REASONS) - {"unknown"}
    assert table["file"].notna().all()


def test_no_evidence_no_restarts() -> None:
    """Empty tables give empty tables with every column."""
    nothing = (tables.empty(tables.LIFETIMES), tables.empty(tables.EVENTS), tables.empty(tables.CONTAINERS))
    table = restarts(*nothing)
    assert list(table.columns) == tables.RESTARTS.names
    assert loop_end(*nothing, table).empty


def test_shifting_all_times_shifts_the_result() -> None:
    """The clock's origin does not matter."""
    story = events(*loop([0.1, 11.0, 0.1]))
    here = replay(story, container(restart_count=2))
    there = replay(story.assign(ts=story["ts"] + pd.Timedelta(days=3)), container(restart_count=2))
    assert there["residual_s"].equals(here["residual_s"])
    assert (there["start_event"] - here["start_event"]).tolist() == [pd.Timedelta(days=3)] * 2
