"""What bad was seen to happen: no all-clear above it, and an unknown that says whom it happened to."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from incidentlab import tables
from incidentlab.analyse.diagnosis import diagnose
from incidentlab.investigate import investigate
from incidentlab.load import load

Frame = pd.DataFrame


def container(name: str, **state: Any) -> dict[str, Any]:
    """Return a container as `docker inspect` prints it."""
    return {
        "Id": (name + "0" * 64)[:64].replace("k", "a"),
        "Created": "2026-03-01T10:00:00Z",
        "Name": f"/{name}-1",
        "State": {"Status": "running", "Running": True, "ExitCode": 0, "StartedAt": "2026-03-01T10:00:01Z",
                  "FinishedAt": "0001-01-01T00:00:00Z"} | state,
        "RestartCount": 0,
        "HostConfig": {"RestartPolicy": {"Name": "no"}},
        "Config": {"Image": name, "Labels": {"com.docker.compose.service": name}},
    }  # fmt: skip


def health(status: str, *codes: int) -> dict[str, Any]:
    """Return a Health object with one probe a minute."""
    log = [
        {"Start": f"2026-03-01T10:{minute:02}:00Z", "End": f"2026-03-01T10:{minute:02}:01Z", "ExitCode": code,
         "Output": "answered 503"}
        for minute, code in enumerate(codes, start=1)
    ]  # fmt: skip
    return {"Status": status, "FailingStreak": len(codes), "Log": log}


GOOD = container("shop", Health=health("healthy", 0, 0))
SICK = container("pump", Health=health("unhealthy", 1, 1, 1))
GONE = container("gate", Status="exited", Running=False, ExitCode=1, FinishedAt="2026-03-01T10:00:03Z")
STOPPED = container("gate", Status="exited", Running=False, ExitCode=143, FinishedAt="2026-03-01T10:09:03Z")
LOOPS = container("loop", Status="restarting", Restarting=True, ExitCode=7, FinishedAt="2026-03-01T10:00:03Z")


@pytest.mark.parametrize(
    ("array", "category", "service"),
    [
        pytest.param([GOOD], "benign", None, id="all is well"),
        pytest.param([GOOD, SICK], "unknown", "pump", id="one is unhealthy, and nobody waits for it"),
        pytest.param([GOOD, GONE], "unknown", "gate", id="one ended in failure, the other is healthy"),
        pytest.param([GOOD, STOPPED], "benign", None, id="one was stopped"),
        pytest.param([GOOD, LOOPS], "unknown", "loop", id="one waits for its next start"),
    ],
)
def test_benign_needs_every_container_to_be_well(array: list[Any], category: str, service: str | None) -> None:
    """An array of inspect is benign only where nobody in it is harmed; else the harmed one is named."""
    first = investigate(load(json.dumps(array).encode(), name="array.json")).findings.iloc[0]
    assert (first["category"], None if pd.isna(first["service"]) else first["service"]) == (category, service)


def test_the_exit_code_is_told_with_its_meaning() -> None:
    """An unknown says with which code a container ended, and what that code says by itself."""
    shot = container("gate", Status="exited", Running=False, ExitCode=139, FinishedAt="2026-03-01T10:00:03Z")
    found = investigate(load(json.dumps([GOOD, shot]).encode(), name="array.json"))
    assert "139" in found.findings["sentence"].iloc[0]
    assert "SIGSEGV" in found.findings["sentence"].iloc[0]


def test_a_server_that_ends_its_own_processes_is_not_well(pasted: Callable[[str], Any]) -> None:
    """That Postgres is ready again does not make its crash benign."""
    again = (
        "store-1 | 2026-03-01 10:0{n}:02.1 UTC [1] LOG:  server process (PID 81{n}) exited with exit code 255\n"
        "store-1 | 2026-03-01 10:0{n}:02.2 UTC [1] LOG:  all server processes terminated; reinitializing\n"
        "store-1 | 2026-03-01 10:0{n}:02.9 UTC [1] LOG:  database system is ready to accept connections\n"
    )
    first = pasted(again.format(n=1) + again.format(n=2)).findings.iloc[0]
    assert (first["category"], first["service"]) == ("unknown", "store")


def test_errors_to_the_end_are_told_though_nobody_knows_them(pasted: Callable[[str], Any]) -> None:
    """A library that nobody here has heard of: its errors are on the first screen, with whose they are."""
    text = "app-1 | boiler ready\n" + "".join(
        f"gate-1 | 2026-03-01T10:00:{n:02}Z ERROR flux coupler desynchronised\n" for n in range(0, 50, 10)
    )
    found = pasted(text)
    first = found.findings.iloc[0]
    assert (first["category"], first["service"]) == ("unknown", "gate")
    assert "5 errors" in first["sentence"]
    assert "flux coupler" in " ".join(found.evidence["message"].dropna())


def test_the_last_words_before_an_end_are_shown(pasted: Callable[[str], Any]) -> None:
    """Where no pattern knows why, what a container said last stands in the evidence."""
    found = pasted("gate-1 | warming up\ngate-1 | coupler is not coupled\ngate-1 exited with code 3\n")
    assert found.findings["category"].iloc[0] == "unknown"
    assert "coupler is not coupled" in " ".join(found.evidence["message"].dropna())


def test_what_cannot_be_read_is_no_all_clear() -> None:
    """Where a source could not be read, nothing failed only as far as is known."""
    empty = {
        name: tables.empty(getattr(tables, name.upper())) for name in ("logs", "marks", "failures", "phases", "events")
    }
    row = {"service": "app", "container": "app-1", "state": "running", "started": pd.Timestamp("2026-03-01", tz="UTC")}
    runs = tables.rows([row], tables.CONTAINERS)
    lost = tables.rows([{"source": "events", "error": "line 3 is no JSON"}], tables.LEDGER)
    whole = tables.rows([{"source": "events"}], tables.LEDGER)
    assert diagnose(**empty, containers=runs, ledger=whole).findings["category"].iloc[0] == "benign"
    assert diagnose(**empty, containers=runs, ledger=lost).findings["category"].iloc[0] == "unknown"
