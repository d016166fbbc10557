"""One setting of the replay's, played on the engine: the overlay that makes it, the play, and what happened in it.

Only postgres and auth-service are started. Everything is read from a capture, as from any incident.
"""

import fcntl
import math
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scenario
from incidentlab import capture, load
from incidentlab.analyse.whatif import Facts, Outcome, Setting
from incidentlab.collect.observe import Observer
from incidentlab.investigate import Investigation, investigate
from incidentlab.report import facts
from scenario import BUILD, LAB, PROJECT, OffScript, Play, Scenario, Unusable, say

SERVICE, DEPENDENCY = "auth-service", "postgres"
SUCCESS = "Auth database initialized"
DECIDED_WITHIN_S = 60


@dataclass(frozen=True)
class Case:
    """A setting, and for how many seconds Postgres initialises itself (its `INIT_SECONDS`) while it is tried."""

    init_s: float
    setting: Setting


def overlay(case: Case) -> dict[str, Any]:
    """Write a case as an overlay over the lab's `compose.yaml`.

    Raises
    ------
    Unusable
        The lab's services cannot be set so.
    """
    setting = case.setting
    if (setting.wait_after_last, setting.start_interval_s) != (True, 0.0):
        raise Unusable("waitForDb has a wait after its last try; engine 20 has no start_interval")
    budget = f":{setting.restart_max}" if setting.restart_max else ""
    service = {
        "environment": {
            "WAIT_FOR_DB": str(setting.tries > 1).lower(),
            "DB_TRIES": str(setting.tries),
            "DB_DELAY_MS": f"{1000 * setting.initial_s:g}",
            "DB_DELAY_FACTOR": f"{setting.factor:g}",
            "DB_DELAY_CAP_MS": f"{1000 * setting.cap_s:g}",
        },
        "restart": setting.restart + budget,
        "depends_on": {DEPENDENCY: {"condition": setting.condition}},
    }
    dependency: dict[str, Any] = {"environment": {"INIT_SECONDS": f"{case.init_s:g}"}}
    if setting.condition == "service_healthy":
        dependency["healthcheck"] = {
            "test": ["CMD", "pg_isready", *["--host=127.0.0.1"] * setting.honest, "--username=payflow"],
            "interval": f"{setting.interval_s:g}s",
            "timeout": f"{setting.timeout_s:g}s",
            "start_period": f"{setting.start_period_s:g}s",
            "retries": setting.retries,
        }
    return {"services": {SERVICE: service, DEPENDENCY: dependency}}


@contextmanager
def stage() -> Iterator[None]:
    """Wait until no scenario is played, keep the stage, and leave it empty."""
    scenario.engine()
    with (Path(tempfile.gettempdir()) / f"incidentlab-{PROJECT}.lock").open("w") as lock:  # that of scenario.stage
        say("waiting for the stage")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if subprocess.run([LAB / "build-images"], stdin=subprocess.DEVNULL, check=False).returncode:
            raise Unusable("the images cannot be built; lab/build-images says why")
        try:
            yield
        finally:
            scenario.clear(staged(Case(0, Setting())))


def staged(case: Case) -> Scenario:
    """Make a case a scenario, of which only the overlay matters."""
    return Scenario("verify", "", "", overlay(case), [], {})


def play(case: Case) -> Investigation:
    """Play a case from nothing until its outcome is decided, and read the evidence."""
    scene = staged(case)
    scenario.clear(scene)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, Observer(PROJECT) as observer:
        try:
            scenario.compose(scene, "up", "--detach", DEPENDENCY, SERVICE)
        except OffScript as error:
            if "is unhealthy" not in str(error):
                raise
        wait(Play(scene, scenario.engine()))
        return investigate(load(str(capture(PROJECT, Path(folder) / "bundle", observer=observer))))


def wait(on_stage: Play) -> None:
    """Wait until auth-service has reached its database, has exited for good, or was not even started.

    Raises
    ------
    OffScript
        It is still trying.
    """
    deadline = time.monotonic() + DECIDED_WITHIN_S
    while time.monotonic() < deadline:
        [container] = scenario.containers(on_stage, SERVICE)
        if container.status in ("created", "exited") or SUCCESS.encode() in container.logs():
            return
        time.sleep(0.3)
    raise OffScript(f"{SERVICE} was still trying after {DECIDED_WITHIN_S} s")


def happened(found: Investigation) -> Outcome:
    """Read from the evidence what happened, in the words and times of a replay."""
    seen = found.incident
    t0 = found.lifetimes.loc[found.lifetimes["service"] == DEPENDENCY, "started"].min()
    [container] = seen.containers[seen.containers["service"] == SERVICE].to_dict("records")
    runs, lines = (table[table["service"] == SERVICE] for table in (found.lifetimes, seen.logs))
    failed = found.attempts[(found.attempts["service"] == SERVICE) & ~found.attempts["ok"].astype(bool)]
    told = {
        "start": runs["started"],
        "exit": runs["finished"],
        "try": failed["ts"],
        "success": lines.loc[lines["message"] == SUCCESS, "ts"],
    }
    steps = sorted(((ts - t0).total_seconds(), what) for what, times in told.items() for ts in times.dropna())
    at_s = min((second for second, what in steps if what == "success"), default=math.nan)
    reason = "connected" if not math.isnan(at_s) else why_not(container)
    return Outcome(reason == "connected", at_s, math.nan, len(failed), max(0, len(runs) - 1), reason, tuple(steps))


def why_not(container: dict[str, Any]) -> str:
    """Read from a container that is given up why it is."""
    if container["state"] == "created":
        return "dependency_unhealthy"
    if container["restart_policy"] == "on-failure" and container["restart_count"] == container["restart_max"]:
        return "budget_spent"
    return "tries_spent"


def measure(found: Investigation) -> Facts:
    """Measure the facts of a play."""
    return facts(found, SERVICE, DEPENDENCY)
