"""A warm process from which notebook runs fork: it has imported what they need, and done nothing else.

A kernel spends most of its life on imports. Here one server process imports pandas, matplotlib and incidentlab once;
each connection to its socket is one run, served by a child of its own, forked from that state and ended with the run.
So runs share imports and nothing else: no variable, figure, warning or open file passes from one to the next.

What makes the fork safe: the server stays single-threaded and only imports. It ends, and ends every child, when the
pipe to its starter closes: also when the starter is killed. When a child ends, however it ends, what it left behind
in its process group ends too, so that the other side of its connection always reads an end of file.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Self

from incidentlab.tables import EngineTrouble
from incidentlab.whole import scratch

IMPORTS = (
    "pandas",
    "pyarrow",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib_inline.backend_inline",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "bokeh.embed",
    "bokeh.plotting",
    "incidentlab.plot",
    "incidentlab.report",
    "incidentlab.report.document",
    "incidentlab.run.kernel",
    "pyarrow.pandas_compat",
)
"""What a run finds imported."""

_REAP_S = 0.2
_NO_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
_SERVE = "import sys; from incidentlab.run.warm import serve; serve(sys.argv[1], 0)"


class Server:
    """A warm server process, started by this one and ended with it.

    Attributes
    ----------
    address
        Path of its socket; other processes of the same user may use it too.
    pid
        Of the server.
    """

    _own: ClassVar[Server | None] = None

    def __init__(self) -> None:
        self._folder = ExitStack()
        self.address = str(self._folder.enter_context(scratch()) / "warm")
        command = [sys.executable, "-P", "-c", _SERVE, self.address]
        alone = os.environ | _NO_THREADS
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=alone)  # noqa: S603 - our own program
        self.pid = self._process.pid
        while not Path(self.address).exists():  # on a busy machine the imports may take minutes
            if self._process.poll() is not None:
                self.close()
                raise EngineTrouble("the warm server did not start; its last words are above")
            time.sleep(0.01)

    @classmethod
    def own(cls) -> Server:
        """Return the server of this process, started on first use."""
        if cls._own is None or cls._own._process.poll() is not None:
            cls._own = cls()
            atexit.register(cls._own.close)
        return cls._own

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and every run on it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.close()


def serve(address: str, lifeline: int) -> None:
    """Serve runs on a Unix socket until the pipe `lifeline` closes.

    Parameters
    ----------
    address
        Path of the socket, in a folder that only its owner may enter. It appears when everything is imported.
    lifeline
        File descriptor that reads an end of file when the starter is gone.
    """
    for name in IMPORTS:
        import_module(name)
    gc.collect()
    gc.freeze()  # what is imported stays: a child's collector need not touch, and so copy, its pages
    children: set[int] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{address}.new")
        listener.listen(64)
        os.rename(f"{address}.new", address)  # noqa: PTH104 - a socket, found only when it listens
        while lifeline not in (ready := _ready([listener, lifeline])):
            _reap(children)
            if ready:
                _fork(listener, lifeline, children)
    for pid in children:
        _end(pid)
        os.waitpid(pid, 0)


def _ready(waited: list[Any]) -> list[Any]:
    return select.select(waited, [], [], _REAP_S)[0]


def _fork(listener: socket.socket, lifeline: int, children: set[int]) -> None:
    """Take one connection, and let a child serve it."""
    channel, _ = listener.accept()
    pid = os.fork()
    if pid:
        channel.close()
        children.add(pid)
        return
    from incidentlab.run.kernel import converse

    os.setpgid(0, 0)
    os.close(lifeline)
    listener.close()
    try:
        converse(channel)
        atexit._run_exitfuncs()
    finally:
        os._exit(0)  # without the tear-down of every module, which takes longer than most runs


def _reap(children: set[int]) -> None:
    """Forget the children that ended, and end what they left running."""
    for pid in list(children):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):  # until it is waited for, its id is its own
            _end(pid)
            os.waitpid(pid, 0)
            children.discard(pid)


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
