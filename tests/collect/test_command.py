"""A command within a recording: passed on, written down, and ended with. No engine is needed for that."""

import io
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from incidentlab import bundle
from incidentlab.collect.command import Command


def played(folder: Path, *words: str, ask: int | None = None) -> tuple[Command, list[dict[str, Any]], bytes, bytes]:
    """Run a command within a recording; return it, what was recorded, and what it passed on."""
    recording = bundle.Recording(folder / "bundle", project="p", max_bytes=1 << 20)
    out, err, ended = io.BytesIO(), io.BytesIO(), threading.Event()
    command = Command(words, out=out, err=err)
    if ask:
        command.ask(ask)
    command.start(recording, ended)
    assert ended.wait(60)
    recording.end()
    recording.close()
    with bundle.read(folder / "bundle") as read:
        rows = [json.loads(line) for path, _ in read.files("command") for line in read.bytes(path).splitlines()]
    return command, rows, out.getvalue(), err.getvalue()


def test_what_it_prints_is_passed_on_and_recorded(tmp_path: Path) -> None:
    """Both streams go on byte by byte, and stand in the recording line by line, between command and exit status."""
    code = "import sys; print('pulling \\xe9'); sys.stderr.write('no newline'); sys.exit(3)"
    command, rows, out, err = played(tmp_path, sys.executable, "-X", "utf8", "-c", code)
    assert (command.status, out, err) == (3, "pulling é\n".encode(), b"no newline")
    assert rows[0]["command"][0] == sys.executable
    said = {row["stream"]: row["line"] for row in rows[1:3]}
    assert said == {"stdout": "pulling é", "stderr": "no newline"}
    assert rows[3]["exit_status"] == 3
    assert rows[4]["line"].endswith("ended with exit status 3")
    assert all(row["at"].endswith("Z") for row in rows)


@pytest.mark.parametrize(("program", "status"), [("no-such-program-here", 127), ("/etc/hostname", 126)])
def test_what_cannot_be_started_ends_at_once(program: str, status: int, tmp_path: Path) -> None:
    """A program that is not there or none has a shell's exit status, and the ledger says why."""
    command, _, _, err = played(tmp_path, program)
    assert command.status == status
    assert err.startswith(f"incidentlab: {program} cannot be started: ".encode())
    with bundle.read(tmp_path / "bundle") as read:
        assert next(row["error"] for row in read.ledger if row["source"] == "command").startswith(program)


def test_a_signal_is_passed_on(tmp_path: Path) -> None:
    """The command gets the signal that the recorder got, and its status is that of a shell."""
    command, rows, *_ = played(tmp_path, "sleep", "60", ask=signal.SIGTERM)
    assert command.status == 128 + signal.SIGTERM
    assert rows[-2]["exit_status"] == 143
