"""A batch on a Dask cluster: workers and the batch itself may be killed, and nothing is lost."""

import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import dask
import nbformat
import pytest
from dask.utils import parse_timedelta
from distributed import LocalCluster
from distributed.comm import CommClosedError

from incidentlab.run import cluster as machines
from incidentlab.run import results
from incidentlab.run.generate import generate
from incidentlab.run.many import Batch, batch
from incidentlab.run.one import NotebookFailed
from incidentlab.run.task import Task
from incidentlab.tables import BadInput

V4 = nbformat.v4
Until = Callable[..., Any]
FROZEN = """
import os
from incidentlab.run import cluster, results
os.environ["WORKER"] = str(os.getpid())
results.environment = cluster.environment = lambda: {"programs": "of this test"}
"""
"""What each process is told, so that nobody who edits the programs meanwhile makes them differ."""
CATEGORIES = ("oom_killed", "startup_race", "disk_full", "tls_failure")
CELLS = (
    "from incidentlab import investigate, load\nfound = investigate(load(source))",
    "open(log, 'a').write(source + '\\n')",
    "import os, signal, time\ntime.sleep(pause)",
    "_ = 'killer' in source and os.kill(int(os.environ['WORKER']), signal.SIGKILL)",
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Start two workers, each a process; a run is given up when two of its workers have died."""
    frozen = tmp_path_factory.mktemp("cluster") / "frozen.py"
    frozen.write_text(FROZEN)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        machines.local(2, preload=[str(frozen)]) as started,
    ):
        yield started


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the programs be the same here as on the workers."""
    for module in (machines, results):
        monkeypatch.setattr(module, "environment", lambda: {"programs": "of this test"})
    results.programs.cache_clear()
    yield
    results.programs.cache_clear()


@pytest.fixture
def sources(tmp_path: Path) -> list[str]:
    """Write generated incidents, and a bundle whose manifest is no JSON."""
    folder = tmp_path / "in"
    (folder / "broken").mkdir(parents=True)
    (folder / "broken" / "manifest.json").write_text("{")
    for seed, category in enumerate(CATEGORIES):
        (folder / f"{category}.log").write_text(generate(category, seed=seed, lines=60).text)
    return sorted(str(path) for path in folder.iterdir())


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Write a notebook that tells of each of its runs, and may take its time or kill its worker."""
    declared = (
        f'source: str = "x"  # where\nlog: str = {str(tmp_path / "ran")!r}  # of runs\npause: float = 0.0  # wait'
    )
    tagged = V4.new_code_cell(declared, metadata={"tags": ["parameters"]})
    path = tmp_path / "q.ipynb"
    nbformat.write(V4.new_notebook(cells=[tagged, *map(V4.new_code_cell, CELLS)]), path)
    return path


@pytest.fixture
def run(cluster: LocalCluster, notebook: Path, tmp_path: Path) -> Callable[..., Batch]:
    """Run a batch on the cluster."""

    def execute(sources: list[str], **options: Any) -> Batch:
        settings = {"output": tmp_path / "out", "cluster": cluster.scheduler_address} | options
        return batch(notebook, sources, **settings)

    return execute


def answered(out: Path) -> list[str]:
    """Return what the verdicts say, of those incidents whose page is there."""
    told = {path: json.loads(path.read_text())["verdict"]["category"] for path in out.glob("*.verdict.json")}
    return sorted(told[path] for path in told if path.with_name(path.name.replace(".verdict.json", ".html")).exists())


def test_a_worker_that_is_killed_loses_no_run(
    cluster: LocalCluster, run: Callable[..., Batch], sources: list[str], tmp_path: Path
) -> None:
    """With a worker killed in the middle there are all reports, one failure by its own fault, and no needless run."""
    killed: list[int] = []

    def kill(_: str, number: int, __: int) -> None:
        if number == 2:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    ended = run(sources, parameters={"pause": 0.3}, progress=kill)
    assert len(killed) == 1
    assert (ended.done, ended.failed, ended.kept) == (len(CATEGORIES), 1, 0)
    assert answered(tmp_path / "out") == sorted(CATEGORIES)
    ran = (tmp_path / "ran").read_text().split()
    assert set(ran) == {source for source in sources if "broken" not in source}
    assert len(ran) <= len(CATEGORIES) + 1, "only what the killed worker was at ran again"
    rows = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    broken = [(row["incident"], row["cell"], row["ename"]) for row in rows if row["status"] != "done"]
    assert broken == [("broken", 3, "BadInput")]
    assert not list((tmp_path / "out").glob("*.row.json"))
    again = run(sources, parameters={"pause": 0.3}, resume=True)
    assert again.kept == len(sources)
    assert (tmp_path / "ran").read_text().split() == ran


def test_a_batch_that_is_killed_loses_nothing_that_its_workers_did(
    cluster: LocalCluster, run: Callable[..., Batch], notebook: Path, sources: list[str], tmp_path: Path, until: Until
) -> None:
    """When the batch itself is killed, what is under way is delivered, and a resume runs only the rest."""
    out, ran, address = tmp_path / "out", tmp_path / "ran", cluster.scheduler_address
    options = ["-o", str(out), "-p", "pause=0.6", "--cluster", address]
    program = f"{FROZEN}\nfrom incidentlab.cli import main\nmain()"
    with subprocess.Popen([sys.executable, "-c", program, "batch", str(notebook), *sources[1:], *options]) as first:
        until(lambda: ran.exists() and len(ran.read_text().split()) >= 3, whilst=lambda: first.poll() is None)
        os.kill(first.pid, signal.SIGKILL)
    until(lambda: list(out.glob("*.row.json")))
    ended = run(sources[1:], parameters={"pause": 0.6}, resume=True)
    assert (ended.done, ended.failed) == (len(CATEGORIES), 0)
    assert ended.kept >= 1
    assert set(ran.read_text().split()) == set(sources[1:])
    assert len(ran.read_text().split()) <= len(CATEGORIES) + 2


def test_a_run_that_kills_its_workers_is_one_failure(
    run: Callable[..., Batch], sources: list[str], tmp_path: Path
) -> None:
    """A notebook that ends every worker that runs it is given up; what was queued behind it is not blamed."""
    killer = tmp_path / "in" / "a-killer.log"
    killer.write_text("web-1  | listening on port 80\n")
    ended = run([str(killer), *sources[1:]])
    assert (ended.done, ended.failed) == (len(CATEGORIES), 1)
    rows = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert [(row["incident"], row["ename"]) for row in rows if row["status"] == "failed"] == [
        ("a-killer.log", "KilledWorker")
    ]
    assert answered(tmp_path / "out") == sorted(CATEGORIES)


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:1", "nonsense://x", "no port"])
def test_a_scheduler_that_does_not_answer_is_said(
    scheduler: str, run: Callable[..., Batch], sources: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no scheduler answers in time, one line says so, and how to start one."""
    monkeypatch.setattr(machines, "ANSWER_S", 0.2)
    with pytest.raises(BadInput, match="dask scheduler"):
        run(sources, cluster=scheduler)


def test_a_worker_with_other_programs_is_refused(
    run: Callable[..., Batch], sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines that would compute with another library end the batch before anything runs."""
    monkeypatch.setattr(machines, "environment", lambda: {"programs": "others"})
    with pytest.raises(BadInput, match="programs is of this test, here it is others; install the same"):
        run(sources)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("seen", "says"), [({"output": False}, "does not see /out"), ({"missing": "/in/a"}, "does not see /in/a")]
)
def test_a_path_that_a_worker_does_not_see_is_refused(seen: dict[str, Any], says: str) -> None:
    """A folder or a source of this machine only is no place for a cluster's work."""
    told = {"environment": machines.environment(), "output": True, "missing": None} | seen
    with pytest.raises(BadInput, match=says):
        machines._compare("tcp://a:1", told, "/out")


class Machines:
    """A cluster that answers each question of its workers as it is told to; None: the worker is being restarted."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def wait_for_workers(self, number: int, timeout: float) -> None:
        """Wait in vain, if there is nobody to answer."""
        if not self.answers:
            raise TimeoutError(f"Only 0/{number} workers arrived after {timeout}")

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Give the next answer."""
        answer = self.answers.pop(0)
        return {} if answer is None else {"tcp://a:1": answer}


@pytest.mark.parametrize(
    ("machines_there", "says"),
    [
        (Machines(), "no workers for 2 s; start some with `dask worker ADDRESS`"),
        (Machines(None, CommClosedError()), "no workers for 2 s"),
        (Machines(PackageNotFoundError("incidentlab")), "tcp://a:1 has no incidentlab; install"),
        (Machines("0.0.0"), "tcp://a:1 has incidentlab 0.0.0, this is .*; install the same"),
        (Machines(version("incidentlab"), AttributeError("_survey")), "cannot say what it computes with .*_survey"),
    ],
)
def test_machines_that_cannot_run_it_are_said(
    machines_there: Any, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker, or one with no or another incidentlab, is one line before anything runs, and leaves no mark."""
    monkeypatch.setattr(machines, "PATIENCE_S", 2.0)
    with pytest.raises(BadInput, match=says):
        next(machines.rows(machines_there, [], str(tmp_path)))
    assert not list(tmp_path.iterdir())


def test_workers_that_are_being_restarted_are_waited_for(tmp_path: Path) -> None:
    """A worker that goes while it is asked, or is just not there, is no reason to refuse; it is asked again."""
    good = {"environment": machines.environment(), "output": True, "missing": None}
    cluster = Machines(None, CommClosedError(), version("incidentlab"), TimeoutError(), None, good)
    machines._check(cluster, [], str(tmp_path), lambda _: None)  # type: ignore[arg-type]
    assert not cluster.answers


def test_a_worker_that_is_slow_to_come_back_is_not_given_up(cluster: LocalCluster) -> None:
    """Dask waits for a worker of its own that died as long as a batch does, where it would give it up after 15 s."""
    assert cluster.workers
    assert parse_timedelta(dask.config.get("distributed.deploy.lost-worker-timeout")) == machines.PATIENCE_S


@pytest.mark.parametrize("error", [ModuleNotFoundError("incidentlab"), machines.OtherPrograms("other programs")])
def test_a_worker_that_comes_late_with_other_programs_fails_no_run(error: Exception, tmp_path: Path) -> None:
    """What such a worker does not do is missing, and no failure that a resume would keep."""
    future: Future[Any] = Future()
    future.set_exception(error)
    with pytest.raises(BadInput, match=str(error)):
        machines._row(Task("a", "/a", "k", "", "", {}, None), future, str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_cluster_that_stays_without_workers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """When all workers have gone and none comes, the batch ends and can be resumed."""
    monkeypatch.setattr(machines, "PATIENCE_S", -1.0)
    monkeypatch.setattr(machines, "_POLL_S", 0.0)
    monkeypatch.setattr(machines, "_workers", lambda _: 0)
    with pytest.raises(NotebookFailed, match="--resume"):
        machines._next(Machines(), queue.Queue())  # type: ignore[arg-type]
