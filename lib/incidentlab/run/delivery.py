"""What a run leaves where the batch's results go: its files first, its row last, so that a row means that all is there.

A run that is far from the batch delivers for itself: its row stands beside its files as ``INCIDENT.row.json``. So what
it did is kept when the batch that asked for it is gone, and a run that is asked for again after that is not run again.
In a folder the batch takes such rows into its ``results.jsonl`` and removes them; at an address they stay, and are the
results.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from incidentlab import whole
from incidentlab.bundle import address
from incidentlab.run.task import OUTPUTS

ROW = ".row.json"
"""How the name of a row ends."""


def deliver(output: str, row: dict[str, Any], folder: Path) -> None:
    """Write the files that a row names, then the row.

    Parameters
    ----------
    output
        Folder or address of the results.
    row
        Of the run.
    folder
        Where its files are.

    Raises
    ------
    BadInput
        The address cannot be written to.
    """
    names = [row[kind] for kind in OUTPUTS if row[kind]]
    if names:
        take_back(output, [row["incident"]])  # an older row must not stand while its files are replaced
    for name in names:
        put(output, name, (folder / name).read_bytes())
    put(output, f"{row['incident']}{ROW}", json.dumps(row, ensure_ascii=True).encode())


def delivered(output: str, incident: str, key: str) -> dict[str, Any] | None:
    """Return the row of a run that has been delivered already, if it rests on the same."""
    try:
        if address.is_address(output):
            system, root = address.filesystem(output)
            row = read(system.cat_file(f"{root}/{incident}{ROW}"))
        else:
            row = read((Path(output) / f"{incident}{ROW}").read_bytes())
    except FileNotFoundError:
        return None
    return row if row and row["key"] == key else None


def read(data: bytes) -> dict[str, Any] | None:
    """Return a delivered row; None for one that did not come whole."""
    try:
        row = json.loads(data)
    except ValueError:
        return None
    return (
        dict(row) if isinstance(row, dict) and {"incident", "key", "started", "status", *OUTPUTS} <= set(row) else None
    )


def take_back(output: str, incidents: list[str]) -> None:
    """Remove delivered rows, if they are there."""
    if not address.is_address(output):
        for incident in incidents:
            (Path(output) / f"{incident}{ROW}").unlink(missing_ok=True)
        return
    system, root = address.filesystem(output)
    with address.reached(output):
        there = [path for incident in incidents if system.exists(path := f"{root}/{incident}{ROW}")]
        if there:
            for path in there:
                system.rm_file(path)


def put(output: str, name: str, data: bytes) -> None:
    """Write one file whole: in a folder under another name first; an object store keeps only what came whole."""
    if address.is_address(output):
        system, root = address.filesystem(output)
        with address.reached(output):
            system.pipe_file(f"{root}/{name}", data)
        return
    whole.put(Path(output) / name, data, beside=f"partial-{secrets.token_hex(4)}")  # other machines may write it, too
