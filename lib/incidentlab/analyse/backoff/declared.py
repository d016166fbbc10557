"""A declared retry policy, and whether the tries are its tries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from incidentlab import tables
from incidentlab.analyse.backoff.fit import TIMER_S
from incidentlab.analyse.backoff.series import gaps_of, quick, series_of


@dataclass(frozen=True)
class Policy:
    """A declared retry policy: tries, first delay, factor, cap, and jitter as a share of the delay.

    Examples
    --------
    >>> Policy(tries=15, initial_s=2.0, factor=1.5, cap_s=10.0).delays_s()[:6]
    [2.0, 3.0, 4.5, 6.75, 10.0, 10.0]
    """

    tries: int
    initial_s: float
    factor: float = 1.0
    cap_s: float = math.inf
    jitter_ratio: float = 0.0

    def delays_s(self) -> list[float]:
        """Return the delays between the tries, in whole milliseconds as ``Math.floor(delay * factor)`` gives them."""
        delays, delay = [], min(self.initial_s, self.cap_s)
        for _ in range(self.tries - 1):
            delays.append(delay)
            delay = min(self.cap_s, math.floor(delay * self.factor * 1000 + 1e-6) / 1000)
        return delays


def compare(attempts: pd.DataFrame, policy: Policy, *, cost_limit_s: float = 0.5) -> pd.DataFrame:
    """Return for each series whether its tries are those of a declared policy.

    Parameters
    ----------
    attempts : ATTEMPTS
    policy
        The declared policy.
    cost_limit_s
        The longest that a try itself may take: a gap exceeds its delay by no more.

    Returns
    -------
    pandas.DataFrame
        POLICY_MATCHES. ``matches`` is NA where no gap can be compared.
    """
    records = []
    for series in series_of(attempts):
        failed = [row for row in series if not row["ok"]]
        told, delays = gaps_of(failed), policy.delays_s()
        surplus = len(told) > len(delays)
        placed = [(gap, delays[place]) for place, gap in quick(told) if place < len(delays)]
        seen, declared = np.array([gap for gap, _ in placed]), np.array([delay for _, delay in placed])
        residual, number = seen - declared, len(placed)
        low, high = -declared * policy.jitter_ratio, declared * policy.jitter_ratio + cost_limit_s
        fits = bool(np.all((residual >= low - TIMER_S) & (residual <= high))) and not surplus
        short = series[-1]["ended_by"] == "run_end" and len(failed) < policy.tries
        kept = {name: series[0][name] for name in ("service", "dependency", "series", "file", "line", "pointer")}
        verdict = {
            "matches": fits and not short if number else None,
            "gaps": number,
            "residual_low_s": residual.min() if number else math.nan,
            "residual_high_s": residual.max() if number else math.nan,
            "sentence": _sentence(residual, fits=fits, surplus=surplus, short=short, failed=len(failed), policy=policy),
        }
        records.append(kept | verdict)
    return tables.rows(records, tables.POLICY_MATCHES)


def _sentence(
    residual: NDArray[np.float64], *, fits: bool, surplus: bool, short: bool, failed: int, policy: Policy
) -> str:
    if not len(residual):
        return "no gap between tries can be compared"
    span = f"{residual.min():.3f} to {residual.max():.3f} s over the declared delays"
    if surplus:
        return f"{failed} failed tries, but the policy allows {policy.tries}"
    if short:
        return f"the run ended after {failed} failed tries, but the policy allows {policy.tries}"
    return f"{len(residual)} gaps, {span}: {'as declared' if fits else 'not as declared'}"
