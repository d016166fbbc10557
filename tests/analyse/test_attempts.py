import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse.attempts import attempts
from incidentlab.analyse.marks import marks

T0 = pd.Timestamp("2026-11-23T09:00:00Z")
NO_LIVES = tables.empty(tables.LIFETIMES)


def log(*messages: str, timed: bool = True) -> pd.DataFrame:
    """Return the log of service app, one line a second."""
    return tables.rows(
        [
            {
                "ts": T0 + pd.Timedelta(seconds=order) if timed else None,
                "order": order,
                "service": "app",
                "kind": "log",
                "message": message,
                "file": "app.log",
                "line": order + 1,
            }
            for order, message in enumerate(messages)
        ],
        tables.LOGS,
    )


def refusals(logs: pd.DataFrame, *lines: int, target: str = "db") -> pd.DataFrame:
    """Return a refused connection to `target` at each of the given lines."""
    rows = logs[logs["line"].isin(lines)]
    columns = ["ts", "order", "service", "message", "file", "line"]
    return tables.rows(
        [row | {"kind": "refused", "target": target} for row in tables.records(rows[columns])], tables.FAILURES
    )


@pytest.mark.parametrize("timed", [True, False], ids=["with times", "order only"])
def test_a_series_ends_with_the_first_announcement_of_success(timed: bool) -> None:
    """Two refused tries and a success are three attempts, with times or without."""
    logs = log("no luck", "no luck", "database connected", "ready", timed=timed)
    table = attempts(refusals(logs, 1, 2), logs, marks(logs), NO_LIVES)
    assert table[["number", "ok", "line"]].to_numpy().tolist() == [[1, False, 1], [2, False, 2], [3, True, 3]]


def test_without_a_success_all_tries_failed() -> None:
    """A service that never says that it is connected has only failed tries."""
    logs = log("no luck", "no luck", "giving up")
    assert attempts(refusals(logs, 1, 2), logs, marks(logs), NO_LIVES)["ok"].tolist() == [False, False]


@pytest.mark.parametrize(
    "words", ["not connected", "waiting until ready", "connection refused, not ready", "could not be initialized"]
)
def test_a_denial_is_no_success(words: str) -> None:
    """Words of success in a denial do not end a series."""
    logs = log("no luck", words)
    assert not attempts(refusals(logs, 1), logs, marks(logs), NO_LIVES)["ok"].any()


def test_success_before_the_first_failure_does_not_count() -> None:
    """A success is looked for after a failed try only: what was said before belongs to something else."""
    logs = log("cache connected", "no luck")
    assert attempts(refusals(logs, 2), logs, marks(logs), NO_LIVES)["ok"].tolist() == [False]


def test_a_failure_to_reach_itself_is_no_attempt() -> None:
    """A server that names itself in an error has not tried to reach a dependency."""
    logs = log("no luck")
    assert attempts(refusals(logs, 1, target="app"), logs, marks(logs), NO_LIVES).empty


def test_each_attempt_knows_its_run() -> None:
    """A try after the container was started again falls into its second run."""
    logs = log("no luck", "no luck", "database connected")
    lives = tables.rows(
        [
            {"service": "app", "container": "app-1", "run": run, "started": T0 + pd.Timedelta(seconds=second)}
            for run, second in ((1, 0), (2, 1))
        ],
        tables.LIFETIMES,
    )
    assert attempts(refusals(logs, 1, 2), logs, marks(logs), lives)["run"].tolist() == [1, 2, 2]
