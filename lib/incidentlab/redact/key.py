"""The keys of the tokens.

There is one for each recording, so that one secret has one token before and after a kill, and one for each user, so
that what is shown today bears the tokens of yesterday.

A key must outlive the program and must not lie beside what it protects: with it, passwords could be tried out against
the tokens. So it stands in the state folder of the user (XDG Base Directory Specification: ``$XDG_STATE_HOME``, else
``~/.local/state``), readable by its owner alone. Who hands a bundle or a page on does not hand on the key; who deletes
the file makes the tokens change, and the ledger of a recording that goes on then says so.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

BYTES = 32


def kept(name: str) -> tuple[bytes, bool]:
    """Return a key, made if there is none, and whether it was there already.

    Parameters
    ----------
    name
        Identity of the recording, as its journal has it.
    """
    place = _folder() / f"{name}.key"
    if (found := _content(place)) is not None:
        return found, True
    made = secrets.token_bytes(BYTES)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent) as whole:  # 0600
            whole.write(made)
            whole.flush()
            os.link(whole.name, place)  # whole or not at all, and the first of two who make one at once counts
    except FileExistsError:
        return _content(place) or made, False
    except OSError:
        pass  # no home, or a read-only one: the key then lives in memory only, and the next start will say so
    return made, False


@cache
def own() -> bytes:
    """Return the key of the user for everything that is shown."""
    return kept("shown")[0]


def _content(place: Path) -> bytes | None:
    try:
        found = place.read_bytes()
    except OSError:
        return None
    return found if len(found) == BYTES else None


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "incidentlab" / "keys"
