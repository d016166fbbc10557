"""The kernel of one warm run: ipykernel's own shell, with a plain socket where ZMQ was.

Code comes in as lines of JSON, and Jupyter's messages go out, formatted by the classes that format them in a stock
kernel; so results, figures and tracebacks are the same. What a stock kernel takes from its start, it sets itself: the
directory, the environment, a random state of its own, matplotlib's inline backend. It asks for no input, starts no
thread, and leaves the user's IPython profile and history alone. Widgets, which talk back, need a stock kernel.
"""

from __future__ import annotations

import builtins
import getpass
import io
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets.config import Config

Send = Callable[[str, dict[str, Any]], None]

_BACKEND = "module://matplotlib_inline.backend_inline"


def converse(channel: socket.socket) -> None:
    """Be the kernel of one run until the other side closes.

    Parameters
    ----------
    channel
        Reads one line ``{"folder", "environ"}``, then lines ``{"code", "silent"}``; takes Jupyter's messages, each run
        of code ended by its ``execute_reply``.
    """
    lines = channel.makefile("r", encoding="utf-8")
    setting = json.loads(lines.readline())
    os.environ.clear()
    os.environ.update(setting["environ"])
    os.chdir(setting["folder"])
    tempfile.tempdir = None  # what the server found holds for the server

    def send(kind: str, content: dict[str, Any]) -> None:
        head = {"header": {"msg_type": kind}, "msg_type": kind, "parent_header": {}, "metadata": {}}
        text = json.dumps(head | {"content": content}, ensure_ascii=False)
        channel.sendall(text.encode("utf-8", "replace") + b"\n")  # a half of a pair of surrogates is no text

    drain = _redirect(send)
    shell = _shell(send)
    send("kernel_info_reply", {"pid": os.getpid(), "language_info": dict(IPythonKernel.language_info)})
    for line in lines:
        asked = json.loads(line)
        send("execute_input", {"execution_count": shell.execution_count})
        result = shell.run_cell(asked["code"], store_history=not asked["silent"], silent=asked["silent"])
        drain()
        send("execute_reply", _reply(result, shell))


def _reply(result: Any, shell: Any) -> dict[str, Any]:
    error = result.error_before_exec or result.error_in_exec
    if result.success and not shell._last_traceback_during_displayhook:
        return {"status": "ok"}
    told = shell._last_traceback or []
    return {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": told}


def _shell(send: Send) -> Any:
    """Return ipykernel's shell, speaking through `send`."""

    class Wire(Session):
        """A session that sends over the channel of the run."""

        def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:  # noqa: ARG002
            if isinstance(msg_or_type, str):
                send(msg_or_type, content)
            else:
                send(msg_or_type["msg_type"], msg_or_type["content"])

    os.environ["MPLBACKEND"] = _BACKEND
    np.random.seed()  # the global one: a fork inherits its state
    sys.path.insert(0, "")
    sys.argv = [""]
    setattr(ZMQInteractiveShell, "enable_gui", _no_gui)  # noqa: B010 - its own asks for a stock kernel
    wire, settings = Wire(), Config(HistoryManager={"enabled": False})
    shell: Any = ZMQInteractiveShell.instance(config=settings, compiler_class=XCachingCompiler)
    shell.displayhook.session = shell.display_pub.session = wire
    shell.displayhook.topic = b"execute_result"
    builtins.input = getpass.getpass = _refuse
    shell.enable_matplotlib("inline")
    return shell


def _no_gui(shell: Any, gui: object = None) -> None:
    """Have no event loop: figures are drawn inline."""


def _refuse(*_: object, **__: object) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


class _Stream(io.TextIOBase):
    """Standard output or error of the run: what is written becomes a message when it is flushed."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, number: int, send: Send) -> None:
        self.name, self._number, self._send, self._text = name, number, send, ""
        self.other: _Stream | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        if self.other is not None:
            self.other.flush()  # so that both stay in order
        self._text += text
        if len(self._text) > io.DEFAULT_BUFFER_SIZE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text, self._text = self._text, ""
        if text:
            self._send("stream", {"name": self.name, "text": text})


def _redirect(send: Send) -> Callable[[], None]:
    """Send what the run writes, in Python or past it; return what must be called after each run of code."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    streams, files = [], []
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - for the whole run: what is written past Python
        os.dup2(file.fileno(), number)
        files.append(file)
        streams.append(_Stream(name, number, send))
    sys.stdout, sys.stderr = streams
    streams[0].other, streams[1].other = streams[1], streams[0]
    places = [0, 0]

    def drain() -> None:
        for i, (stream, file) in enumerate(zip(streams, files, strict=True)):
            stream.flush()
            raw = os.pread(file.fileno(), os.fstat(file.fileno()).st_size - places[i], places[i])
            places[i] += len(raw)
            stream.write(raw.decode("utf-8", "replace"))
            stream.flush()

    return drain
