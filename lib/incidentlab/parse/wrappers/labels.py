"""Whose line it is, by the labels that a collector of logs puts beside it.

Collectors name the same thing in many ways. The first label that is there decides: those of Compose, then those that
name a service, then those that name a container, then what names a program at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from incidentlab.parse.wrappers.wrapper import NOTHING, Peeled
from incidentlab.tables.documents import number as whole

_PAIR = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_SERVICE = (
    "com.docker.compose.service",
    "com_docker_compose_service",
    "container_label_com_docker_compose_service",
    "compose_service",
    "docker_compose_service",
    "COM_DOCKER_COMPOSE_SERVICE",
)
_CONTAINER = ("container_name", "container", "docker_container_name", "containerName", "k8s_container_name")
_PROGRAM = ("service_name", "service", "app", "app_kubernetes_io_name", "name", "job", "unit")
_NUMBER = ("com.docker.compose.container-number", "com_docker_compose_container_number", "container_number")
_NOBODY = frozenset(("unknown_service", "unknown", "docker", "containerlogs", "varlogs"))


def written(text: str) -> dict[str, str]:
    r"""Return labels as Prometheus writes them, without the braces.

    Examples
    --------
    >>> written('compose_service="web", stream="stderr"')
    {'compose_service': 'web', 'stream': 'stderr'}
    """
    return {name: value.replace('\\"', '"').replace("\\\\", "\\") for name, value in _PAIR.findall(text)}


def place(told: Mapping[str, object]) -> Peeled:
    """Return whose line it is.

    Examples
    --------
    >>> place({"compose_service": "web", "container_name": "/shop-web-2", "stream": "stderr"})[2:6]
    ('web', None, 'shop-web-2', 'stderr')
    """
    container = _first(told, _CONTAINER)
    service = _first(told, _SERVICE) or (None if container else _first(told, _PROGRAM))
    number = _first(told, _NUMBER)
    stream = _first(told, ("stream", "source"))
    return NOTHING._replace(
        service=service,
        container=container.removeprefix("/") if container else None,
        replica=whole(number),
        stream=stream if stream in ("stdout", "stderr") else None,
    )


def _first(told: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """Return the value of the first of some labels that says something."""
    return next(
        (value for name in names if isinstance(value := told.get(name), str) and value and value not in _NOBODY), None
    )
