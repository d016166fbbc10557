"""Quantiles of the beta, Student's t and chi-squared distributions, by bisection of their distribution functions.

An interval needs one number of one distribution. A library of statistics has it, and takes a hundred megabytes for it;
the two functions below are three series from the Digital Library of Mathematical Functions (dlmf.nist.gov). The tests
hold them to scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_ENOUGH = 1e-15
_MOST = 10_000
"""Terms of a series: it converges in about the square root of its parameters."""
_TINY = 1e-300


def beta(probability: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution.

    Parameters
    ----------
    probability
        Between 0 and 1.
    a, b
        Shapes, positive.

    Examples
    --------
    >>> round(beta(0.5, 2, 3), 6)
    0.385728
    """
    return _solved(lambda x: _beta_function(x, a, b), probability, 0.0, 1.0)


def student(probability: float, free: float) -> float:
    """Return the quantile of Student's t distribution with so many degrees of freedom.

    Notes
    -----
    DLMF 8.17.E1 with t: if T has the t distribution, free / (free + T^2) has the beta distribution of free / 2 and 1/2.

    Examples
    --------
    >>> round(student(0.975, 4), 6)
    2.776445
    """
    if probability == 0.5:  # where the beta quantile below is 1
        return 0.0
    tail = beta(2 * min(probability, 1 - probability), free / 2, 0.5)
    return math.copysign(math.sqrt(free * (1 - tail) / tail), probability - 0.5) if tail else math.inf


def chi_squared(probability: float, free: float) -> float:
    """Return the quantile of the chi-squared distribution with so many degrees of freedom.

    Examples
    --------
    >>> round(chi_squared(0.975, 4), 6)
    11.143287
    """
    upper = free + 10.0
    while _gamma_function(upper / 2, free / 2) < probability:
        upper *= 2
    return _solved(lambda x: _gamma_function(x / 2, free / 2), probability, 0.0, upper)


def _solved(function: Callable[[float], float], value: float, lower: float, upper: float) -> float:
    """Return where a rising function has a value."""
    while True:
        middle = (lower + upper) / 2
        if not lower < middle < upper:
            return middle
        if function(middle) < value:
            lower = middle
        else:
            upper = middle


def _beta_function(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b): DLMF 8.17.22, and by 8.17.4 where x is large."""
    if x <= 0 or x >= 1:
        return float(x > 0)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_function(1 - x, b, a)
    size = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)

    def numerator(number: int) -> float:
        half, odd = divmod(number, 2)
        if odd:
            return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        return half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))

    return math.exp(size) / a / _fraction(numerator)


def _fraction(numerator: Callable[[int], float]) -> float:
    """Return 1 + n1/(1 + n2/(1 + ...)), by the method of Lentz (DLMF 3.10.ii)."""
    value, c, d = 1.0, 1.0, 0.0
    for number in range(1, _MOST):
        d = 1 / ((1 + numerator(number) * d) or _TINY)
        c = (1 + numerator(number) / c) or _TINY
        value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def _gamma_function(x: float, a: float) -> float:
    """Return the regularised lower incomplete gamma function P(a, x): DLMF 8.11.4, whose terms are all positive."""
    if x <= 0:
        return 0.0
    term = total = 1 / a
    for number in range(1, _MOST):
        term *= x / (a + number)
        total += term
        if term < total * _ENOUGH:
            break
    return math.exp(a * math.log(x) - x - math.lgamma(a)) * total
