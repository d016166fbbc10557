"""The times of healthchecks, held against what was measured: starts, probes, outages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found, seconds, span
from incidentlab.analyse.audit.probes import health_test
from incidentlab.analyse.health import INTERVAL_S, RETRIES

TIMEOUT_S = 30.0
"""What the engine takes where nothing is said (moby `daemon/health.go`)."""
_MARGIN = 1.5
"""By how much a measured longest time is exceeded in what is proposed: the next start may be slower."""
_PERIODS = 5
"""Probes of which a 95th percentile is worth telling."""
_NEAR = 0.8
"""Share of the timeout from which a probe is close to it: a little more load, and it fails though nothing is wrong."""
_LONG_S = 60.0
"""How long unhealthy until one may say that nothing happened: more than a start of most programs takes."""


def period_too_short(case: Case) -> Iterator[Found]:
    """Yield the healthchecks that give up before the service was ever seen to be ready."""
    for service in case.services:
        if len(health_test(case, service)) < 2:
            continue
        period = case.seconds(service, "healthcheck.start_period", "health_start_period_s", 0.0)
        interval = case.seconds(service, "healthcheck.interval", "health_interval_s", INTERVAL_S)
        retries = case.seconds(service, "healthcheck.retries", "health_retries", RETRIES)
        needed = time_to_ready(case, service)
        place = case.place(service, "healthcheck.start_period", "healthcheck.test")
        names = {"service": service, "period": span(period), "grace": span(period + retries * interval)}
        if needed is None:
            lost = f"how long {service} takes to be ready (a recording of a first start)"
            yield Found("start-period-too-short", place, service, names, (), lost)
        elif needed > period and needed > period + retries * interval:
            proposed = f"{int(np.ceil(needed * _MARGIN))}s"
            told = names | {"needed": span(needed), "proposed": proposed}
            yield Found(
                "start-period-too-short", place, service, told, (), None, {"healthcheck.start_period": proposed}
            )


def time_to_ready(case: Case, service: str, *, restarted: bool = False) -> float | None:
    """Return the longest time from a container's first start to the first probe that passed, or to its log's word.

    Parameters
    ----------
    case, service
        Whose start.
    restarted
        A later run may be the first that was ready; otherwise only the first run counts.
    """
    longest: list[float] = []
    for run in case.rows("lifetimes", service=service, run=1):
        passed = case.probes[case.probes["container_id"].eq(run["container_id"]) & case.probes["outcome"].eq("pass")]
        phases = case.phases[case.phases["container"].eq(run["container"]) & case.phases["phase"].eq("ready")]
        told = phases[phases["server"].ne("generic")]["start"]
        last = pd.NaT if restarted else run["finished"]
        when = [
            stamp
            for stamp in (passed["start"].min(), told.min())
            if pd.notna(stamp) and stamp >= run["started"] and not stamp > last
        ]
        if when and pd.notna(run["started"]):
            longest.append((min(when) - run["started"]).total_seconds())
    return max(longest, default=None)


def start_interval(case: Case) -> Iterator[Found]:
    """Yield a start_interval that the engine ignores, or that Compose refuses."""
    for service in case.services:
        row = case.setting(service, "healthcheck.start_interval")
        if row is None:
            continue
        names = {"service": service}
        if not seconds(case.written(service, "healthcheck.start_period")):
            yield Found("start-interval", row, service, names, ("refused",))
            continue
        version = next((str(engine["version"]) for engine in tables.records(case.engines)), "")
        major = re.match(r"\d{1,9}", version)
        if major is None:
            yield Found("start-interval", row, service, names, (), "the version of the engine")
        elif int(major[0]) < 25:
            yield Found("start-interval", row, service, names | {"version": version}, ("ignored",))


def close_to_timeout(case: Case) -> Iterator[Found]:
    """Yield the probes that take nearly as long as they may."""
    for service in case.services:
        probes = case.probes[case.probes["service"].eq(service) & case.probes["outcome"].isin(("pass", "timeout"))]
        took = (probes["end"] - probes["start"]).dt.total_seconds().dropna()
        if len(took) < _PERIODS:
            continue
        limit = case.seconds(service, "healthcheck.timeout", "health_timeout_s", TIMEOUT_S)
        high = float(took.quantile(0.95))
        if high >= _NEAR * limit:
            names = {"service": service, "took": span(high), "timeout": span(limit), "count": str(len(took))}
            yield Found(
                "probe-near-timeout", case.place(service, "healthcheck.timeout", "healthcheck.test"), service, names
            )


def nobody_watches(case: Case) -> Iterator[Found]:
    """Yield what was unhealthy for long although it has a restart policy: policies watch exits only."""
    for service in case.services:
        container = case.container(service)
        policy = None if container is None else container["restart_policy"]
        if policy in (None, "no"):
            continue
        for row in case.rows("health", service=service, state="unhealthy", forced=False):
            until: Any = row["end"] if pd.notna(row["end"]) else _last(case)
            lasted: float = (until - row["start"]).total_seconds() if pd.notna(until) else 0.0
            if lasted >= _LONG_S:
                names = {"service": service, "lasted": span(lasted), "policy": str(policy)}
                yield Found("unhealthy-unwatched", case.place(service, "restart"), service, names)
                break


def _last(case: Case) -> pd.Timestamp:
    """Return the last moment of the evidence."""
    times = [case.events["ts"].max(), case.probes["end"].max(), case.logs["ts"].max()]
    known = [stamp for stamp in times if pd.notna(stamp)]
    return max(known) if known else tables.NEVER


def too_slow_to_see(case: Case) -> Iterator[Found]:
    """Yield the services that failed, and recovered before their healthcheck could say so."""
    for service in case.services:
        away = case.phases[case.phases["service"].eq(service) & case.phases["phase"].isin(("paused", "disconnected"))]
        if away.empty or len(health_test(case, service)) < 2 or case.rows("health", service=service, state="unhealthy"):
            continue
        interval = case.seconds(service, "healthcheck.interval", "health_interval_s", INTERVAL_S)
        retries = case.seconds(service, "healthcheck.retries", "health_retries", RETRIES)
        if not any(_failed_within(case, service, row) for row in tables.records(away)):
            continue  # the probe runs inside: it may not notice that others cannot reach the service
        longest = (away["end"] - away["start"]).dt.total_seconds().max()
        if pd.notna(longest) and longest < retries * interval:
            names = {"service": service, "lasted": span(longest), "detection": span(retries * interval)}
            yield Found("outage-never-seen", case.place(service, "healthcheck.interval"), service, names)


def _failed_within(case: Case, service: str, away: dict[str, Any]) -> bool:
    """Tell whether a probe failed while the service was away."""
    own = case.probes[case.probes["service"].eq(service) & case.probes["outcome"].ne("pass")]
    return bool(own["end"].between(away["start"], away["end"]).any())
