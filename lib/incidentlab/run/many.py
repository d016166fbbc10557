"""One notebook over many incidents: in processes or on a cluster, from warm kernels, each run on its own, resumable.

A run that fails is a row that says where, and stops no other. Everything is written to a temporary sibling and renamed;
a run's row comes last. So the batch may be killed at any time, and `resume` runs what has no row, or what changed.
Evidence may be at an address that fsspec knows, and so may the results.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from incidentlab import whole
from incidentlab.bundle import address
from incidentlab.redact import shown
from incidentlab.run import index, shipped
from incidentlab.run.delivery import deliver, put, take_back
from incidentlab.run.lease import Lease
from incidentlab.run.one import _label, _read
from incidentlab.run.parameters import checked, declared
from incidentlab.run.results import Delivered, Results, key, table
from incidentlab.run.task import OUTPUTS, Task, failure
from incidentlab.tables import BadInput

Progress = Callable[[str, int, int], None]

_LONGEST = 160
"""Bytes of an incident's name: with what its files add it must stay below the 255 that a disk takes."""
_AT_ONCE = 16
"""How much evidence at addresses is read at once to tell whether it changed."""


@dataclass(frozen=True)
class Batch:
    """What a batch left: its folder or address, and how many runs are done, failed, and kept from before."""

    folder: str
    done: int
    failed: int
    kept: int


def batch(  # noqa: PLR0913 - each is an option of the command
    notebook: Path | str,
    sources: Iterable[str],
    *,
    output: str | Path,
    jobs: int | None = None,
    cluster: str | None = None,
    resume: bool = False,
    again: bool = False,
    timeout_s: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
) -> Batch:
    """Execute `notebook` over many sources.

    Parameters
    ----------
    notebook
        Path of one with a cell tagged ``parameters`` and in it a parameter ``source``; or the name of one that comes
        with incidentlab.
    sources
        Paths or addresses of bundles or of files with logs. One that is given twice runs once; one that is not there
        or cannot be read is a row that says so, unless that is true of all.
    output
        Folder or address of the results: ``results.jsonl`` and ``results.parquet`` (see
        `incidentlab.run.results.COLUMNS`), ``index.html``, and for each incident the executed notebook, its page and
        its verdict.
    jobs
        How many run at once; by default one for each processor. Not used with a cluster that is already there.
    cluster
        Address of a Dask scheduler on whose workers the notebooks run; ``local`` starts workers on this machine.
    resume
        Go on with the batch in `output`: run only what is missing, or whose evidence, notebook, parameters, or programs
        have changed. A failure is a result and is kept; one by time-out runs again under another `timeout_s`.
    again
        As `resume`, and run once more what failed before.
    timeout_s
        Seconds that one run may take.
    parameters
        Further parameters of the notebook.
    progress
        Called with the incident, the number of runs that ended, and that of all.
    say
        Takes a line for each source that is not there or cannot be read.

    Raises
    ------
    BadInput
        The notebook or every source is not there, or `output` or `cluster` cannot be used.
    BadParameter
        A parameter is unknown or mistyped; nothing has been run or written.
    NotebookFailed
        A process of the batch itself was killed. What ended is kept; a resume goes on.
    """
    notebook = shipped.notebook(notebook)
    known = declared(_read(notebook), name=notebook.name)
    values = shipped.whole_defaults(notebook, known) | checked({"source": "", **(parameters or {})}, known)
    place = _place(output)
    tasks = _tasks(notebook, sources, values, timeout_s)
    for fault in dict.fromkeys(task.fault for task in tasks if task.fault):
        (say or (lambda _: None))(fault)
    if all(task.fault for task in tasks):
        raise BadInput(f"none of {len(tasks)} sources can be read; nothing was run" if tasks[1:] else tasks[0].fault)
    _apart(place, tasks)
    with _opened(place, resume=resume or again) as results:
        wanted = [task for task in tasks if not _kept(results, task, again=again)]
        take_back(place, [task.incident for task in wanted if task.incident in results.rows])
        _run(wanted, results, jobs or os.cpu_count() or 1, cluster, progress or (lambda *_: None))
        rows = [results.rows[task.incident] for task in tasks]
        _conclude(place, notebook.stem, rows)
    done = sum(row["status"] == "done" for row in rows)
    return Batch(place, done, len(rows) - done, len(tasks) - len(wanted))


def _place(place: str | Path) -> str:
    """Return a source or an output as it is known to all processes: an absolute path, or an address."""
    text = str(place)
    if not address.is_address(text):
        return str(Path(text).resolve())
    if (here := address.local(text)) is not None:
        return str(here)
    address.named(text)
    if not address.filesystem(text)[1].strip("/"):  # an unknown protocol is said now, too
        raise BadInput(f"{text} names no place; give one below it, such as s3://BUCKET/NAME")
    return text.rstrip("/")


def _tasks(notebook: Path, sources: Iterable[str], values: Mapping[str, Any], timeout_s: float | None) -> list[Task]:
    places = list(dict.fromkeys(place for source in sources for place in _there(source)))
    if not places:
        raise BadInput("no source given; name bundles or files with logs")
    written = notebook.read_bytes()
    how = {"--no-redact": True} if shown.is_open() else {}  # such a result is another
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        keys = list(pool.map(lambda place: _keyed(place, written, {**values, "source": place, **how}), places))
    return [
        Task(incident, place, hashed, str(notebook.resolve()), "", {**values, "source": place}, timeout_s, fault)
        for incident, place, (hashed, fault) in zip(_incidents(places), places, keys, strict=True)
    ]


