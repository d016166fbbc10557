"""What is left to do when a writer was killed: a small process that waits for that end runs this file by itself.

It needs nothing but Python's own modules, so that it starts at once.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

MOVES = ".incidentlab-moves.json"
"""Stands in a folder while files that belong together take their places: a list of pairs, hidden name and name."""


def moves(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a list of moves; none where it is no such list, or names anything outside its folder.

    Examples
    --------
    >>> moves('[[".a.partial", "a"], ["", "b"]]'), moves('[[".a.partial", "../a"]]'), moves("[")
    ([('.a.partial', 'a'), ('', 'b')], [], [])
    """
    try:
        pairs = [(str(hidden), str(name)) for hidden, name in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        return []
    paths = [Path(name) for pair in pairs for name in pair]
    return [] if any(path.is_absolute() or ".." in path.parts for path in paths) else pairs


def finish(folder: Path, pairs: list[tuple[str, str]]) -> OSError | None:
    """Let what is complete take its place, and remove what has no hidden name; return what went wrong, if anything."""
    wrong = None
    for hidden, name in pairs:
        try:
            if hidden:
                (folder / hidden).replace(folder / name)
            else:
                (folder / name).unlink()
        except FileNotFoundError:  # done before the kill
            continue
        except OSError as error:
            wrong = error
    (folder / MOVES).unlink(missing_ok=True)
    return wrong


def drop(folder: Path, pairs: list[tuple[str, str]]) -> None:
    """Remove what has not been completed."""
    for hidden in (f".{MOVES}.partial", MOVES, *(hidden for hidden, _ in pairs if hidden)):
        with suppress(OSError):
            (folder / hidden).unlink()


def _main(what: str, place: Path) -> None:
    told = sys.stdin.read()  # ends with the other process
    if what == "moves":
        (finish if (place / MOVES).exists() else drop)(place, moves(told))
        return
    for _ in range(5):  # a kernel may write a moment longer
        shutil.rmtree(place, ignore_errors=True)
        time.sleep(1)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
