"""The Compose CLI, asked for the two things that only Compose knows: the resolved configuration, and its version.

The files are those that the containers' labels name. They may have been changed since the containers were made,
and are resolved with the environment of today: `changed` says which services would come out otherwise.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from incidentlab.collect.engine import ONEOFF, PROJECT, SERVICE
from incidentlab.tables import EngineTrouble

_FILES = f"{PROJECT}.config_files"
_FOLDER = f"{PROJECT}.working_dir"
_ENVIRONMENT = f"{PROJECT}.environment_file"
_HASH = "com.docker.compose.config-hash"
_PATIENCE_S = 30


def version() -> str:
    """Return the version of the Compose plugin.

    Raises
    ------
    EngineTrouble
        It is not installed.
    """
    return _compose("version", "--short").strip().removeprefix("v")


def config(labels: dict[str, str]) -> dict[str, Any]:
    """Return the configuration of the project whose container bears `labels`.

    Compose prints `$` twice, so that its output could be read as a Compose file; here it stands once, as in inspect.

    Raises
    ------
    EngineTrouble
        A file is not reachable from here, or Compose refuses it.
    """
    resolved: dict[str, Any] = json.loads(_compose(*_project(labels), "config", "--format", "json").replace("$$", "$"))
    return resolved


def changed(containers: list[dict[str, str]]) -> list[str]:
    """Return the services whose configuration is no longer the one that their containers were made from.

    Parameters
    ----------
    containers
        Labels of each container of one project.
    """
    today = hashes(containers[0])
    return sorted({c[SERVICE] for c in containers if c.get(ONEOFF) != "True" and c.get(_HASH) != today.get(c[SERVICE])})


def hashes(labels: dict[str, str]) -> dict[str, str]:
    """Return the hash of each service's configuration as it is today, to be compared with `made_from`."""
    told = _compose(*_project(labels), "config", "--hash", "*").split()
    return dict(zip(told[::2], told[1::2], strict=True))


def made_from(labels: dict[str, str]) -> tuple[str, str]:
    """Return the service of a container, and the hash of the configuration that it was made from."""
    return labels.get(SERVICE, ""), labels.get(_HASH, "")


def files(labels: dict[str, str]) -> list[Path]:
    """Return the Compose files that a container was made from, in the order in which they are merged."""
    return [Path(name) for name in labels.get(_FILES, "").split(",") if name]


def _project(labels: dict[str, str]) -> list[str]:
    files = [name for name in labels.get(_FILES, "").split(",") if name]
    missing = [name for name in files if not Path(name).is_file()]
    if missing or not files:
        raise EngineTrouble(f"the Compose files are not reachable from here: {', '.join(missing) or 'none is named'}")
    chosen = [
        "--project-name",
        labels[PROJECT],
        "--project-directory",
        labels.get(_FOLDER) or str(Path(files[0]).parent),
    ]
    for name in files:
        chosen += ["--file", name]
    for name in labels.get(_ENVIRONMENT, "").split(","):
        chosen += ["--env-file", name] if name else []
    return chosen


def _compose(*arguments: str) -> str:
    command = ["docker", "compose", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)  # noqa: S603 -- no shell, fixed program
    except FileNotFoundError as error:
        raise EngineTrouble("the docker command is not installed, so Compose cannot be asked") from error
    except subprocess.TimeoutExpired as error:
        raise EngineTrouble(f"`docker compose` gave no answer within {_PATIENCE_S} s") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise EngineTrouble(f"`docker compose` failed: {said[-1]}")
    return done.stdout
