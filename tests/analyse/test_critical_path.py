"""The critical path of a start."""

from collections.abc import Callable

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.critical_path import start_waits
from incidentlab.investigate import Investigation
from incidentlab.report import path_said, starts_compared

T0 = pd.Timestamp("2026-01-01T00:00:00Z")


def at(seconds: float) -> pd.Timestamp:
    """Return a time so many seconds after the first."""
    return T0 + pd.Timedelta(seconds=seconds)


def test_the_dependency_that_was_ready_last_was_waited_for() -> None:
    """Of two conditions the later one decides, and the path leads from the service ready last to its first."""
    starts = {"db": 0, "cache": 0, "app": 5, "web": 6, "idle": 1}
    lived = [{"service": name, "run": 1, "started": at(second)} for name, second in starts.items()]
    ready = {"db": 4.5, "cache": 1, "app": 5.5, "web": 8, "idle": 2}
    phases = [{"service": name, "phase": "ready", "start": at(second)} for name, second in ready.items()]
    needs = {"app": '{"db": "service_healthy", "cache": "service_started"}', "web": '{"app": "service_started"}'}
    found = start_waits(
        tables.rows(lived, tables.LIFETIMES),
        tables.rows(phases, tables.PHASES),
        tables.rows([{"service": "db", "state": "healthy", "start": at(4.8)}], tables.HEALTH),
        tables.rows([{"service": name, "depends_on": text} for name, text in needs.items()], tables.CONTAINERS),
    ).set_index("service")
    assert found["waited_for"].dropna().to_dict() == {"app": "db", "web": "app"}
    assert found.loc[["app", "web"], "waited_s"].tolist() == [5, 6]
    assert set(found.index[found["critical"]]) == {"db", "app", "web"}


def test_who_waits_for_itself_in_a_circle_ends_somewhere() -> None:
    """Conditions that go in a circle, as hostile evidence may say, end the path instead of the program."""
    lived = [{"service": name, "run": 1, "started": at(0)} for name in ("a", "b")]
    needs = [{"service": "a", "depends_on": '{"b": "service_started"}'}, {"service": "b", "depends_on": '{"a": "x"}'}]
    none = (tables.empty(tables.PHASES), tables.empty(tables.HEALTH))
    found = start_waits(tables.rows(lived, tables.LIFETIMES), *none, tables.rows(needs, tables.CONTAINERS))
    assert found["critical"].tolist() == [True, True]


def test_nothing_started_has_no_path() -> None:
    """Without a start the table is empty, and says so in words."""
    frames = [tables.empty(t) for t in (tables.LIFETIMES, tables.PHASES, tables.HEALTH, tables.CONTAINERS)]
    assert "no start of a service" in path_said(start_waits(*frames)).text


def test_the_fixed_stack_waits_for_a_healthy_database(investigated: Callable[[str], Investigation]) -> None:
    """In the race auth-service started beside postgres; in the fixed stack it waited until postgres was healthy."""
    race, fixed = (investigated(name).start_waits.set_index("service") for name in ("startup-race", "fixed"))
    assert race.loc["auth-service", "condition"] == "service_started"
    assert fixed.loc["auth-service", "condition"] == "service_healthy"
    assert fixed.loc["auth-service", "waited_for"] == "postgres"
    said = starts_compared(investigated("startup-race").start_waits, investigated("fixed").start_waits).text
    assert "auth-service: " in said.partition("Ready since the first start")[2]
    assert "when postgres was healthy" in said
