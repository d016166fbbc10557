"""On the real engine: an incident staged anew gives the verdict of its recording."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidentlab.collect import capture
from incidentlab.load import load
from incidentlab.report.document import document
from incidentlab.report.investigation import investigate

SCENARIO = Path(__file__).parent.parent / "lab" / "scenario.py"
pytestmark = pytest.mark.engine


@pytest.fixture
def startup_race() -> Iterator[None]:
    """Stage the startup race on the engine, and remove it afterwards."""
    subprocess.run([sys.executable, SCENARIO, "up", "startup-race"], check=True)
    yield
    subprocess.run([sys.executable, SCENARIO, "down", "startup-race"], check=True)


@pytest.mark.usefixtures("startup_race")
def test_a_race_staged_anew_and_captured_live_is_named(tmp_path: Path) -> None:
    """A startup race that has just happened is captured from the running project and named like its recording."""
    found = investigate(load(str(capture("payflow", tmp_path / "bundle"))))
    verdict = document(found, "live")["verdict"]
    assert (verdict["category"], verdict["service"], verdict["dependency"]) == (
        "startup_race",
        "auth-service",
        "postgres",
    )
    first = found.findings.iloc[0]
    assert bool(first["recovered"])
    assert first["recovered_by"] == "restart_policy"


@pytest.mark.usefixtures("startup_race")
def test_a_live_project_is_a_source() -> None:
    """`compose:NAME` is captured and diagnosed without a bundle being kept."""
    verdict = document(investigate(load("compose:payflow")), "live")["verdict"]
    assert verdict["category"] == "startup_race"
