"""What a kill at any moment, a full disk and a second writer leave: the old result or the new one, each whole."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import pytest

from incidentlab import bundle, whole
from incidentlab.bundle import recording
from incidentlab.redact import Redactor
from incidentlab.report.postmortem import export
from incidentlab.run import one, task
from incidentlab.tables import BadInput
from incidentlab.teach import editions

STEPS = ("open", "fsync", "replace", "rename", "mkdir", "unlink")
"""Calls of the system at each of which the process is killed once, before it and after it."""
STRIDE = int(os.environ.get("STRIDE", "6"))
"""A command is killed at one of so many moments; ``STRIDE=1`` kills it at each."""


def killed(action: Callable[[], object], moment: int) -> bool:
    """Run an action in a process that is killed at a moment; say whether it was, rather than ended before."""
    child = os.fork()
    if not child:
        left = [moment]

        def step() -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                step()
                given = call(*args, **kwargs)
                step()
                return given

            return wrapped

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        whole._exchanged = counted(whole._exchanged)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def moments(action: Callable[[], object]) -> Iterator[int]:
    """Kill an action at each moment that it has, one after the other."""
    for moment in count(1):
        if not killed(action, moment):
            return
        yield moment


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def content(folder: Path) -> dict[str, str]:
    """Return the files of a folder, hidden ones too."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """At whatever step a kill comes, the file is whole, and the next write leaves nothing beside it."""
    place, seen = tmp_path / "x", set()
    place.write_text("old")
    for _ in moments(lambda: whole.put(place, b"new")):
        seen.add(place.read_text())
        whole.put(place, b"old")
        assert content(tmp_path) == {"x": "old"}
    assert seen == {"old", "new"}


def test_files_that_belong_together_are_never_mixed(tmp_path: Path) -> None:
    """A kill at any step leaves all files old or all new, and nothing beside them once its watcher has seen it."""
    new, old, seen = {"a": b"new", "b/c": b"new"}, {"a": b"old", "b/c": b"old", "d": b"old"}, set()
    whole.put_all(tmp_path, old)
    for _ in moments(lambda: whole.put_all(tmp_path, new, gone=["d"])):
        with whole.claimed(tmp_path):  # the watcher holds it till it has done the rest
            found = content(tmp_path)
        assert found in ({"a": "old", "b/c": "old", "d": "old"}, {"a": "new", "b/c": "new"})
        seen.add(found["a"])
        whole.put_all(tmp_path, old)
    assert seen == {"old", "new"}


def test_where_the_watcher_is_killed_too_the_next_who_writes_does_the_rest(tmp_path: Path) -> None:
    """Files that were complete take their places before others are written; a list that leads out is not followed."""
    (tmp_path / "out").mkdir()
    for name in ("out/.a.partial", "out/.x.partial"):
        (tmp_path / name).write_text("new")
    (tmp_path / "out" / whole.MOVES).write_text('[[".a.partial", "a"]]')
    whole.put_all(tmp_path / "out", {"b": b"later"})
    (tmp_path / "out" / whole.MOVES).write_text('[[".x.partial", "../x"]]')
    whole.put_all(tmp_path / "out", {"b": b"later"})
    assert content(tmp_path) == {"out/a": "new", "out/b": "later", "out/.x.partial": "new"}


def test_a_file_that_cannot_take_its_place_is_an_error(tmp_path: Path) -> None:
    """Where a folder stands in the way, the error says so and nothing hidden stays."""
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        whole.put_all(tmp_path, {"a": b"x", "b": b"y"})
    assert set(content(tmp_path)) <= {"b"}


def noted(place: Path, word: str) -> dict[str, Any]:
    """Write a notebook that has printed a word."""
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text=word)])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), place)
    return {"status": "done"}


def run_one(folder: Path, word: str, patch: pytest.MonkeyPatch) -> None:
    """Do what the command `run` does; what the kernel would print is given."""
    patch.setattr(one, "_execute", lambda _, target, *__, **___: noted(target, word))
    one.run("what-happened", "x", output=folder)


def run_many(folder: Path, word: str, patch: pytest.MonkeyPatch) -> None:
    """Do what a worker of `batch` does with one incident."""

    def executed(_: object, __: object, partial: Path, told: Path, ___: object) -> dict[str, Any]:
        told.write_text(json.dumps({"word": word}))
        return noted(partial, word)

    patch.setattr(task, "_execute", executed)
    task.execute(task.Task("a", "/a", "k", "q.ipynb", str(folder), {}, None), "")


def drafted(folder: Path, word: str, patch: pytest.MonkeyPatch) -> None:
    """Do what `postmortem` does, with pages of one word."""
    patch.setattr(export, "draft", lambda *_, **__: None)
    patch.setattr(export, "_files", lambda *_: {f"postmortem.{kind}": word.encode() for kind in ("md", "html", "pdf")})
    patch.setattr(export, "people", lambda folder, _: export.human_of(folder, "x"))
    export.write(None, folder)  # type: ignore[arg-type]


@pytest.mark.parametrize("command", [run_one, run_many, drafted])
def test_what_a_command_writes_is_of_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Callable[[Path, str, pytest.MonkeyPatch], None]
) -> None:
    """Killed at moments drawn by lot, a command leaves the files of one run, whole, and no litter anywhere."""
    out, aside, drawn = tmp_path / "out", tmp_path / "aside", random.Random(command.__name__)
    out.mkdir()
    aside.mkdir()
    monkeypatch.setattr(whole.tempfile, "tempdir", str(aside))
    command(out, "word-one", monkeypatch)
    names, moment = set(content(out)), 0
    while killed(lambda: command(out, "word-two", monkeypatch), moment := moment + drawn.randint(1, 2 * STRIDE - 1)):
        with whole.claimed(out):
            found = content(out)
        assert set(found) == names
        words = {word for text in found.values() for word in ("word-one", "word-two") if word in text}
        assert len(words) == 1, (moment, words)
        eventually(lambda: not list(aside.iterdir()))
        command(out, "word-one", monkeypatch)
    assert moment > STRIDE


def test_a_kill_while_cells_run_leaves_nothing(tmp_path: Path) -> None:
    """A run that is killed in the middle of a cell has written nothing, and its temporary folder is empty."""
    cells = [
        nbformat.v4.new_code_cell('source: str = "x"  # where', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import pathlib, time\npathlib.Path(source).touch()\ntime.sleep(600)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "q.ipynb")
    out, reached = tmp_path / "out", tmp_path / "reached"
    program = "from incidentlab.cli import main; main()"
    with tempfile.TemporaryDirectory() as short:  # no socket has a long name
        aside = Path(short)
        started = subprocess.Popen(
            [sys.executable, "-c", program, "run", str(tmp_path / "q.ipynb"), str(reached), "-o", str(out)],
            env={**os.environ, "TMPDIR": str(aside)},
        )
        eventually(reached.exists)
        started.kill()
        started.wait()
        eventually(lambda: not list(aside.iterdir()))
    assert not list(out.iterdir())


def written(target: Path, text: bytes) -> None:
    """Write a bundle."""
    with bundle.write(target, project="p", overwrite=True) as out:
        out.log("logs/a.log", [text], service="a")


def test_a_bundle_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """A capture that is killed at any step leaves one whole bundle, and the next leaves nothing beside it."""
    target, seen = tmp_path / "b", set()
    written(target, b"old\n")
    for _ in moments(lambda: written(target, b"new\n")):
        with bundle.read(target) as found:
            assert found.ledger == []
            seen.add(found.bytes("logs/a.log"))
        written(target, b"old\n")
        assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert seen == {b"old\n", b"new\n"}


def test_lessons_are_mended_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of lessons whose making was killed half-way are made whole by the same command."""
    files = {f"{number}.ipynb": b"x" * 9 for number in range(2)}
    monkeypatch.setattr(editions, "files", lambda *_, **__: files)
    for moment in moments(lambda: editions.editions(tmp_path, tmp_path / "out")):
        editions.editions(tmp_path, tmp_path / "out")
        assert content(tmp_path / "out") == dict.fromkeys(files, "x" * 9), moment
        for path in (tmp_path / "out").iterdir():
            path.unlink()


