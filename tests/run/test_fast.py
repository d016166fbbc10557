"""Warm kernels: the outputs of a stock kernel, isolation, and failures that are no hang."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import DeadKernelError
from traitlets.config import Config

from incidentlab.run.engine import Kernel
from incidentlab.run.warm import Server

ROOT = Path(__file__).parent.parent.parent
V4 = nbformat.v4
MIXED = ["import sys\nprint('a', end='')\nprint('b', file=sys.stderr)", "display(6)\n6 * 7"]
Run = Callable[..., Any]


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    """Execute cells in a warm kernel."""

    def execute(*code: str, **options: Any) -> Any:
        book = V4.new_notebook(cells=[V4.new_code_cell(text) for text in code])
        settings = {"kernel_name": "python3", "progress_bar": False, "cwd": str(tmp_path), "server": server.address}
        return papermill.execute_notebook(book, None, engine_name="incidentlab-fast", **settings, **options)

    return execute


def stock(book: Any, tmp_path: Path, cwd: Path) -> Any:
    """Execute a notebook in a stock kernel."""
    config = Config(KernelManager={"transport": "ipc", "connection_file": f"{tmp_path}/kernel.json"})
    return papermill.execute_notebook(
        book, None, kernel_name="python3", progress_bar=False, cwd=str(cwd), config=config
    )


def shown(book: Any) -> list[Any]:
    """Return what a reader of the notebook sees."""
    cells = [(cell.execution_count, cell.outputs) for cell in book.cells if cell.cell_type == "code"]
    return [book.metadata.language_info, *cells]


@pytest.mark.parametrize("name", ["01-what-happened", "02-why"])
def test_outputs_are_those_of_a_stock_kernel(name: str, server: Server, tmp_path: Path) -> None:
    """Every output of a notebook, with its figures and numbers of execution, is that of a stock kernel."""
    path = str(ROOT / "notebooks" / f"{name}.ipynb")
    warm = papermill.execute_notebook(
        path,
        None,
        engine_name="incidentlab-fast",
        progress_bar=False,
        cwd=str(ROOT / "notebooks"),
        server=server.address,
    )
    assert shown(warm) == shown(stock(path, tmp_path, ROOT / "notebooks"))


def test_streams_results_and_errors_are_those_of_a_stock_kernel(run: Run, tmp_path: Path) -> None:
    """Streams, displays, results and the traceback of an exception are as in a stock kernel."""
    slow = stock(V4.new_notebook(cells=[V4.new_code_cell(text) for text in MIXED]), tmp_path, tmp_path)
    assert shown(run(*MIXED)) == shown(slow)
    told = []
    for execute in (run, lambda text: stock(V4.new_notebook(cells=[V4.new_code_cell(text)]), tmp_path, tmp_path)):
        with pytest.raises(papermill.PapermillExecutionError) as failed:
            execute("{}['missing']")
        told.append((failed.value.ename, failed.value.evalue, failed.value.traceback))
    assert told[0] == told[1]


def test_what_other_programs_print_is_kept(run: Run) -> None:
    """The output of a program that a cell starts is an output of the cell."""
    assert run("import subprocess\n_ = subprocess.run(['echo', 'raw'])").cells[0].outputs[0].text == "raw\n"


def test_runs_share_nothing(run: Run) -> None:
    """A variable, a changed module, a directory and a random state stay with their run."""
    first = run("import pandas, numpy, os\npandas.leak = 1\nos.environ['LEAK'] = '1'", "numpy.random.rand()")
    second = run("import pandas, numpy, os\n(hasattr(pandas, 'leak'), 'LEAK' in os.environ)", "numpy.random.rand()")
    assert second.cells[0].outputs[0].data["text/plain"] == "(False, False)"
    assert first.cells[1].outputs[0].data != second.cells[1].outputs[0].data


@pytest.mark.parametrize(
    "death", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.fork() or time.sleep(99)\nos._exit(1)"]
)
def test_a_kernel_that_dies_fails_its_cell(death: str, run: Run) -> None:
    """A kernel that ends in the middle of a cell, even with a child left behind, is a failed run and no hang."""
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        run("import os, time", death)
    assert (failed.value.ename, failed.value.exec_count) == ("DeadKernelError", 2)
    assert run("1 + 1").cells[0].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize("limit", ["run_timeout", "execution_timeout"])
def test_a_run_that_takes_too_long_is_ended(limit: str, run: Run) -> None:
    """Time that runs out fails the cell, and ends the kernel's process."""
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        run("import time", "time.sleep(60)", **{limit: 1})
    assert (failed.value.ename, failed.value.exec_count) == ("CellTimeoutError", 2)


def test_a_failed_cell_is_named(run: Run) -> None:
    """An exception ends the run at its cell, with its name and text."""
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        run("x = 1", "1 / 0", "print('never')")
    told = (failed.value.exec_count, failed.value.ename, failed.value.evalue)
    assert told == (2, "ZeroDivisionError", "division by zero")


def test_no_input_is_asked_for(run: Run) -> None:
    """A cell that asks for input fails at once, as nobody is there."""
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        run("input('who? ')")
    assert failed.value.ename == "StdinNotImplementedError"


def test_the_server_forks_from_one_thread(server: Server) -> None:
    """The warm process has one thread, so that a fork finds no lock held."""
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1


def test_the_server_ends_its_runs() -> None:
    """When the server's starter lets go, the server ends, and with it the kernels that are at work."""
    with Server() as own, Kernel(own.address) as kernel:
        list(kernel.execute("import os, time"))
        own.close()
        with pytest.raises(DeadKernelError):
            list(kernel.execute("time.sleep(60)"))
        with pytest.raises(ProcessLookupError):
            os.kill(kernel.pid, 0)
