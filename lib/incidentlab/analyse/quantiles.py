"""Quantiles of the beta, Student's t and chi-squared distributions, by bisection of their distribution functions.

An interval needs one number of one distribution. A library of statistics has it, and takes a hundred megabytes for it;
mpmath has the two functions that the distributions are made of, in one. The tests hold the quantiles to scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache


@cache
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


@cache
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


@cache
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
    """Return the regularised incomplete beta function I_x(a, b), DLMF 8.17.2 (dlmf.nist.gov)."""
    import mpmath  # late: most incidents need no quantile

    return float(mpmath.betainc(a, b, 0, x, regularized=True))


def _gamma_function(x: float, a: float) -> float:
    """Return the regularised lower incomplete gamma function P(a, x), DLMF 8.2.4."""
    import mpmath  # late, as above

    return float(mpmath.gammainc(a, 0, x, regularized=True))
