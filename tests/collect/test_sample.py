import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import DockerException, NotFound

from incidentlab.collect import engine, sample
from incidentlab.collect.sample import Sampler, reduced
from incidentlab.parse import samples

READING = {
    "read": "2026-11-23T15:00:38.460907543Z",
    "id": "c1",
    "name": "/shop-web-1",
    "pids_stats": {"current": 2, "limit": 99},
    "blkio_stats": {"io_service_bytes_recursive": [{"major": 254, "minor": 0, "op": "Read", "value": 4096}]},
    "cpu_stats": {"cpu_usage": {"total_usage": 377503663, "percpu_usage": [1, 2]}, "online_cpus": 2},
    "memory_stats": {"usage": 647168, "stats": {"inactive_file": 7, "active_file": 8}, "limit": 25276510208},
    "networks": {"eth0": {"rx_bytes": 1376, "tx_bytes": 0, "rx_packets": 16}},
}


def table(reading: Any) -> str:
    """Return a reading as the table of samples has it."""
    frame = samples.parse(json.dumps(reading).encode(), file="f").frames["samples"]
    return str(frame.to_json(date_format="iso"))


def test_reducing_loses_nothing_of_the_table() -> None:
    """A reduced reading gives the same sample as the whole one, in less space."""
    short = reduced(READING)
    assert table(short) == table(READING)
    assert len(json.dumps(short)) < len(json.dumps(READING))


@pytest.mark.parametrize("part", ["memory_stats", "networks", "pids_stats", "blkio_stats"])
def test_parts_that_a_host_does_not_give(part: str) -> None:
    """A reading without a controller is still one."""
    whole = READING | {part: {}}
    assert table(reduced(whole)) == table(whole)


def sampling(monkeypatch: pytest.MonkeyPatch, *streams: Any) -> tuple[list[Any], list[str]]:
    """Run a sampler over streams, a second between two readings, until the container is gone."""
    written: list[Any] = []
    troubles: list[str] = []
    ahead, clock = list(streams), [0.0]

    def stats(*_: Any) -> tuple[Iterator[bytes], Any]:
        found = ahead.pop(0) if ahead else NotFound("gone")
        if isinstance(found, Exception):
            raise found
        return found, SimpleNamespace(close=lambda: None)

    def tick() -> float:
        clock[0] += 1
        return clock[0]

    monkeypatch.setattr(engine, "stats", stats)
    monkeypatch.setattr(sample.time, "monotonic", tick)
    client: Any = None
    sampler = Sampler(client, "c1", interval_s=4.0, write=written.append, trouble=troubles.append)
    monkeypatch.setattr(sampler._leaving, "wait", lambda _: None)
    sampler.run()
    return written, troubles


def test_one_reading_per_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a reading per second only as many are kept as were asked for, and none of a container that does not run."""
    stopped = json.dumps({"read": "0001-01-01T00:00:00Z", "cpu_stats": {"cpu_usage": {"total_usage": 0}}}).encode()
    running = json.dumps(READING).encode()
    written, troubles = sampling(monkeypatch, iter([stopped] * 3 + [running] * 9))
    assert 2 <= len(written) <= 4
    assert troubles == []


def test_trouble_is_told_and_overcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error the sampler begins anew."""
    written, troubles = sampling(monkeypatch, DockerException("out of order"), iter([json.dumps(READING).encode()]))
    assert (len(written), troubles) == (1, ["DockerException: out of order"])
