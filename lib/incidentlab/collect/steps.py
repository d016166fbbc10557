"""The steps of a capture: what is being read, and what the engine refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from incidentlab import bundle
from incidentlab.collect import engine

Progress = Callable[[str, int, int], None]


class Steps:
    """Counts the sources for the progress, and turns what the engine refuses into rows of the ledger."""

    def __init__(self, out: bundle.Writer, progress: Progress | None, *, total: int, files: bool, scan: bool) -> None:
        self.out, self.files, self.scan = out, files, scan
        self._progress, self._done, self._total = progress, 0, total

    def end(self) -> None:
        """Say that everything has been read."""
        if self._progress:
            self._progress("done", self._total, self._total)

    @contextmanager
    def source(self, name: str) -> Iterator[dict[str, Any]]:
        """Read one source inside the block; the facts for its ledger row go into what it yields."""
        if self._progress:
            self._progress(name, self._done, self._total)
        facts: dict[str, Any] = {}
        try:
            yield facts
        except (*engine.ENGINE_ERRORS, ValueError, KeyError) as error:
            facts["error"] = f"{type(error).__name__}: {error}"
        self.out.ledger.append(bundle.ledger_row(name, **facts))
        self._done += 1
