"""What one inspect of a container tells about the evidence: its names, and what the engine has already forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from incidentlab.collect import engine
from incidentlab.collect.observe import KEPT_PROBES, Snapshot


def name(snapshot: Snapshot) -> str:
    """Return the name of a container, without the slash."""
    return str(snapshot["inspect"]["Name"]).removeprefix("/")


def described(inspect: dict[str, Any]) -> dict[str, Any]:
    """Return what a bundle's manifest says of a container's log."""
    labels = inspect["Config"]["Labels"]
    number = labels.get(engine.NUMBER, "")
    return {
        "service": labels.get(engine.SERVICE),
        "replica": int(number) if number.isdigit() else None,
        "oneoff": labels.get(engine.ONEOFF) == "True",
        "container": inspect["Name"].removeprefix("/"),
        "container_id": inspect["Id"],
        "tty": bool(inspect["Config"].get("Tty")),
    }


def public_names(project: str, snapshots: Iterable[Snapshot]) -> Iterator[str]:
    """Yield the words that the evidence cannot do without, even if someone chose one of them as a password."""
    yield project
    for snapshot in snapshots:
        seen = snapshot["inspect"]
        yield name(snapshot)
        yield seen["Config"]["Labels"].get(engine.SERVICE, "")
        yield seen["Config"].get("Image") or ""
        for network, entry in seen["NetworkSettings"]["Networks"].items():
            yield network
            yield from entry.get("Aliases") or []


def probes(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the health probes that an inspect shows."""
    return ((snapshot["inspect"].get("State") or {}).get("Health") or {}).get("Log") or []


def forgotten_probes(latest: list[Snapshot]) -> str | None:
    """Return whose earlier probes are gone; None if nobody's."""
    full = [name(snapshot) for snapshot in latest if len(probes(snapshot)) >= KEPT_PROBES]
    return (
        f"the engine keeps {KEPT_PROBES} probes per container: earlier ones of {', '.join(full)} are gone"
        if full
        else None
    )


def forgotten_addresses(latest: list[Snapshot]) -> str | None:
    """Return which containers' addresses are gone; None if nobody's."""
    still = [name(snapshot) for snapshot in latest if not snapshot["inspect"]["State"].get("Pid")]
    return f"the addresses of containers that do not run are gone: {', '.join(still)}" if still else None
