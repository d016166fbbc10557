from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import DockerException

from incidentlab.collect import engine
from incidentlab.collect.events import RING, Event
from incidentlab.collect.listen import Listener


def event(ns: int, action: str = "die") -> Event:
    """Return an event."""
    return {"timeNano": ns, "Action": action, "Actor": {"ID": "c1", "Attributes": {}}}


def listening(
    known: list[Event] | None = None, heard: int | None = None
) -> tuple[Listener, list[int], list[tuple[int, int]], list[str]]:
    """Return a listener, and what it takes, loses and finds troublesome."""
    taken: list[int] = []
    lost: list[tuple[int, int]] = []
    troubles: list[str] = []
    client: Any = None
    listener = Listener(
        client,
        known=known or [],
        heard=heard,
        take=lambda event: taken.append(event["timeNano"]),
        lost=lambda t0, t1: lost.append((t0, t1)),
        trouble=troubles.append,
    )
    return listener, taken, lost, troubles


def test_what_was_taken_before_is_passed_over() -> None:
    """However often the ring comes again, each event is passed on once; two of one instant are two."""
    listener, taken, _, _ = listening(known=[event(1)])
    listener.pass_on([event(1), event(2), event(2, "stop")])
    listener.pass_on([event(2), event(2, "stop"), event(3)])
    assert taken == [2, 2, 3]


def test_a_ring_that_begins_too_late_is_told() -> None:
    """If the engine has nothing as old as the last hearing, what lies between may be lost."""
    listener, _, lost, _ = listening(heard=5)
    listener.pass_on([event(9)])
    assert lost == [(5, 9)]


@pytest.mark.parametrize("heard", [None, 5])
def test_a_ring_that_reaches_back_is_whole(heard: int | None) -> None:
    """If the ring holds an event from before, or nobody listened before, nothing is lost between."""
    listener, _, lost, _ = listening(heard=heard)
    listener.pass_on([event(4), event(9)])
    assert lost == []


def test_memory_is_bounded_and_holds_more_than_the_ring() -> None:
    """After a very long time the ring is still known, and the memory has not grown."""
    listener, taken, _, _ = listening()
    listener.pass_on(event(ns) for ns in range(1, 20 * RING))
    listener.pass_on(event(ns) for ns in range(19 * RING, 20 * RING))
    assert len(taken) == 20 * RING - 1
    assert len(listener._known) == 8 * RING


def test_a_stream_that_ends_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken stream is told, and the next one gives what came meanwhile, once."""
    listener, taken, _, troubles = listening()
    streams = [[event(1), event(2)], [event(1), event(2), event(3)]]

    def events(_client: Any, *, since: int) -> tuple[list[Event], Any]:
        assert since == 1
        if not streams:
            listener.leave()
            raise DockerException("out of order")
        return streams.pop(0), SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(engine, "events", events)
    monkeypatch.setattr(listener._leaving, "wait", lambda _: None)
    listener.run()
    assert taken == [1, 2, 3]
    assert troubles == ["EngineTrouble: the engine ended the event stream"] * 2
