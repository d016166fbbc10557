from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def gaps(*rows: tuple[float, float | None, float | None], slow: bool = False, series: int = 1) -> pd.DataFrame:
    """Return gaps: observed, fitted, declared; with `slow` the first one was ended by a slow try."""
    return tables.rows(
        [
            {
                "service": "app",
                "dependency": "db",
                "series": series,
                "number": number,
                "gap_s": gap,
                "slow": slow and number == 1,
                "fitted_s": fitted,
                "fitted_lower_s": fitted and fitted * 0.9,
                "fitted_upper_s": fitted and fitted * 1.1,
                "declared_s": declared,
            }
            for number, (gap, fitted, declared) in enumerate(rows, start=1)
        ],
        tables.BACKOFF_GAPS,
    )


def legend(ax: plt.Axes) -> list[str]:
    """Return the words of the legend."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_gaps_fit_band_and_declaration_are_drawn() -> None:
    """Observed gaps, the fitted delays with their band, and the declared delays each have their mark."""
    ax = plot.backoff(gaps((2.01, 2.0, 2.0), (3.01, 3.0, 3.0)))
    assert legend(ax) == ["app to db", "app to db: fitted", "declared delay"]
    assert list(ax.lines[0].get_ydata()) == [2.01, 3.01]
    assert len(ax.collections) == 1
    assert ax.get_ylabel() == "time to the next try (s)"


def test_without_a_fit_only_the_gaps_are_drawn() -> None:
    """Where nothing could be told, nothing is claimed."""
    ax = plot.backoff(gaps((2.01, None, None)))
    assert legend(ax) == ["app to db"]
    assert not ax.collections


def test_a_gap_that_a_slow_try_ended_is_hollow() -> None:
    """It is drawn, but told from those that the fit is made of."""
    ax = plot.backoff(gaps((5.05, 0.05, None), (0.1, 0.1, None), slow=True))
    assert "app to db: ended by a slow try" in legend(ax)
    assert [line.get_markerfacecolor() for line in ax.lines if list(line.get_ydata()) == [5.05]] == ["white"]


def test_several_series_are_told_apart() -> None:
    """Each series has a name, a colour and a shape."""
    both = tables.join([gaps((2.0, None, None)), gaps((4.0, None, None), series=2)], tables.BACKOFF_GAPS)
    ax = plot.backoff(both)
    assert legend(ax) == ["app to db, series 1", "app to db, series 2"]
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 2


def test_no_gap_is_an_empty_figure() -> None:
    """Nothing to draw is no error."""
    assert not plot.backoff(tables.empty(tables.BACKOFF_GAPS)).lines
