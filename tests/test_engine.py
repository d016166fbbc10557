"""On the real engine: an incident staged anew gives the verdict of its recording."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.analyse.restarts import restarts
from incidentlab.collect import Observer, capture
from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.report.document import document

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


CRASH_LOOP = """
services:
  loop:
    image: debian:bookworm-slim
    command: ["sh", "-c", "echo again; exit 1"]
    restart: always
"""


@pytest.fixture
def crash_loop(tmp_path: Path, until: Callable[..., Any]) -> Iterator[Path]:
    """Keep a bundle of a container that has been restarted nine times, then remove it."""
    folder = tmp_path / f"incidentlab-test-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    (folder / "compose.yaml").write_text(CRASH_LOOP)
    compose = ["docker", "compose", "--project-directory", str(folder)]
    try:
        with Observer(folder.name) as observer, closing(docker.from_env()) as client:
            subprocess.run([*compose, "up", "--detach"], check=True)
            [container] = client.containers.list(
                all=True, filters={"label": f"com.docker.compose.project={folder.name}"}
            )
            until(lambda: container.reload() or container.attrs["RestartCount"] >= 9)
            yield capture(folder.name, folder / "bundle", observer=observer)
    finally:
        subprocess.run([*compose, "down", "--timeout", "0"], check=True)


def test_each_wait_of_a_crash_loop_is_the_engines_own_delay_and_a_start(crash_loop: Path) -> None:
    """Nine restarts, 0.1 s doubling: what was waited beyond the formula is the cost of a start, and all are policy."""
    incident = load(str(crash_loop))
    runs = lifetimes(incident.events, incident.runs, incident.containers)
    ladder = restarts(runs, incident.events, incident.containers)
    assert len(ladder) >= 8
    assert set(ladder["cause"]) == {"policy"}
    assert ladder["predicted_s"].tolist()[:8] == pytest.approx([0.1 * 2**step for step in range(8)])
    assert (ladder["residual_s"] >= 0).all()
