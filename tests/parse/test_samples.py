import json

import pandas as pd
import pytest

from incidentlab.load import kind_of, load
from incidentlab.parse import samples

READING = {
    "read": "2026-11-23T15:00:38.460907543Z",
    "preread": "0001-01-01T00:00:00Z",
    "pids_stats": {"current": 2},
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 254, "minor": 0, "op": "Read", "value": 4096},
            {"major": 254, "minor": 0, "op": "Write", "value": 8192},
            {"major": 254, "minor": 16, "op": "read", "value": 1},
            {"major": 254, "minor": 0, "op": "Total", "value": 12288},
        ]
    },
    "cpu_stats": {"cpu_usage": {"total_usage": 377503663}, "system_cpu_usage": 6719370000000, "online_cpus": 2},
    "memory_stats": {
        "usage": 647168,
        "stats": {"total_inactive_file": 47168, "inactive_file": 0},
        "limit": 25276510208,
    },
    "name": "/shop-web-1",
    "id": "b973fba5",
    "networks": {"eth0": {"rx_bytes": 1376, "tx_bytes": 0}, "eth1": {"rx_bytes": 24, "tx_bytes": 5}},
}


def parsed(*readings: object) -> pd.DataFrame:
    """Return the samples of these readings."""
    text = "".join(json.dumps(reading) + "\n" for reading in readings)
    return samples.parse(text.encode(), file="samples.jsonl").frames["samples"]


def test_a_reading_of_the_engine() -> None:
    """Time, memory without the inactive cache, and the sums over networks and devices are exact."""
    (row,) = parsed(READING | {"service": "web"}).to_dict("records")
    assert row.pop("ts") == pd.Timestamp("2026-11-23T15:00:38.460907543Z")
    assert pd.isna(row.pop("cpu_ratio"))
    assert pd.isna(row.pop("pointer"))
    assert row == {
        "service": "web",
        "container_id": "b973fba5",
        "cpu_periods": None,
        "cpu_throttled_periods": None,
        "memory_bytes": 600000,
        "memory_limit_bytes": 25276510208,
        "pids": 2,
        "network_rx_bytes": 1400,
        "network_tx_bytes": 5,
        "block_read_bytes": 4097,
        "block_write_bytes": 8192,
        "file": "samples.jsonl",
        "line": 1,
    }


def test_cpu_is_per_container_and_begins_anew_after_a_start() -> None:
    """The ratio is CPU time over time between two readings of one container; a counter that fell back has none."""

    def reading(identity: str, second: int, used_s: float) -> dict[str, object]:
        time = f"2026-11-23T15:00:{second:02}Z"
        return {"id": identity, "read": time, "cpu_stats": {"cpu_usage": {"total_usage": int(used_s * 1e9)}}}

    frame = parsed(reading("a", 0, 5), reading("b", 1, 1), reading("a", 2, 8), reading("b", 3, 1.5), reading("a", 4, 1))
    assert frame["cpu_ratio"].fillna(-1).tolist() == [-1, -1, 1.5, 0.25, -1]


def test_a_container_that_does_not_run_gives_no_sample() -> None:
    """The engine's stream goes on with zeros for a stopped container; these are no readings."""
    assert parsed({"id": "a", "read": "0001-01-01T00:00:00Z", "cpu_stats": {"cpu_usage": {"total_usage": 0}}}).empty


@pytest.mark.parametrize("absent", ["memory_stats", "networks", "blkio_stats", "pids_stats"])
def test_what_is_not_told_is_not_zero(absent: str) -> None:
    """A controller that the host lacks leaves NA, never 0."""
    frame = parsed({key: value for key, value in READING.items() if key != absent})
    column = {"memory_stats": "memory_bytes", "networks": "network_rx_bytes"}.get(absent, "block_read_bytes")
    assert frame["pids" if absent == "pids_stats" else column].isna().all()


def test_samples_are_known_by_their_content() -> None:
    """A file of the engine's readings loads as samples, which give the incident its window."""
    text = json.dumps(READING).encode() + b"\n"
    assert kind_of(text) == "samples"
    incident = load(text + text)
    assert (len(incident.samples), incident.end) == (2, pd.Timestamp(READING["read"]))
