"""What a batch knows of its runs: one row of results.jsonl for each, appended whole, and read again by a resume.

The file is the truth; the table and the index are made from it. A row is written after the outputs that it names, so
what has a row is complete. A process that is killed while it appends leaves at most one torn line, the last, which
the next batch cuts off. Rows that other machines delivered beside it (`incidentlab.run.delivery`) are taken in first.
At an address nothing can be appended to: there the delivered rows themselves are the truth.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, Self

import pandas as pd

from incidentlab.bundle import address
from incidentlab.run.delivery import ROW, read, take_back
from incidentlab.run.lease import Lease
from incidentlab.run.task import OUTPUTS
from incidentlab.tables import BadInput

COLUMNS = {
    "incident": "str",
    "source": "str",
    "status": "str",
    "category": "str",
    "service": "str",
    "dependency": "str",
    "confidence": "float64",
    "sentence": "str",
    "began": "datetime64[ns, UTC]",
    "ended": "datetime64[ns, UTC]",
    "source_count": "Int64",
    "incomplete_count": "Int64",
    "cell": "Int64",
    "ename": "str",
    "evalue": "str",
    "started": "datetime64[ns, UTC]",
    "duration_s": "float64",
    "notebook": "str",
    "page": "str",
    "verdict": "str",
    "timeout_s": "float64",
    "key": "str",
}
"""A row: the status is done, failed or timeout; the error is that of the first cell that failed; files are relative.

