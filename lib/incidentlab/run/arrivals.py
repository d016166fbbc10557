"""A folder in which bundles arrive: each is run once it has come whole, and again when it has changed.

A capture appears by one rename and is whole at once. What is copied grows; it is taken when two looks at it, some
seconds apart, see the same files, sizes and times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event

from incidentlab.bundle import address
from incidentlab.tables import BadInput

EVERY_S = 5.0
"""Seconds between two looks."""

Look = dict[str, tuple[tuple[str, int, int], ...]]


def arrivals(
    folders: Iterable[str], take: Callable[[list[str]], None], *, stop: Event, every_s: float = EVERY_S
) -> None:
    """Call `take` with all sources that have come whole, whenever one came or changed, until `stop` is set.

    Parameters
    ----------
    folders
        Of the sources: every file or folder in one of them is a source, unless its name begins with a dot.
    take
        Takes the sources, in the order of their names.
    stop
        Set it, from another thread or a signal handler, to end.
    every_s
        Seconds between two looks.

    Raises
    ------
    BadInput
        One is no folder.
    """
    places = [_folder(folder) for folder in folders]
    before, taken = look(places), Look()
    while not stop.wait(every_s):
        now = look(places)
        whole = {source: seen for source, seen in now.items() if before.get(source) == seen}
        if any(taken.get(source) != seen for source, seen in whole.items()):
            take(sorted(whole))
            taken = whole
        before = now


def look(places: Iterable[Path]) -> Look:
    """Return the files of each source: name, size and time of the last change."""
    sources = [path for place in places for path in sorted(place.iterdir()) if not path.name.startswith(".")]
    return {str(source): tuple(_files(source)) for source in sources}


def _files(source: Path) -> Iterable[tuple[str, int, int]]:
    for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
        try:
            told = path.stat()
        except OSError:  # it has just gone
            continue
        if not path.is_dir():
            yield str(path), told.st_size, told.st_mtime_ns


def _folder(folder: str) -> Path:
    place = Path(folder)
    if address.is_address(folder) or not place.is_dir():
        raise BadInput(f"{folder} is no folder that can be watched; give the folder in which bundles arrive")
    return place
