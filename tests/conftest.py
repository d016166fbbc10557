"""Recorded incidents, loaded once and proved unchanged after each test that used them."""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from incidentlab.incident import Incident
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.tables import EVIDENCE_TABLES

mpl.use("Agg")
_state = tempfile.TemporaryDirectory(prefix="incidentlab-tests-")
os.environ["XDG_STATE_HOME"] = _state.name  # no test makes a key in the state of who runs it
# No test may fail because a machine is slow; and in CI the examples are the same in every run.
settings.register_profile(
    "incidentlab",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("incidentlab")
DATA = Path(__file__).parent.parent / "data"


@cache
def _recorded(name: str) -> Incident:
    return load(str(DATA / name))


@cache
def _investigated(name: str) -> Investigation:
    return investigate(_recorded(name))


def _fingerprint(incident: Incident) -> list[int]:
    frames = (getattr(incident, table.name) for table in EVIDENCE_TABLES)
    return [int(pd.util.hash_pandas_object(frame).sum()) for frame in frames]


_loaded: dict[str, list[int]] = {}
"""name of each recording in use -> its fingerprint when it was first loaded"""


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Wait for a condition, however slow the machine is; fail when it cannot come true any more."""

    def wait(condition: Callable[[], Any], *, whilst: Callable[[], bool] = lambda: True) -> Any:
        while not (came := condition()):
            assert whilst(), "it ended before the condition came true"
            time.sleep(0.02)
        return came

    return wait


@pytest.fixture
def chance() -> random.Random:
    """Give numbers by chance; INCIDENTLAB_SEED=N, as a failing test prints it, gives the same again."""
    seed = os.environ.get("INCIDENTLAB_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"INCIDENTLAB_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    return random.Random(seed)


@pytest.fixture
def recorded() -> Iterator[Callable[[str], Incident]]:
    """Load a recording of data/ by its name; no function changes its tables: after the test it is as it was loaded."""
    taken = set()

    def take(name: str) -> Incident:
        incident = _recorded(name)
        _loaded.setdefault(name, _fingerprint(incident))
        taken.add(name)
        return incident

    yield take
    for name in taken:
        assert _fingerprint(_recorded(name)) == _loaded[name], f"a function changed the tables of {name}"


@pytest.fixture
def investigated(recorded: Callable[[str], Incident]) -> Callable[[str], Investigation]:
    """Investigate a recording of data/ by its name."""

    def take(name: str) -> Investigation:
        recorded(name)
        return _investigated(name)

    return take
