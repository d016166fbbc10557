"""Memory, CPU, disk and storage: limits against what was measured, and what a container leaves behind."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found, size

_NEAR = 0.9
"""Share of a limit from which one more request may be the last: the kernel reclaims at once, and kills."""
_MARGIN = 1.5
_HALF = 0.5
_THROTTLED = 0.25
"""Share of throttled periods of a start from which the limit, not the program, sets its pace."""
_WATCHED_S = 600.0
"""A rate of a shorter time says nothing about a day."""
_MUCH = 1 << 30
_DAYS = 30.0
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
_MIB = 1 << 20


def near_memory_limit(case: Case) -> Iterator[Found]:
    """Yield the services that came near their memory limit, or were killed by it."""
    for service in case.services:
        container = case.container(service)
        limit = None if container is None else container["memory_limit_bytes"]
        if not isinstance(limit, int) or limit <= 0:
            continue
        place = case.place(service, "deploy.resources.limits.memory", "mem_limit")
        names = {"service": service, "limit": size(limit)}
        killed = _killed(case, service)
        peak = case.samples[case.samples["service"].eq(service)]["memory_bytes"].max()
        if killed:
            change = {"deploy.resources.limits.memory": _above(limit)}
            yield Found("memory-near-limit", place, service, names | {"count": str(killed)}, ("killed",), None, change)
        elif pd.isna(peak):
            yield Found("memory-near-limit", place, service, names, (), f"the memory that {service} uses (a recording)")
        elif peak >= _NEAR * limit:
            change = {"deploy.resources.limits.memory": _above(int(peak))}
            told = names | {"peak": size(int(peak)), "share": f"{peak / limit:.0%}"}
            yield Found("memory-near-limit", place, service, told, (), None, change)


def _above(used: int) -> str:
    """Return a limit with room above what was used, as Compose writes sizes."""
    return f"{math.ceil(used * _MARGIN / _MIB)}M"


def _killed(case: Case, service: str) -> int:
    """Return how many of a service's runs the kernel killed for memory."""
    return len(case.rows("lifetimes", service=service, oom_killed=True)) or len(
        case.rows("events", service=service, action="oom")
    )


def swap_beside(case: Case) -> Iterator[Found]:
    """Yield the services whose limit is doubled by swap, if the host has any."""
    for service in case.services:
        container = case.container(service)
        limit = case.setting(service, "deploy.resources.limits.memory") or case.setting(service, "mem_limit")
        if container is None or limit is None or case.setting(service, "memswap_limit") is not None:
            continue
        memory, both = container["memory_limit_bytes"], container["memory_swap_bytes"]
        if pd.notna(memory) and pd.notna(both) and memory > 0 and both > memory:
            names = {"service": service, "limit": size(memory), "both": size(both)}
            yield Found("swap-doubles-limit", limit, service, names, (), "whether the host has swap (`swapon --show`)")


def no_memory_limit(case: Case) -> Iterator[Found]:
    """Yield the services without a limit that took more than half of the host's memory."""
    host = next((row["memory_bytes"] for row in tables.records(case.engines)), None)
    for service in case.services:
        container = case.container(service)
        peak = case.samples[case.samples["service"].eq(service)]["memory_bytes"].max()
        if container is None or container["memory_limit_bytes"] != 0 or pd.isna(peak) or not isinstance(host, int):
            continue
        if peak > _HALF * host:
            proposed = _above(int(peak))
            names = {"service": service, "peak": size(int(peak)), "host": size(host), "proposed": proposed}
            change = {"deploy.resources.limits.memory": proposed}
            yield Found("memory-without-limit", case.place(service, "image"), service, names, (), None, change)


def throttled_start(case: Case) -> Iterator[Found]:
    """Yield the services whose CPU limit slowed their start."""
    for service in case.services:
        container = case.container(service)
        if container is None or pd.isna(container["cpu_limit"]) or container["cpu_limit"] <= 0:
            continue
        ready = case.first_ready(service)
        early = case.samples[case.samples["service"].eq(service) & case.samples["ts"].le(ready)]
        periods, throttled = early["cpu_periods"].max(), early["cpu_throttled_periods"].max()
        if pd.isna(ready) or pd.isna(periods) or pd.isna(throttled) or periods <= 0:
            continue
        if throttled >= _THROTTLED * periods:
            names = {"service": service, "share": f"{throttled / periods:.0%}", "limit": f"{container['cpu_limit']:g}"}
            yield Found(
                "cpu-throttles-start", case.place(service, "deploy.resources.limits.cpus", "cpus"), service, names
            )


def logs_without_end(case: Case) -> Iterator[Found]:
    """Yield the services whose logs are never rotated, and grow fast."""
    for service in case.services:
        container = case.container(service)
        if container is None or container["log_driver"] != "json-file" or "max-size" in _options(container):
            continue
        lines = case.logs[case.logs["service"].eq(service) & case.logs["ts"].notna()]
        watched = (lines["ts"].max() - lines["ts"].min()).total_seconds() if len(lines) else 0.0
        names, place = {"service": service}, case.place(service, "logging.driver", "image")
        change = {"logging.driver": "json-file", "logging.options.max-size": "10m", "logging.options.max-file": "3"}
        if watched < _WATCHED_S:
            missing = f"how fast the log of {service} grows (a recording of at least {_WATCHED_S / 60:.0f} minutes)"
            yield Found("logs-without-end", place, service, names, (), missing, change)
            continue
        daily = lines["message"].str.len().sum() / watched * 86_400
        if daily * _DAYS >= _MUCH:
            told = names | {"daily": size(daily), "days": f"{_MUCH / daily:.0f}"}
            yield Found("logs-without-end", place, service, told, (), None, change)


def _options(container: dict[str, Any]) -> dict[str, Any]:
    told = container["log_options"]
    return dict(json.loads(told)) if isinstance(told, str) else {}


def anonymous_volume(case: Case) -> Iterator[Found]:
    """Yield the services whose data lie in a volume without a name: the next `down` and `up` lose it from sight."""
    for service in case.services:
        container = case.container(service)
        mounts = (
            json.loads(container["mounts"]) if container is not None and isinstance(container["mounts"], str) else []
        )
        lost = [
            m["destination"] for m in mounts if m.get("type") == "volume" and _ANONYMOUS.fullmatch(m.get("name") or "")
        ]
        if lost and not case.one_shot(service):
            names = {"service": service, "paths": ", ".join(map(str, lost)), "path": str(lost[0])}
            yield Found("anonymous-volume", case.place(service, "volumes.0", "image"), service, names)
