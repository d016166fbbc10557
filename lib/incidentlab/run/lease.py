"""Who writes to an address: where no file can be locked, a lease that its holder renews and that runs out without it.

The lease is a small object beside the results. Its holder writes it anew every few seconds. Whoever finds one watches
it for as long as several renewals take: if it changes, somebody is alive behind it; if not, its holder died, and it is
taken over. No clocks are compared. Where the store can create an object only if there is none (S3, memory), two that
come at once are told apart by that; elsewhere by looking again after a moment.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import threading
from contextlib import suppress
from typing import Any, Self

from incidentlab.bundle import address
from incidentlab.tables import BadInput

NAME = ".batch.lease"
RENEWED_S = 5.0
"""Seconds between two renewals."""
RUNS_OUT_S = 30.0
"""Seconds without a renewal after which a holder is dead: a stalled network may cost some of them."""


class Lease:
    """The right to write to an address, kept for as long as the block runs.

    Parameters
    ----------
    output
        The address.
    renewed_s, runs_out_s
        Seconds, as above.

    Raises
    ------
    BadInput
        Another batch is writing there.
    """

    def __init__(self, output: str, *, renewed_s: float = RENEWED_S, runs_out_s: float = RUNS_OUT_S) -> None:
        self._output, self._renewed_s, self._runs_out_s = output, renewed_s, runs_out_s
        self._system, root = address.filesystem(output)
        self._path = f"{root}/{NAME}"
        self._owner = {"owner": secrets.token_hex(8), "host": platform.node(), "process": os.getpid()}
        self._count, self._ended, self._lost = 0, threading.Event(), False

    def __enter__(self) -> Self:
        with address.reached(self._output):
            self._acquire()
        threading.Thread(target=self._keep, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(Exception):  # it runs out by itself
            if self._ours(self._held()):
                self._system.rm_file(self._path)

    def check(self) -> None:
        """Say that another has taken it over, which waited in vain for this process to renew it.

        Raises
        ------
        BadInput
            It is another's.
        """
        if self._lost:
            raise BadInput(
                f"{address.shown(self._output)}: another batch has taken over, as this one could not be seen for "
                f"{self._runs_out_s:g} s; what ended is kept"
            )

    def _acquire(self) -> None:
        if self._create():
            return
        found = self._held()
        waited = 0.0
        while found is not None and waited < self._runs_out_s:
            self._ended.wait(self._renewed_s / 2)
            waited += self._renewed_s / 2
            now = self._held()
            if now is not None and now != found:
                raise BadInput(
                    f"another batch ({now.get('host', 'a machine')}, process {now.get('process', '?')}) is writing to "
                    f"{address.shown(self._output)}; wait for it, or give another address"
                )
            found = now
        self._write()
        self._ended.wait(min(1.0, self._renewed_s))
        if not self._ours(self._held()):
            raise BadInput(f"another batch has just begun at {address.shown(self._output)}; wait for it")

    def _create(self) -> bool:
        """Make the lease if there is none; return whether that was so."""
        try:
            self._system.pipe_file(self._path, self._content(), mode="create")
        except FileExistsError:
            return False
        except (TypeError, NotImplementedError, ValueError):  # a store that cannot tell
            if self._held() is not None:
                return False
            self._write()
        return True

    def _keep(self) -> None:
        while not self._ended.wait(self._renewed_s):
            with suppress(Exception):  # the network may be gone for a while
                held = self._held()
                if held is not None and not self._ours(held):
                    self._lost = True
                    return
                self._write()

    def _write(self) -> None:
        self._system.pipe_file(self._path, self._content())

    def _content(self) -> bytes:
        self._count += 1
        return json.dumps({**self._owner, "count": self._count}).encode()

    def _held(self) -> dict[str, Any] | None:
        """Return the lease that is there; None without one."""
        self._system.invalidate_cache()
        try:
            data = self._system.cat_file(self._path)
        except FileNotFoundError:
            return None
        try:
            found = json.loads(data)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _ours(self, held: dict[str, Any] | None) -> bool:
        return held is not None and held.get("owner") == self._owner["owner"]
