"""The files that people wrote: the Compose files of a project and the Dockerfiles of its services, as they stand there.

An audit points at their lines. They are read where the containers' labels and the resolved configuration say that they
are; only what is called a Dockerfile is opened as one. Secrets in them are hidden on the way into the bundle.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from incidentlab.collect import compose

FOLDER = "sources"
_LARGEST = 1 << 18
_DOCKERFILE = re.compile(r"dockerfile|containerfile", re.IGNORECASE)

Source = tuple[str, bytes, str]
"""Path in the bundle, content, kind of file."""


def sources(labels: dict[str, str], config: dict[str, Any] | None) -> list[Source]:
    """Return the Compose files of a project, in the order in which they are merged, and the Dockerfiles.

    Parameters
    ----------
    labels
        Of one of its containers.
    config
        The resolved configuration; None where Compose could not be asked.
    """
    found: list[Source] = []
    for number, path in enumerate(compose.files(labels), 1):
        if (data := _read(path)) is not None:
            found.append((f"{FOLDER}/{number}-{_plain(path.name)}", data, "written"))
    services = (config or {}).get("services") or {}
    for service, body in sorted(services.items()):
        build = body.get("build") if isinstance(body, dict) else None
        if isinstance(build, dict):
            path = Path(str(build.get("context") or ".")) / str(build.get("dockerfile") or "Dockerfile")
            if _DOCKERFILE.search(path.name) and (data := _read(path)) is not None:
                found.append((f"{FOLDER}/{_plain(service)}/Dockerfile", data, "dockerfile"))
    return found


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name).lstrip(".") or "file"