def _keyed(place: str, notebook: bytes, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return what a run depends on, and what is wrong with its evidence if that is not there or cannot be read."""
    try:
        return key(place, notebook, values), ""
    except BadInput as error:
        return sha256(str(error).encode()).hexdigest(), str(error)


def _incidents(places: list[str]) -> list[str]:
    """Return a name for each place by which its files can lie beside those of all others, whatever the disk.

    Examples
    --------
    >>> _incidents(["/mon/web.log", "/tue/api.log", "/wed/Web.log"])
    ['web.log-32b543c3', 'api.log', 'Web.log-8908f5c8']
    """
    names = [_label(place) for place in places]
    alike = Counter(name.casefold() for name in names)
    alone = [alike[name.casefold()] == 1 and len(name.encode()) <= _LONGEST and name != "index" for name in names]
    hashes = [sha256(place.encode()).hexdigest()[:8] for place in places]
    cut = [name.encode()[:_LONGEST].decode(errors="ignore") for name in names]
    return [
        name if one else f"{short}-{hashed}" for name, one, short, hashed in zip(names, alone, cut, hashes, strict=True)
    ]


def _there(source: str) -> list[str]:
    if source == "-" or source.startswith("compose:"):
        raise BadInput(f"{source} is no file that stays as it is; capture it, and give the bundle")
    if source.startswith("memory://"):
        raise BadInput(f"{source} is in this process only, and runs are in others; give a file or another address")
    place = _place(source)
    if address.is_address(place):
        try:
            return address.expand(place)
        except BadInput:
            return [place]  # which is one row that says so
    if "\n" in place or place != place.encode(errors="ignore").decode():
        raise BadInput(f"{source!r} has a name that is no line of text; rename it")
    return [place]


def _apart(place: str, tasks: list[Task]) -> None:
    """Refuse an output within the evidence: each run would change what it rests on."""
    for task in tasks:
        if f"{place}/".startswith(f"{task.source}/"):
            raise BadInput(f"the results would be written into the evidence {task.source}; give another output")


@contextmanager
def _opened(place: str, *, resume: bool) -> Iterator[Results | Delivered]:
    if address.is_address(place):
        with Lease(place) as lease:
            yield Delivered(place, resume=resume, lease=lease)
        return
    folder = Path(place)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = Results(folder, resume=resume)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written to: {error.strerror}; give another folder") from error
    with opened as results:
        with whole.claimed(folder):
            whole.settle(folder)
        for left in folder.glob(".*.partial*"):
            left.unlink(missing_ok=True)  # a worker of an earlier batch may be about to rename it
        yield results


def _kept(results: Results | Delivered, task: Task, *, again: bool) -> bool:
    """Say whether the result of an earlier batch stands."""
    row = results.rows.get(task.incident)
    if row is None or row["key"] != task.key or (again and row["status"] != "done"):
        return False
    if row["status"] == "timeout" and row["timeout_s"] != task.timeout_s:
        return False
    return results.whole(row)


def _run(tasks: list[Task], results: Results | Delivered, jobs: int, cluster: str | None, progress: Progress) -> None:
    """Run all tasks; each row is kept as soon as it comes."""
    sound = [task for task in tasks if not task.fault]
    told = _refused([task for task in tasks if task.fault], results.output)

    def keep(rows: Iterable[dict[str, Any]], before: int) -> None:
        for number, row in enumerate(rows, before + 1):
            results.append(row)
            progress(row["incident"], number, len(tasks))

    keep(told, 0)
    if sound:
        with _ways(results.output, jobs, cluster, lambda words: progress(words, 0, len(tasks))) as ended:
            keep(ended(sound), len(tasks) - len(sound))


def _refused(tasks: list[Task], output: str) -> Iterator[dict[str, Any]]:
    """Give the row of each task whose evidence is not there or cannot be read."""
    for task in tasks:
        row = failure(task, "BadInput", task.fault)
        if address.is_address(output):
            deliver(output, row, Path())
        yield row


@contextmanager
def _ways(
    output: str, jobs: int, cluster: str | None, say: Callable[[str], None]
) -> Iterator[Callable[[list[Task]], Iterator[dict[str, Any]]]]:
    """Give the way in which tasks run: on a cluster, in processes into a folder, or into one that is then delivered."""
    if cluster is not None:
        from incidentlab.run import cluster as machines

        with machines.connected(cluster, jobs) as client:
            yield lambda tasks: machines.rows(client, tasks, output, say)
        return
    from incidentlab.run import processes

    if not address.is_address(output):
        yield lambda tasks: processes.rows(tasks, Path(output), jobs)
        return
    with whole.scratch() as private:
        folder = private / "made"  # the private one is held already: none writes there
        folder.mkdir()
        yield lambda tasks: _delivered(processes.rows(tasks, folder, jobs), folder, output)


def _delivered(rows: Iterable[dict[str, Any]], folder: Path, output: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        deliver(output, row, folder)
        for kind in OUTPUTS:
            if row[kind]:
                (folder / row[kind]).unlink()
        yield row


def _conclude(output: str, title: str, rows: list[dict[str, Any]]) -> None:
    """Write the table and the index, each whole."""
    frame = table(rows)
    parquet = io.BytesIO()
    frame.to_parquet(parquet, index=False)
    put(output, "results.parquet", parquet.getvalue())
    if address.is_address(output):
        put(output, "results.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows).encode())
    put(output, "index.html", index.page(frame, title=title).encode())
