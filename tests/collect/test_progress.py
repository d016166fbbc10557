from types import SimpleNamespace
from typing import Any

import pytest

from incidentlab.collect import progress


@pytest.mark.parametrize("waits", [1, 2])
def test_that_nothing_comes_is_said_once_each_time(waits: int) -> None:
    """After a while without a container that is said, with what the engine has instead; again after one has gone."""
    there = [{"Labels": {"com.docker.compose.project": "shop"}, "State": "running"}] * 2
    client: Any = SimpleNamespace(api=SimpleNamespace(containers=lambda **_: there))
    said: list[str] = []
    now = [0.0]
    absence = progress.Absence(client, "nope", said.append, clock=lambda: now[0])
    for _ in range(waits):
        for seconds in (1, progress.ALONE_S, progress.ALONE_S):
            now[0] += seconds
            absence.look(0)
        absence.look(1)
    assert (
        said
        == ["for 30 s no containers of a Compose project 'nope'; the engine has shop (2 running); waiting goes on"]
        * waits
    )
