"""One run of a batch, wherever it takes place: a worker's process, or another machine.

A run gets all that it must know, writes its outputs whole into a folder, and returns its row. What fails is in the row.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from incidentlab import whole
from incidentlab.run.one import literal, page
from incidentlab.run.parameters import trust
from incidentlab.run.shipped import is_shipped

OUTPUTS = {"notebook": ".ipynb", "page": ".html", "verdict": ".verdict.json"}
"""Column of a row -> how the name of that file ends."""

_VERDICT = """
import json as _json, pathlib as _pathlib
from incidentlab import investigate as _investigate, load as _load
from incidentlab.investigate import Investigation as _Investigation
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
class Task:
    """One run: all that a worker must know.

    Parameters
    ----------
    incident
        Name of the incident in the batch; the files of its run begin with it.
    source
        Path or address of the evidence.
    key
        What the run depends on, as one hash (see `incidentlab.run.results.key`).
    notebook, folder
        Paths of the notebook, and of the folder for what it leaves.
    values
        All parameters of the notebook.
    timeout_s
        Seconds that the run may take.
    fault
        What is wrong with the evidence, if it is not there or cannot be read: then there is nothing to run.
    """

    incident: str
    source: str
    key: str
    notebook: str
    folder: str
    values: dict[str, Any]
    timeout_s: float | None
    fault: str = ""


def execute(task: Task, server: str) -> dict[str, Any]:
    """Execute one run from the warm server at `server`, write its outputs whole, and return its row.

    Raises
    ------
    ConnectionError
        The server is gone; nothing is known of this run.
    """
    started, t0 = pd.Timestamp.now("UTC"), time.monotonic()
    row: dict[str, Any] = {"incident": task.incident, "source": task.source, "timeout_s": task.timeout_s}
    with whole.scratch() as scratch:  # also of a killed kernel
        partial, told = scratch / "notebook.ipynb", scratch / "verdict.json"
        row |= _execute(task, server, partial, told, str(scratch))
        made = {"notebook": partial.read_bytes()} if partial.exists() else {}
        if row["status"] == "done" and told.exists():  # else it may have ended in the middle
            made["verdict"] = told.read_bytes()
    if made.get("notebook"):
        book = nbformat.reads(made["notebook"].decode(), as_version=4)
        made["page"] = page(book, title=task.incident, index="index.html").encode("utf-8", "replace")
    names = {kind: f"{task.incident}{ending}" for kind, ending in OUTPUTS.items()}
    whole.put_all(
        Path(task.folder),
        {names[kind]: data for kind, data in made.items()},
        gone=[names[kind] for kind in OUTPUTS if kind not in made],
    )
    row |= {kind: names[kind] if kind in made else None for kind in OUTPUTS} | {"key": task.key}
    if row["verdict"]:
        row |= _answered(json.loads(made["verdict"]))
    return row | {"started": started.isoformat(), "duration_s": round(time.monotonic() - t0, 3)}


def _answered(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says of the answer: verdict, sentence, the time of the evidence, and what of it lacks."""
    verdict, findings, ledger = told.get("verdict", {}), told.get("findings", []), told.get("ledger", [])
    times = {key: sorted(row[key] for row in ledger if row.get(key)) for key in ("first", "last")}
    return {name: verdict.get(name) for name in ("category", "service", "dependency", "confidence")} | {
        "sentence": findings[0]["sentence"] if findings else None,
        "began": times["first"][0] if times["first"] else None,
        "ended": times["last"][-1] if times["last"] else None,
        "source_count": len(ledger),
        "incomplete_count": sum(any(row.get(key) for key in ("truncated", "gap", "error")) for row in ledger),
    }


def _execute(task: Task, server: str, partial: Path, told: Path, scratch: str) -> dict[str, Any]:
    """Execute the notebook; return how it ended."""
    import papermill

    trust()
    try:
        papermill.execute_notebook(
            literal(Path(task.notebook)),
            literal(partial),
            parameters=task.values,
            engine_name="incidentlab-fast",
            kernel_name="python3",
            language="python",
            folder=task.folder if is_shipped(Path(task.notebook)) else str(Path(task.notebook).parent),
            progress_bar=False,
            request_save_on_cell_execute=False,
            server=server,
            scratch=scratch,
            run_timeout=task.timeout_s,
            after=_VERDICT.format(source=task.source, target=str(told)),
        )
    except papermill.PapermillExecutionError as error:
        return _ended(error.ename, error.evalue, cell=error.exec_count)
    except ConnectionError:  # the warm server is gone: nothing is known of this run
        raise
    except Exception as error:
        return _ended(type(error).__name__, str(error))
    return {"status": "done", "cell": None, "ename": None, "evalue": None}


def _ended(name: str, text: str, cell: int | None = None) -> dict[str, Any]:
    """Return how a run ended that was not done."""
    status = "timeout" if name == "CellTimeoutError" else "failed"
    return {"status": status, "cell": cell, "ename": name, "evalue": text[:1000]}


def failure(task: Task, name: str, text: str) -> dict[str, Any]:
    """Return the row of a run that ended without one of its own: its worker was lost, or its files not kept."""
    row: dict[str, Any] = {"incident": task.incident, "source": task.source, "timeout_s": task.timeout_s}
    row |= _ended(name, text) | dict.fromkeys(OUTPUTS) | {"key": task.key}
    return row | {"started": pd.Timestamp.now("UTC").isoformat(), "duration_s": None}
