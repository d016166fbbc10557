"""What the replay of the health state machine says, in sentences: the unhealthy first, with what its probe printed."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.answer import place, shown
from incidentlab.report.moment import clock
from incidentlab.report.show import Shown

_COUNTED = {
    "passes": ("pass", "passes"),
    "fails": ("failure", "failures"),
    "timeouts": ("timeout", "timeouts"),
    "exec_errors": ("exec error", "exec errors"),
    "uncounted": ("not counted", "not counted"),
}
_PRINTED = 6
"""Lines of a probe's output that are shown."""


def health_said(states: pd.DataFrame, probes: pd.DataFrame | None = None, *, timezone: str = "UTC") -> Shown:
    """Return for each service how it came to be healthy or unhealthy: the unhealthy first, with what its probe printed.

    Parameters
    ----------
    states : HEALTH
    probes : PROBES, optional
        Tell what a failed probe printed.
    timezone
        The zone of the times.
    """
    if states.empty:
        return shown([("Health", ["no container has a healthcheck, or no run was seen"])])
    own = {str(service): rows for service, rows in states.groupby("service", sort=True)}
    sick = [service for service, rows in own.items() if _judged(rows)["state"].tail(1).eq("unhealthy").any()]
    told = [line for service in sick for line in _sick(service, own[service], probes, timezone)]
    well = [_health(service, rows) for service, rows in own.items() if service not in sick]
    first = (f"Unhealthy: {', '.join(sick)}", told) if sick else ("Nobody is unhealthy at the end", [])
    return shown([first, *([("The others" if sick else "Health", well)] if well else [])])


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["forced"].astype(bool)]


def _sick(service: str, rows: pd.DataFrame, probes: pd.DataFrame | None, timezone: str) -> list[str]:
    """Return what is known of an unhealthy service, and what its last failed probe printed."""
    lines = [_health(service, rows)]
    if probes is None:
        return lines
    failed = probes[probes["service"].eq(service) & probes["outcome"].ne("pass")].sort_values("start")
    for row in tables.records(failed.tail(1)):
        said: str = str(row["output"]).strip() if pd.notna(row["output"]) else ""
        when = clock(row["start"], timezone=timezone)
        lines.append(f"its last probe, {when}, ended with exit code {row['exit_code']} and printed [{place(row)}]:")
        lines += [f"  {line}" for line in said.splitlines()[:_PRINTED]] or ["  (nothing)"]
    return lines


def _health(service: str, rows: pd.DataFrame) -> str:
    judged = _judged(rows)
    count = {name: int(rows[name].sum()) for name in ("passes", "fails", "timeouts", "exec_errors", "uncounted")}
    probes = ", ".join(f"{number} {_COUNTED[name][number != 1]}" for name, number in count.items() if number)
    forced = len(rows) - len(judged)
    states = " then ".join(dict.fromkeys(judged["state"]))
    return (
        f"{service}: {states or 'never judged'}; probes: {probes or 'none recorded'}"
        + (f"; {forced} states were forced by an end or a pause and say nothing of its health" if forced else "")
        + (f"; {int(rows['missing'].sum())} probes were not recorded" if rows["missing"].sum() else "")
    )
