from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentlab.collect.observe import HELD_PROBES, KEPT_PROBES, Memory, reduced


def seen(
    *probes: int, status: str = "running", health: str | None = "starting", ip: str = "10.0.0.2"
) -> dict[str, Any]:
    """Return a snapshot whose engine shows these probes, named by the number of their start."""
    state: dict[str, Any] = {"Status": status}
    if health:
        log = [{"Start": str(probe), "ExitCode": 0} for probe in probes]
        state["Health"] = {"Status": health, "FailingStreak": len(probes), "Log": log}
    config = {"Env": ["A=1"], "Labels": {"com.docker.compose.service": "db", "other": "x"}}
    networks = {"Networks": {"net": {"IPAddress": ip, "Aliases": ["db"], "MacAddress": "x"}}}
    inspect = {"Id": "c1", "Name": "/db", "Created": "t", "RestartCount": 0, "State": state, "Config": config}
    return {"observed_at": "t1", "inspect": inspect | {"NetworkSettings": networks, "HostConfig": {}}}


def starts(snapshots: list[dict[str, Any]]) -> list[str]:
    """Return the starts of all probes in these snapshots."""
    return [p["Start"] for s in snapshots for p in s["inspect"]["State"].get("Health", {}).get("Log", [])]


def test_the_first_snapshot_is_whole() -> None:
    """The first sight of a container is its full inspect, and an unchanged second one is not kept."""
    memory = Memory()
    assert memory.take(seen(1)) == [seen(1)]
    assert memory.take(seen(1)) == []
    assert memory.release() is None


def test_later_snapshots_hold_what_changes() -> None:
    """A later snapshot has state, addresses and the labels that name the container, nothing else."""
    memory = Memory()
    memory.take(seen(1))
    (kept,) = memory.take(seen(1, 2, health="healthy"))
    assert kept["inspect"] == {
        "Id": "c1",
        "Name": "/db",
        "Created": "t",
        "RestartCount": 0,
        "State": {
            "Status": "running",
            "Health": {"Status": "healthy", "FailingStreak": 2, "Log": [{"Start": "2", "ExitCode": 0}]},
        },
        "NetworkSettings": {
            "Networks": {"net": {"IPAddress": "10.0.0.2", "GlobalIPv6Address": None, "Aliases": ["db"]}}
        },
        "Config": {"Labels": {"com.docker.compose.service": "db"}},
    }


def test_probes_alone_are_held_back() -> None:
    """New probes do not make a snapshot of their own until there are many, and none is lost at the end."""
    memory = Memory()
    kept = memory.take(seen())
    for number in range(HELD_PROBES + 3):
        kept += memory.take(seen(*range(max(0, number - KEPT_PROBES + 1), number + 1)))
    assert len(kept) == 2
    last = memory.release()
    assert last is not None
    assert starts([*kept, last]) == [str(number) for number in range(HELD_PROBES + 3)]


def test_an_address_that_goes_away_is_kept() -> None:
    """The address while it ran, and that it had none after, are both in the recording."""
    memory = Memory()
    kept = memory.take(seen(health=None)) + memory.take(seen(health=None, status="exited", ip=""))
    assert [s["inspect"]["NetworkSettings"]["Networks"]["net"]["IPAddress"] for s in kept] == ["10.0.0.2", ""]


def test_probes_that_fell_between_two_looks_are_counted() -> None:
    """If none of the five probes was there at the look before, one may have been missed, and that is said."""
    memory = Memory()
    memory.take(seen(1, 2, 3, 4, 5))
    memory.take(seen(5, 6, 7, 8, 9))
    assert memory.lost == 0
    memory.take(seen(11, 12, 13, 14, 15))
    assert memory.lost == 1


@given(st.lists(st.integers(0, 4), max_size=40), st.lists(st.booleans(), max_size=40))
def test_the_union_of_probes_is_complete(steps: list[int], turns: list[bool]) -> None:
    """Whenever fewer than six probes pass between two looks, the recording holds each probe exactly once."""
    memory, kept, last = Memory(), [], 0
    for step, healthy in zip(steps, turns, strict=False):
        last += step
        log = range(max(1, last - KEPT_PROBES + 1), last + 1)
        kept += memory.take(seen(*log, health="healthy" if healthy else "unhealthy"))
    rest = memory.release()
    assert starts([*kept, *([rest] if rest else [])]) == [str(number) for number in range(1, last + 1)]
    assert memory.lost == 0


def test_reducing_changes_nothing_of_what_it_is_given() -> None:
    """The full inspect stays whole."""
    full = seen(1)
    reduced(full)
    assert full == seen(1)
