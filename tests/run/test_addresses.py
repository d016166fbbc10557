"""Batches whose evidence and results are at addresses: memory stands for any object store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import nbformat
import pandas as pd
import pytest

from incidentlab.bundle import address
from incidentlab.load import load
from incidentlab.run.delivery import ROW, deliver, delivered
from incidentlab.run.many import _delivered, batch
from incidentlab.run.one import run
from incidentlab.run.results import Delivered, Results, content
from incidentlab.tables import BadInput

V4 = nbformat.v4
DATA = Path(__file__).parent.parent.parent / "data"
ROWS = {"status": "done", "key": "k", "started": "2026-11-23T09:00:00+00:00"}


@pytest.fixture
def memory() -> Iterator[Any]:
    """Give an empty object store."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def notebook(folder: Path) -> Path:
    """Write a notebook that fails for a source whose name says so."""
    tagged = V4.new_code_cell('source: str = "x"  # where', metadata={"tags": ["parameters"]})
    path = folder / "q.ipynb"
    nbformat.write(V4.new_notebook(cells=[tagged, V4.new_code_cell("1 / ('bad' not in source)")]), path)
    return path


def row(incident: str, **more: Any) -> dict[str, Any]:
    """Return the row of a run that left no files."""
    return {"incident": incident, "notebook": None, "page": None, "verdict": None, **ROWS, **more}


