"""Two batches at one address are kept apart, and a dead one keeps nobody out."""

import json
import time
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest

from incidentlab.run.lease import NAME, Lease
from incidentlab.tables import BadInput

OUTPUT = "memory://bucket/out"
QUICK = {"renewed_s": 0.05, "runs_out_s": 0.6}


@pytest.fixture
def memory() -> Iterator[Any]:
    """Give an empty object store."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def test_a_second_batch_is_refused_and_told_who_writes(memory: Any) -> None:
    """While a holder renews its lease nobody else gets it; when it has ended, the next one does."""
    with Lease(OUTPUT, **QUICK), pytest.raises(BadInput, match=r"another batch \(.*, process \d+\) is writing to"):
        Lease(OUTPUT, **QUICK).__enter__()
    assert not memory.exists(f"/bucket/out/{NAME}")
    with Lease(OUTPUT, **QUICK) as lease:
        lease.check()


def test_a_lease_dies_with_its_owner(memory: Any) -> None:
    """What nobody renews any more, even if it is no lease at all, is taken over after a while."""
    for left in (json.dumps({"owner": "x", "count": 3}).encode(), b"torn"):
        memory.pipe(f"/bucket/out/{NAME}", left)
        with Lease(OUTPUT, **QUICK) as lease:
            lease.check()


def test_who_was_taken_for_dead_stops(memory: Any) -> None:
    """A batch that finds another's lease in the place of its own says so, and leaves that one alone."""
    with Lease(OUTPUT, **QUICK) as lease:
        memory.pipe(f"/bucket/out/{NAME}", b'{"owner": "another"}')
        deadline = time.monotonic() + 30
        while not lease._lost and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(BadInput, match="another batch has taken over"):
            lease.check()
    assert memory.cat(f"/bucket/out/{NAME}") == b'{"owner": "another"}'


def test_a_store_that_cannot_create_only_once_is_looked_at_twice(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no exclusive creation, a lease that is there is still seen."""
    plain = type(memory).pipe_file

    def pipe_file(self: Any, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        if mode == "create":
            raise NotImplementedError
        plain(self, path, value)

    monkeypatch.setattr(type(memory), "pipe_file", pipe_file)
    with Lease(OUTPUT, **QUICK), pytest.raises(BadInput, match="is writing to"):
        Lease(OUTPUT, **QUICK).__enter__()
