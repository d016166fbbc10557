"""The runs of a batch on the workers of a Dask scheduler: many machines, any of which may die.

A run whose worker dies runs again on another. Dask blames a death on all runs that the worker was to do; a run that it
gives up is therefore tried once more when no other is under way, and only what then ends its workers again is a
failure. Each run delivers its own results (`incidentlab.run.delivery`), so what ended stays when this process dies.
All machines must have the same incidentlab and libraries: other programs may give another answer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import dask
import nbformat
from distributed import Client, LocalCluster, Security
from distributed.comm.core import connect
from distributed.scheduler import KilledWorker

from incidentlab import whole
from incidentlab.bundle import address
from incidentlab.run.delivery import deliver, delivered
from incidentlab.run.one import NotebookFailed
from incidentlab.run.results import environment, programs
from incidentlab.run.task import Task, execute, failure
from incidentlab.run.warm import Server
from incidentlab.tables import BadInput

ANSWER_S = 10.0
"""How long a scheduler may take to answer."""
PATIENCE_S = 300.0
"""How long a cluster may be without a worker: one that is being restarted is back in seconds, on a busy machine in a
minute, a new machine in some."""

_POLL_S, _BREATH_S = 2.0, 0.1
_RETRIES = 2
"""How often a run is tried again after an error that is not its notebook's, such as a full disk."""
_LOCAL: dict[str, Any] = {
    "threads_per_worker": 1,
    "processes": True,
    "host": "127.0.0.1",
    "memory_limit": 0,
    "silence_logs": logging.CRITICAL,
    "dashboard_address": "127.0.0.1:0",
    "scheduler_kwargs": {"dashboard": False},
}
_LATE = "a worker that came later has no or another incidentlab, or other libraries; install the same on all machines"
_STARTING = threading.Lock()


@contextmanager
def connected(scheduler: str, jobs: int) -> Iterator[Client]:
    """Connect to a scheduler, or start one with workers here where the address is ``local``.

    Raises
    ------
    BadInput
        No scheduler answers there.
    """
    if scheduler == "local":
        with local(jobs) as workers, Client(workers) as client:
            yield client
        return
    try:
        asyncio.run(_reach(scheduler))  # a client that fails to connect leaves noise behind
    except (OSError, ValueError) as error:
        raise BadInput(
            f"no Dask scheduler answers at {scheduler}: {error}; start one with `dask scheduler`, and give its address "
            "as tcp://HOST:8786"
        ) from error
    with Client(scheduler, timeout=ANSWER_S) as client:
        yield client


@contextmanager
def local(jobs: int, **further: Any) -> Iterator[LocalCluster]:
    """Start a scheduler with so many workers on this machine.

    Notes
    -----
    A worker that died is started again by its nanny. Dask gives it up, and its nanny with it, if it is not back after
    15 s (``distributed.deploy.lost-worker-timeout``; SpecCluster._update_worker_status), and then nobody is left who
    would start one; on a busy machine a start takes longer.
    """
    lost = {"distributed.deploy.lost-worker-timeout": f"{PATIENCE_S} s"}
    with dask.config.set(lost), LocalCluster(n_workers=jobs, **_LOCAL | further) as workers:
        yield workers


async def _reach(scheduler: str) -> None:
    comm = await connect(scheduler, timeout=ANSWER_S, **Security().get_connection_args("client"))
    await comm.close()


