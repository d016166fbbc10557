"""One replay: the rules of application, engine and Compose, applied to the measured facts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count, product
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.whatif.facts import Facts
from incidentlab.tables import BadInput

HORIZON_S = 3600.0

REASONS = {
    "connected": "it reached its dependency",
    "tries_spent": "its tries were spent, and no policy started it again",
    "budget_spent": "on-failure had no restart left",
    "dependency_unhealthy": "Compose gave up, because the dependency was unhealthy once",
    "horizon": "it was still trying an hour after the start",
}
"""reason -> words"""

POLICIES = ("no", "always", "unless-stopped", "on-failure")
CONDITIONS = ("service_started", "service_healthy")


@dataclass(frozen=True)
class Setting:
    """All that can be set otherwise, in the words of Compose and of the reference's `waitForDb`.

    Parameters
    ----------
    tries, initial_s, factor, cap_s, wait_after_last
        The application's own retries inside one run; the reference waits after its last try as well.
    restart, restart_max
        The restart policy of the service; 0 = no limit.
    condition
        What ``depends_on`` waits for.
    interval_s, timeout_s, start_period_s, start_interval_s, retries
        The healthcheck of the dependency, which counts only for ``service_healthy``; a start interval of 0 is none,
        as before engine 25. From engine 27 on, 5 s are meant where the file gives none: say so here.
    honest
        Whether its probe asks as the service would; one over the socket takes the temporary server for ready.
    """

    tries: int = 1
    initial_s: float = 2.0
    factor: float = 1.5
    cap_s: float = 10.0
    wait_after_last: bool = True
    restart: str = "no"
    restart_max: int = 0
    condition: str = "service_started"
    interval_s: float = 30.0
    timeout_s: float = 30.0
    start_period_s: float = 0.0
    start_interval_s: float = 0.0
    retries: int = 3
    honest: bool = True

    def __post_init__(self) -> None:
        if self.restart not in POLICIES:
            raise BadInput(f"restart {self.restart!r} is none of {', '.join(POLICIES)}")
        if self.condition not in CONDITIONS:
            raise BadInput(f"condition {self.condition!r} is none of {', '.join(CONDITIONS)}")


@dataclass(frozen=True)
class Outcome:
    """What a replay says; times in seconds after the dependency's start, `steps` what happened when."""

    recovers: bool
    at_s: float
    after_ready_s: float
    failed_tries: int
    restarts: int
    reason: str
    steps: tuple[tuple[float, str], ...] = field(default=(), repr=False)


def replay(facts: Facts, setting: Setting) -> Outcome:
    """Replay an incident under a setting.

    Parameters
    ----------
    facts
        As `facts_of` measures them.
    setting
        What is to be otherwise.

    Returns
    -------
    Outcome
        Deterministic. A first success is recovery; what happens afterwards is not replayed.

    Examples
    --------
    >>> facts = Facts("app", "db", ready=((6.0, float("inf")),))
    >>> replay(facts, Setting(tries=15)).failed_tries
    3
    >>> replay(facts, Setting(restart="on-failure", restart_max=3)).reason
    'budget_spent'
    """
    steps: list[tuple[float, str]] = []
    start, reason = _let_in(facts, setting, steps)
    for restarts in count():
        if start is None or start > HORIZON_S:
            return _outcome(facts, steps, restarts - 1, reason)
        steps.append((start, "start"))
        end = _run(facts, setting, start, steps)
        if end is None:
            return _outcome(facts, steps, restarts, "connected")
        steps.append((end, "exit"))
        if end > HORIZON_S:
            return _outcome(facts, steps, restarts, "horizon")
        start, reason = _next_start(facts, setting, steps, restarts)
    raise AssertionError("unreachable")


def _outcome(facts: Facts, steps: list[tuple[float, str]], restarts: int, reason: str) -> Outcome:
    at = steps[-1][0] if reason == "connected" else math.nan
    opened = [begin for begin, end in facts.ready if begin <= at < end]
    ready_for = at - opened[0] if opened else math.nan
    failed = sum(what == "try" for _, what in steps)
    return Outcome(reason == "connected", at, ready_for, failed, max(0, restarts), reason, tuple(steps))


def _run(facts: Facts, setting: Setting, start: float, steps: list[tuple[float, str]]) -> float | None:
    """Play one run; return its end, or None if it reached the dependency."""
    now = start + facts.boot_s - facts.try_s
    delay = min(setting.initial_s, setting.cap_s)
    for number in range(1, setting.tries + 1):
        if facts.is_ready(now):
            steps.append((now + facts.try_s + facts.success_s, "success"))
            return None
        now += facts.try_s
        steps.append((now, "try"))
        if now > HORIZON_S:
            break
        if number < setting.tries or (setting.wait_after_last and setting.tries > 1):
            now += delay
            delay = min(setting.cap_s, math.floor(delay * setting.factor * 1000 + 1e-6) / 1000)
    return now + facts.exit_s


def _next_start(
    facts: Facts, setting: Setting, steps: list[tuple[float, str]], restarts: int
) -> tuple[float | None, str]:
    """Return when the engine starts the service again after an exit with an error, and why not if it does not.

    Notes
    -----
    moby restartmanager/restartmanager.go `ShouldRestart`: 0.1 s, doubling, at most 60 s, anew after a run of 10 s.
    """
    if setting.restart == "no":
        return None, "tries_spent"
    if setting.restart == "on-failure" and 0 < setting.restart_max <= restarts:
        return None, "budget_spent"
    delay = 0.0
    for begin, end in _runs(steps):
        delay = 0.1 if delay == 0.0 or end - begin >= 10 else min(60.0, 2 * delay)
    return steps[-1][0] + delay + facts.start_cost_s, "horizon"


