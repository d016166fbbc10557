"""Least squares for every place where a series of delays may stop growing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from incidentlab.analyse import quantiles

CONFIDENCE = 0.95
TIMER_S = 0.002
"""Timers are late and logs are stamped to a millisecond or two: no spread is believed to be less."""
_WIDEST = math.log(10)
"""An interval that reaches further than ten times the estimate, or a tenth of it, tells nothing: with one degree of
freedom the t interval of gaps that scatter is decades wide."""
_AS_GOOD = 6.0
"""A bend whose Bayesian information criterion is within 6 of the best is not rejected (Kass and Raftery 1995)."""


@dataclass(frozen=True, eq=False)
class Fit:
    """One bend: `rising` gaps grow, the rest are level; estimates are logarithms with their standard errors."""

    rising: int
    first: tuple[float, float]
    growth: tuple[float, float]
    level: tuple[float, float]
    top: float
    spread: float
    floor: float
    free: int
    score: float

    def bounds(self, name: str) -> tuple[float, float, float]:
        """Return estimate, lower and upper bound of a parameter as a delay; NaN where too wide to tell."""
        value, error = getattr(self, name)
        wide = error * quantiles.student((1 + CONFIDENCE) / 2, self.free) if self.free else math.nan
        wide = wide if wide <= _WIDEST else math.nan
        return math.exp(value), math.exp(value - wide), math.exp(value + wide)


def fits(placed: list[tuple[int, float]], cost_s: float) -> list[Fit]:
    """Return the bends that the gaps, given by place and seconds, do not reject; the best first."""
    if not placed:
        return []
    steps = np.array([place for place, _ in placed])
    delays = np.maximum(np.array([gap for _, gap in placed]) - cost_s, TIMER_S)
    floor = float(np.mean((TIMER_S / delays) ** 2))
    bends = [_fit(np.log(delays), steps, rising, floor) for rising in range(len(delays) + 1)]
    sound = [fit for fit in bends if _sound(fit, steps)]
    sound.sort(key=lambda fit: (fit.score, -fit.rising))
    return [fit for fit in sound if fit is sound[0] or (fit.free and fit.score <= sound[0].score + _AS_GOOD)]


def _fit(logs: NDArray[np.float64], steps: NDArray[np.int64], rising: int, floor: float) -> Fit:
    """Fit a line to the first `rising` logarithms and a level to the rest; with none rising, all are level."""
    number = len(logs)
    rises = np.arange(number) < rising
    columns = [rises * 1.0, np.where(rises, steps, 0.0), ~rises * 1.0]
    used = [bool(rising), rising > 1, rising < number]
    design = np.stack([column for column, keep in zip(columns, used, strict=True) if keep], axis=1)
    found, *_ = np.linalg.lstsq(design, logs, rcond=None)
    squares = float(np.sum((logs - design @ found) ** 2))
    free = number - design.shape[1]
    variance = max(squares / free if free else 0.0, floor)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    pairs = iter(zip(found.tolist(), errors.tolist(), strict=True))
    first, growth, level = (next(pairs) if keep else (math.nan, math.nan) for keep in used)
    score = number * math.log(max(squares / number, floor)) + math.log(number) * (
        design.shape[1] + (1 < rising < number)
    )
    if not rising:
        first, growth, level = level, (0.0, 0.0), (math.nan, math.nan)
    top = first[0] + (growth[0] * int(steps[rising - 1]) if rising > 1 else 0.0)
    return Fit(rising, first, growth, level, top, math.sqrt(variance), math.sqrt(floor), free, score)


def _sound(fit: Fit, steps: NDArray[np.int64]) -> bool:
    """Reject bends that no policy makes: delays that shrink, or a cap below the last delay or above the next."""
    number, slack = len(steps), 2 * fit.spread
    if fit.rising == 0:
        return True
    if fit.rising == 1:
        return number > 1 and steps[0] == 0 and fit.level[0] > fit.first[0] + slack
    if fit.growth[0] <= 0:
        return False
    return fit.rising == number or fit.top - slack <= fit.level[0] <= fit.top + fit.growth[0] + slack


def parameters(found: list[Fit], slack_s: float = 0.0) -> dict[str, float]:
    """Return estimates of the best bend, and bounds over all that are not rejected.

    Lower bounds of delays are lowered by `slack_s`: what a try may cost though no cost was taken off.
    """
    if not found:
        return {}
    best, result = found[0], dict[str, float]()
    for name, inner in (("initial", "first"), ("factor", "growth"), ("cap", "level")):
        unit = "" if name == "factor" else "_s"
        result[f"{name}{unit}"] = best.bounds(inner)[0]
        lower, upper = zip(*(_interval(fit, inner) for fit in found), strict=True)
        low, high = (float(np.min(lower)), float(np.max(upper)))  # NaN if any bend leaves it open
        result |= {
            f"{name}_lower{unit}": float(np.maximum(0.0, low - slack_s * bool(unit))),
            f"{name}_upper{unit}": high,
        }
    half = math.sqrt(3) * best.spread
    ends = [math.nan] * 2
    if best.free:
        ends = [math.sqrt(best.free / quantiles.chi_squared(share, best.free)) for share in (0.975, 0.025)]
    return result | {
        "jitter_ratio": half if best.free else math.nan,
        "jitter_lower_ratio": half * ends[0] * (best.spread > 2 * best.floor),
        "jitter_upper_ratio": half * ends[1],
    }


def _interval(fit: Fit, name: str) -> tuple[float, float]:
    """Return the bounds of a parameter; what a bend leaves open is bounded on one side only."""
    _, lower, upper = fit.bounds(name)
    if name == "growth" and fit.rising == 1:
        return math.exp(fit.level[0] - fit.first[0]) * 0.9, math.inf
    if name == "level" and math.isnan(fit.level[0]):
        return math.exp(fit.top - 2 * fit.spread), math.inf
    return lower, upper