def test_a_bundle_at_an_address_is_the_bundle(memory: Any) -> None:
    """A folder, an archive and a log load from an address as they do from the disk, and bear the same hash."""
    memory.put(str(DATA / "fixed"), "/bucket/fixed", recursive=True)
    there, here = load("memory://bucket/fixed"), load(DATA / "fixed")
    pd.testing.assert_frame_equal(there.logs, here.logs)
    assert content("memory://bucket/fixed") == content(str(DATA / "fixed"))
    memory.pipe("/bucket/web.log", b"web-1  | listening\nweb-1 exited with code 1\n")
    assert load("memory://bucket/web.log").events["exit_code"].tolist() == [1]
    assert load(f"file://{DATA / 'fixed'}").name == here.name


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("memory://nothing", "memory://nothing is not there"),
        ("memory://empty.log", "memory://empty.log"),
        ("zzz://x", "Protocol not known: zzz"),
        ("s3://bucket/x", "Install s3fs"),
        ("s3://me:secret@bucket/x", r"s3://me:\*\*\*@bucket"),
        ("memory://me:secret@host/empty.log", r"^memory://me:\*\*\*@host/empty.log"),
        ("memory://host/x.log?sig=secret", r"x.log\?sig=\*\*\*"),
        ("memory://long", r"memory://long: 'x+'\.\.\. is no path of a file"),
        ("memory://a/../../b.log", "is not there"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(source: str, says: str, memory: Any) -> None:
    """What cannot be fetched is bad input, which names the address, and the package that is missing."""
    for place in ("/empty.log", "/me:secret@host/empty.log", f"/long/{'x' * 300}"):
        memory.pipe(place, b" ")
    with pytest.raises(BadInput, match=says) as told:
        load(source)
    assert "secret" not in str(told.value)


def test_a_star_stands_for_all_that_is_there(memory: Any) -> None:
    """An address with a star becomes the addresses that it stands for; one that stands for nothing is bad input."""
    for name in "ba":
        memory.pipe(f"/in/{name}.log", b"web-1  | listening on port 80\n")
    assert address.expand("memory://in/*.log") == ["memory:///in/a.log", "memory:///in/b.log"]
    assert address.expand("memory://in") == ["memory://in"]
    with pytest.raises(BadInput, match="is not there"):
        address.expand("memory://nothing/*")


def test_no_more_is_fetched_than_allowed(memory: Any, tmp_path: Path) -> None:
    """Files that are larger than the limit, all together, end the fetching, and the hashing."""
    memory.pipe({"/large/a.log": b"x" * 50, "/large/b.log": b"x" * 50})
    with pytest.raises(BadInput, match="more than 99 bytes"):
        address.fetch("memory://large", tmp_path, max_bytes=99)
    with pytest.raises(BadInput, match="more than 99 bytes"):
        list(address.hashes("memory://large", max_bytes=99))
    assert len(list(address.hashes("memory://large", max_bytes=100))) == 2


@pytest.mark.usefixtures("shared")
def test_a_batch_leaves_its_results_at_an_address(memory: Any, tmp_path: Path) -> None:
    """Reports, rows, table and index are at the address; a resume keeps them, and `again` runs the failure anew."""
    sources = [tmp_path / "bad.log", tmp_path / "good.log"]
    for path in sources:
        path.write_text("web-1  | listening on port 80\n")
    given = [f"file://{sources[0]}", str(sources[1])]
    path, output = notebook(tmp_path), "memory://bucket/out"
    ended = batch(path, given, output=output, jobs=2)
    assert (ended.done, ended.failed, ended.kept) == (1, 1, 0)
    assert {Path(name).name for name in memory.find("/bucket/out")} >= {"good.log.html", "index.html", f"bad.log{ROW}"}
    assert pd.read_parquet("memory://bucket/out/results.parquet")["status"].tolist() == ["failed", "done"]
    with pytest.raises(BadInput, match="--resume"):
        batch(path, given, output=output)
    seen: list[str] = []
    assert batch(path, given, output=output, resume=True, progress=lambda *told: seen.append(told[0])).kept == 2
    memory.rm("/bucket/out/good.log.html")
    again = batch(path, given, output=output, jobs=2, again=True, progress=lambda *told: seen.append(told[0]))
    assert (again.done, again.failed, sorted(seen)) == (1, 1, ["bad.log", "good.log"])


@pytest.mark.parametrize(
    "place",
    ["s3://user:secret@host/x", "sftp://user:secret@host/x", "https://host/x.zip?v=1&X-Amz-Signature=secret"],
)
def test_an_address_with_a_password_is_refused(place: str, tmp_path: Path) -> None:
    """No password and no signature gets into results or an executed notebook by way of an address."""
    for attempt in (
        lambda: batch(notebook(tmp_path), ["."], output=place),
        lambda: batch(notebook(tmp_path), [place], output=tmp_path / "out"),
        lambda: run(notebook(tmp_path), place, output=tmp_path / "out"),
    ):
        with pytest.raises(BadInput, match="password") as told:
            attempt()
        assert "secret" not in str(told.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("output", ["memory://", "memory:///"])
def test_an_address_without_a_place_is_refused(output: str, tmp_path: Path) -> None:
    """The bare name of a protocol is no place for results, and no folder of that name is made."""
    with pytest.raises(BadInput, match="names no place"):
        batch(notebook(tmp_path), ["."], output=output)


def test_a_run_takes_away_its_own_files_only(memory: Any, tmp_path: Path) -> None:
    """What has been delivered leaves its folder; what belongs to an incident with a longer name stays."""
    for name in ("a.html", "a.log.html"):
        (tmp_path / name).write_text("page")
    told = [row("a", page="a.html"), row("a.log", page="a.log.html")]
    assert list(_delivered(told, tmp_path, "memory://out")) == told
    assert {Path(path).name for path in memory.find("/out")} >= {"a.html", "a.log.html"}
    assert not list(tmp_path.iterdir())


def test_a_system_that_lists_without_options_will_do(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are read with the few arguments that every file system of fsspec takes, as that of SFTP."""
    listed = type(memory).ls
    monkeypatch.setattr(type(memory), "ls", lambda self, path, detail=True: listed(self, path, detail=detail))
    memory.pipe(f"/out/a{ROW}", json.dumps(row("a")).encode())
    assert Delivered("memory://out", resume=True).rows == {"a": row("a")}


def test_what_only_this_process_holds_is_no_source(tmp_path: Path) -> None:
    """Memory is refused as a source: runs are in processes of their own."""
    with pytest.raises(BadInput, match="this process only"):
        batch(notebook(tmp_path), ["memory://x"], output=tmp_path / "out")


@pytest.mark.parametrize("torn", [b"", b'{"incident": "a', b"[]", b'{"incident": "a"}'])
def test_a_row_that_did_not_come_whole_is_no_row(torn: bytes, memory: Any, tmp_path: Path) -> None:
    """A delivery that was cut off counts as not delivered, in a folder and at an address."""
    (tmp_path / f"a{ROW}").write_bytes(torn)
    memory.pipe(f"/out/a{ROW}", torn)
    for output in (str(tmp_path), "memory://out"):
        assert delivered(output, "a", "k") is None
    assert Delivered("memory://out", resume=False).rows == {}
    with Results(tmp_path, resume=False) as results:
        assert results.rows == {}


def test_a_folder_takes_in_what_was_delivered_after_the_batch_had_gone(tmp_path: Path) -> None:
    """A row that a worker delivered alone counts, as its files do, even where its run began before the known one."""
    with Results(tmp_path, resume=False) as results:
        results.append(row("a", started="2026-11-23T10:00:00+00:00"))
    for told in (row("a", key="older"), row("b")):
        deliver(str(tmp_path), told, tmp_path)
    assert delivered(str(tmp_path), "b", "k") == row("b")
    assert delivered(str(tmp_path), "b", "other") is None
    with Results(tmp_path, resume=True) as results:
        assert {name: told["key"] for name, told in results.rows.items()} == {"a": "older", "b": "k"}
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 3


def test_the_row_comes_last(memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a delivery breaks off, neither the old row nor the new one says that all is there."""
    (tmp_path / "a.html").write_text("page")
    told = row("a", page="a.html")
    deliver("memory://out", told, tmp_path)
    assert json.loads(memory.cat(f"/out/a{ROW}")) == told

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(type(memory), "pipe_file", broken)
    with pytest.raises(BadInput, match="disk full"):
        deliver("memory://out", told, tmp_path)
    assert delivered("memory://out", "a", "k") is None
