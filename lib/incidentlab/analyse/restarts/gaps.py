"""Each restart beside the delay that the engine's own formula gives."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.restarts.engine import REASONS, RESET_S, START_COST_S, Manager, refusal

_SLACK = pd.Timedelta(seconds=1)
"""`stop` may come a little before `die`, and `restart` follows `start` at once."""


def restarts(lifetimes: pd.DataFrame, events: pd.DataFrame, containers: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each restart, with the delay that the engine's formula gives.

    Parameters
    ----------
    lifetimes : LIFETIMES
        The runs. A retry of the application inside one run is no restart (see `incidentlab.analyse.attempts`).
    events : EVENTS
        For the commands around a start by hand.
    containers : CONTAINERS
        For policy, budget, stop signal and the final RestartCount.

    Returns
    -------
    pandas.DataFrame
        RESTARTS. Whether a command was docker's or Compose's is not in the events: both are ``human``. Compose alone
        replaces a container by a new one of the same service and number: that is ``compose``.
    """
    records = []
    for container in tables.records(containers):
        runs = tables.records(lifetimes[lifetimes["container_id"] == container["container_id"]])
        former = _former(container, containers, lifetimes)
        own = events[events["container_id"] == container["container_id"]]
        records += _of_container(runs, former, container, own)
    return tables.rows(records, tables.RESTARTS)


def _former(container: dict[str, Any], containers: pd.DataFrame, lifetimes: pd.DataFrame) -> dict[str, Any] | None:
    """Return the last run of the container that this one replaced."""
    same = containers["service"].eq(container["service"]) & containers["replica"].eq(container["replica"])
    older = containers[same.fillna(value=False) & (containers["created"] < container["created"])]
    runs = lifetimes[lifetimes["container_id"].isin(older["container_id"])]
    return tables.records(runs.tail(1))[0] if len(runs) else None


def _of_container(
    runs: list[dict[str, Any]], former: dict[str, Any] | None, container: dict[str, Any], events: pd.DataFrame
) -> list[dict[str, Any]]:
    manager, records = Manager(), list[dict[str, Any]]()
    if runs and (former or runs[0]["brought_by"] == "first_start"):
        manager.begin()
    for number, (before, run) in enumerate(pairwise([former, *runs] if former else runs), start=1):
        record = _measured(before, run) | {"number": number}
        commands = _commands(events, before, record)
        cause, note = _cause(before, run, container, manager, commands)
        records.append(record | _predicted(record, cause, note, container, manager))
    return _doubted(records, container, manager)


def _measured(before: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    end = before["die_event"] if pd.notna(before["die_event"]) else before["finished"]
    begin = run["start_event"] if pd.notna(run["start_event"]) else run["started"]
    kept = {name: run[name] for name in ("service", "container", "container_id", "run", "file", "line", "pointer")}
    spans = {"ran_s": _seconds(before["started"], end), "observed_s": _seconds(end, begin)}
    return kept | spans | {"die_event": end, "start_event": begin, "exit_code": before["exit_code"]}


def _seconds(begin: Any, end: Any) -> float:
    """Return the seconds between two times, not below 0: FinishedAt can precede StartedAt by a millisecond."""
    return float("nan") if pd.isna(begin) or pd.isna(end) else max(0.0, (end - begin).value / 1e9)


def _commands(events: pd.DataFrame, before: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """Return the commands that the events of a gap tell of; `docker start` of an exited container leaves none."""
    end, begin = record["die_event"], record["start_event"]
    if pd.isna(end) or pd.isna(begin):
        return []
    opened = end - _SLACK if pd.isna(before["started"]) else max(before["started"], end - _SLACK)
    stopped = events["action"].eq("stop") & events["ts"].between(opened, begin)
    restarted = events["action"].eq("restart") & events["ts"].between(end, begin + _SLACK)
    return list(dict.fromkeys(events.loc[stopped | restarted, "action"]))


def _cause(
    before: dict[str, Any], run: dict[str, Any], container: dict[str, Any], manager: Manager, commands: list[str]
) -> tuple[str, str | None]:
    """Say who began a run, and what is out of the ordinary."""
    if before["container_id"] != run["container_id"]:
        return "compose", "the container was replaced: its RestartCount and delay begin anew"
    if commands:
        return "human", f"commands seen: {', '.join(commands)}"
    if pd.isna(before["finished"]) or pd.isna(run["start_event"]):
        return "unknown", "no end was seen between the two starts: the daemon was restarted, or events were lost"
    if (why := refusal(before, container, manager.count)) is not None:
        return "human", f"no command was seen, but the policy would not have: {REASONS[why]}"
    return "policy", None


def _predicted(
    record: dict[str, Any], cause: str, note: str | None, container: dict[str, Any], manager: Manager
) -> dict[str, Any]:
    if cause == "unknown":
        manager.lose()
    elif cause != "policy":
        manager.begin()
    delay = manager.advance(record["ran_s"], record["observed_s"]) if cause == "policy" else None
    known = delay is not None
    limited = container["restart_policy"] == "on-failure" and (container["restart_max"] or 0) > 0
    residual = record["observed_s"] - delay if delay is not None else float("nan")
    if cause == "policy":
        note = _oddity(record, residual, known=known)
    return {
        "cause": cause,
        "note": note,
        "predicted_s": delay,
        "residual_s": residual,
        "predicted_from": manager.origin if known else None,
        "restart_count": manager.count,
        "budget_left": container["restart_max"] - manager.count if limited and manager.count is not None else None,
    }


def _oddity(record: dict[str, Any], residual: float, *, known: bool) -> str | None:
    if not known:
        return "the restarts before were not seen, and the gap fits several delays"
    if abs(record["ran_s"] - RESET_S) < 0.1:
        return "the run before lasted 10 s to within 0.1 s: the delay may be the other one"
    if residual > START_COST_S:
        return f"{residual:.1f} s later than the delay: a slow start, or one by hand after a start that failed"
    return f"{-residual:.2f} s earlier than the delay allows" if residual < 0 else None


def _doubted(records: list[dict[str, Any]], container: dict[str, Any], manager: Manager) -> list[dict[str, Any]]:
    """Call a restart unknown that came at the wrong time, unless the engine's own RestartCount confirms it.

    RestartCount is one ahead while the next restart is waited for, and stays so where that start failed.
    """
    failed = container["state"] == "exited" and pd.notna(container["error"])
    ahead = int(container["state"] == "restarting" or failed)
    counted = container["restart_count"]
    if manager.count is not None and pd.notna(counted) and counted == manager.count + ahead:
        return records
    for record in records:
        if record["predicted_from"] and not 0 <= record["residual_s"] <= START_COST_S:
            record |= {"cause": "unknown", "predicted_s": None, "residual_s": None, "predicted_from": None}
    return records
