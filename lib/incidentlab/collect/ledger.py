"""What a recording must own up to: the words of its ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from incidentlab.bundle import RECORDER, Recording, ledger_row
from incidentlab.bundle.segments import contents
from incidentlab.collect import engine, logs
from incidentlab.collect.events import Event, truncation
from incidentlab.collect.observe import Snapshot
from incidentlab.collect.snapshot import forgotten_addresses, forgotten_probes

SKEW_NS = 100_000_000
"""Difference between two clocks from which on it is told; what happens on one machine differs by less."""
KEY_LOST = "the key of the tokens was gone when the recording went on: from then on a secret has another token"

_EMPTY = "nothing came: there was nothing, or the engine does not give it"

Told = tuple[str, dict[str, Any]]


def at_start(about: dict[str, Any], seen: list[Snapshot], ring: list[Event], recording: Recording) -> Iterator[Told]:
    """Yield what is known to be missing when a recording begins, or goes on.

    Parameters
    ----------
    about
        What the engine says of itself.
    seen
        A look at each container that is there.
    ring
        The events that the engine still has.
    recording
        The recording, as the recorder before has left it.
    """
    if told := skew(about["clock"]):
        yield RECORDER, {"gap": told}
    if recording.before:
        yield from _pause(seen, recording)
    elif seen:
        created = min(engine.nanoseconds(look["inspect"]["Created"]) for look in seen)
        truncated, gap = truncation(ring, created=created, watched_from=None)
        yield "events", _words(truncated=truncated, gap=gap)
        yield "inspect", _words(truncated=forgotten_probes(seen), gap=forgotten_addresses(seen))
        yield "samples", {"gap": f"none before {about['clock']['engine']}"}
    for look in seen:
        if told := logs.rotation(look["inspect"]):
            yield f"logs:{look['inspect']['Name'].removeprefix('/')}", {"truncated": told}


def _pause(seen: list[Snapshot], recording: Recording) -> Iterator[Told]:
    """Yield whose logs may have ended in the time for which nobody recorded."""
    before, now = engine.moment(recording.before or 0), recording.journal.lines[-1]["at"]
    there = {look["inspect"]["Id"] for look in seen}
    for entry in recording.files.values():
        if "container_id" in entry and entry["container_id"] not in there and not entry.get("gone"):
            words = f"removed between {before} and {now}, while nothing was recorded: its last lines may be missing"
            yield f"logs:{entry['container']}", {"gap": words}


def lost_events(t0: int, t1: int) -> str:
    """Return the words for a stretch of which the engine keeps no events any more."""
    return f"events from {engine.moment(t0)} to {engine.moment(t1)} may be missing: nobody listened"


def skew(clock: dict[str, str]) -> str | None:
    """Return the words for clocks that differ; None if they agree as far as can be told.

    Examples
    --------
    >>> begun = {"before": "2026-01-01T00:00:00Z", "after": "2026-01-01T00:00:00.2Z"}
    >>> skew(begun | {"engine": "2026-01-01T00:00:05.1Z"})
    "the engine's clock is 5.000 s ahead of the recorder's (to 0.100 s): observed_at is the recorder's"
    >>> skew(begun | {"engine": "2026-01-01T00:00:00.3Z"}) is None
    True
    """
    before, there, after = (engine.nanoseconds(clock[name]) for name in ("before", "engine", "after"))
    ahead, within = there - (before + after) // 2, (after - before) / 2
    if abs(ahead) - within <= SKEW_NS:
        return None
    way = "ahead of" if ahead > 0 else "behind"
    return (
        f"the engine's clock is {abs(ahead) / 1e9:.3f} s {way} the recorder's (to {within / 1e9:.3f} s): "
        "observed_at is the recorder's"
    )


def rows(recording: Recording, containers: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return what each source of a recording covers; one from which nothing came is not known to be complete.

    Parameters
    ----------
    recording
        The recording, at its end.
    containers
        Names of the containers that were followed.
    """
    files: dict[str, list[Path]] = {}
    for path, entry in recording.files.items():
        source = f"logs:{entry['container']}" if entry["kind"] == "container_log" else entry["kind"]
        files.setdefault(source, []).append(recording.folder / path)
    expected = [f"logs:{name}" for name in containers]
    expected += ["events", "samples"] if expected else ["inspect"]
    empty = [ledger_row(source, rows=0, gap=_EMPTY) for source in expected if source not in files]
    return empty + [
        ledger_row(source, **(logs.coverage(paths) if source.startswith("logs:") else {"rows": _lines(paths)}))
        for source, paths in files.items()
        if source not in ("engine", "config", "recording")
    ]


def _lines(paths: list[Path]) -> int:
    return sum(contents(path)[0] for path in paths)


def _words(**words: str | None) -> dict[str, str]:
    return {key: text for key, text in words.items() if text}
