"""A container's name, as a text shows it, becomes a service and a replica.

Compose names a container PROJECT-SERVICE-NUMBER (v1: PROJECT_SERVICE_NUMBER) and shows it without the project,
except in v2.0 to v2.23.0 and in v1's and progress' status lines; `container_name` replaces it all. A service's
name may itself hold ``-``, ``_``, ``.`` and digits, so the number is what follows the last separator, and a project
is cut off only where the text proves it: Compose's own lines show the same container with and without it or name
its network, or every numbered container bears it. The raw name stays in `container`.

A stack calls its services STACK_SERVICE, and `docker service logs` shows a task of one as SERVICE.NUMBER.TASK@NODE
(NODE.TASK@NODE where it runs once per node); docker/cli `cli/command/service/logs.go`. Foreman's are PROCESS.NUMBER.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from incidentlab.parse import lines

TASK = r"[A-Za-z0-9][\w-]*\.(?:\d{1,5}|[a-z0-9]{25})(?:\.[a-z0-9]{9,25})?@[A-Za-z0-9][\w.-]*"
"""A task of a swarm service at its node; a pattern without groups."""

_TASK = re.compile(r"(?P<base>[^.@]+)\.(?P<number>[1-9]\d{0,4}(?=[.@]))?[^@]*@.*")
_PROCESS = re.compile(r"(?P<base>[A-Za-z][\w-]*)\.(?P<number>[1-9]\d{0,2})")
_NUMBERED = re.compile(r"(?P<base>.+)(?P<mark>[-_])(?P<number>[1-9]\d{0,5})(?:_[0-9a-f]{12})?")
"""Compose 1.23.0 put a piece of the container's id behind the number."""

_VAGUE = frozenset(("service", "server", "svc", "services", "servers", "container"))


_OWN = re.compile(rb'"service(?:[._]name)?"\s*:\s*(?:\{\s*"name"\s*:\s*)?"([\w.-]{1,80})"')
_LOOKED_AT = 1 << 20


class Place(NamedTuple):
    """Where a container belongs: its service and its number in it."""

    service: str
    replica: int | None


def own(data: lines.Text) -> str | None:
    r"""Return the service that a program's JSON lines name as their own, where they all name the same.

    Structured logs bear it as ``service``, ``service.name`` (Elastic Common Schema, OpenTelemetry) or
    ``service_name``. Only a text without any prefix begins with such a line.

    Examples
    --------
    >>> own(b'{"message": "ready", "service.name": "wallet"}\n')
    'wallet'
    """
    if lines.begin(data) != b"{":
        return None
    named = set(_OWN.findall(data[:_LOOKED_AT]))
    return named.pop().decode("ascii", "replace") if len(named) == 1 else None


def numbered(name: str) -> bool:
    """Return whether a name ends in a container number, as those that Compose makes do, or is a task's.

    Examples
    --------
    >>> numbered("web-1"), numbered("my-redis")
    (True, False)
    """
    if "@" in name:
        return True
    match = _NUMBERED.fullmatch(name)
    return bool(match and re.search("[A-Za-z]", match["base"]))


def places(names: Iterable[str], *, mentioned: Iterable[str] = (), project: str | None = None) -> dict[str, Place]:
    """Return the place of every name.

    Parameters
    ----------
    names
        The names that prefix log lines.
    mentioned
        The names in Compose's own lines and in commands, which show the project.
    project
        The project, where the text names it.

    Examples
    --------
    >>> places(["shop-web-1", "shop-db-1", "cache"])["shop-web-1"]
    Place(service='web', replica=1)
    >>> places(["web_1"], mentioned=["shop_web_1"])["shop_web_1"]
    Place(service='web', replica=1)
    >>> places(["db_1"], mentioned=["shop_db"])["shop_db"]
    Place(service='db', replica=None)
    """
    shown = list(dict.fromkeys(names))
    mentioned = list(dict.fromkeys(mentioned))
    told = [name for name in mentioned if name not in shown]
    heads = {project} if project else set()
    heads |= {head for name in mentioned if (head := _project(name))}
    heads |= {head for name in told for short in shown if (head := _head(name, short))}
    heads |= _common(shown) or (_common(told) if not shown else set())
    stack = _stack(shown)
    found = {name: _task(name, stack) or _place(name, heads) for name in shown + told}
    short = {found[name].service for name in shown if numbered(name)}
    return found | {name: Place(own, None) for name in told if (own := _bare(name, short))}


def _bare(name: str, services: set[str]) -> str | None:
    """Return the service of a name of `container_name` that nothing prefixes: v1 prints it at an exit only."""
    own = [service for service in services if name.endswith((f"-{service}", f"_{service}"))]
    return own[0] if len(own) == 1 and not numbered(name) else None


def _stack(names: list[str]) -> str:
    """Return the stack's name and a ``_``: all words that the tasks' services share, or the first of one service."""
    bases = sorted({match["base"] for name in names if (match := _TASK.fullmatch(name))})
    parts = [base.split("_") for base in bases]
    length = 0
    while parts and all(len(part) > length + 1 and part[length] == parts[0][length] for part in parts):
        length += 1
        if len(parts) == 1:
            break
    head = "".join(word + "_" for word in parts[0][:length]) if length else ""
    rests = {base.removeprefix(head) for base in bases}
    return head if all(re.match("[A-Za-z]", rest) for rest in rests) and not rests & _VAGUE else ""


def _task(name: str, stack: str) -> Place | None:
    """Return the place of a swarm task or of a process of Foreman; None for any other name."""
    match = _TASK.fullmatch(name) or _PROCESS.fullmatch(name)
    if not match:
        return None
    return Place(match["base"].removeprefix(stack), int(match["number"]) if match["number"] else None)


def _project(name: str) -> str | None:
    """Return the project of a whole name of v1, PROJECT_SERVICE_NUMBER, where only one mark can end it."""
    match = _NUMBERED.fullmatch(name)
    whole = match and match["mark"] == "_" and match["base"].count("_") == 1
    return match["base"].partition("_")[0] or None if match and whole else None


def _head(name: str, short: str) -> str | None:
    """Return what `name` has before `short`, if both are numbered and a separator joins the two."""
    for mark in "-_":
        if name.endswith(mark + short) and numbered(short):
            return name.removesuffix(mark + short)
    return None


def _common(names: list[str]) -> set[str]:
    """Return the words with which every numbered name begins, where what remains still names services."""
    bases = [
        match["base"].split("-") for name in names if (match := _NUMBERED.fullmatch(name)) and match["mark"] == "-"
    ]
    if len({tuple(base) for base in bases}) < 2 or any("_" in name and "-" not in name for name in names):
        return set()
    length = 0
    while all(len(base) > length + 1 and base[length] == bases[0][length] for base in bases):
        length += 1
    rests = {"-".join(base[length:]) for base in bases}
    if not length or rests & _VAGUE or not all(re.search("[A-Za-z]", rest) for rest in rests):
        return set()
    return {"-".join(bases[0][:length])}


def _place(name: str, heads: set[str]) -> Place:
    match = _NUMBERED.fullmatch(name)
    if not match or not re.search("[A-Za-z]", match["base"]):
        return Place(name, None)
    for head in sorted(heads, key=len, reverse=True):
        rest = match["base"].removeprefix(head)
        if rest[:1] in ("-", "_") and re.search("[A-Za-z]", rest):
            return Place(rest[1:], int(match["number"]))
    return Place(match["base"], int(match["number"]))
