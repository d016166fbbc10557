"""How the files of a recording are called: a series, such as `events.jsonl`, is cut into `events.0001.jsonl` and on."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath


def segment(series: str, number: int) -> str:
    """Return the path of a segment.

    Examples
    --------
    >>> segment("logs/web-1.stdout.log", 3)
    'logs/web-1.stdout.0003.log'
    """
    path = PurePosixPath(series)
    return str(path.with_suffix(f".{number:04d}{path.suffix}"))


def series(path: str) -> str:
    """Return the series of a segment; of what is no segment, itself.

    Examples
    --------
    >>> series("logs/web-1.stdout.0003.log"), series("compose.json")
    ('logs/web-1.stdout.log', 'compose.json')
    """
    return str(PurePosixPath(path).with_name(".".join(_parts(path)))) if number(path) else path


def number(path: str) -> int:
    """Return the number of a segment; 0 for what is none.

    Examples
    --------
    >>> number("logs/web-1.stdout.0003.log"), number("logs/web-1.log")
    (3, 0)
    """
    middle = PurePosixPath(path).name.split(".")[1:-1]
    return int(middle[-1]) if middle and re.fullmatch(r"[0-9]{4,9}", middle[-1]) else 0


def contents(place: Path) -> tuple[int, str]:
    """Return how many lines a segment has, and when it was last written."""
    with place.open("rb") as file:
        rows = sum(1 for _ in file)
    return rows, f"{datetime.fromtimestamp(place.stat().st_mtime, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parts(path: str) -> list[str]:
    parts = PurePosixPath(path).name.split(".")
    return [*parts[:-2], parts[-1]]
