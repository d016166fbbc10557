"""Who waits for whom: rules on `depends_on`, and on the healthchecks that it may wait for.

That a service starts before another is ready is a fault only where it was seen to fail for it: many programs try
again. So a plain dependency is reported with the attempts that failed, and without a log nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from incidentlab.analyse.audit.case import Case, Found, words
from incidentlab.knowledge import REACH

_LOST = (*REACH, "wait_timeout")
"""Failures that a server causes which is not there yet; a refused login is none."""
HEALTHY, COMPLETED, STARTED = "service_healthy", "service_completed_successfully", "service_started"


def checked(case: Case, service: str) -> bool | None:
    """Return whether a service has a healthcheck, its own or its image's; None where the image is not known."""
    if case.disabled(service):
        return False
    if words(case.written(service, "healthcheck.test")):
        return True
    container, image = case.container(service), case.image(service)
    if container is not None:
        return bool(words(container["health_test"]))
    return None if image is None else words(image["health_test"]) not in ([], ["NONE"])


def waits_for_start(case: Case) -> Iterator[Found]:
    """Yield who does not wait until a dependency with a healthcheck is ready, and failed for it."""
    for service in case.services:
        for other, row in case.needs(service).items():
            if row["value"] != STARTED or not checked(case, other):
                continue
            names = {"service": service, "dependency": other}
            change = {f"depends_on.{other}.condition": HEALTHY}
            early = _early(case, service, other)
            missing = None if early else case.lost_logs(service)
            if early or missing:
                told = names | {
                    "count": str(len(early)),
                    "tries": "1 try" if len(early) == 1 else f"{len(early)} tries",
                }
                yield Found("depends-without-health", row, service, told, (), missing, change)


def _early(case: Case, service: str, other: str) -> list[dict[str, object]]:
    """Return the attempts that failed before the dependency was ready for the first time."""
    ready = case.first_ready(other)
    tries = case.rows("attempts", service=service, dependency=other, ok=False)
    return [row for row in tries if row["kind"] in _LOST and pd.notna(ready) and row["ts"] < ready]


def waits_in_vain(case: Case) -> Iterator[Found]:
    """Yield who waits for the health of a service that has no healthcheck."""
    for service in case.services:
        for other, row in case.needs(service).items():
            has = checked(case, other) if row["value"] == HEALTHY else True
            if not has:
                missing = f"the image of {other}: it may bring a healthcheck" if has is None else None
                yield Found(
                    "healthy-without-check", row, service, {"service": service, "dependency": other}, (), missing
                )


def never_asked(case: Case) -> Iterator[Found]:
    """Yield what others depend on, and nothing asks whether it is ready."""
    for service in case.services:
        users = case.users(service)
        has = checked(case, service) if users else True
        if not has and not case.one_shot(service):
            missing = f"the image of {service}: it may bring a healthcheck" if has is None else None
            names = {"service": service, "users": ", ".join(users)}
            yield Found("no-healthcheck", case.place(service, "healthcheck.test", "image"), service, names, (), missing)


def before_the_schema(case: Case) -> Iterator[Found]:
    """Yield who failed on a missing schema before the one-shot container that makes it had ended."""
    for service in case.services:
        for other, row in case.needs(service).items():
            ends = case.rows("lifetimes", service=other, exit_code=0)
            policy = case.written(other, "restart") or "no"
            if row["value"] != STARTED or not ends or policy not in ("no", "on-failure"):
                continue
            end = min(end["finished"] for end in ends)
            early = [f for f in case.rows("failures", service=service, kind="schema") if f["ts"] < end]
            if early:
                change = {f"depends_on.{other}.condition": COMPLETED}
                names = {"service": service, "dependency": other, "count": str(len(early))}
                yield Found("starts-before-migration", row, service, names, (), None, change)