`sentence` is that of the verdict; `began` and `ended` are the first and the last time in the evidence; the counts are
of its sources, and of those whose ledger owns up to something missing.
"""
_TIMES = ("began", "ended", "started")

_BEGIN = b'{"incident": '
"""How a row begins, even a torn one."""
_LIBRARIES = (
    "bokeh",
    "incidentlab",
    "ipykernel",
    "lifelines",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
)


class Results:
    """The open results of one batch in a folder; only one process may have them open.

    Parameters
    ----------
    folder
        Of the batch.
    resume
        Whether rows of an earlier batch may be there.

    Raises
    ------
    BadInput
        Another batch writes there, rows are there and `resume` was not asked for, or the file is none of ours.
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self.output, self.path = str(folder), folder / "results.jsonl"
        self._file = self.path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.rows = {row["incident"]: row for row in self._read()}
            delivered = {file: read(file.read_bytes()) for file in sorted(folder.glob(f"*{ROW}"))}
            if (self.rows or any(delivered.values())) and not resume:
                raise BadInput(f"{folder} holds the results of a batch; go on with --resume, or give another folder")
            self._take_in(delivered)
        except BlockingIOError:
            self._file.close()
            raise BadInput(f"another batch is writing to {folder}; wait for it, or give another folder") from None
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # each row is on the disk; what is left is the rest of one that the disk did not take
            self._file.close()

    def append(self, row: dict[str, Any]) -> None:
        """Add a row, on the disk when this returns; the latest row of an incident counts.

        Raises
        ------
        BadInput
            The disk takes no more.
        """
        try:
            self._file.write(json.dumps(row, ensure_ascii=True).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise BadInput(
                f"{self.path} cannot be written to: {error.strerror}; what ended is kept: go on with --resume"
            ) from error
        self.rows[row["incident"]] = row
        take_back(self.output, [row["incident"]])

    def whole(self, row: dict[str, Any]) -> bool:
        """Say whether all files that a row names are there."""
        return all((self.path.parent / row[kind]).is_file() for kind in OUTPUTS if row[kind])

    def _take_in(self, delivered: dict[Path, dict[str, Any] | None]) -> None:
        """Take in the rows that were delivered when no batch was there any more.

        Such a row is later than the one that is known, and so are its files, even where its run began before.
        """
        for file, row in delivered.items():
            if row and row != self.rows.get(row["incident"]):
                self.append(row)
            file.unlink(missing_ok=True)

    def _read(self) -> list[dict[str, Any]]:
        """Return the rows; cut off a torn one, if all before it are rows."""
        self._file.seek(0)
        data = self._file.read()
        size = data.rfind(b"\n") + 1
        rows = [read(line) for line in data[:size].splitlines()]
        if not all(rows) or data[size : size + len(_BEGIN)] != _BEGIN[: len(data) - size]:
            raise BadInput(f"{self.path} is not the results of a batch; give another folder")
        self._file.truncate(size)
        return [row for row in rows if row]


class Delivered:
    """The results of one batch at an address: the rows that were delivered to it.

    No lock can be had there; a lease keeps two batches apart (`incidentlab.run.lease`).

    Parameters
    ----------
    output
        The address.
    resume
        Whether rows of an earlier batch may be there.
    lease
        The right to write there.

    Raises
    ------
    BadInput
        The address cannot be written to, or rows are there and `resume` was not asked for.
    """

    def __init__(self, output: str, *, resume: bool, lease: Lease | None = None) -> None:
        self.output, self._lease = output, lease
        system, root = address.filesystem(output)
        with address.reached(output):
            system.makedirs(root, exist_ok=True)
            system.invalidate_cache()
            self._names = {PurePosixPath(path).name for path in system.ls(root, detail=False)}
            rows = [f"{root}/{name}" for name in sorted(self._names) if name.endswith(ROW)]
            told = [read(data) for data in system.cat(rows, on_error="omit").values()] if rows else []
        self.rows = {row["incident"]: row for row in told if row}
        if self.rows and not resume:
            raise BadInput(f"{output} holds the results of a batch; go on with --resume, or give another address")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave everything as it is."""

    def append(self, row: dict[str, Any]) -> None:
        """Know a row that was delivered.

        Raises
        ------
        BadInput
            Another batch has taken over the address.
        """
        if self._lease:
            self._lease.check()
        self.rows[row["incident"]] = row

    def whole(self, row: dict[str, Any]) -> bool:
        """Say whether all files that a row names were there when the batch began."""
        return all(row[kind] in self._names for kind in OUTPUTS if row[kind])


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a typed table, in order of the incidents' names.

    Examples
    --------
    >>> table([{"incident": "b", "status": "done"}, {"incident": "a", "status": "failed"}])["status"].tolist()
    ['failed', 'done']
    """
    frame = pd.DataFrame.from_records(rows, columns=list(COLUMNS)).sort_values("incident", ignore_index=True)
    for name in _TIMES:
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame.astype(COLUMNS)


def key(source: str, notebook: bytes, parameters: Mapping[str, Any]) -> str:
    """Return what a run depends on as one hash: the evidence, the notebook, the parameters and the programs."""
    told = [content(source), hashlib.sha256(notebook).hexdigest(), dict(sorted(parameters.items())), programs()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def content(source: str) -> str:
    """Return the hash of a file, or of all files of a folder with their names: the same here and at an address.

    Raises
    ------
    BadInput
        It is not there, or cannot be read.
    """
    digest = hashlib.sha256()
    if not address.is_address(source) and not Path(source).exists():
        raise BadInput(f"{source} is not there{_near(Path(source))}")
    try:
        for name, inner in address.hashes(source) if address.is_address(source) else _hashes(Path(source)):
            digest.update(f"{name}\0{inner}\0".encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise BadInput(
            f"{error.filename or source} cannot be read: {error.strerror}; let it be read, or leave it out"
        ) from error
    return digest.hexdigest()


def _near(path: Path) -> str:
    """Return what else may have been meant by a path that is not there."""
    beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, beside, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""


def _hashes(path: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            with file.open("rb") as opened:
                yield str(file.relative_to(path)), hashlib.file_digest(opened, "sha256").hexdigest()


def environment() -> dict[str, str]:
    """Return what computes: the versions of Python and the libraries, and the hash of incidentlab to the last line."""
    root = Path(__file__).parent.parent
    files = [file for file in sorted(root.rglob("*")) if file.is_file() and file.suffix != ".pyc"]
    files = [file for file in files if not file.is_relative_to(root / "shipped")]  # a wheel has more than a checkout
    code = "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    known = {"Python": platform.python_version()} | {name: version(name) for name in _LIBRARIES}
    return known | {"the code of incidentlab": hashlib.sha256(code.encode()).hexdigest()[:12]}


@cache
def programs() -> str:
    """Return what computes as one hash."""
    return hashlib.sha256(json.dumps(environment()).encode()).hexdigest()
