import pandas as pd

from incidentlab import tables
from incidentlab.analyse.lifetimes import lifetimes

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


def runs(*rows: tuple[float, float | None, int | None]) -> pd.DataFrame:
    """Return runs as inspect saw them: started, finished, exit code."""
    return tables.rows(
        [
            {
                "service": "app",
                "container": "p-app-1",
                "container_id": "c1",
                "started": at(started),
                "finished": None if finished is None else at(finished),
                "exit_code": code,
                "file": "containers.jsonl",
                "line": line,
            }
            for line, (started, finished, code) in enumerate(rows, start=1)
        ],
        tables.RUNS,
    )


def containers(policy: str) -> pd.DataFrame:
    """Return the one container with a restart policy."""
    return tables.rows([{"service": "app", "container_id": "c1", "restart_policy": policy}], tables.CONTAINERS)


NO_RUNS = tables.empty(tables.RUNS)


def test_each_start_opens_a_run_and_each_die_closes_it() -> None:
    """A container that crashed once and was restarted by its policy has two runs, the second still open."""
    story = events((0, "create", None), (1, "start", None), (2, "die", 1), (2.4, "start", None))
    table = lifetimes(story, NO_RUNS, containers("on-failure"))
    assert table["run"].tolist() == [1, 2]
    assert table["exit_code"].tolist() == [1, pd.NA]
    assert table["brought_by"].tolist() == ["first_start", "policy"]
    assert table["duration_s"].iloc[0] == 1.0
    assert pd.isna(table["finished"].iloc[1])


def test_inspect_gives_the_exact_times_of_the_run_that_it_saw() -> None:
    """StartedAt and FinishedAt replace the times of the events, which the engine writes some milliseconds later."""
    story = events((0, "create", None), (1.008, "start", None), (2.05, "die", 1))
    table = lifetimes(story, runs((1.0, 2.0, 1)), containers("no"))
    assert len(table) == 1
    assert table["started"].iloc[0] == at(1.0)
    assert table["finished"].iloc[0] == at(2.0)
    assert table["die_event"].iloc[0] == at(2.05)


def test_finished_at_of_the_run_before_is_not_taken() -> None:
    """While a container runs again, its FinishedAt belongs to the run before: the new run is still open."""
    story = events((1, "start", None), (2, "die", 1), (2.4, "start", None))
    table = lifetimes(story, runs((2.39, 2.0, None)), containers("always"))
    assert table["started"].iloc[1] == at(2.39)
    assert pd.isna(table["finished"].iloc[1])


def test_a_run_of_negative_length_lasts_no_time() -> None:
    """Before engine 27 FinishedAt can precede StartedAt by a millisecond: the duration is 0, never negative."""
    table = lifetimes(events(), runs((1.0, 0.999, 0)), containers("no"))
    assert table["duration_s"].tolist() == [0.0]


def test_a_restart_by_hand_is_told_from_one_by_policy() -> None:
    """`docker restart` leaves stop and restart events; a restart by policy leaves neither."""
    story = events(
        (1, "start", None), (5, "kill", 15), (5.1, "die", 143), (5.2, "stop", None), (5.5, "start", None),
        (5.5, "restart", None),
    )  # fmt: skip
    table = lifetimes(story, NO_RUNS, containers("always"))
    assert table["brought_by"].iloc[1] == "human"
    assert table["signal"].iloc[0] == 15


def test_a_stop_of_the_new_run_does_not_make_its_start_a_human_s() -> None:
    """A container that its policy started again and someone stopped at once was still started by its policy."""
    story = events((1, "start", None), (2, "die", 1), (2.4, "start", None), (2.9, "die", 143), (3.0, "stop", None))
    assert lifetimes(story, NO_RUNS, containers("always"))["brought_by"].iloc[1] == "policy"


def test_after_a_kill_it_is_not_known_who_started_it() -> None:
    """A kill may disable the policy: without a stop or restart event nobody is named."""
    story = events((1, "start", None), (5, "kill", 9), (5.1, "die", 137), (9, "start", None))
    assert pd.isna(lifetimes(story, NO_RUNS, containers("always"))["brought_by"].iloc[1])


def test_without_a_policy_only_a_human_starts_again() -> None:
    """A container with restart: no that runs a second time was started by someone."""
    story = events((1, "start", None), (2, "die", 1), (9, "start", None))
    assert lifetimes(story, NO_RUNS, containers("no"))["brought_by"].iloc[1] == "human"


def test_a_death_whose_start_was_forgotten_is_a_run_with_unknown_start() -> None:
    """When the ring of 256 events has dropped the start, the run is there with start NaT."""
    table = lifetimes(events((2, "die", 3)), NO_RUNS, containers("no"))
    assert pd.isna(table["started"].iloc[0])
    assert table["exit_code"].tolist() == [3]


def test_inspect_alone_gives_the_last_run() -> None:
    """Without any event the last run is still known, exactly, from inspect."""
    table = lifetimes(events(), runs((1.0, 4.0, 137)), containers("no"))
    assert table[["run", "exit_code", "duration_s"]].to_numpy().tolist() == [[1, 137, 3.0]]


def test_no_evidence_no_runs() -> None:
    """Empty tables give an empty table with every column."""
    table = lifetimes(events(), NO_RUNS, tables.empty(tables.CONTAINERS))
    assert list(table.columns) == tables.LIFETIMES.names
    assert table.empty


def test_shifting_all_times_shifts_the_result() -> None:
    """The clock's origin does not matter: a shift of all times by a constant shifts every run by it."""
    story = events((1, "start", None), (2, "die", 1), (2.4, "start", None))
    late = story.assign(ts=story["ts"] + pd.Timedelta(days=3))
    here = lifetimes(story, NO_RUNS, containers("always"))
    there = lifetimes(late, NO_RUNS, containers("always"))
    assert (there["started"] - here["started"]).tolist() == [pd.Timedelta(days=3)] * 2
    assert there["duration_s"].equals(here["duration_s"])
