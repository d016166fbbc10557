"""What writer and reader of a bundle agree on."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from incidentlab.tables import LEDGER, BadInput

SCHEMA = 1
MANIFEST = "manifest.json"


def ledger_row(source: str, **facts: Any) -> dict[str, Any]:
    """Return one row of the ledger, None where nothing is stated.

    Examples
    --------
    >>> ledger_row("events", rows=3)["rows"]
    3
    """
    return dict.fromkeys(LEDGER.names) | {"source": source} | facts


def inside(path: str, name: str = MANIFEST) -> PurePosixPath:
    """Return a relative path that cannot lead out of its folder."""
    parts = PurePosixPath(path)
    if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in parts.parts[0]:
        raise BadInput(f"{name}: the path {path!r} leads out of the bundle; do not trust this bundle")
    return parts
