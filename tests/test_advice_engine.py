"""On the real engine: what the answer prints as a change of the Compose file is taken by Compose, and helps."""

import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import yaml

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.knowledge.causes import CAUSES, PROBES, instructions, texts
from incidentlab.report.compose_diff import compose_diff

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parent.parent
Investigated = Callable[[str], Investigation]
Config = dict[str, Any]


def changed(config: Config, change: list[str]) -> Config:
    """Apply a printed change: what it keeps and adds is laid over the file; lists and values are replaced."""
    after = yaml.safe_load("\n".join(line[2:] for line in change if not line.startswith("-")))
    return _laid_over(config, after)


def _laid_over(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return below | {key: _laid_over(below.get(key), value) for key, value in above.items()}


def own(name: str) -> Config:
    """Return the Compose file of a recording, to be started beside others: no names and places of its own."""
    recorded: Config = json.loads((ROOT / "data" / name / "compose.json").read_text())
    for part in ("networks", "volumes", "configs"):
        for named in (recorded.get(part) or {}).values():
            named.pop("name", None)
    for service in recorded["services"].values():
        service.pop("build", None)
        service.get("deploy", {}).pop("placement", None)
        for mount in service.get("volumes") or ():
            if mount["type"] == "bind":
                mount["source"] = str(ROOT / "lab" / Path(mount["source"]).name)
    return {key: value for key, value in recorded.items() if key != "name"}


def compose(folder: Path, config: Config, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Compose on a file of a project of its own."""
    file = folder / "compose.json"
    file.write_text(json.dumps(config))
    command = ["docker", "compose", "--project-name", folder.name, "--file", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a project of its own, and remove what it started."""
    made = tmp_path / f"incidentlab-test-{uuid.uuid4().hex[:8]}"
    made.mkdir()
    yield made
    subprocess.run(
        ["docker", "compose", "--project-name", made.name, "down", "--volumes", "--timeout", "0"],
        capture_output=True, check=True,
    )  # fmt: skip


RECORDINGS = sorted(path.parent.name for path in (ROOT / "data").glob("*/compose.json"))


@pytest.mark.parametrize("recording", RECORDINGS)
def test_compose_takes_every_change_of_a_recording(recording: str, investigated: Investigated, folder: Path) -> None:
    """`docker compose config` reads the file with the printed change without a word."""
    found = investigated(recording)
    incident = found.incident
    changes = (
        compose_diff(row, incident.services, containers=incident.containers) for row in tables.records(found.findings)
    )
    for change in filter(None, changes):
        done = compose(folder, changed(own(recording), change), "config", "--quiet")
        assert (done.returncode, done.stderr) == (0, ""), change


@pytest.mark.parametrize("kind", PROBES)
def test_compose_takes_every_piece_that_a_remedy_prints(kind: str, folder: Path) -> None:
    """The pieces of a Compose file in the remedies are read by Compose, with the probe of each kind of server."""
    names = {"service": "app", "dependency": "db", "probe": PROBES[kind]}
    images = {"app": {"image": "app"}, "db": {"image": "db"}}
    for cause in CAUSES.values():
        for text in (text for step in cause.remedy for text in texts(step) if "\n  services:" in text):
            conditions = text[1 : text.index("]")].split() if text.startswith("[") else []
            [said] = instructions([text], names, conditions)
            piece = yaml.safe_load(said.partition("\n")[2])
            if conditions == ["healthcheck"]:
                piece = _laid_over(piece, {"services": {"db": {"healthcheck": {"test": ["CMD", "true"]}}}})
            done = compose(folder, _laid_over({"services": images}, piece), "config", "--quiet")
            assert (done.returncode, done.stderr) == (0, ""), said


@pytest.mark.parametrize("recording", ["startup-race", "startup-race-down", "false-healthy", "port-conflict"])
def test_the_change_mends_the_incident(recording: str, investigated: Investigated, folder: Path) -> None:
    """A first start of the stack with the printed change comes up whole, and the service that failed never ends."""
    found = investigated(recording)
    finding, incident = tables.records(found.findings)[0], found.incident
    change = compose_diff(finding, incident.services, containers=incident.containers)
    config = changed(own(recording), change)
    for name, service in config["services"].items():
        if name != "frontend" or recording != "port-conflict":
            service.pop("ports", None)
    with closing(socket()) as taken:
        with suppress(OSError):  # whoever else holds the port serves as well
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        done = compose(folder, config, "up", "--detach", "--wait", "--wait-timeout", "120", finding["service"])
    assert done.returncode == 0, done.stderr
    state = compose(folder, config, "ps", "--all", "--format", "{{.ID}}", finding["service"]).stdout.strip()
    asked = ["docker", "inspect", "--format", "{{.RestartCount}} {{.State.Status}}", state]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["0", "running"]
