import subprocess
from pathlib import Path
from typing import Any

import pytest

from incidentlab.collect import compose
from incidentlab.tables import EngineTrouble


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Replace Compose by one that gives the answer put in here, and notes what it was asked."""
    answer: dict[str, Any] = {"stdout": "", "stderr": "", "returncode": 0}

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if isinstance(answer.get("raise"), Exception):
            raise answer["raise"]
        answer["command"] = command
        return subprocess.CompletedProcess(command, answer["returncode"], answer["stdout"], answer["stderr"])

    monkeypatch.setattr(subprocess, "run", run)
    return answer


def labels(folder: Path, **more: str) -> dict[str, str]:
    """Return the labels of a container whose Compose files stand in a folder."""
    for name in ("compose.yaml", "over.yaml"):
        (folder / name).touch()
    project = "com.docker.compose.project"
    files = f"{folder}/compose.yaml,{folder}/over.yaml"
    return {project: "shop", f"{project}.config_files": files, f"{project}.working_dir": str(folder), **more}


def test_configuration_of_the_files_that_the_labels_name(tmp_path: Path, told: dict[str, Any]) -> None:
    """All files are given in their order, and a doubled dollar is one, as in inspect."""
    told["stdout"] = '{"services": {"db": {"command": ["echo", "$$HOME"]}}}'
    assert compose.config(labels(tmp_path))["services"]["db"]["command"] == ["echo", "$HOME"]
    assert told["command"] == [
        *("docker", "compose", "--project-name", "shop", "--project-directory", str(tmp_path)),
        *("--file", f"{tmp_path}/compose.yaml", "--file", f"{tmp_path}/over.yaml", "config", "--format", "json"),
    ]


def test_services_that_were_changed_since(tmp_path: Path, told: dict[str, Any]) -> None:
    """A service whose hash today is not that of its container was changed; a one-off run does not count."""
    told["stdout"] = "db 111\nweb 222\n"
    name, digest, oneoff = (f"com.docker.compose.{key}" for key in ("service", "config-hash", "oneoff"))
    found = [("db", "111", "False"), ("web", "old", "False"), ("db", "run", "True"), ("gone", "333", "False")]
    containers = [labels(tmp_path, **{name: n, digest: d, oneoff: o}) for n, d, o in found]
    assert compose.changed(containers) == ["gone", "web"]


@pytest.mark.parametrize("missing", ["compose.yaml", "over.yaml"])
def test_files_that_are_not_reachable(tmp_path: Path, missing: str) -> None:
    """A file that is not here is named."""
    given = labels(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(EngineTrouble, match=f"not reachable from here: .*{missing}"):
        compose.config(given)


def test_labels_without_files() -> None:
    """Containers that another tool labelled name no file."""
    with pytest.raises(EngineTrouble, match="none is named"):
        compose.config({"com.docker.compose.project": "shop"})


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        ({"raise": FileNotFoundError("docker")}, "docker command is not installed"),
        ({"raise": subprocess.TimeoutExpired("docker", 30)}, "gave no answer within 30 s"),
        ({"returncode": 1, "stderr": "warning\nno such command\n"}, "failed: no such command$"),
        ({"returncode": 1, "stderr": ""}, "failed: status 1$"),
    ],
)
def test_compose_in_trouble(told: dict[str, Any], trouble: dict[str, Any], message: str) -> None:
    """What keeps Compose from answering is said in one line."""
    told.update(trouble)
    with pytest.raises(EngineTrouble, match=message):
        compose.version()


def test_version(told: dict[str, Any]) -> None:
    """The version has no v before it, as the manifest has it."""
    told["stdout"] = "v5.6.1\n"
    assert compose.version() == "5.6.1"
