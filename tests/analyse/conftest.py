"""A pasted text, diagnosed: what the tests of the diagnosis share."""

from collections.abc import Callable

import pandas as pd
import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load


@pytest.fixture
def pasted() -> Callable[[str], Investigation]:
    """Investigate a text as it would be pasted."""
    return lambda text: investigate(load(text.encode(), name="pasted"))


@pytest.fixture
def verdict(pasted: Callable[[str], Investigation]) -> Callable[[str], tuple[str, str | None, str | None]]:
    """Return category, service and dependency of a pasted text's verdict."""

    def ask(text: str) -> tuple[str, str | None, str | None]:
        row = pasted(text).findings.iloc[0]
        service, dependency = (None if pd.isna(row[name]) else str(row[name]) for name in ("service", "dependency"))
        return str(row["category"]), service, dependency

    return ask
