"""What could be known at a time, over every recording."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from incidentlab.incident import Incident
from incidentlab.load import load
from incidentlab.tables import CONTAINERS, EVIDENCE_TABLES, LEDGER, TIME, BadInput
from incidentlab.teach.reveal import until

DATA = Path(__file__).parents[2] / "data"
RECORDINGS = sorted(path.parent.name for path in DATA.glob("*/manifest.json"))
CONFIGURATION = ("images", "services")  # known before the stack is started


@pytest.mark.parametrize("name", RECORDINGS)
def test_nothing_later_is_visible_and_the_end_shows_all(name: str, recorded: Callable[[str], Incident]) -> None:
    """At T no table holds a time after T, in any of its columns; at the end of the incident everything is there."""
    incident = recorded(name)
    whole = (incident.end - incident.start).total_seconds()
    for seconds in (0.0, 3.0, whole - 0.001):
        known = until(incident, seconds)
        now = incident.start + pd.Timedelta(seconds=seconds)
        for table in (*EVIDENCE_TABLES, LEDGER):
            frame = getattr(known, table.name)
            for column in [column.name for column in table.columns if column.dtype == TIME]:
                assert not frame[column].gt(now).any(), (table.name, column, seconds)
    assert until(incident, whole) is incident


@pytest.mark.parametrize("name", ["startup-race", "false-healthy", "crash-loop", "startup-race-down", "oom"])
def test_the_past_does_not_hang_on_the_future(name: str, recorded: Callable[[str], Incident]) -> None:
    """What is known at T is the same whether the evidence goes on for seconds or for minutes after T."""
    incident = recorded(name)
    shorter = until(incident, 9.0)
    for table in (*EVIDENCE_TABLES, LEDGER):
        pd.testing.assert_frame_equal(
            getattr(until(shorter, 4.0), table.name), getattr(until(incident, 4.0), table.name), obj=table.name
        )


def test_the_state_of_a_container_is_that_of_the_time(recorded: Callable[[str], Incident]) -> None:
    """The service that recovers in the end has exited, with one restart, at two seconds and is not called healthy."""
    incident = recorded("startup-race")
    row = until(incident, 2.2).containers.set_index("service").loc["auth-service"]
    assert (row["state"], row["exit_code"], row["restart_count"]) == ("exited", 1, 1)
    assert pd.isna(row["health"])
    assert incident.containers.set_index("service").loc["auth-service", "health"] == "healthy"


def test_a_container_keeps_its_settings(recorded: Callable[[str], Incident]) -> None:
    """The policy, the healthcheck and the dependencies of a container are known from its creation on."""
    incident = recorded("startup-race")
    known = until(incident, 1.0).containers
    settings = ["service", "restart_policy", "health_test", "depends_on", "env_names"]
    pd.testing.assert_frame_equal(known[settings], incident.containers[settings])
    assert list(known.columns) == CONTAINERS.names


def test_evidence_without_times_has_no_clock() -> None:
    """A pasted log without time stamps is refused, with a word on what to give instead."""
    with pytest.raises(BadInput, match="made with -t"):
        until(load("web-1  | ready\nweb-1 exited with code 1\n"), 1.0)
