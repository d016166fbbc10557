import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.collect.events import RING, Event, Ours, ProbeNoise, truncation, union

SECOND = 1_000_000_000
T0 = 1_795_425_730_508_346_071


def container(action: str, container_id: str = "c1", *, project: str = "shop", **attributes: str) -> Event:
    """Return an event of a container."""
    labels = {"com.docker.compose.project": project}
    return {"Type": "container", "Action": action, "Actor": {"ID": container_id, "Attributes": labels | attributes}}


def of_type(kind: str, action: str, **attributes: str) -> Event:
    """Return an event of a network or volume."""
    return {"Type": kind, "Action": action, "Actor": {"ID": "n1", "Attributes": attributes}}


def inspected(*test: str, network: str = "shop_default") -> dict[str, object]:
    """Return an inspect with a healthcheck."""
    networks = {"Networks": {network: {}}}
    return {"Id": "c1", "Config": {"Healthcheck": {"Test": list(test)}}, "NetworkSettings": networks}


def test_containers_belong_by_their_label() -> None:
    """Only containers that bear the project's label are the project's."""
    ours = Ours("shop")
    assert ours(container("start"))
    assert not ours(container("start", "c2", project="shop2"))


def test_networks_belong_by_container_or_name() -> None:
    """A connection belongs to the project whose container it connects, a network to that whose name it bears."""
    ours = Ours("shop")
    assert not ours(of_type("network", "connect", container="c1", name="shared"))
    ours(container("create"))
    assert ours(of_type("network", "connect", container="c1", name="shared"))
    assert not ours(of_type("network", "connect", container="c9", name="shop_default"))
    assert ours(of_type("network", "create", name="shop_default"))
    assert not ours(of_type("network", "create", name="shared"))
    ours.learn(inspected(network="shared"))
    assert ours(of_type("network", "destroy", name="shared"))
    assert not ours(of_type("image", "pull", name="shop_default"))


@pytest.mark.parametrize(
    ("test", "command"),
    [
        (("CMD-SHELL", "pg_isready -U a"), "/bin/sh -c pg_isready -U a"),
        (("CMD", "node", "health.js"), "node health.js"),
        (("CMD", "/probe"), "/probe "),
    ],
)
def test_events_of_probes_are_noise(test: tuple[str, ...], command: str) -> None:
    """All three events of a probe are told from those of a person's exec by the command."""
    noise = ProbeNoise()
    noise.learn(inspected(*test))
    actions = [(f"exec_create: {command}", "e1"), (f"exec_start: {command}", "e1"), ("exec_die", "e1")]
    assert [noise(container(action, execID=execution)) for action, execution in actions] == [True, True, True]
    assert noise.dropped == 3
    human = [("exec_create: psql -U a", "e2"), ("exec_start: psql -U a", "e2"), ("exec_die", "e2")]
    assert not any(noise(container(action, execID=execution)) for action, execution in human)


def test_nothing_is_noise_without_a_healthcheck() -> None:
    """What cannot be shown to be a probe is kept, and so is all that is no exec."""
    noise = ProbeNoise()
    noise.learn(inspected("NONE"))
    assert not noise(container("exec_create: anything", execID="e1"))
    assert not noise(container("health_status: healthy"))


@given(st.lists(st.integers(T0, T0 + 5)), st.lists(st.integers(T0, T0 + 5)))
def test_union_keeps_each_event_once_in_order(first: list[int], second: list[int]) -> None:
    """However two sources overlap, each event comes once, and all digits of its time stay."""
    sources = [[container("die") | {"timeNano": time} for time in times] for times in (first, second)]
    assert [event["timeNano"] for event in union(*sources)] == sorted({*first, *second})


def test_union_keeps_events_of_one_instant_apart() -> None:
    """Two containers may connect to one network in the same nanosecond."""
    both = [of_type("network", "connect", container=c) | {"timeNano": T0} for c in ("c1", "c2")]
    assert union(both, both) == both


def test_a_ring_that_begins_before_the_project_is_whole() -> None:
    """If the engine still has an older event, it has all of the project's."""
    ring = [{"timeNano": T0 - 1}] * RING
    assert truncation(ring, created=T0, watched_from=None) == (None, None)


def test_a_full_ring_that_begins_later_is_truncated() -> None:
    """The ledger says from when on there are events, and how much is missing, to the nanosecond."""
    ring = [{"timeNano": T0 + 29 * SECOND}] * RING
    truncated, gap = truncation(ring, created=T0, watched_from=None)
    assert truncated == (
        "begins at 2026-11-23T09:22:39.508346071Z, 29.0 s after the first container was created "
        "(2026-11-23T09:22:10.508346071Z): the engine keeps the last 256 events of all projects"
    )
    assert gap == "an event that is absent before then may still have happened"


def test_a_ring_with_room_that_begins_later_means_a_restarted_engine() -> None:
    """Where the ring is not full, older events were not pushed out but lost with the engine's memory."""
    truncated, _ = truncation([{"timeNano": T0 + SECOND}], created=T0, watched_from=None)
    assert truncated is not None
    assert truncated.endswith("the engine was started later")


def test_an_observer_from_the_start_makes_the_ring_irrelevant() -> None:
    """Who watched from before the first container misses nothing."""
    ring = [{"timeNano": T0 + SECOND}] * RING
    assert truncation(ring, created=T0, watched_from=T0 - 1) == (None, None)
    truncated, _ = truncation(ring, created=T0, watched_from=T0 + SECOND // 2)
    assert truncated is not None
    assert "0.5 s after" in truncated


def test_no_events_at_all() -> None:
    """An engine without a single event can answer nothing about the past."""
    assert truncation([], created=T0, watched_from=None)[0] == "the engine has no events"
