from pathlib import Path
from typing import Any

import pytest

from incidentlab import bundle
from incidentlab.collect import engine, ledger

T0 = 1_795_425_730_000_000_000
SAME = {"before": engine.moment(T0), "engine": engine.moment(T0), "after": engine.moment(T0)}


def look(container_id: str = "c1", *, probes: int = 0, running: bool = True) -> dict[str, Any]:
    """Return a look at a container that was created at T0."""
    state = {"Pid": 1 if running else 0, "Health": {"Log": [{}] * probes}}
    inspect = {"Id": container_id, "Name": f"/{container_id}-1", "Created": engine.moment(T0), "State": state}
    return {"observed_at": "", "inspect": inspect}


def begun(folder: Path) -> bundle.Recording:
    """Begin a recording, or go on with it."""
    return bundle.Recording(folder, project="shop", max_bytes=1 << 30)


def told(folder: Path, *looks: dict[str, Any], ring: list[dict[str, Any]] | None = None) -> dict[str, dict[str, str]]:
    """Return what a recorder tells when it begins and sees these containers."""
    recording = begun(folder)
    found = list(ledger.at_start({"clock": SAME}, list(looks), ring or [], recording))
    recording.close()
    return {source: facts for source, facts in found if facts}


def test_a_recording_from_before_the_project_misses_nothing(tmp_path: Path) -> None:
    """Where no container was, nothing has been forgotten."""
    assert told(tmp_path) == {}


def test_what_the_engine_had_forgotten_at_the_start(tmp_path: Path) -> None:
    """Events before the ring, probes before the last five and addresses of what does not run are told."""
    ring = [{"timeNano": T0 + engine.SECOND}] * 256
    found = told(tmp_path, look(probes=5), look("c2", running=False), ring=ring)
    assert "keeps the last 256 events" in found["events"]["truncated"]
    assert found["inspect"]["truncated"].endswith("earlier ones of c1-1 are gone")
    assert found["inspect"]["gap"].endswith("that do not run are gone: c2-1")
    assert found["samples"]["gap"] == f"none before {engine.moment(T0)}"


def test_what_was_removed_during_a_pause(tmp_path: Path) -> None:
    """The log of a container that went while nothing was recorded may lack its end; that of one seen to go does not."""
    recording = begun(tmp_path)
    for name, gone in (("a", False), ("b", True), ("c", False)):
        recording.log(f"logs/{name}.{name}.stdout.log", b"x\n", container=name, container_id=name, gone=gone)
    recording.ready()
    recording.close()
    found = told(tmp_path, look("c"))
    assert list(found) == ["logs:a"]
    assert "while nothing was recorded: its last lines may be missing" in found["logs:a"]["gap"]


@pytest.mark.parametrize(("ahead_ms", "is_told"), [(99, False), (-99, False), (101, True), (-101, True)])
def test_clocks_that_differ(ahead_ms: int, is_told: bool) -> None:
    """A difference of more than 100 ms is told, in either direction."""
    words = ledger.skew(SAME | {"engine": engine.moment(T0 + ahead_ms * 1_000_000)})
    assert (words is not None) == is_told


def test_a_slow_answer_proves_no_skew() -> None:
    """What the time of asking may explain is not held against the clocks."""
    assert ledger.skew(SAME | {"engine": engine.moment(T0), "after": engine.moment(T0 + engine.SECOND)}) is None


def test_a_source_that_stayed_empty_is_not_known_to_be_complete(tmp_path: Path) -> None:
    """Where no line, event or reading came, the ledger says that nothing came; or that no container was there."""
    recording = begun(tmp_path)
    recording.log("logs/a.a.stdout.log", b"x\n", container="a-1", container_id="a")
    rows = {row["source"]: row for row in ledger.rows(recording, ["a-1", "b-1"])}
    assert next(row["source"] for row in ledger.rows(recording)) == "inspect"
    recording.close()
    assert {source for source, row in rows.items() if (row["gap"] or "").startswith("nothing came")} == {
        "logs:b-1",
        "events",
        "samples",
    }
