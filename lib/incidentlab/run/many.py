"""One notebook over many incidents: in processes, from warm kernels, each run on its own, and resumable at any time.

A run that fails is a row that says where, and stops no other. Everything is written to a temporary sibling and renamed;
a run's row comes last. So the batch may be killed at any time, and `resume` runs what has no row, or what changed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from incidentlab.run import index
from incidentlab.run.one import NotebookFailed, _label, _read, _write, page
from incidentlab.run.parameters import checked, declared
from incidentlab.run.results import Results, key, table
from incidentlab.run.warm import Server
from incidentlab.tables import BadInput

Progress = Callable[[str, int, int], None]

_PRELOAD = ["papermill", "nbconvert", "nbconvert.exporters.html", "incidentlab.run.engine", "incidentlab.run.many"]
_VERDICT = """
import json as _json, pathlib as _pathlib
from incidentlab import investigate as _investigate, load as _load
from incidentlab.report import Investigation as _Investigation
from incidentlab.report.document import document as _document
from incidentlab.tables import IncidentlabError as _Error
try:
    _found = [_value for _value in globals().values() if isinstance(_value, _Investigation)]
    _told = _document(_found[-1] if _found else _investigate(_load({source!r})), {source!r})
except _Error as _error:
    _told = {{"source": {source!r}, "error": str(_error)}}
_pathlib.Path({target!r}).write_text(_json.dumps(_told, indent=2))
"""
"""Run after the notebook's last cell: keeps the answer of the investigation that the notebook made, or makes one."""


@dataclass(frozen=True)
class Batch:
    """What a batch left: its folder, and how many runs are done, failed, and kept from before."""

    folder: Path
    done: int
    failed: int
    kept: int


@dataclass(frozen=True)
class _Task:
    """One run: all that a worker must know."""

    incident: str
    source: str
    key: str
    notebook: str
    folder: str
    values: dict[str, Any]
    timeout_s: float | None


