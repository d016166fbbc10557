"""What each container used: readings of the engine's stats, one JSON object per line.

A reading is the engine's own, whole or reduced to what is read here, with the service beside it where a recorder
knew it. Counters are running totals: the CPUs in use come from two readings of one container that follow each other.
"""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, shapes
from incidentlab.parse.evidence import Evidence, at, documents
from incidentlab.tables.documents import number


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the samples of a text with one reading per line.

    Notes
    -----
    Memory is counted as ``docker stats`` does (docker/cli ``calculateMemUsageUnixNoCache``): usage less the inactive
    page cache, which is called total_inactive_file by cgroup v1 and inactive_file by v2.

    Examples
    --------
    >>> reading = '{"id":"c0","read":"2026-01-01T00:00:0%dZ","cpu_stats":{"cpu_usage":{"total_usage":%d}}}\n'
    >>> text = (reading % (1, 100) + reading % (3, 500_000_100)).encode()
    >>> parse(text, file="samples.jsonl").frames["samples"]["cpu_ratio"].tolist()
    [nan, 0.25]
    """
    read = documents(data, shapes.SAMPLE)
    before: dict[Any, tuple[int, int]] = {}
    rows = []
    for line, pointer, reading in read.found:
        seen, used = clock.rfc3339(str(reading.get("read"))), at(reading, "cpu_stats", "cpu_usage", "total_usage")
        if used is None or seen <= 0:
            continue  # a container that does not run
        identity = reading.get("id")
        rows.append(
            {
                "ts": clock.time(seen),
                "service": reading.get("service"),
                "container_id": identity,
                "cpu_ratio": _ratio(before.get(identity), (seen, used)),
                **_used(reading),
                "file": file,
                "line": line,
                "pointer": pointer or None,
            }
        )
        before[identity] = (seen, used)
    return Evidence({"samples": tables.rows(rows, tables.SAMPLES)}, read.notes)


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a reading of the engine's stats.

    Examples
    --------
    >>> recognise({"read": "2026-01-01T00:00:00Z", "cpu_stats": {}})
    True
    """
    return "read" in document and "cpu_stats" in document


def _ratio(before: tuple[int, int] | None, now: tuple[int, int]) -> float | None:
    """Return CPU time over time between two readings; None across a new start, which begins at 0 again."""
    if before is None or now[0] <= before[0] or now[1] < before[1]:
        return None
    return (now[1] - before[1]) / (now[0] - before[0])


def _used(reading: dict[str, Any]) -> dict[str, Any]:
    memory = at(reading, "memory_stats") or {}
    kinds = memory.get("stats") or {}
    inactive = kinds.get("total_inactive_file", kinds.get("inactive_file")) or 0
    usage = memory.get("usage")
    networks = list((at(reading, "networks") or {}).values())
    blocks = at(reading, "blkio_stats", "io_service_bytes_recursive") or []
    throttling = at(reading, "cpu_stats", "throttling_data") or {}
    return {
        "cpu_periods": throttling.get("periods"),
        "cpu_throttled_periods": throttling.get("throttled_periods"),
        "memory_bytes": None if usage is None else usage - inactive if inactive < usage else usage,
        "memory_limit_bytes": memory.get("limit"),
        "pids": at(reading, "pids_stats", "current"),
        **{f"network_{way}_bytes": _sum(networks, f"{way}_bytes") for way in ("rx", "tx")},
        **{
            f"block_{way}_bytes": _sum([b for b in blocks if str(b.get("op")).lower() == way], "value") or 0
            if blocks
            else None
            for way in ("read", "write")
        },
    }


def _sum(parts: list[dict[str, Any]], key: str) -> int | None:
    return number(sum(part.get(key) or 0 for part in parts if part)) if parts else None