def _runs(steps: list[tuple[float, str]]) -> Iterator[tuple[float, float]]:
    begins = [second for second, what in steps if what == "start"]
    ends = [second for second, what in steps if what == "exit"]
    return zip(begins, ends, strict=True)


def _let_in(facts: Facts, setting: Setting, steps: list[tuple[float, str]]) -> tuple[float | None, str]:
    """Return when Compose starts the service, and why not if it does not."""
    if setting.condition == "service_started":
        return facts.client_start_s, "horizon"
    status, since = _health(facts, setting, steps)
    if status == "healthy":
        return since + facts.let_in_s + facts.start_cost_s, "horizon"
    return None, "dependency_unhealthy" if status == "unhealthy" else "horizon"


def _health(facts: Facts, setting: Setting, steps: list[tuple[float, str]]) -> tuple[str, float]:
    """Return the first state that the dependency's healthcheck reaches, and when.

    Notes
    -----
    moby daemon/health.go `monitor`, `handleProbeResult`: an interval before each probe, the first included.
    """
    now, streak = 0.0, 0
    while now <= HORIZON_S:
        early = setting.start_interval_s and now < setting.start_period_s
        begin = now + (setting.start_interval_s if early else setting.interval_s)
        now = begin + min(facts.probe_s, setting.timeout_s)
        if _passes(facts, setting, now):
            steps.append((now, "healthy"))
            return "healthy", now
        steps.append((now, "probe"))
        streak += begin >= setting.start_period_s
        if streak >= (setting.retries if setting.retries > 0 else 3):
            steps.append((now, "unhealthy"))
            return "unhealthy", now
    return "starting", now


def _passes(facts: Facts, setting: Setting, end: float) -> bool:
    """Say whether a probe passes: most of its time is spent before it asks, so what counts is how things are then."""
    fooled = not setting.honest and any(first <= end < last for first, last in facts.temporary)
    return facts.probe_s < setting.timeout_s and (fooled or facts.is_ready(end))


_NAMES = (("parameter", "value", "value_number"), ("other", "other_value", "other_number"))


def sweep(facts: Facts, base: Setting, parameter: str, values: Iterable[Any]) -> pd.DataFrame:
    """Return one replay for each value of one setting, all others as in `base`.

    Returns
    -------
    pandas.DataFrame
        WHATIF.

    Examples
    --------
    >>> facts = Facts("app", "db", ready=((6.0, float("inf")),))
    >>> sweep(facts, Setting(restart="on-failure"), "restart_max", [3, 8])["recovers"].tolist()
    [False, True]
    """
    return tables.rows([_row(facts, base, {parameter: value}) for value in values], tables.WHATIF)


def grid(  # two parameters with their values
    facts: Facts, base: Setting, parameter: str, values: Iterable[Any], *, other: str, other_values: Iterable[Any]
) -> pd.DataFrame:
    """Return one replay for each pair of values of two settings, for a heat map.

    Returns
    -------
    pandas.DataFrame
        WHATIF.
    """
    pairs = [{parameter: value, other: second} for second in list(other_values) for value in list(values)]
    return tables.rows([_row(facts, base, pair) for pair in pairs], tables.WHATIF)


def nearby(facts: Facts, setting: Setting, *, slack_s: float = 0.3) -> pd.DataFrame:
    """Return the replays in which dependency and service are a little earlier or later: how firm a prediction is.

    A delay that doubles makes much of little: a try just before the dependency is ready costs the whole next delay.

    Parameters
    ----------
    facts, setting
        As for `replay`.
    slack_s
        By how much the readiness and the service's first start are moved, each way, whatever that start waits for;
        each further start takes a fifth of it more or less, which adds up. Starts of the same stack on the same
        machine differed by 0.2 to 0.5 s in the lab, the engine's part of a restart by 0.1 s.

    Returns
    -------
    pandas.DataFrame
        WHATIF, nine rows. Where they do not agree the outcome hangs on the machine's mood.
    """
    moves = (-slack_s, 0.0, slack_s)
    records = []
    for ready_s, start_s in product(moves, moves):
        by_s = {"client_start_s": start_s, "let_in_s": start_s, "start_cost_s": start_s / 5}
        moved = replace(facts, **{name: max(0.0, getattr(facts, name) + by) for name, by in by_s.items()})
        shifted: dict[str, Any] = {
            name: tuple((max(0.0, begin + ready_s), end + ready_s) for begin, end in getattr(facts, name))
            for name in ("ready", "temporary")
        }
        named = {"parameter": "ready_s", "value_number": ready_s, "other": "start_s", "other_number": start_s}
        records.append(named | _shown(replay(replace(moved, **shifted), setting)))
    return tables.rows(records, tables.WHATIF)


def _row(facts: Facts, base: Setting, changed: dict[str, Any]) -> dict[str, Any]:
    try:
        outcome = replay(facts, replace(base, **changed))
    except TypeError as error:
        raise BadInput(f"no such setting: {', '.join(changed)}; see analyse.whatif.Setting") from error
    said: dict[str, Any] = {}
    for names, (setting, value) in zip(_NAMES, changed.items(), strict=False):
        number = float(value) if isinstance(value, int | float) else math.nan
        said |= dict(zip(names, (setting, str(value), number), strict=True))
    return said | _shown(outcome)


def _shown(outcome: Outcome) -> dict[str, Any]:
    names = ("recovers", "at_s", "after_ready_s", "failed_tries", "restarts", "reason")
    return {name: getattr(outcome, name) for name in names}
