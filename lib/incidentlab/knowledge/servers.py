"""The reader of `servers.txt`: which service is a Postgres, which a Redis.

A name or image tells the kind of a service; a port tells the kind of a target only where one service of it exists.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple


class Server(NamedTuple):
    """One kind of server.

    Parameters
    ----------
    name
        The kind.
    ports
        Its well-known ports.
    names
        What services and images of it are called: RE2, matched at word bounds, upper or lower case.
    prints
        The runtime whose lines of the kind `server` are its own.
    clients
        The runtimes that speak to no other kind.
    tools
        The programs of its image that are clients.
    drivers
        What client libraries and their packages are called.
    """

    name: str
    ports: tuple[int, ...]
    names: str
    prints: str
    clients: tuple[str, ...]
    tools: tuple[str, ...]
    drivers: tuple[str, ...]


def _read(text: str) -> tuple[Server, ...]:
    blocks: list[dict[str, str]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            field, value = line.split(None, 1)
            blocks[-1][field] = value
        elif line and not line.startswith("#"):
            blocks.append({"name": line, "prints": line, "clients": "", "tools": "", "drivers": ""})
    return tuple(
        Server(
            block["name"], tuple(map(int, block["ports"].split())), block["names"], block["prints"],
            tuple(block["clients"].split()), tuple(block["tools"].split()),
            tuple(block["drivers"].split()),
        )
        for block in blocks
    )  # fmt: skip


SERVERS = _read(files(__package__).joinpath("servers.txt").read_text(encoding="utf-8"))

LOOPBACK = r"^(?:localhost|127\.\d+\.\d+\.\d+|::1|0:0:0:0:0:0:0:1|0\.0\.0\.0|::)$"
