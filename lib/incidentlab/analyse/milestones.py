"""When it started, hurt, was seen, was taken up, was over: six milestones, and the durations between them.

A milestone is a row of the evidence, found by a definition that stands beside it, or a time that a person wrote down.
Nothing is guessed: what no row shows stays missing, and so does every duration that hangs on it.

No clock is exact. The engine writes the same start and the same end twice, in inspect and in its events; the largest
difference between the two is the error bar of every time of this incident. Two milestones that are closer together
than their error bars have no known order, and this is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from incidentlab import tables

Record = dict[str, Any]

ASSUMED_ERROR_S = 0.1
"""Error bar where no start and no end was written twice: the engine stamps a line when it reads it, not when the
program writes it, and a busy host reads late."""

DEFINITIONS = {
    "started": "the first row that speaks for the verdict",
    "impact": "the first row at or after it that shows the service failing: a failure, a failed probe, an end in error",
    "detected": "the first alarm after it, or the time at which a person noticed it; a container's end is neither",
    "acknowledged": "the first act by hand after the impact: a container started, restarted or unpaused",
    "mitigated": "the first success of the service after the impact; without one, its first sign of health",
    "resolved": "the first success or sign of health of the service after which nothing of it failed any more",
}
SPANS = {
    "TTD": ("impact", "detected"),
    "TTA": ("detected", "acknowledged"),
    "TTM": ("impact", "mitigated"),
    "TTR": ("impact", "resolved"),
}
"""metric -> the milestones between which it counts (time to detect, acknowledge, mitigate, resolve)"""

_QUIET = ("temporary_server", "ready", "stopping", "success")
_BAD_PROBES = ("probe_fail", "probe_timeout", "probe_exec_error")
_HANDS = ("unpause", "restart")


def milestones(
    happenings: pd.DataFrame,
    findings: pd.DataFrame,
    evidence: pd.DataFrame,
    lifetimes: pd.DataFrame,
    *,
    notes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the six milestones of the verdict.

    Parameters
    ----------
    happenings : TIMELINE
    findings : FINDINGS
        The one of rank 1 says whose milestones they are, and whether it recovered.
    evidence : EVIDENCE
    lifetimes : LIFETIMES
        Tells what was started by hand, and how far the engine's two records of one moment differ.
    notes : MILESTONES, optional
        Times that people wrote down; each replaces what the evidence gives for that name.

    Returns
    -------
    pandas.DataFrame
        MILESTONES, in the order of `DEFINITIONS`.
    """
    verdict = tables.records(findings)[0]
    found = _found(happenings, verdict, evidence[evidence["rank"] == 1], lifetimes)
    error = clock_error_s(lifetimes)
    known = {name: _milestone(name, row, error) for name, row in found.items()}
    for note in tables.records(notes) if notes is not None else []:
        given = {name: note[name] for name in ("name", "ts", "uncertainty_s", "file", "line", "pointer")}
        known[note["name"]] = given | {"definition": "as a person wrote it down", "source": "person", "what": "noted"}
    rows = [known.get(name, {"name": name, "definition": text}) for name, text in DEFINITIONS.items()]
    return tables.rows(rows, tables.MILESTONES)


def metrics(moments: pd.DataFrame) -> pd.DataFrame:
    """Return the four durations between milestones.

    Parameters
    ----------
    moments : MILESTONES

    Returns
    -------
    pandas.DataFrame
        METRICS.

    Examples
    --------
    >>> at = [("impact", "2026-01-01T00:00:00Z", 1), ("mitigated", "2026-01-01T00:00:09Z", 2)]
    >>> rows = [{"name": n, "ts": pd.Timestamp(t), "uncertainty_s": 0.5, "line": k} for n, t, k in at]
    >>> metrics(tables.rows(rows, tables.MILESTONES))[["name", "duration_s", "order"]].dropna().values.tolist()
    [['TTM', 9.0, 'after']]
    """
    named = {row["name"]: row for row in tables.records(moments)}
    rows = [_metric(name, named.get(begin), named.get(end)) for name, (begin, end) in SPANS.items()]
    return tables.rows(rows, tables.METRICS)


def signal(happenings: pd.DataFrame, known: pd.DataFrame) -> Record | None:
    """Return the first row after the impact that an alarm could have hung on; None where there is none.

    A signal is no detection: a container that ends tells nobody of it.

    Parameters
    ----------
    happenings : TIMELINE
    known : MILESTONES
        The service of the impact is the one that is looked at.

    Returns
    -------
    dict or None
        A row of TIMELINE: unhealthy, out of memory, or an end in error.
    """
    impact = tables.records(known[known["name"] == "impact"])[0]
    if pd.isna(impact["source"]) or pd.isna(impact["line"]):
        return None
    own = happenings if pd.isna(impact["service"]) else happenings[happenings["service"] == impact["service"]]
    return _first(_since(own, impact), _is_signal)


def clock_error_s(lifetimes: pd.DataFrame) -> float:
    """Return how far two records of one moment differ at most: inspect and event of each start and end, in seconds.

    Examples
    --------
    >>> clock_error_s(tables.empty(tables.LIFETIMES)) == ASSUMED_ERROR_S
    True
    """
    twice = [(lifetimes["start_event"], lifetimes["started"]), (lifetimes["die_event"], lifetimes["finished"])]
    spans = pd.concat([(event - state).dt.total_seconds().abs() for event, state in twice]).dropna()
    apart = spans[spans > 0]  # 0 where one of the two was missing and stands for the other
    return float(apart.max()) if len(apart) else ASSUMED_ERROR_S


