"""Generated incidents: reproducible, of any size, and named by the diagnosis where a log can tell."""

import itertools
import tracemalloc

import pandas as pd
import pytest

from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.run.faults import FAULTS
from incidentlab.run.generate import FORMS, SERVICES, Generated, generate, stream
from incidentlab.tables import CATEGORIES, BadInput

SILENT = "healthcheck_exec_failure"
"""Only the engine's probes tell it; a log does not"""

OTHERWISE = {"missing_database", "port_conflict", SILENT}
"""Where the diagnosis of a log alone names the database, the container, or nobody instead of the service"""


def verdict(incident: Generated) -> tuple[str, str | None]:
    """Return the category and the service that the diagnosis names."""
    row = investigate(load(incident.text.encode(), name="generated")).findings.iloc[0]
    return str(row["category"]), None if pd.isna(row["service"]) else str(row["service"])


def test_every_category_can_be_planted() -> None:
    """There is a fault for each answer that a diagnosis may give, and no other."""
    assert set(FAULTS) == set(CATEGORIES)


@pytest.mark.parametrize("category", sorted(set(CATEGORIES) - {SILENT}))
@pytest.mark.parametrize("seed", [0, 1])
def test_the_planted_cause_is_named(category: str, seed: int) -> None:
    """The diagnosis of a log with times names the category that was planted, and where it can the service."""
    incident = generate(category, seed=seed, lines=120)
    found = verdict(incident)
    assert found[0] == category
    if category not in OTHERWISE and incident.truth["service"]:
        assert found[1] == incident.truth["service"]


@pytest.mark.parametrize("category", sorted(set(CATEGORIES) - {SILENT}))
def test_the_planted_cause_is_named_without_times(category: str) -> None:
    """So it does from the order of the lines alone, as Compose v1 writes them."""
    assert verdict(generate(category, seed=2, lines=120, form="v1"))[0] == category


def test_what_no_log_tells_accuses_nobody() -> None:
    """A probe that cannot run is told by the engine only: the diagnosis of the log, which is calm, does not guess."""
    assert verdict(generate(SILENT, seed=0))[0] in ("unknown", "benign")


@pytest.mark.parametrize("form", FORMS)
def test_same_seed_same_bytes(form: str) -> None:
    """The same arguments give the same text; another seed gives another."""
    first, again, other = (generate("startup_race", seed=seed, form=form) for seed in (7, 7, 8))
    assert first == again
    assert first.text != other.text


@pytest.mark.parametrize("form", FORMS)
def test_every_line_is_read(form: str) -> None:
    """The parser places every line, in order of time, with the services' names."""
    incident = load(generate("auth_failure", seed=3, form=form).text.encode())
    assert incident.unparsed == 0
    assert set(SERVICES) | {"redis"} <= set(incident.logs["service"].dropna())
    assert incident.timed == (form == "up -t")
    assert incident.logs["ts"].dropna().is_monotonic_increasing


def test_the_size_is_what_was_asked_for() -> None:
    """Traffic fills the log to the wanted number of lines."""
    assert len(generate("benign", seed=0, lines=5000).text.splitlines()) == 5000


def test_a_stream_needs_no_memory() -> None:
    """A hundred million lines can be streamed: no more than the script of the fault is held."""
    _, lines = stream("disk_full", seed=0, lines=100_000_000)
    tracemalloc.start()
    size = sum(map(len, itertools.islice(lines, 50_000)))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 4_000_000
    assert held < 200_000


def test_an_unknown_category_is_refused() -> None:
    """What cannot be planted is bad input."""
    with pytest.raises(BadInput, match="CATEGORIES"):
        generate("gremlins", seed=0)
