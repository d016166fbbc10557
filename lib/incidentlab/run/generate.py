r"""Incidents that never happened: Compose logs with a planted cause, the same for the same seed, of any size.

A stack starts (a database with its temporary first server, a cache, the services), a fault of one category happens
to one of them, and traffic of the others fills the rest. For exercises, tests and benchmarks; no engine takes part,
so what only the engine knows (probes, exit states, limits) is not told.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from incidentlab.run.faults import BEFORE, DATABASE_STARTS, FAULTS
from incidentlab.tables import CATEGORIES, BadInput

SERVICES = ("auth-service", "wallet-service", "transaction-service", "notification-service", "api-gateway")
FORMS = ("up -t", "up", "v1")
"""How the log is written: with Compose's time stamps; without; by Compose v1."""

_T0 = datetime(2026, 11, 23, 9, 24, 45, tzinfo=UTC)
_PATHS = ("/", "/login", "/wallet", "/transactions", "/metrics.json", "/status")

Line = tuple[float, int, str | None, str]
"""Seconds after the start, a number that keeps the order, who, the words."""


@dataclass(frozen=True)
class Generated:
    """A generated incident: its log, and what was planted."""

    text: str
    truth: dict[str, Any]


def generate(
    category: str, *, seed: int, services: tuple[str, ...] = SERVICES, lines: int = 200, form: str = "up -t"
) -> Generated:
    """Return an incident whose log has at least `lines` lines.

    Parameters
    ----------
    category
        One of `incidentlab.tables.CATEGORIES`.
    seed
        The same arguments give the same bytes, on every machine.
    services
        Names of the services; one of them fails. A database and a cache come besides.
    lines
        Wanted lines; what the incident itself needs is written in any case.
    form
        One of `FORMS`.

    Returns
    -------
    Generated
        The truth has ``category``, ``service`` and ``dependency`` (None where there is none), ``seed``, ``form``.

    Examples
    --------
    >>> generate("oom_killed", seed=1).truth["service"]
    'auth-service'
    """
    told, written = stream(category, seed=seed, services=services, lines=lines, form=form)
    return Generated("".join(written), told)


def stream(
    category: str, *, seed: int, services: tuple[str, ...] = SERVICES, lines: int = 200, form: str = "up -t"
) -> tuple[dict[str, Any], Iterator[str]]:
    """Return the truth of `generate`, and its text line by line: any size in bounded memory."""
    if category not in CATEGORIES or form not in FORMS or not services:
        raise BadInput(f"no incident {category!r} in form {form!r}: see CATEGORIES, FORMS; name a service")
    chance = random.Random(f"{category} {seed}")  # noqa: S311 - reproducible, no secret
    app, db = chance.choice(services), chance.choice(("postgres", "db", "database"))
    cast = {"app": app, "db": db, "ip": f"172.{chance.randint(18, 30)}.0.{chance.randint(2, 9)}"}
    script = sorted(_script(category, cast, services, chance))
    traffic = _traffic([name for name in services if name != app], max(lines - len(script), 0), chance)
    fault = FAULTS[category]
    truth = {
        "category": category,
        "service": cast.get(fault.blames),
        "dependency": db if fault.needs else None,
        "seed": seed,
        "form": form,
    }
    width = max(map(len, (*services, db, "redis"))) + 2
    return truth, (_written(line, form, width) for line in heapq.merge(script, traffic))


def _script(category: str, cast: dict[str, str], services: tuple[str, ...], chance: random.Random) -> Iterator[Line]:
    """Give the lines of the start and of the fault."""
    fault, number = FAULTS[category], iter(range(1_000_000))
    ready_s = chance.uniform(4, 7)

    def at(seconds: float, words: str) -> Iterator[Line]:
        for line in words.splitlines():
            seconds += chance.uniform(0.0002, 0.004)
            who, _, said = line.partition(": ")
            said = said.format(**cast, pid=chance.randint(60, 999)) if who != "raw" else said
            yield seconds, next(number), *_spoken(who, said, seconds, cast)

    starts = DATABASE_STARTS.splitlines(keepends=True)
    shown = starts if category not in ("incompatible_data", "dependency_unhealthy") else starts[:3]
    yield from chain.from_iterable(at(ready_s * i / len(starts), line) for i, line in enumerate(shown))
    yield 0.1, next(number), "redis", "1:M 23 Nov 2026 09:24:45.100 * Ready to accept connections tcp"
    for name in services:
        if name != cast["app"] or category == "benign":
            yield 8 + chance.random(), next(number), name, f"{name} listening on port 3000"
    for seconds, words in BEFORE.get(category, ()):
        yield from at(seconds, words)
    seconds, wait = fault.begins_s, 0.1 if category == "startup_race" else chance.uniform(0.5, 2)
    step = category == "healthcheck_misconfigured"
    for _ in range(chance.randint(*fault.rounds)):
        yield from at(seconds, fault.words)
        seconds, wait = seconds + (10 if step else wait + chance.uniform(0.3, 0.6)), wait * 2
    yield from at(max(seconds, ready_s + 1), fault.then)


def _spoken(who: str, said: str, seconds: float, cast: dict[str, str]) -> tuple[str | None, str]:
    """Return the service of a line, if it has one, and the words as they are logged."""
    if who == "db":
        return cast["db"], f"{(_T0 + timedelta(seconds=seconds)).strftime('%Y-%m-%d %H:%M:%S.%f')[:-3]} UTC {said}"
    if who == "exit":
        return None, f"{cast['app']}-1 exited with code {said}"
    return {"app": cast["app"], "raw": cast["db"]}.get(who), said


def _traffic(names: list[str], lines: int, chance: random.Random) -> Iterator[Line]:
    """Give requests that other services answered, from when all of them listen."""
    seconds = 10.0
    for number in range(lines if names else 0):
        seconds += chance.expovariate(20)
        words = f'"GET {chance.choice(_PATHS)} HTTP/1.1" 200 {chance.randint(12, 4096)} {chance.randint(1, 40)}ms'
        yield seconds, 1_000_000 + number, chance.choice(names), words


def _written(line: Line, form: str, width: int) -> str:
    seconds, _, who, said = line
    mark = "_" if form == "v1" else "-"
    if who is None:
        return f"{said.replace('-1 exited', f'{mark}1 exited')}\n"
    stamp = ""
    if form == "up -t":
        whole, nanoseconds = divmod(int(seconds * 1e9), 10**9)
        stamp = f"{(_T0 + timedelta(seconds=whole)).strftime('%Y-%m-%dT%H:%M:%S')}.{nanoseconds:09d}Z "
    return f"{f'{who}{mark}1':<{width}}  | {stamp}{said}\n"
