"""How often a setting recovers, over the times to ready that were seen, and the smallest that does so often enough."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incidentlab import tables
from incidentlab.analyse.whatif.facts import Facts
from incidentlab.analyse.whatif.readiness import ready_probability, weights
from incidentlab.analyse.whatif.replay import Setting, replay


def deadline_s(facts: Facts, setting: Setting) -> float:
    """Return the longest time to ready that a setting survives; inf where it tries for an hour or more.

    The service recovers if it tries, or the dependency is probed, once more after it has become ready: so the answer
    is the time of the last try, or of the last probe, in a replay in which the dependency never becomes ready.

    Examples
    --------
    >>> facts = Facts("app", "db", ready=(), boot_s=0.3, client_start_s=0.3, try_s=0.0)
    >>> round(deadline_s(facts, Setting(tries=3)), 3), deadline_s(facts, Setting(restart="always"))
    (5.6, inf)
    """
    outcome = replay(replace(facts, ready=()), setting)
    if outcome.reason == "horizon":
        return math.inf
    last = {what: second for second, what in outcome.steps}
    return last["try"] - facts.try_s if "try" in last else last.get("probe", -math.inf)


def recovery(
    facts: Facts, settings: Mapping[str, Setting], ready: pd.DataFrame, *, draws: int = 500, seed: int = 0
) -> pd.DataFrame:
    """Return for each setting the share of starts that have recovered by a time, over the times to ready seen.

    Parameters
    ----------
    facts
        All but the readiness is taken from them; a temporary server runs until the real one is ready.
    settings
        Words -> setting.
    ready : READINESS
        From many incidents. Censored starts count for as long as they were looked at.
    draws, seed
        For the 95 % interval: the starts are drawn anew so many times (bootstrap).

    Returns
    -------
    pandas.DataFrame
        RECOVERY. A curve that levels off below 1 has starts that never recover, or whose end nobody saw.
    """
    if not ready["observed"].any():
        return tables.empty(tables.RECOVERY)
    moments, share = weights(ready)
    rng = np.random.default_rng(seed)
    resampled = [_share(ready.iloc[rng.integers(0, len(ready), len(ready))], moments) for _ in range(draws)]
    records: list[dict[str, Any]] = []
    for words, setting in settings.items():
        at = np.array([replay(_ready_at(facts, moment), setting).at_s for moment in moments.tolist()])
        for second in [0.0, *np.unique(at[~np.isnan(at)]).tolist()]:
            by_then = at <= second
            drawn = [float(one[by_then].sum()) for one in resampled]
            low, high = np.quantile(drawn, [0.025, 0.975])
            here = {"setting": words, "time_s": second, "recovered_ratio": float(share[by_then].sum())}
            records.append(here | {"lower_ratio": float(low), "upper_ratio": float(high)})
    return tables.rows(records, tables.RECOVERY)


def _share(ready: pd.DataFrame, moments: NDArray[np.float64]) -> NDArray[np.float64]:
    found, share = weights(ready)
    aligned = np.zeros(len(moments))
    aligned[np.searchsorted(moments, found)] = share
    return aligned


def _ready_at(facts: Facts, second: float) -> Facts:
    temporary = tuple((begin, second) for begin, _ in facts.temporary[:1] if begin < second)
    return replace(facts, ready=((second, math.inf),), temporary=temporary)


def recommend(  # a question with its wanted certainty
    facts: Facts,
    base: Setting,
    parameter: str,
    values: Iterable[float],
    ready: pd.DataFrame,
    *,
    probability: float = 0.99,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the smallest value of a setting that recovers with a wanted probability, and what the data support.

    Parameters
    ----------
    facts, base
        As for `replay`.
    parameter, values
        The setting, and the values to choose from.
    ready : READINESS
        From many incidents.
    probability
        Of recovery, over starts like those seen.
    confidence
        With which ``sure_value`` reaches it.

    Returns
    -------
    pandas.DataFrame
        RECOMMENDATIONS, one row. ``supported`` is False where no value reaches the probability with that confidence:
        for 0.99 at 95 % it takes 299 starts without a failure, whatever the setting.
    """
    settings: list[tuple[float, dict[str, Any]]] = [(value, {parameter: value}) for value in sorted(values)]
    tried = [(value, deadline_s(facts, replace(base, **changed))) for value, changed in settings]
    chances = [(value, limit, *ready_probability(ready, limit, confidence=confidence)) for value, limit in tried]
    good = next(((value, limit) for value, limit, estimate, _ in chances if estimate >= probability), None)
    sure = next((value for value, _, _, bound in chances if bound >= probability), math.nan)
    value, limit = good or (math.nan, math.nan)
    starts, censored = len(ready), int((~ready["observed"].astype(bool)).sum())
    row = {
        "parameter": parameter,
        "value": value,
        "sure_value": sure,
        "probability": probability,
        "confidence": confidence,
        "deadline_s": limit,
        "starts": starts,
        "censored": censored,
        "starts_needed": math.ceil(math.log(1 - confidence) / math.log(probability)),
        "supported": not math.isnan(sure),
    }
    return tables.rows([row | {"sentence": _sentence(row)}], tables.RECOMMENDATIONS)


def _sentence(row: dict[str, Any]) -> str:
    wanted = f"a probability of {row['probability']:g}"
    seen = f"{row['starts']} starts seen, {row['censored']} of them not to the end"
    if math.isnan(row["value"]):
        return f"no value of {row['parameter']} that was tried reaches {wanted} ({seen})"
    said = f"{row['parameter']} = {row['value']:g} is the smallest that reaches {wanted} over the {seen}"
    if row["supported"]:
        return f"{said}; with {row['confidence']:.0%} confidence it takes {row['sure_value']:g}"
    needed = f"that takes {row['starts_needed']} starts without a failure, or more with some"
    return f"{said}; the starts seen do not support it with {row['confidence']:.0%} confidence: {needed}"
