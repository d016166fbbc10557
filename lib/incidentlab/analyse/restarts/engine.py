"""What the engine does when a container ends: the rules of its restart manager, and nothing else."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

import pandas as pd

from incidentlab.tables.documents import number as whole

FIRST_S, CAP_S, RESET_S = 0.1, 60.0, 10.0
"""moby restartmanager/restartmanager.go: defaultTimeout, maxRestartTimeout, and the 10 s of `ShouldRestart`."""

START_COST_S = 3.0
"""Starting a container takes 0.25 to 1.4 s (measured on 20.10, three loops at once); more is said in `note`."""

REASONS = {
    "running": "it runs",
    "looping": "the policy is waiting to start it again",
    "exit_zero": "on-failure does not restart after exit code 0",
    "budget_spent": "on-failure has used up its restarts; long good runs do not refill them",
    "failed_start": "a start failed, which ends the loop for good and emits no event",
    "first_start_failed": "its first start failed, which is never tried again",
    "never_started": "it was created and never started",
    "stopped": "it was stopped by a command",
    "stopped_in_backoff": "it was stopped while it waited to be restarted: a stop event and nothing else",
    "signal": "a signal sent by command disabled its restart policy, whatever the signal did",
    "removed": "it was removed",
    "no_policy": "it has no restart policy",
    "unknown": "the evidence does not tell",
}
"""reason -> words (moby daemon/monitor.go `handleContainerExit`, daemon/kill.go `killWithSignal`)"""

POLICIES = ("always", "unless-stopped", "on-failure")


def delay_s(step: int) -> float:
    """Return the engine's delay before the restart of a count, the first being 1.

    Notes
    -----
    moby restartmanager/restartmanager.go `ShouldRestart`: 100 ms, times 2, at most 1 minute; no jitter.

    Examples
    --------
    >>> [delay_s(step) for step in (1, 2, 3, 10, 11, 99)]
    [0.1, 0.2, 0.4, 51.2, 60.0, 60.0]
    """
    return min(CAP_S, FIRST_S * 2.0 ** min(step - 1, 10))


@dataclass
class Manager:
    """What is known of the engine's restart manager of one container: None where it is not."""

    step: int | None = None
    count: int | None = None
    origin: str = "gap"

    def begin(self) -> None:
        """Start a new count, as a start by hand does."""
        self.step, self.count, self.origin = 0, 0, "count"

    def lose(self) -> None:
        """Forget the count: what happened cannot be known."""
        self.step, self.count, self.origin = None, None, "gap"

    def advance(self, ran_s: float, observed_s: float) -> float | None:
        """Take one restart by policy and return its delay."""
        self.count = None if self.count is None else self.count + 1
        if ran_s >= RESET_S:
            self.step, self.origin = 1, "count"
        elif self.step is not None:
            self.step += 1
        else:
            self.step = _step_of(observed_s)
        return None if self.step is None else delay_s(self.step)


def _step_of(observed_s: float) -> int | None:
    """Return the count that only this gap fits: the next delay is further off than a start can take."""
    fits = [k for k in range(1, 12) if delay_s(k) <= observed_s]
    return fits[-1] if fits and delay_s(fits[-1]) > START_COST_S else None


def refusal(run: dict[str, Any], container: dict[str, Any], count: int | None) -> str | None:
    """Return why the policy does not restart after this run; None if it does.

    Notes
    -----
    moby restartmanager.go `ShouldRestart`; the budget compares RestartCount, which only a start by hand zeroes.
    """
    if container["restart_policy"] not in POLICIES:
        return "no_policy"
    if disables(container["restart_policy"], run["signal"], container["stop_signal"]):
        return "signal"
    if container["restart_policy"] != "on-failure":
        return None
    if pd.notna(run["exit_code"]) and run["exit_code"] == 0:
        return "exit_zero"
    limit = container["restart_max"]
    return "budget_spent" if pd.notna(limit) and limit > 0 and count is not None and count >= limit else None


def disables(policy: str, number: Any, stop_signal: Any) -> bool:
    """Return whether a signal sent by `docker kill` or `docker stop` keeps a policy from restarting.

    Notes
    -----
    moby daemon/kill.go `killWithSignal`: without a STOPSIGNAL any signal does, even HUP; with one, that signal and
    KILL do. Any signal marks the container as stopped by hand, which is enough for ``unless-stopped``.

    Examples
    --------
    >>> disables("always", 1, None), disables("always", 1, "SIGINT"), disables("unless-stopped", 1, "SIGINT")
    (True, False, True)
    """
    if pd.isna(number):
        return False
    if policy == "unless-stopped" or pd.isna(stop_signal) or number == signal.SIGKILL:
        return True
    name = str(stop_signal).upper()
    wanted = whole(name) or signal.Signals.__members__.get("SIG" + name.removeprefix("SIG"))
    return bool(number == wanted)
