"""A batch: failures are rows, a kill loses nothing, and a resume runs only what must be run."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from incidentlab.run import processes, task
from incidentlab.run.generate import generate
from incidentlab.run.index import page
from incidentlab.run.many import _incidents, batch
from incidentlab.run.one import NotebookFailed
from incidentlab.run.results import Results, table
from incidentlab.run.task import OUTPUTS, Task
from incidentlab.run.warm import Server
from incidentlab.tables import CATEGORIES, BadInput, BadParameter

V4 = nbformat.v4
PROGRAM = Path(sys.executable).with_name("incidentlab")
CELLS = [
    "from incidentlab import investigate, load\nfound = investigate(load(source))",
    "import time\ntime.sleep(pause)",
    "open(log, 'a').write(source + '\\n')",
    "from incidentlab import report\nreport.answer(found)",
]


def notebook(folder: Path, *code: str) -> Path:
    """Write a notebook with parameters and some code."""
    declared = f'source: str = "x"  # where\nlog: str = {str(folder / "ran")!r}  # of runs\npause: float = 0.0  # wait'
    tagged = V4.new_code_cell(declared, metadata={"tags": ["parameters"]})
    path = folder / "q.ipynb"
    nbformat.write(V4.new_notebook(cells=[tagged, *map(V4.new_code_cell, code)]), path)
    return path


def incidents(folder: Path, number: int) -> list[str]:
    """Write generated incidents, the last of them broken: a bundle whose manifest is no JSON."""
    told = [category for category in CATEGORIES if category != "healthcheck_exec_failure"]  # which no log tells
    for i, category in enumerate(told[: number - 1]):
        (folder / f"{i:02}-{category}.log").write_text(generate(category, seed=i, lines=80).text)
    (folder / "99-broken").mkdir()
    (folder / "99-broken" / "manifest.json").write_text("{")
    return sorted(str(path) for path in folder.iterdir())


def test_a_batch_that_is_killed_and_resumed_loses_nothing(tmp_path: Path) -> None:
    """Of seven incidents, one broken, killed once: six reports, one failure, none run twice without need."""
    (tmp_path / "in").mkdir()
    sources, out = incidents(tmp_path / "in", 7), tmp_path / "out"
    command = [str(PROGRAM), "batch", str(notebook(tmp_path, *CELLS)), *sources, "-o", str(out), "-j", "2"]
    with subprocess.Popen(command, start_new_session=True) as first:
        while not (out / "results.jsonl").exists() or len((out / "results.jsonl").read_bytes().splitlines()) < 3:
            time.sleep(0.02)
            assert first.poll() is None
        os.kill(first.pid, signal.SIGKILL)
    kept = (out / "results.jsonl").read_bytes()
    (out / "results.jsonl").write_bytes(kept + b'{"incident": "torn')
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert len({row["incident"] for row in rows}) == 7
    assert len(rows) == len({(row["incident"], row["key"]) for row in rows}), (
        "run again only if what it rests on changed"
    )
    same = len({row["key"] for row in rows}) == 7  # nobody edited the programs meanwhile
    assert (out / "results.jsonl").read_bytes().startswith(kept)
    assert f"6 done, 1 failed, {len(kept.splitlines()) if same else ''}" in done.stdout
    ran = (tmp_path / "ran").read_text().split()
    assert not same or len(ran) <= 6 + 2, "only what was at work when it was killed ran again"
    broken = next(row for row in rows if row["incident"] == "99-broken")
    assert (broken["status"], broken["cell"], broken["ename"]) == ("failed", 3, "BadInput")
    good = pd.read_parquet(out / "results.parquet").query("status == 'done'")
    assert [Path(source).stem[3:] for source in good["source"]] == good["category"].tolist()
    verdict = json.loads((out / good["verdict"].iloc[0]).read_text())
    assert verdict["verdict"]["category"] == good["category"].iloc[0]
    assert not list(out.glob(".*"))
    assert not same or batch(tmp_path / "q.ipynb", sources, output=out, resume=True).kept == 7


@pytest.mark.usefixtures("shared")
def test_deaths_and_timeouts_are_rows_and_a_change_runs_again(tmp_path: Path) -> None:
    """A kernel that dies or takes too long fails alone; what changed runs again, a time-out under a new limit."""
    for name in ("dies", "sleeps", "works"):
        (tmp_path / f"{name}.log").write_text(f"{name}-1  | listening on port 80\n")
    fate = (
        "import os, tempfile, time\nfrom pathlib import Path\n_ = 'dies' in source and os._exit(9)",
        "held = tempfile.mkdtemp()\n_ = open(log, 'a').write(held + '\\n')",
        "print('half of a pair: \\ud800')",
        "while 'sleeps' in source and not Path(log).with_name('go').exists():\n    time.sleep(0.1)",
    )
    path, sources = notebook(tmp_path, *fate), [str(tmp_path / f"{n}.log") for n in ("dies", "sleeps", "works")]
    output, seen = tmp_path / "out", list[str]()
    more = {"jobs": 2, "output": output, "resume": True, "progress": lambda name, *_: seen.append(name)}
    batch(path, [sources[0], sources[2]], jobs=2, output=output)
    ended = batch(path, sources, timeout_s=4, **more)
    written = pd.read_parquet(output / "results.parquet")
    assert (ended.done, ended.failed, ended.kept, seen) == (1, 2, 2, ["sleeps.log"])
    assert written["status"].tolist() == ["failed", "timeout", "done"]
    assert written["ename"].tolist()[:2] == ["DeadKernelError", "CellTimeoutError"]
    (tmp_path / "works.log").write_text("works-1  | listening on port 81\n")
    (tmp_path / "go").touch()
    seen.clear()
    assert batch(path, sources, timeout_s=300, **more).done == 2
    assert sorted(seen) == ["sleeps.log", "works.log"]
    held = (tmp_path / "ran").read_text().split()
    assert len(held) >= 3
    assert not any(map(os.path.exists, held)), "what a run holds goes with it, also when it is killed"


def test_a_batch_that_loses_its_server_stops_and_keeps_what_ended(tmp_path: Path) -> None:
    """When the warm server is killed, what is not run yet is no failed run: the batch ends, and can be resumed."""
    for name in "abc":
        (tmp_path / f"{name}.log").write_text("web-1  | listening on port 80\n")
    path = notebook(tmp_path, "import os\nos.kill(os.getppid(), 9)")
    with pytest.raises(NotebookFailed, match="--resume"):
        batch(path, [str(tmp_path / f"{name}.log") for name in "abc"], output=tmp_path / "out", jobs=1)
    rows = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert [(row["incident"], row["status"]) for row in rows] == [("a.log", "done")]


@pytest.mark.parametrize(
    ("sources", "parameters", "error"),
    [([], {}, BadInput), (["nowhere"], {}, BadInput), (["-"], {}, BadInput), (["."], {"pause": "x"}, BadParameter)],
)
def test_what_is_wrong_is_said_before_anything_starts(
    sources: list[str], parameters: dict[str, str], error: type[Exception], tmp_path: Path
) -> None:
    """A missing source or a mistyped parameter ends the batch before it begins: not even its folder is made."""
    with pytest.raises(error):
        batch(notebook(tmp_path), sources, output=tmp_path / "out", parameters=parameters)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("shared")
def test_a_misspelt_path_is_one_row(tmp_path: Path) -> None:
    """A source that is not there fails alone; it runs as soon as it is there, and the others stay as they are."""
    (tmp_path / "web.log").write_text("web-1  | listening on port 80\n")
    sources, output = [str(tmp_path / "wbe.log"), str(tmp_path / "web.log"), "memory/nowhere/*.log"], tmp_path / "out"
    said: list[str] = []
    ended = batch(notebook(tmp_path), sources, output=output, jobs=1, say=said.append)
    assert (ended.done, ended.failed) == (1, 2)
    missing = f"{tmp_path}/wbe.log is not there; did you mean {tmp_path}/web.log?"
    assert (said[0], len(said)) == (missing, 2)
    told = pd.read_parquet(output / "results.parquet").set_index("incident")
    assert told.loc["wbe.log", ["status", "ename", "evalue"]].tolist() == [
        "failed",
        "BadInput",
        missing,
    ]
    assert batch(tmp_path / "q.ipynb", sources, output=output, jobs=1, resume=True).kept == 3
    (tmp_path / "wbe.log").write_text("web-1  | listening on port 80\n")
    again = batch(tmp_path / "q.ipynb", sources, output=output, jobs=1, resume=True)
    assert (again.done, again.failed, again.kept) == (2, 1, 2)


def row(incident: str) -> dict[str, object]:
    """Return the row of a run that left no files."""
    known = {"incident": incident, "status": "done", "key": "k", "started": "2026-11-23T09:00:00+00:00"}
    return known | dict.fromkeys(OUTPUTS)


def test_results_are_neither_overwritten_nor_shared(tmp_path: Path) -> None:
    """Results of an earlier batch are gone on with only when asked to; two batches do not write to one folder."""
    with Results(tmp_path, resume=False) as results:
        results.append(row("a"))
        with pytest.raises(BadInput, match="another batch"):
            Results(tmp_path, resume=True)
    with pytest.raises(BadInput, match="--resume"):
        Results(tmp_path, resume=False)


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"a": 1}\n', b"1\n", b"\xff\n", b"text", b'{"incident": "a"}\n'])
def test_a_file_of_others_is_left_as_it_is(data: bytes, tmp_path: Path) -> None:
    """A results.jsonl that no batch wrote is refused, and not a byte of it is cut off."""
    (tmp_path / "results.jsonl").write_bytes(data)
    with pytest.raises(BadInput, match="not the results of a batch"):
        Results(tmp_path, resume=True)
    assert (tmp_path / "results.jsonl").read_bytes() == data


@pytest.mark.parametrize("torn", [b"{", b'{"incident": ', b'{"incident": "a", "st'])
def test_a_torn_row_is_cut_off(torn: bytes, tmp_path: Path) -> None:
    """What a kill left of a row, be it one byte, does not stop the next batch."""
    (tmp_path / "results.jsonl").write_bytes(torn)
    with Results(tmp_path, resume=False) as results:
        results.append(row("b"))
    assert json.loads((tmp_path / "results.jsonl").read_text()) == row("b")


def test_a_full_disk_ends_the_batch_and_keeps_its_rows(tmp_path: Path) -> None:
    """When a row does not fit any more, one line says so, and a resume goes on from the row before."""
    with Results(tmp_path, resume=False) as results:
        results.append(row("a"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "results.jsonl").stat().st_size + 20, limits[1]))
    try:
        with pytest.raises(BadInput, match="what ended is kept"), Results(tmp_path, resume=True) as results:
            results.append(row("b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with Results(tmp_path, resume=True) as results:
        assert list(results.rows) == ["a"]


def test_a_verdict_that_takes_too_long_is_a_timeout(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time that runs out after the last cell is a time-out too, so another limit runs it again; no verdict is left."""
    monkeypatch.setattr(task, "_VERDICT", "open({target!r}, 'w').write('{{'); import time; time.sleep(60)")
    told = task.execute(Task("a", "/a", "k", str(notebook(tmp_path)), str(tmp_path), {}, 2.0), server.address)
    assert (told["status"], told["verdict"]) == ("timeout", None)
    assert not list(tmp_path.glob(".*"))


