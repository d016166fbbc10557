"""The setting that an incident had, and those that might have helped: what a replay is asked.

The alternatives are the remedies that the reference postmortem weighs (retries in the application, a restart policy,
an honest healthcheck that `depends_on` waits for), each alone and each with its usual figures.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.whatif.chance import deadline_s
from incidentlab.analyse.whatif.facts import Facts
from incidentlab.analyse.whatif.replay import POLICIES, Outcome, Setting, replay

FIRM = 2.0
"""A fix still holds if the dependency takes so many times as long; the slowest start of one disk is easily twice the
middle one."""


def as_it_was(
    service: str, dependency: str, *, containers: pd.DataFrame, attempts: pd.DataFrame, backoffs: pd.DataFrame
) -> Setting:
    """Return the setting that the incident had, as far as the evidence tells it.

    Parameters
    ----------
    service, dependency
        Who waited for whom.
    containers : CONTAINERS
        For restart policy, condition and healthcheck.
    attempts : ATTEMPTS
        For the tries within one run.
    backoffs : BACKOFFS
        For the delays between them, where they can be told.

    Returns
    -------
    Setting
        ``honest`` is False where the probe does not name a host: `pg_isready` then asks the Unix socket.
    """
    own, server = (containers[containers["service"] == name] for name in (service, dependency))
    setting = _retries(service, dependency, attempts, backoffs)
    if len(own):
        row = tables.records(own)[-1]
        policy = row["restart_policy"] if row["restart_policy"] in POLICIES else "no"
        budget = int(row["restart_max"]) if pd.notna(row["restart_max"]) else 0
        setting = replace(setting, restart=policy, restart_max=budget, condition=_condition(row, dependency))
    return replace(setting, **_healthcheck(tables.records(server)[-1])) if len(server) else setting


def alternatives(actual: Setting, *, temporary: bool = True) -> dict[str, Setting]:
    """Return the settings that might have helped, by the words that name them; the first is the actual one.

    Parameters
    ----------
    actual
        As `as_it_was` gives it.
    temporary
        Whether the dependency starts through a temporary server, which fools a probe over the socket.

    Notes
    -----
    The probes name their ``start_interval``: from engine 27 on, a start period without one is probed every 5 s,
    whatever the interval is. Engines before 25 drop it, and probe at the interval, which is the same here.
    """
    often = replace(actual, interval_s=1.0, start_interval_s=1.0, timeout_s=3.0)
    probed = replace(often, start_period_s=30.0, retries=5, honest=True)
    healthy = replace(probed, condition="service_healthy")
    given = {
        "as it was": actual,
        "retries in the application (15 tries, 2 s, x1.5, at most 10 s)": replace(
            actual, tries=15, initial_s=2.0, factor=1.5, cap_s=10.0
        ),
        "restart: on-failure": replace(actual, restart="on-failure", restart_max=0),
        "restart: on-failure:3": replace(actual, restart="on-failure", restart_max=3),
        "depends_on: service_healthy, a probe over TCP": healthy,
        "the same, but only 2 retries and no start_period": replace(healthy, start_period_s=0.0, retries=2),
    }
    if temporary:
        given["depends_on: service_healthy, a probe over the socket"] = replace(healthy, honest=False)
    return given


def replays(facts: Facts, settings: dict[str, Setting]) -> pd.DataFrame:
    """Return one replay for each named setting.

    Returns
    -------
    pandas.DataFrame
        WHATIF, with ``parameter`` ``setting`` and the words as its value, and how far each holds.
    """
    names = ("recovers", "at_s", "after_ready_s", "failed_tries", "restarts", "reason")
    records: list[dict[str, Any]] = []
    for words, setting in settings.items():
        outcome = replay(facts, setting)
        said = {name: getattr(outcome, name) for name in names}
        holds = deadline_s(facts, setting)
        judged = {"holds_to_s": holds, "verdict": _verdict(facts, outcome, holds)}
        records.append({"parameter": "setting", "value": words} | said | judged)
    return tables.rows(records, tables.WHATIF)


def _verdict(facts: Facts, outcome: Outcome, holds_s: float) -> str:
    """Tell a fix from luck: it must hold if the dependency takes twice as long, and best without a failed try."""
    if not outcome.recovers:
        return "none"
    if holds_s < FIRM * min(begin for begin, _ in facts.ready):
        return "luck"
    return "works" if outcome.failed_tries else "clean"


def _retries(service: str, dependency: str, attempts: pd.DataFrame, backoffs: pd.DataFrame) -> Setting:
    tried = attempts[(attempts["service"] == service) & (attempts["dependency"] == dependency)]
    most = int(tried.groupby("run").size().max()) if tried["run"].notna().any() else 1
    known = backoffs[(backoffs["service"] == service) & (backoffs["dependency"] == dependency)]
    known = known[known["initial_s"].notna() & known["factor"].notna()]
    if most <= 1 or known.empty:
        return Setting(tries=max(1, most))
    row = tables.records(known)[-1]
    cap_s = float(row["cap_s"]) if pd.notna(row["cap_s"]) else Setting.cap_s
    return Setting(tries=most, initial_s=float(row["initial_s"]), factor=float(row["factor"]), cap_s=cap_s)


def _condition(row: dict[str, Any], dependency: str) -> str:
    said = json.loads(row["depends_on"]).get(dependency) if pd.notna(row["depends_on"]) else None
    return "service_healthy" if said == "service_healthy" else "service_started"


def _healthcheck(row: dict[str, Any]) -> dict[str, Any]:
    columns = {
        "interval_s": "health_interval_s",
        "timeout_s": "health_timeout_s",
        "start_period_s": "health_start_period_s",
        "start_interval_s": "health_start_interval_s",
        "retries": "health_retries",
    }
    given = {name: row[column] for name, column in columns.items() if pd.notna(row[column])}
    test = str(row["health_test"])
    return given | {"honest": "pg_isready" not in test or "-h" in test or "--host" in test}
