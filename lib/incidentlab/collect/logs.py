"""What a container's log covers: its lines, its first and last time, and what its log driver may have dropped."""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import Any

_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))(?= |$)")
"""A time stamp: Docker's has nine digits of a second, Podman's may have none."""
_ALWAYS_ROTATES = {"local": {"max-size": "20m", "max-file": "5"}}


def streams(inspect: dict[str, Any]) -> tuple[str, ...]:
    """Return the streams that a container's log has apart; a TTY merges them into stdout."""
    return ("stdout",) if inspect["Config"].get("Tty") else ("stdout", "stderr")


def coverage(files: list[Path]) -> dict[str, Any]:
    """Return first, last and rows over the log files of one container."""
    spans = [_span(file) for file in files]
    times = [moment for _, *moments in spans for moment in moments if moment]
    return {
        "first": min(times, default=None),
        "last": max(times, default=None),
        "rows": sum(rows for rows, *_ in spans),
    }


def rotation(inspect: dict[str, Any]) -> str | None:
    """Return how the log driver drops old lines; None if it keeps all."""
    settings = (inspect.get("HostConfig") or {}).get("LogConfig") or {}
    driver = settings.get("Type", "")
    options = _ALWAYS_ROTATES.get(driver, {}) | (settings.get("Config") or {})
    if "max-size" not in options:
        return None
    size, count = options["max-size"], options.get("max-file", "1")
    return f"rotated: {driver} keeps {count} x {size}, older lines may be gone"


def _span(file: Path) -> tuple[int, str | None, str | None]:
    """Return the lines of a log file that is not empty, and the times of the first and the last of them."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        lines = sum(1 for _ in iter(data.readline, b""))
        last = data.rfind(b"\n", 0, len(data) - 1) + 1
        return lines, _time(data[:36]), _time(data[last : last + 36])


def _time(line: bytes) -> str | None:
    found = _STAMP.match(line)
    return found[1].decode() if found else None
