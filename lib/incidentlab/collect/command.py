"""A command that a recording wraps: it begins after the recording does, and the recording ends with it.

What it prints goes on to where it would have gone, and into the recording line by line, with its time: evidence that
nobody else has of what Compose was told by the engine.
"""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from incidentlab import bundle
from incidentlab.bundle.journal import moment

SERIES = "command.jsonl"
SOURCE = "command"
NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit statuses of a shell (POSIX, Shell Command Language 2.8.2) for a command that could not be started."""
_PATIENCE_S = 2.0


class Command:
    """One command, to be started when the recording is ready.

    Parameters
    ----------
    words
        The program and its arguments.
    out, err
        Where its standard output and standard error go on to.

    Attributes
    ----------
    status
        Its exit status once it has ended, as a shell gives it: 128 and the number of the signal that ended it.
    """

    def __init__(self, words: Sequence[str], *, out: BinaryIO, err: BinaryIO) -> None:
        self.words, self.status = list(words), 0
        self._streams = {"stdout": out, "stderr": err}
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: list[int] = []

    def start(self, recording: bundle.Recording, ended: threading.Event) -> None:
        """Start it, and set `ended` when it has ended and all that it printed is written."""
        self._recording = recording
        self._write({"command": self.words})
        try:
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(self.words, stdout=pipe, stderr=pipe)  # noqa: S603 - what the user asks for
        except OSError as error:
            self.status = NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE
            words = f"{self.words[0]} cannot be started: {error.strerror}"
            self._streams["stderr"].write(f"incidentlab: {words}\n".encode())
            self._streams["stderr"].flush()
            recording.tell(SOURCE, error=words)
            ended.set()
            return
        for number in self._asked:
            self._process.send_signal(number)
        threading.Thread(target=self._wait, args=(self._process, ended), daemon=True).start()

    def ask(self, number: int) -> None:
        """Pass a signal on, now or when it has been started."""
        self._asked.append(number)
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait(self, process: subprocess.Popen[bytes], ended: threading.Event) -> None:
        """Follow both streams to the end of the command; a program that it left behind may keep them open longer."""
        readers = []
        for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
            readers.append(threading.Thread(target=self._follow, args=(name, pipe), daemon=True))
            readers[-1].start()
        code = process.wait()
        for reader in readers:
            reader.join(_PATIENCE_S)
        self.status = 128 - code if code < 0 else code
        self._write({"exit_status": self.status})
        if self.status:
            words = f"{shlex.join(self.words)} ended with exit status {self.status}"
            self._write({"stream": "stderr", "line": words})
        ended.set()

    def _follow(self, name: str, pipe: BinaryIO) -> None:
        """Pass on and write each line of a stream."""
        with pipe:
            for line in iter(lambda: pipe.readline(bundle.LONGEST_LINE), b""):
                at = moment()
                with suppress(OSError, ValueError):  # nobody reads it any more: what is recorded stays
                    self._streams[name].write(line)
                    self._streams[name].flush()
                self._write({"at": at, "stream": name, "line": line.decode("utf-8", "replace").rstrip("\r\n")})

    def _write(self, record: dict[str, object]) -> None:
        self._recording.record(SERIES, {"at": moment()} | record, kind=SOURCE)
