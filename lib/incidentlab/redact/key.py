"""The key of a recording's tokens, so that one secret has one token before and after a kill.

It must outlive the recorder and must not lie beside what it protects: with it, passwords could be tried out against
the tokens. So it stands in the state folder of the user (XDG Base Directory Specification: ``$XDG_STATE_HOME``, else
``~/.local/state``), one file per recording, readable by its owner alone. Who hands the bundle on does not hand on the
key; who deletes the file makes the tokens of a recording that goes on change, and the ledger then says so.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

BYTES = 32


def kept(recording: str) -> tuple[bytes, bool]:
    """Return the key of a recording, made if there is none, and whether it was there already.

    Parameters
    ----------
    recording
        Identity of the recording, as its journal has it.
    """
    place = _folder() / f"{recording}.key"
    try:
        found = place.read_bytes()
        if len(found) == BYTES:
            return found, True
    except OSError:
        pass
    made = secrets.token_bytes(BYTES)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
    except OSError:
        pass  # no home, or a read-only one: the key then lives in memory only, and the next start will say so
    return made, False


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "incidentlab" / "keys"