def batch(  # noqa: PLR0913 - each is an option of the command
    notebook: Path,
    sources: Iterable[str],
    *,
    output: Path,
    jobs: int | None = None,
    resume: bool = False,
    timeout_s: float | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Execute `notebook` over many sources.

    Parameters
    ----------
    notebook
        Has one cell tagged ``parameters`` with a parameter ``source``.
    sources
        Paths of bundles or of files with logs. One that is given twice runs once.
    output
        Folder of the results: ``results.jsonl`` and ``results.parquet`` (see `incidentlab.run.results.COLUMNS`),
        ``index.html``, and for each incident the executed notebook, its page and its verdict.
    jobs
        How many run at once; by default one for each processor.
    resume
        Go on with the batch in `output`: run only what is missing, or whose evidence, notebook, parameters, or programs
        have changed. A failure is a result and is kept; one by time-out runs again under another `timeout_s`.
    timeout_s
        Seconds that one run may take.
    parameters
        Further parameters of the notebook.
    progress
        Called with the incident, the number of runs that ended, and that of all.

    Raises
    ------
    BadInput
        The notebook or a source is not there, or `output` cannot be used.
    BadParameter
        A parameter is unknown or mistyped; nothing has been run or written.
    NotebookFailed
        A process of the batch itself was killed. What ended is kept; a resume goes on.
    """
    values = checked({"source": "", **(parameters or {})}, declared(_read(notebook), name=notebook.name))
    tasks = _tasks(notebook, sources, output, values, timeout_s)
    output.mkdir(parents=True, exist_ok=True)
    with Results(output, resume=resume) as results:
        for left in output.glob(".*.partial*"):
            left.unlink()
        wanted = [task for task in tasks if not _kept(results.rows.get(task.incident), task, output)]
        _run_all(wanted, jobs or os.cpu_count() or 1, results, progress or (lambda *_: None))
        rows = [results.rows[task.incident] for task in tasks]
        _conclude(output, notebook.stem, rows)
    done = sum(row["status"] == "done" for row in rows)
    return Batch(output, done, len(rows) - done, len(tasks) - len(wanted))


def _tasks(
    notebook: Path, sources: Iterable[str], output: Path, values: Mapping[str, Any], timeout_s: float | None
) -> list[_Task]:
    paths = list(dict.fromkeys(_there(source) for source in sources))
    if not paths:
        raise BadInput("no source given; name bundles or files with logs")
    written = notebook.read_bytes()
    names = [_label(str(path)) for path in paths]
    tasks = []
    for path, name in zip(paths, names, strict=True):
        incident = name if names.count(name) == 1 else f"{name}-{sha256(str(path).encode()).hexdigest()[:8]}"
        given = dict(values) | {"source": str(path)}
        hashed = key(path, written, {**values, "source": str(path)})
        tasks.append(
            _Task(incident, str(path), hashed, str(notebook.resolve()), str(output.resolve()), given, timeout_s)
        )
    return tasks


def _there(source: str) -> Path:
    if source == "-" or source.startswith("compose:"):
        raise BadInput(f"{source} is no file that stays as it is; capture it, and give the bundle")
    if not Path(source).exists():
        raise BadInput(f"{source} is not there")
    return Path(source).resolve()


def _kept(row: dict[str, Any] | None, task: _Task, output: Path) -> bool:
    """Say whether the result of an earlier batch stands."""
    if row is None or row["key"] != task.key:
        return False
    if row["status"] == "timeout" and row["timeout_s"] != task.timeout_s:
        return False
    return all((output / row[name]).is_file() for name in ("notebook", "page", "verdict") if row[name])


def _run_all(tasks: list[_Task], jobs: int, results: Results, progress: Progress) -> None:
    if not tasks:
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=context, initializer=_tie)
    try:
        with Server() as server:
            running = [pool.submit(_run, task, server.address) for task in tasks]
            for number, ended in enumerate(as_completed(running), 1):
                row = ended.result()
                results.append(row)
                progress(row["incident"], number, len(tasks))
    except (BrokenProcessPool, ConnectionError) as error:
        raise NotebookFailed(
            f"a process of the batch was killed, perhaps for its memory ({type(error).__name__}); what ended is kept: "
            "go on with --resume, and with fewer --jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _tie() -> None:
    """End this worker when the batch is gone, however it went."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _run(task: _Task, server: str) -> dict[str, Any]:
    """Execute one run in a worker, write its outputs whole, and return its row."""
    started, t0 = pd.Timestamp.now("UTC"), time.monotonic()
    folder = Path(task.folder)
    partial, told = folder / f".{task.incident}.partial.ipynb", folder / f".{task.incident}.partial.json"
    row: dict[str, Any] = {"incident": task.incident, "source": task.source, "timeout_s": task.timeout_s}
    row |= _execute(task, server, partial, told)
    row |= {"notebook": None, "page": None, "verdict": None, "key": task.key}
    for file, suffix in ((told, ".verdict.json"), (partial, ".ipynb")):
        (folder / f"{task.incident}{suffix}").unlink(missing_ok=True)
        if file.exists():
            done = file.replace(folder / f"{task.incident}{suffix}")
            row["notebook" if suffix == ".ipynb" else "verdict"] = done.name
    if row["notebook"]:
        book = nbformat.read(folder / row["notebook"], as_version=4)
        row["page"] = _write(folder / f"{task.incident}.html", page(book, title=task.incident)).name
    if row["verdict"]:
        verdict = json.loads((folder / row["verdict"]).read_text(encoding="utf-8")).get("verdict", {})
        row |= {name: verdict.get(name) for name in ("category", "service", "dependency", "confidence")}
    return row | {"started": started.isoformat(), "duration_s": round(time.monotonic() - t0, 3)}


def _execute(task: _Task, server: str, partial: Path, told: Path) -> dict[str, Any]:
    """Execute the notebook; return how it ended."""
    import papermill

    try:
        papermill.execute_notebook(
            task.notebook,
            str(partial),
            parameters=task.values,
            engine_name="incidentlab-fast",
            kernel_name="python3",
            language="python",
            cwd=str(Path(task.notebook).parent),
            progress_bar=False,
            request_save_on_cell_execute=False,
            server=server,
            run_timeout=task.timeout_s,
            after=_VERDICT.format(source=task.source, target=str(told)),
        )
    except papermill.PapermillExecutionError as error:
        status = "timeout" if error.ename == "CellTimeoutError" else "failed"
        return {"status": status, "cell": error.exec_count, "ename": error.ename, "evalue": error.evalue[:1000]}
    except ConnectionError:  # the warm server is gone: nothing is known of this run
        raise
    except Exception as error:
        return {"status": "failed", "cell": None, "ename": type(error).__name__, "evalue": str(error)[:1000]}
    return {"status": "done", "cell": None, "ename": None, "evalue": None}


def _conclude(output: Path, title: str, rows: list[dict[str, Any]]) -> None:
    """Write the table and the index, each whole."""
    frame = table(rows)
    partial = output / ".results.parquet.partial"
    frame.to_parquet(partial, index=False)
    partial.replace(output / "results.parquet")
    _write(output / "index.html", index.page(frame, title=title))