def rows(
    client: Client, tasks: list[Task], output: str, say: Callable[[str], None] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """Give the row of each task when it has been delivered.

    Parameters
    ----------
    client
        Of the scheduler.
    tasks
        What to run.
    output
        Folder or address for the results; a folder must be the same one on all machines.
    say
        Takes what is waited for.

    Raises
    ------
    BadInput
        A machine has other programs, or does not see a path.
    NotebookFailed
        The scheduler or all workers were lost; a resume goes on.
    """
    _check(client, tasks, output, say)
    book = _bare(tasks[0].notebook)
    suspects = []
    for task, row in _ended(client, tasks, book, output):
        if row is None:
            suspects.append(task)
        else:
            yield row
    for task in suspects:
        for _, row in _ended(client, [task], book, output):
            if row is None:
                row = failure(task, "KilledWorker", "its workers died, every time it ran, perhaps for their memory")
                deliver(output, row, Path(output))
            yield row


def work(task: Task, book: str, output: str, expected: str) -> dict[str, Any]:
    """Execute one run on a worker and deliver what it leaves; return its row.

    Parameters
    ----------
    task
        The run; its folder and the folder of its notebook are chosen here.
    book
        The notebook.
    output
        Folder or address of the batch.
    expected
        Hash of the programs of the batch.

    Raises
    ------
    BadInput
        This worker has other programs, or the output cannot be written to.
    """
    if programs() != expected:
        raise OtherPrograms(_LATE)
    if (row := delivered(output, task.incident, task.key)) is not None:
        return row
    with _STARTING:
        server = Server.own().address
    with whole.scratch() as private:
        beside, folder = private / "notebook", private / "made"  # the private one is held already: none writes there
        beside.mkdir()
        notebook = beside / Path(task.notebook).name
        notebook.write_text(book, encoding="utf-8")
        row = execute(replace(task, notebook=str(notebook), folder=str(folder)), server)
        deliver(output, row, folder)
    return row


class OtherPrograms(BadInput):
    """A worker would compute with other programs than the batch."""


def _bare(notebook: str) -> str:
    """Return the notebook of the batch without outputs, which need not travel."""
    book = nbformat.read(notebook, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return str(nbformat.writes(book))


def _ended(client: Client, tasks: list[Task], book: str, output: str) -> Iterator[tuple[Task, dict[str, Any] | None]]:
    """Give each task with its row when it ends; with None if its workers died."""
    ended: queue.Queue[Any] = queue.Queue()
    given: dict[str, Any] = {"book": book, "output": output, "expected": programs()}
    futures = client.map(work, tasks, **given, pure=False, retries=_RETRIES)
    waiting = {future.key: task for future, task in zip(futures, tasks, strict=True)}
    for future in futures:
        future.add_done_callback(ended.put)
    del futures
    while waiting:
        future = _next(client, ended)
        task = waiting.pop(future.key)
        yield task, _row(task, future, output)


def _row(task: Task, future: Any, output: str) -> dict[str, Any] | None:
    """Return the row of a run that ended; None if its workers died."""
    if future.cancelled():
        raise NotebookFailed("the Dask scheduler was lost; what ended is kept: start it, and go on with --resume")
    error = future.exception()
    if isinstance(error, KilledWorker):
        return None
    if isinstance(error, OtherPrograms):
        raise error
    if isinstance(error, ImportError):  # it could not even begin
        raise OtherPrograms(f"{_LATE} ({error})") from error
    if error is None:
        return dict(future.result())
    row = failure(task, type(error).__name__, str(error))
    deliver(output, row, Path(output))
    return row


def _next(client: Client, ended: queue.Queue[Any]) -> Any:
    """Return the next future that ended, unless the cluster is without workers for too long."""
    seen = time.monotonic()
    while True:
        try:
            return ended.get(timeout=_POLL_S)
        except queue.Empty:
            if _workers(client):
                seen = time.monotonic()
            if time.monotonic() - seen > PATIENCE_S:
                raise NotebookFailed(
                    f"the Dask cluster has had no worker for {PATIENCE_S:.0f} s; what ended is kept: start workers, "
                    "and go on with --resume"
                ) from None


def _workers(client: Client) -> int:
    try:
        return len(client.nthreads())
    except OSError:  # the scheduler does not answer; if it is lost, every future says so
        return 0


def _check(client: Client, tasks: list[Task], output: str, say: Callable[[str], None]) -> None:
    """Refuse a cluster on which a run could not be what it is here."""
    here = version("incidentlab")
    say("waiting for workers")
    for name, told in _asked(client, version, "incidentlab").items():
        if isinstance(told, PackageNotFoundError):
            raise BadInput(f"worker {name} has no incidentlab; install {here} on all machines")
        if told != here:
            raise BadInput(f"worker {name} has incidentlab {told}, this is {here}; install the same on all machines")
    paths = [task.source for task in tasks if not address.is_address(task.source)]
    with _mark(output) as mark:
        for name, seen in _asked(client, _survey, mark, paths).items():
            _compare(name, seen, output)


def _asked(client: Client, question: Callable[..., Any], *given: Any) -> dict[str, Any]:
    """Return what each worker answers. One that goes meanwhile, as when it is being restarted, has no say.

    Raises
    ------
    BadInput
        No worker is there, and none comes.
    """
    until = time.monotonic() + PATIENCE_S
    while (left := until - time.monotonic()) > 0:
        with suppress(TimeoutError):
            client.wait_for_workers(1, timeout=left)
            told = client.run(question, *given, on_error="return")
            if answers := {name: answer for name, answer in told.items() if not isinstance(answer, OSError)}:
                return answers
            time.sleep(_BREATH_S)
    raise BadInput(
        f"the Dask scheduler has had no workers for {PATIENCE_S:.0f} s; start some with `dask worker ADDRESS`"
    )


def _survey(mark: str | None, paths: list[str]) -> dict[str, Any]:
    """Return what a worker computes with, and what of the batch it does not see."""
    unseen = [path for path in (*paths, *filter(None, [mark])) if not os.path.exists(path)]  # noqa: PTH110 - raises nothing
    missing = next((path for path in unseen if path != mark), None)
    return {"environment": environment(), "output": mark not in unseen, "missing": missing}


def _compare(worker: str, seen: dict[str, Any] | BaseException, output: str) -> None:
    if isinstance(seen, BaseException):
        text = f"{type(seen).__name__}: {seen}"
        raise BadInput(f"worker {worker} cannot say what it computes with ({text}); install the same on all machines")
    for name, here in environment().items():
        if seen["environment"].get(name) != here:
            there = seen["environment"].get(name)
            raise BadInput(f"worker {worker}: {name} is {there}, here it is {here}; install the same on all machines")
    shared = "give a folder that all machines share, or an address such as s3://BUCKET/NAME"
    if not seen["output"]:
        raise BadInput(f"worker {worker} does not see {output}; {shared}")
    if seen["missing"]:
        raise BadInput(f"worker {worker} does not see {seen['missing']}; {shared}")


@contextmanager
def _mark(output: str) -> Iterator[str | None]:
    """Put a mark into the output folder by which a worker can tell that it sees the same one."""
    if address.is_address(output):
        yield None
        return
    mark = Path(output) / f".mark.partial-{secrets.token_hex(8)}"
    mark.touch()
    try:
        yield str(mark)
    finally:
        mark.unlink(missing_ok=True)
