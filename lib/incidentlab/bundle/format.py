"""What writer and reader of a bundle agree on."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from incidentlab.tables import LEDGER, BadInput

SCHEMA = 1
MANIFEST = "manifest.json"
LONGEST_NAME = 255


def ledger_row(source: str, **facts: Any) -> dict[str, Any]:
    """Return one row of the ledger, None where nothing is stated.

    Examples
    --------
    >>> ledger_row("events", rows=3)["rows"]
    3
    """
    return dict.fromkeys(LEDGER.names) | {"source": source} | facts


def inside(path: str, name: str = MANIFEST) -> PurePosixPath:
    """Return a relative path that cannot lead out of its folder, and that a file system can hold.

    Raises
    ------
    BadInput
        It leads out, has a NUL in it, or is longer than a name may be (255 bytes, Linux `NAME_MAX`).
    """
    parts = PurePosixPath(path)
    if "\0" in path or any(len(part.encode("utf-8", "surrogateescape")) > LONGEST_NAME for part in parts.parts):
        raise BadInput(f"{name}: {path[:40]!r}... is no path of a file; do not trust this bundle")
    if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in parts.parts[0]:
        raise BadInput(f"{name}: the path {path!r} leads out of the bundle; do not trust this bundle")
    return parts
