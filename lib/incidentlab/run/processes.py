"""The runs of a batch in processes of this machine, all from one warm server."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

from incidentlab.run.one import NotebookFailed
from incidentlab.run.task import Task, execute, failure
from incidentlab.run.warm import Server

_PRELOAD = [
    "incidentlab.run.lean",
    "papermill",
    "nbconvert",
    "nbconvert.exporters.html",
    "incidentlab.run.engine",
    "incidentlab.run.task",
]


def rows(tasks: list[Task], folder: Path, jobs: int) -> Iterator[dict[str, Any]]:
    """Give the row of each task when it has ended.

    Parameters
    ----------
    tasks
        What to run.
    folder
        For what each run leaves.
    jobs
        How many run at once.

    Raises
    ------
    NotebookFailed
        A process of the batch itself was killed.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=context, initializer=_tie)
    try:
        with Server() as server:
            placed = [replace(task, folder=str(folder)) for task in tasks]
            futures = {pool.submit(execute, task, server.address): task for task in placed}
            for ended in as_completed(futures):
                yield _row(futures[ended], ended)
    except (BrokenProcessPool, ConnectionError) as error:
        raise NotebookFailed(
            f"a process of the batch was killed, perhaps for its memory ({type(error).__name__}); what ended is kept: "
            "go on with --resume, and with fewer --jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _row(task: Task, ended: Future[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of a run that ended; what it left may be such that it cannot be kept or shown."""
    try:
        return ended.result()
    except (BrokenProcessPool, ConnectionError):
        raise
    except Exception as error:
        return failure(task, type(error).__name__, str(error))


def _tie() -> None:
    """End this worker when the batch is gone, however it went."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
