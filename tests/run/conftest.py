"""One warm server for all tests of a process: its start is most of a short run."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from incidentlab.run import processes
from incidentlab.run.warm import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Keep one warm server for all tests."""
    with Server() as started:
        yield started


@pytest.fixture
def shared(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the batches of a test run from that server, instead of one for each."""
    monkeypatch.setattr(processes, "Server", lambda: nullcontext(server))
