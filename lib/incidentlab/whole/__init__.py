"""Writing so that a kill or a full disk, at any moment, leaves what was there before or what is new, each whole.

What is written stands beside its place under a hidden name until all of it is on the disk, then takes the place in one
step. The hidden name is always the same: what a kill has left of it is overwritten by the next who writes there, and
two who write at once are told apart by a lock, which ends with its process however that ends. Files that belong
together take their places together: what a kill interrupts there, a small process that waits for it does to the end.

What is needed for a while only stands in a folder of the temporary ones, `scratch`. A kill cannot tidy up, so a small
process waits for the end of this one, and whoever makes the next such folder removes what nobody holds any more.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from incidentlab.tables import BadInput
from incidentlab.whole import after
from incidentlab.whole.after import MOVES, drop, finish, moves

PATIENCE_S = 10.0
"""So long is waited for another who writes into the same folder."""
_FRESH_S = 60.0
"""A scratch folder as young as this may not be locked yet."""
_PREFIX = "incidentlab-scratch-"
_EXCHANGE, _HERE = 2, -100
"""RENAME_EXCHANGE of linux/fs.h, AT_FDCWD of linux/fcntl.h."""


def put(place: Path, data: bytes, *, mode: int | None = None, beside: str = "partial") -> Path:
    """Write a file, whole or not at all, and return where it is.

    Parameters
    ----------
    place
        Where it shall stand; its folder exists.
    data
        All of it.
    mode
        Its permissions; by default those of the file that it replaces, or of any new one.
    beside
        Ending of the hidden name.

    Raises
    ------
    OSError
        The disk is full, or may not be written to; then nothing has changed.
    """
    staged = _stage(place, data, mode=mode, beside=beside)
    try:
        staged.replace(place)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return place


def put_first(place: Path, data: bytes) -> None:
    """Write a file, whole or not at all, unless there is one: of two who make it at once the first counts."""
    staged = _stage(place, data, beside=f"partial-{os.getpid()}")
    try:
        with suppress(FileExistsError):
            os.link(staged, place)
    finally:
        staged.unlink()


def put_all(folder: Path, files: Mapping[str, bytes], *, gone: Iterable[str] = ()) -> None:
    """Write files that belong together, all or none.

    When all stand beside their places, a list of them is put down; from then on they take their places, whatever comes.
    If this process is killed, a small one that waits for its end does the rest, or removes what is not complete; if
    both are, whoever writes there next does it first.

    Parameters
    ----------
    folder
        Made if needed.
    files
        Name within the folder -> all of it.
    gone
        Names of those that shall not be there any more.

    Raises
    ------
    BadInput
        Another program writes there and does not end.
    OSError
        The disk is full, or may not be written to; then nothing has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [(str(_beside(Path(name))), name) for name in files] + [("", name) for name in gone]
    with claimed(folder) as handle:
        settle(folder)
        with _watched("moves", folder, json.dumps(pairs), keep=(handle,)):
            try:
                for name, data in files.items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    _stage(folder / name, data)
                put(folder / MOVES, json.dumps(pairs).encode())
            except BaseException:
                drop(folder, pairs)
                raise
            wrong = finish(folder, pairs)
    if wrong:
        drop(folder, pairs)
        raise wrong


def put_beside(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that belong together, or none if one of another content is in the way: it may be somebody's work.

    Raises
    ------
    BadInput
        One is in the way.
    """
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() != content:
            raise BadInput(f"{path} is there already and differs: it may be somebody's work; give another folder")
    put_all(folder, files)


def settle(folder: Path) -> None:
    """Let the files that a killed writer had completed in a folder take their places."""
    with suppress(OSError, UnicodeDecodeError):
        finish(folder, moves((folder / MOVES).read_text(encoding="utf-8")))


@contextmanager
def _watched(what: str, place: Path, told: str = "", *, keep: tuple[int, ...] = ()) -> Iterator[None]:
    """Have a small process do the rest if this one is killed meanwhile; it holds the handles `keep` as long."""
    watcher = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", after.__file__, what, str(place.absolute())],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
        pass_fds=keep,
    )
    try:
        assert watcher.stdin
        watcher.stdin.write(told)
        watcher.stdin.flush()
        yield
    finally:
        watcher.kill()
        watcher.communicate()


def _beside(place: Path, ending: str = "partial") -> Path:
    return place.with_name(f".{place.name}.{ending}")


def _stage(place: Path, data: bytes, *, mode: int | None = None, beside: str = "partial") -> Path:
    partial = _beside(place, beside)
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666 if mode is None else mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is None and place.exists():
            shutil.copymode(place, partial)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return partial


@contextmanager
def claimed(folder: Path, *, patience_s: float | None = None) -> Iterator[int]:
    """Hold a folder for one writer; give its handle.

    Raises
    ------
    BadInput
        Another holds it, and does not let go in time.
    """
    import fcntl  # where there is none, there is no lock, and none of the commands that write

    handle, until = os.open(folder, os.O_RDONLY), time.monotonic() + (PATIENCE_S if patience_s is None else patience_s)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise BadInput(f"{folder}: another program is writing there; wait for it") from None
                time.sleep(0.02)
        yield handle
    finally:
        os.close(handle)


@contextmanager
def growing(target: Path) -> Iterator[Path]:
    """Give the hidden folder beside a place in which a new folder grows; it is gone afterwards if it is still there.

    Raises
    ------
    BadInput
        Another program fills it.
    """
    partial = target.with_name(f".{target.name}.partial")
    partial.mkdir(mode=0o700, parents=True, exist_ok=True)
    with claimed(partial, patience_s=0) as handle:
        try:
            if not partial.exists() or os.fstat(handle).st_ino != partial.stat().st_ino:
                raise BadInput(f"{target}: another program has just written it; look at that first")
            for left in partial.iterdir():  # by a kill
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def take_place(new: Path, target: Path) -> None:
    """Let a folder take the place of another, or of none, in one step; the old one stands where the new one stood."""
    if not target.exists():
        new.rename(target)
    elif not _exchanged(new, target):  # a file system that cannot: two steps, the old one beside for a moment
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        try:
            new.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    import ctypes

    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return exchange is not None and not exchange(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty folder for a while; it is gone afterwards, also when this process is killed."""
    _sweep()
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{secrets.token_urlsafe(6)}"  # short: sockets stand in it
    with _watched("scratch", folder):  # before there is anything to remove
        try:
            folder.mkdir(mode=0o700)
            with claimed(folder):
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the scratch folders whose processes were killed together with those that watched them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, BadInput):
            old = time.time() - folder.stat().st_mtime > _FRESH_S
            if old and folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                with claimed(folder, patience_s=0):
                    shutil.rmtree(folder, ignore_errors=True)