def test_two_writers_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds another one writing waits for it, and says so if that does not end."""
    monkeypatch.setattr(whole, "PATIENCE_S", 0.05)
    with whole.claimed(tmp_path), pytest.raises(BadInput, match="another program is writing"):
        whole.put_all(tmp_path, {"a": b"x"})
    whole.put_all(tmp_path, {"a": b"x"})
    with whole.growing(tmp_path / "b"), pytest.raises(BadInput, match="another program is writing"):
        written(tmp_path / "b", b"x")


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """Where the disk is full, the old file, the old pages and the old bundle stay, and nothing lies beside them."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs to mount a small file system")
    try:
        whole.put_all(disk / "pages", {"a": b"old", "b": b"old"})
        written(disk / "b", b"old\n")
        for action in (
            lambda: whole.put(disk / "pages" / "a", bytes(200_000)),
            lambda: whole.put_all(disk / "pages", {"b": b"new", "a": bytes(200_000)}),
            lambda: written(disk / "b", b"x" * 200_000),
        ):
            with pytest.raises(OSError, match="No space"):
                action()
            assert content(disk / "pages") == {"a": "old", "b": "old"}
            assert sorted(path.name for path in disk.iterdir()) == ["b", "pages"]
            with bundle.read(disk / "b") as found:
                assert found.bytes("logs/a.log") == b"old\n"
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_scratch_is_gone_when_its_process_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed process had put aside for a while is removed without it."""
    monkeypatch.setattr(whole.tempfile, "tempdir", str(tmp_path))
    child = os.fork()
    if not child:
        with whole.scratch() as folder:
            (folder / "x").write_text("x")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    eventually(lambda: not list(tmp_path.iterdir()))


def test_what_nobody_holds_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scratch folder whose process and watcher are both gone goes with the next one; one that is held stays."""
    monkeypatch.setattr(whole.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(whole, "_FRESH_S", -1.0)
    (tmp_path / f"{whole._PREFIX}dead").mkdir()
    with whole.scratch() as held, whole.scratch() as other:
        assert sorted(tmp_path.iterdir()) == sorted([held, other])
    assert list(tmp_path.iterdir()) == []


def test_captures_are_their_owners(tmp_path: Path) -> None:
    """Files of a capture and of a recording are 0600 in folders that are 0700, whatever the umask."""
    before = os.umask(0)
    try:
        written(tmp_path / "b", b"x\n")
        growing = recording.Recording(tmp_path / "r", project="p", max_bytes=1 << 20, scrub=Redactor(b"key"))
        growing.close()
    finally:
        os.umask(before)
    every = [path for name in ("b", "r") for path in (tmp_path / name, *(tmp_path / name).rglob("*"))]
    assert {path.stat().st_mode & 0o777 for path in every if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in every if path.is_file()} == {0o600}
