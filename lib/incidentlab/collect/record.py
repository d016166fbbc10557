"""A recording from beginning to end: the engine, the folder and the recorder that fills it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from docker import DockerClient

from incidentlab import bundle
from incidentlab.collect import engine
from incidentlab.collect.command import Command
from incidentlab.collect.progress import Status
from incidentlab.collect.recorder import Recorder

MAX_BYTES = 1 << 30
"""Size of a recording's segments together by default."""


def record(  # noqa: PLR0913 - each is an option of the command
    project: str,
    output: str | os.PathLike[str],
    *,
    client: DockerClient | None = None,
    interval_s: float = 2.0,
    max_bytes: int = MAX_BYTES,
    stop: threading.Event | None = None,
    progress: Callable[[Status], None] | None = None,
    say: Callable[[str], None] | None = None,
    command: Command | None = None,
) -> Path:
    """Record a Compose project into a bundle until told to stop; go on with a recording that stands there.

    Parameters
    ----------
    project
        Name of the Compose project; its containers may come later.
    output
        Where the bundle stands, or shall stand.
    client
        Client of the engine; by default that which the environment names.
    interval_s
        Seconds between two samples of a container's resources.
    max_bytes
        Size that the recording keeps within, by dropping what was written longest ago.
    stop
        Set it, from another thread or a signal handler, to end the recording.
    progress
        Called about once per interval, and at the end.
    say
        Takes a line for the person who waits: what is recorded, and that no container comes.
    command
        Started when the recording is ready, which ends when it has ended.

    Returns
    -------
    pathlib.Path
        The bundle, with its hashes and its ledger.

    Raises
    ------
    EngineTrouble
        The engine does not run or may not be asked. Trouble later on goes into the ledger.
    BadInput
        Something else stands at `output`, or another recorder writes it.
    """
    asked = client or engine.connect()
    try:
        with engine.asking():
            about = engine.about(asked)
        recording = bundle.Recording(output, project=project, max_bytes=max_bytes)
        try:
            recorder = Recorder(asked, recording, interval_s=interval_s, say=say or (lambda _: None))
            recorder.run(about, stop or threading.Event(), progress or (lambda _: None), command)
        finally:
            recording.close()
    finally:
        if client is None:
            asked.close()
    return recording.folder