def test_names_of_incidents_never_meet() -> None:
    """Sources with one name, on some disks or with the index, are told apart; each name is short enough for a file."""
    names = _incidents(["/a/web", "/b/web", "/b/WEB", "/index", "/" + "\u00e4" * 120, "/c/one"])
    assert len({name.casefold() for name in names}) == len(names)
    assert "index" not in names
    assert all(len(f".{name}.verdict.json.partial-00000000".encode()) < 256 for name in names)
    assert names[-1] == "one"


def test_an_output_within_the_evidence_is_refused(tmp_path: Path) -> None:
    """Results among the evidence would change what they rest on, and be taken for evidence the next time."""
    for output in (tmp_path, tmp_path / "out"):
        with pytest.raises(BadInput, match="written into the evidence"):
            batch(notebook(tmp_path), [str(tmp_path)], output=output)
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    """An output that cannot be a folder is one line, no traceback."""
    source = tmp_path / "a.log"
    source.write_text("web-1  | listening on port 80\n")
    (tmp_path / "out").write_text("")
    with pytest.raises(BadInput, match="out cannot be written to: File exists"):
        batch(notebook(tmp_path), [str(source)], output=tmp_path / "out")


@pytest.mark.parametrize("name", [b"two\nlines.log", b"\xff.log"])
def test_a_name_that_is_no_line_of_text_is_refused(name: bytes, tmp_path: Path) -> None:
    """A file whose name no table can hold ends the batch before it begins."""
    source = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    Path(source).touch()
    with pytest.raises(BadInput, match="rename it"):
        batch(notebook(tmp_path), [source], output=tmp_path / "out")


