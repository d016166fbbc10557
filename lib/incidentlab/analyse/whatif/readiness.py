"""The time to ready, seen in many incidents: Kaplan-Meier, with starts that nobody saw become ready as censored."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incidentlab import tables
from incidentlab.analyse import quantiles


def readiness(
    phases: pd.DataFrame, lifetimes: pd.DataFrame, *, service: str, incident: str, end: pd.Timestamp
) -> pd.DataFrame:
    """Return how long the first start of each container of a service took to be ready.

    Later starts find their data in place and are faster: they are not like the first, and left out.

    Parameters
    ----------
    phases : PHASES
    lifetimes : LIFETIMES
    service
        The dependency.
    incident
        Its name, for the reader; rows of many incidents are put together with `incidentlab.tables.join`.
    end
        When we stopped looking: a start not ready by then is censored.

    Returns
    -------
    pandas.DataFrame
        READINESS.
    """
    records = []
    first = lifetimes[(lifetimes["service"] == service) & (lifetimes["run"] == 1) & lifetimes["started"].notna()]
    for run in tables.records(first):
        last = min(end, run["finished"]) if pd.notna(run["finished"]) else end
        told = phases[(phases["container"] == run["container"]) & (phases["phase"] == "ready")]
        ready = told["start"][told["start"].between(run["started"], last)]
        until = ready.min() if len(ready) else last
        kept = {name: run[name] for name in ("service", "container", "file", "line", "pointer")}
        seen = {"duration_s": (until - run["started"]).value / 1e9, "observed": bool(len(ready))}
        records.append(kept | seen | {"incident": incident})
    return tables.rows(records, tables.READINESS)


def survival(ready: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the Kaplan-Meier curve of the time to ready.

    Parameters
    ----------
    ready : READINESS
    confidence
        Of the pointwise interval (log-log transform of Greenwood's variance, as lifelines gives it).

    Returns
    -------
    pandas.DataFrame
        SURVIVAL; empty without any start.
    """
    if ready.empty:
        return tables.empty(tables.SURVIVAL)
    from lifelines import KaplanMeierFitter  # type: ignore[import-untyped]  # untyped, and late: it takes a second

    fitter = KaplanMeierFitter(alpha=1 - confidence).fit(ready["duration_s"], ready["observed"].astype(bool))
    bounds = fitter.confidence_interval_
    steps = fitter.event_table
    frame: dict[str, Any] = {
        "time_s": steps.index.to_numpy(),
        "waiting_ratio": fitter.survival_function_.iloc[:, 0].to_numpy(),
        "lower_ratio": bounds.iloc[:, 0].to_numpy(),
        "upper_ratio": bounds.iloc[:, 1].to_numpy(),
    }
    counts = {"at_risk": "at_risk", "ready": "observed", "censored": "censored"}
    frame |= {name: steps[column].to_numpy().astype("int64") for name, column in counts.items()}
    return tables.check(pd.DataFrame(frame), tables.SURVIVAL)


def weights(ready: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the times at which starts became ready, and the share that Kaplan-Meier gives to each.

    The shares add up to less than 1 where the longest starts are censored: what became of them is not known.

    Examples
    --------
    >>> frame = tables.rows([{"duration_s": d, "observed": o} for d, o in ((1, True), (2, False), (3, True))],
    ...     tables.READINESS)
    >>> [array.round(3).tolist() for array in weights(frame)]
    [[1.0, 3.0], [0.333, 0.667]]
    """
    lasted, seen = ready["duration_s"].to_numpy(), ready["observed"].astype(bool).to_numpy()
    moments = np.unique(lasted[seen])
    left, share, waiting = [int(np.sum(lasted >= moment)) for moment in moments], [], 1.0
    for moment, number in zip(moments, left, strict=True):
        share.append(waiting * np.sum((lasted == moment) & seen) / number)
        waiting -= share[-1]
    return moments, np.array(share)


def ready_probability(ready: pd.DataFrame, deadline_s: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the share of starts that are ready by a deadline, and its one-sided lower confidence bound.

    Parameters
    ----------
    ready : READINESS
    deadline_s
        inf = whenever they are ready at all.
    confidence
        Of the bound.

    Returns
    -------
    tuple
        Estimate (Kaplan-Meier) and bound. Without a start: NaN and 0.

    Notes
    -----
    The bound is that of the beta product confidence procedure (Fay, Brittain and Proschan 2013, Biostatistics 14),
    by the method of moments: exact (Clopper and Pearson) without censoring, and never surer than the number of
    starts allows, which Greenwood's formula is where all starts were ready in time.

    Examples
    --------
    >>> frame = tables.rows([{"duration_s": 5.0, "observed": True}] * 10, tables.READINESS)
    >>> estimate, bound = ready_probability(frame, 6.0)
    >>> round(estimate, 3), round(bound, 3)
    (1.0, 0.741)
    """
    if np.isinf(deadline_s):
        return 1.0, 1.0
    if ready.empty:
        return float("nan"), 0.0
    moments, share = weights(ready)
    lasted = np.sort(ready["duration_s"].to_numpy())
    done = np.sort(ready.loc[ready["observed"].astype(bool), "duration_s"].to_numpy())
    done = done[done <= deadline_s]
    at_risk = [len(lasted) - int(np.searchsorted(lasted, second)) for second in done]
    ties = pd.Series(done).groupby(pd.Series(done)).cumcount().to_numpy()
    mean, square = 1.0, 1.0
    for number, tie in zip(at_risk, ties, strict=True):
        mean *= (number - tie) / (number - tie + 1)
        square *= (number - tie) / (number - tie + 2)
    estimate = float(share[moments <= deadline_s].sum())
    if not len(done):
        return estimate, 0.0
    size = (mean - square) / (square - mean**2)
    return estimate, 1 - quantiles.beta(confidence, mean * size, (1 - mean) * size)
