"""The commands after a change: what they show, and whether that verifies the claim."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from incidentlab import report
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load

Investigated = Callable[[str], Investigation]


def holds(frame: pd.DataFrame) -> list[str]:
    """Return whether each claim holds: deployed, logs, running, healthy, size."""
    return frame["holds"].tolist()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("image-distroless", ["yes", "yes", "yes", "yes", "not known"]),
        ("image-distroless-no-path", ["yes", "yes", "yes", "no", "not known"]),
        ("startup-race", ["yes", "yes", "no", "yes", "not known"]),
        ("wrong-host", ["yes", "no", "no", "no", "not known"]),
    ],
)
def test_a_command_verifies_what_it_shows_and_no_more(name: str, told: list[str], investigated: Investigated) -> None:
    """The mended image holds; the one without PATH is not healthy; what recovered by restarts did restart."""
    assert holds(investigated(name).verifications("auth-service")) == told


def test_every_answer_names_the_row_that_gives_it(investigated: Investigated) -> None:
    """What holds or does not points at a line; a command can be typed as it stands."""
    frame = investigated("image-distroless").verifications("auth-service")
    assert frame.loc[frame["holds"].ne("not known"), "line"].notna().all()
    assert frame["command"].str.contains("auth-service").all()
    assert "{{json .State.Health}}" in frame["command"].iloc[3]


def test_a_log_that_was_cut_off_verifies_nothing(investigated: Investigated) -> None:
    """Where the ledger says that the log is not whole, its end is not known to be good."""
    seen = investigated("image-distroless").incident
    row = seen.ledger["source"].eq("logs:payflow-auth-service-1")
    cut = seen.ledger.assign(truncated=seen.ledger["truncated"].mask(row, "rotated"))
    frame = investigate(replace(seen, ledger=cut)).verifications("auth-service")
    assert holds(frame)[1] == "not known"


def test_what_is_contradicted_comes_first(investigated: Investigated) -> None:
    """A reader sees first what does not hold."""
    text = report.verified(investigated("image-distroless-no-path").verifications("auth-service")).text
    assert text.startswith("Contradicted\n  - its healthcheck passes: unhealthy")


def test_a_pasted_log_verifies_nothing_of_the_engine() -> None:
    """Without inspect neither state nor health nor size is known."""
    frame = investigate(load("web-1  | ready\n")).verifications("web")
    assert set(holds(frame)) == {"not known"}
