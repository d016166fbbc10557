"""Our quantiles beside those of a library of statistics."""

import math

import pytest
from scipy import stats

from incidentlab.analyse import quantiles

PROBABILITIES = [1e-6, 0.025, 0.05, 0.3, 0.5, 0.9, 0.95, 0.975, 1 - 1e-6]


@pytest.mark.parametrize("probability", PROBABILITIES)
@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.5, 0.5), (2, 3), (9.7, 0.3), (40, 7.5), (1000, 3), (3, 2000)])
def test_beta_is_that_of_scipy(probability: float, a: float, b: float) -> None:
    """The quantile of the beta distribution agrees to nine digits, for flat, steep and lopsided shapes."""
    assert quantiles.beta(probability, a, b) == pytest.approx(stats.beta.ppf(probability, a, b), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("probability", PROBABILITIES)
@pytest.mark.parametrize("free", [1, 2, 3, 4, 10, 57, 1000])
def test_student_and_chi_squared_are_those_of_scipy(probability: float, free: int) -> None:
    """The quantiles of an interval for a mean and for a variance agree to nine digits, whatever the number of gaps."""
    assert quantiles.student(probability, free) == pytest.approx(stats.t.ppf(probability, free), rel=1e-8, abs=1e-12)
    assert quantiles.chi_squared(probability, free) == pytest.approx(stats.chi2.ppf(probability, free), rel=1e-9)


def test_the_median_of_t_is_nought() -> None:
    """The t distribution is symmetric: its quantiles are opposite, and the one in the middle is 0."""
    assert quantiles.student(0.5, 7) == 0.0
    assert quantiles.student(0.25, 7) == -quantiles.student(0.75, 7)
    assert math.isfinite(quantiles.student(1e-12, 1))
