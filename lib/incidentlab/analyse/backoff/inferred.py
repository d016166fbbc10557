"""The policy that a series of tries shows, and what it does not show."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.backoff.declared import Policy
from incidentlab.analyse.backoff.fit import Fit, fits, parameters
from incidentlab.analyse.backoff.series import SLOW, gaps_of, quick, series_of
from incidentlab.analyse.marks import sought

_ANSWER_S = 0.02
"""A refused connect is answered in 2 to 4 ms in the lab, and timers are late by 1 or 2."""
_KEPT = ("service", "dependency", "series", "run", "file", "line", "pointer")
_LATE = (*SLOW, "dns")


def backoff(attempts: pd.DataFrame, *, cost_s: float = 0.0) -> pd.DataFrame:
    """Return for each series of tries the retry policy that it shows.

    Parameters
    ----------
    attempts : ATTEMPTS
        A series ends with a success or with the run.
    cost_s
        How long a try itself takes until it fails. A refused one takes milliseconds; one that times out takes the
        timeout, and unless that is given here the delays are only upper bounds.

    Returns
    -------
    pandas.DataFrame
        BACKOFFS, with 95 % intervals; NaN where the series cannot tell. The gap before a success is not used: a
        success takes longer than a refusal.

    Notes
    -----
    Least squares on the logarithms, t intervals, and for the spread chi-square intervals; each interval is the union
    over all bends that the data do not reject.
    """
    records = []
    for series in series_of(attempts):
        failed = [row for row in series if not row["ok"]]
        kept = {name: series[0][name] for name in _KEPT}
        seen = {"first": series[0]["ts"], "last": series[-1]["ts"], "failed": len(failed), "cost_s": cost_s}
        found = fits(quick(gaps_of(failed)), cost_s)
        told = {"ended_by": series[-1]["ended_by"], "tells": "; ".join(_tells(failed, found, series, cost_s))}
        policy = _tries(series, failed) | parameters(found, 0.0 if cost_s else _ANSWER_S)
        records.append(kept | seen | told | policy)
    return tables.rows(records, tables.BACKOFFS)


def _tries(series: list[dict[str, Any]], failed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many tries the policy allows: as the log states them, or as many as a run made before its end."""
    stated = sought(pd.Series([row["message"] for row in failed], dtype="str"), "try_of")["subject"]
    if len(stated) and stated.nunique() == 1:
        return {"tries": int(stated.iloc[0]), "tries_lower": int(stated.iloc[0])}
    ended = series[-1]["ended_by"]
    exhausted = len(failed) if ended == "run_end" else None
    return {"tries": exhausted, "tries_lower": len(failed) + (ended == "success")}


def _used_up(series: list[dict[str, Any]], failed: list[dict[str, Any]]) -> bool:
    tries = _tries(series, failed)["tries"]
    return tries is not None and len(failed) >= tries


def _tells(failed: list[dict[str, Any]], found: list[Fit], series: list[dict[str, Any]], cost_s: float) -> list[str]:
    if any(pd.isna(row["ts"]) for row in failed):
        return ["only the order of the tries is known: no delay can be told"]
    if not found:
        alone = "one failed try in this run: no retry inside it was seen"
        return [alone if len(failed) == 1 else "the failures are one try told several times: no gap can be told"]
    best, bends = found[0], {fit.rising for fit in found}
    slow = not cost_s and all(row["kind"] in _LATE for row in failed)
    said = {
        "too few gaps to tell growth from jitter: no interval can be given": not best.free,
        "the gaps scatter too much: no interval can be given": bool(best.free) and math.isnan(best.bounds("first")[1]),
        "the cap is reached at the second delay: of the factor only a lower bound is known": best.rising == 1,
        "the cap was not reached: only a lower bound is known": math.isnan(best.level[0]),
        "where the delays stop growing is not certain": len(bends) > 1,
        "gaps that a slow try ended are left out": len(quick(gaps_of(failed))) < len(gaps_of(failed)),
        "tries may have taken long themselves, so the delays are upper bounds: give cost_s": slow,
        "the tries were not used up": not _used_up(series, failed),
    }
    return [sentence for sentence, holds in said.items() if holds]


def gaps(attempts: pd.DataFrame, backoffs: pd.DataFrame, *, policy: Policy | None = None) -> pd.DataFrame:
    """Return each gap between failed tries beside the fitted delay and that of a declared policy.

    Parameters
    ----------
    attempts : ATTEMPTS
    backoffs : BACKOFFS
        As `backoff` gives them for these attempts.
    policy
        The declared policy.

    Returns
    -------
    pandas.DataFrame
        BACKOFF_GAPS.
    """
    records = []
    for series in series_of(attempts):
        failed = [row for row in series if not row["ok"]]
        same = backoffs[(backoffs["service"] == series[0]["service"]) & (backoffs["series"] == series[0]["series"])]
        fit = tables.records(same[same["dependency"] == series[0]["dependency"]])[0]
        declared = policy.delays_s() if policy else []
        telling = quick(gaps_of(failed))
        for number, (gap, row) in enumerate(gaps_of(failed), start=1):
            delay = declared[number - 1] if number <= len(declared) else math.nan
            kept = {name: row[name] for name in ("service", "dependency", "series", "file", "line", "pointer")}
            told = {
                "number": number,
                "gap_s": gap,
                "slow": (number - 1, gap) not in telling,
                "declared_s": delay,
                "residual_s": gap - delay,
            }
            records.append(kept | told | _fitted(fit, number))
    return tables.rows(records, tables.BACKOFF_GAPS)


def _fitted(fit: dict[str, Any], number: int) -> dict[str, float]:
    cap = math.inf if pd.isna(fit["cap_s"]) else fit["cap_s"]
    grown = cap if pd.isna(fit["factor"]) and number > 1 else fit["initial_s"] * fit["factor"] ** (number - 1)
    delay = min(cap, fit["initial_s"] if number == 1 else grown)
    low, high = (delay * (1 + sign * fit["jitter_ratio"]) + fit["cost_s"] for sign in (-1, 1))
    return {"fitted_s": delay + fit["cost_s"], "fitted_lower_s": low, "fitted_upper_s": high}
