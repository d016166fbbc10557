"""What a kill at any moment, a full disk and a second writer leave: the old result or the new one, each whole."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from incidentlab import bundle, whole
from incidentlab.bundle import recording
from incidentlab.redact import Redactor
from incidentlab.tables import BadInput
from incidentlab.teach import editions

STEPS = ("open", "fsync", "replace", "rename", "mkdir", "unlink")
"""Calls of the system at each of which the process is killed once, before it and after it."""


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


def test_files_that_belong_together_are_all_written_before_one_is_replaced(tmp_path: Path) -> None:
    """A kill leaves whole files only, and mends itself with the next write; before the first rename all are old."""
    new, old = {"a": b"new", "b/c": b"new"}, {"a": b"old", "b/c": b"old"}
    whole.put_all(tmp_path, old)
    for _ in moments(lambda: whole.put_all(tmp_path, new)):
        found = {name: text for name, text in content(tmp_path).items() if not Path(name).name.startswith(".")}
        assert set(found.values()) <= {"old", "new"}
        whole.put_all(tmp_path, old)
        assert content(tmp_path) == {"a": "old", "b/c": "old"}


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
    until = time.monotonic() + 30
    while list(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


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