def test_what_cannot_be_kept_or_shown_is_a_row() -> None:
    """A run whose files cannot be written is one failure of its own; a server that is gone is none."""
    given = Task("a", "/a", "k", "", "", {}, None)
    ended: Future[dict[str, object]] = Future()
    ended.set_exception(OSError("disk full"))
    told = processes._row(given, ended)
    assert (told["status"], told["ename"], told["evalue"]) == ("failed", "OSError", "disk full")
    lost: Future[dict[str, object]] = Future()
    lost.set_exception(ConnectionRefusedError())
    with pytest.raises(ConnectionRefusedError):
        processes._row(given, lost)


def test_the_index_is_offline_and_shows_evidence_as_text() -> None:
    """The index names nothing to load, runs its own script only, and escapes what a log smuggled in."""
    row = {"incident": "<script>alert(1)</script>", "status": "failed", "evalue": "</script>", "ename": "X"}
    text = page(table([row | {"page": "a b.html", "duration_s": 1.0, "started": "2026-11-23T09:00:00Z"}]), title="q")
    assert re.search(
        r"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'", text
    )
    assert text.count("<script") == text.count("</script>") == 1
    assert 'href="a%20b.html"' in text
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:|//)""", text)


def test_the_index_tells_the_story_its_time_and_what_is_missing() -> None:
    """A row bears the sentence of its verdict, when the incident began, and a mark where sources are incomplete."""
    known = {"incident": "a", "status": "done", "started": "2026-11-30T09:00:00Z", "began": "2026-11-23T08:59:58.5Z"}
    said = {"sentence": "<b>web</b> never reached db", "source_count": 9, "incomplete_count": 2}
    whole = known | {"incident": "b", "source_count": 3, "incomplete_count": 0}
    text = page(table([known | said, whole]), title="q")
    assert "&lt;b&gt;web&lt;/b&gt; never reached db" in text
    assert text.count("2026-11-23 08:59:58") == 2
    assert "2 of 9 sources incomplete" in text
    assert text.count('<td data-value="0">complete</td>') == 1


def test_the_index_can_be_sorted_filtered_and_opened() -> None:
    """Each column has a button to sort by, the sorted one says so, and there is a filter."""
    known = {"incident": "a", "status": "done", "started": "2026-11-23T09:00:00Z"}
    text = page(table([known | {"page": "a.html"}, known | {"incident": "b", "confidence": 0.9}]), title="q")
    heads = re.findall(r"<th([^>]*)><button", text)
    assert len(heads) == len(re.findall(r"<th\b", text)) > 8
    assert ['aria-sort="ascending"' in head for head in heads] == [True] + [False] * (len(heads) - 1)
    assert re.findall(r'data-value="([^"]*)"', text) == ["", "", "", "0.9", "", ""]
    assert re.search(r'<label>Filter <input id="filter"', text)
    assert 'href="results.parquet"' in text