def _found(rows: pd.DataFrame, verdict: Record, evidence: pd.DataFrame, lifetimes: pd.DataFrame) -> dict[str, Record]:
    timed = bool(rows["ts"].notna().any())
    started = _started(evidence if timed else evidence.assign(ts=tables.NEVER))  # a program's own clock is no order
    if verdict["category"] in ("benign", "unknown") or started is None:
        return {}
    own: pd.DataFrame = rows if pd.isna(verdict["service"]) else rows[rows["service"] == verdict["service"]]
    later = _since(own, started)
    own_start: bool = pd.isna(verdict["service"]) or started["service"] == verdict["service"]
    impact = _first(later, _is_bad) or (started if own_start else None)
    if impact is None:
        return {"started": started}
    found: dict[str, Record | None] = {"started": started, "impact": impact}
    later = _since(own, impact)
    found["detected"] = _first(_since(rows, impact), lambda row: _is_alarm(row, own=verdict["service"]))
    found["acknowledged"] = _first_act(_since(rows, impact), lifetimes, impact)
    if not pd.isna(verdict["recovered"]) and verdict["recovered"]:
        found |= _over(later)
    return {name: row for name, row in found.items() if row is not None}


def _started(evidence: pd.DataFrame) -> Record | None:
    wrong = (evidence["role"] == "for") & evidence["line"].notna() & (evidence["fact"] != "the service works")
    told = evidence[wrong].sort_values(["ts", "order"], kind="stable")
    rows = tables.records(told.head(1))
    return {"what": rows[0]["fact"]} | {k: rows[0][k] for k in rows[0] if k != "what"} if rows else None


def _over(later: pd.DataFrame) -> dict[str, Record | None]:
    """Return when it was mitigated and resolved, from the rows of the service since the impact."""
    successes = later[later["what"] == "success"]
    bad = [place for place, row in enumerate(tables.records(later)) if _is_bad(row)]
    after = later.iloc[(bad[-1] + 1 if bad else 0) :]
    first = _first(successes, _is_good) or _first(later, _is_good)
    return {"mitigated": first, "resolved": _first(after, _is_good)}


def _first_act(later: pd.DataFrame, lifetimes: pd.DataFrame, impact: Record) -> Record | None:
    by_hand = lifetimes[(lifetimes["brought_by"] == "human") & (lifetimes["start_event"] > impact["ts"])]
    acts = [
        {"ts": row["start_event"], "what": "start", "detail": f"{row['service']} was started by hand"} | _where(row)
        for row in tables.records(by_hand)
    ]
    acts += [row for row in tables.records(later) if row["source"] == "events" and row["what"] in _HANDS]
    return min(acts, key=lambda row: row["ts"], default=None)


def _since(rows: pd.DataFrame, begin: Record) -> pd.DataFrame:
    """Return the rows at or after `begin`: by time, or by position in the same file where there are no times."""
    if pd.notna(begin["ts"]):
        return rows[rows["ts"] >= begin["ts"]]
    return rows[rows["ts"].isna() & rows["file"].eq(begin["file"]) & rows["line"].ge(begin["line"])]


def _first(rows: pd.DataFrame, wanted: Callable[[Record], bool]) -> Record | None:
    return next((row for row in tables.records(rows) if wanted(row)), None)


def _is_bad(row: Record) -> bool:
    failure = row["source"] == "logs" and row["what"] not in _QUIET
    return failure or row["what"] in _BAD_PROBES or _is_signal(row)


def _is_signal(row: Record) -> bool:
    ended = row["what"] == "die" and row["detail"] != "exit code 0"
    return bool(ended or row["what"] == "oom" or (row["what"] == "health" and row["detail"] == "unhealthy"))


def _is_alarm(row: Record, *, own: Any) -> bool:
    """Say whether a row is an alarm that is about a service, or about none."""
    return bool(row["what"] == "alarm" and (pd.isna(own) or pd.isna(row["service"]) or row["service"] == own))


def _is_good(row: Record) -> bool:
    return row["what"] in ("success", "probe_pass") or (row["what"] == "health" and row["detail"] == "healthy")


def _milestone(name: str, row: Record, error: float) -> Record:
    told = [str(row[key]) for key in ("what", "detail") if key in row and pd.notna(row[key]) and row[key]]
    return _where(row) | {
        "name": name,
        "ts": row["ts"],
        "definition": DEFINITIONS[name],
        "what": ": ".join(told),
        "source": "evidence",
        "uncertainty_s": error + _typed(row) if pd.notna(row["ts"]) else None,
    }


def _typed(row: Record) -> float:
    """Return how exact the time of a row is by itself; the rows of other tables are as exact as their clock."""
    error = row.get("error_s")
    return 0.0 if error is None or pd.isna(error) else float(error)


def _where(row: Record) -> Record:
    return {name: row[name] for name in ("service", "file", "line", "pointer")}


def _metric(name: str, begin: Record | None, end: Record | None) -> Record:
    names = dict(zip(("begin", "end"), SPANS[name], strict=True))
    said = {"name": name, "definition": f"from {names['begin']} to {names['end']}"} | names
    if begin is None or end is None or pd.isna(begin["ts"]) or pd.isna(end["ts"]):
        return said
    span = (end["ts"] - begin["ts"]).total_seconds()
    same = all(_equal(begin[key], end[key]) for key in ("file", "line", "pointer"))
    error = 0.0 if same else begin["uncertainty_s"] + end["uncertainty_s"]
    order = "same" if same else "unknown" if abs(span) <= error else "after" if span > 0 else "before"
    return said | {"duration_s": span, "uncertainty_s": error, "order": order}


def _equal(one: Any, other: Any) -> bool:
    return bool((pd.isna(one) and pd.isna(other)) or (pd.notna(one) and pd.notna(other) and one == other))
