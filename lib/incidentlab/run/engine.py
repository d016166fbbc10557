"""What papermill and nbclient do with a warm kernel: the engine behind `incidentlab.run.fast`.

The cells, outputs and errors are kept by their own code; only where the messages come from differs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import signal
import socket
import sys
import time
from typing import Any, Self

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine

from incidentlab.run.warm import Server


class WarmEngine(Engine):  # type: ignore[misc]
    """Execute a notebook in a child of a warm server."""

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913 - each is an option of the engine
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        server: str | None = None,
        run_timeout: float | None = None,
        after: str | None = None,
        folder: str | None = None,
        scratch: str | None = None,
        **options: Any,
    ) -> None:
        """Execute the notebook of `nb_man`; papermill calls this.

        Parameters
        ----------
        nb_man
            Papermill's manager of the execution; its notebook is changed.
        kernel_name
            Not used: the kernel is this Python.
        execution_timeout, run_timeout
            Seconds for one cell, and for the run.
        server
            Address of a warm server; by default this process starts one and keeps it.
        after
            Code to run silently after the last cell, in the notebook's namespace.
        folder
            Where the kernel runs; by default where this process does. Several threads may each have their own.
        scratch
            Folder for the kernel's temporary files, which one that is killed does not remove.
        options
            Of papermill, as its own engine takes them; what concerns a kernel's start is not used.

        Raises
        ------
        DeadKernelError
            No kernel could be had. One that dies later, or takes too long, fails its cell as an exception does, under
            the name of nbclient's own error.
        """
        del kernel_name
        kept = {name: options[name] for name in ("log_output", "stdout_file", "stderr_file") if options.get(name)}
        with Kernel(server or Server.own().address, run_timeout, folder=folder, scratch=scratch) as kernel:
            client = _Client(nb_man, kernel=kernel, timeout=execution_timeout, **kept)
            client.execute_warm(after)


class Kernel:
    """One warm run: code in, messages out."""

    def __init__(
        self, address: str, timeout: float | None = None, *, folder: str | None = None, scratch: str | None = None
    ) -> None:
        self._until = math.inf if timeout is None else time.monotonic() + timeout
        self._channel = socket.socket(socket.AF_UNIX)
        self._lines = b""
        self.pid = 0
        try:
            self._channel.connect(address)
            environ = dict(os.environ) | ({"TMPDIR": scratch} if scratch else {})
            self._send({"folder": folder or os.getcwd(), "environ": environ})  # noqa: PTH109 - as papermill does
            while (first := self._message())["msg_type"] != "kernel_info_reply":
                print(first["content"].get("text", ""), file=sys.stderr)  # noqa: T201 - why it could not start
        except BaseException:
            self._channel.close()
            raise
        self.pid, self.language_info = first["content"]["pid"], first["content"]["language_info"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def execute(self, code: str, *, silent: bool = False, timeout: float | None = None) -> Any:
        """Run code; give its messages, the last of which is the reply."""
        self._send({"code": code, "silent": silent})
        until = math.inf if timeout is None or timeout < 0 else time.monotonic() + timeout
        while True:
            message = self._message(until)
            yield message
            if message["msg_type"] == "execute_reply":
                return

    def _send(self, content: dict[str, Any]) -> None:
        try:
            self._channel.settimeout(None)
            self._channel.sendall(json.dumps(content).encode() + b"\n")
        except OSError as error:
            raise DeadKernelError("Kernel died") from error

    def _message(self, cell_until: float = math.inf) -> dict[str, Any]:
        until = min(self._until, cell_until)
        while b"\n" not in self._lines:
            try:
                self._channel.settimeout(None if until == math.inf else max(until - time.monotonic(), 1e-3))
                chunk = self._channel.recv(1 << 20)
            except TimeoutError:
                self._kill()
                raise CellTimeoutError(f"the {'cell' if until == cell_until else 'run'} took too long") from None
            except OSError as error:
                raise DeadKernelError("Kernel died") from error
            if not chunk:
                raise DeadKernelError("Kernel died")
            self._lines += chunk
        line, _, self._lines = self._lines.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _kill(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.killpg(self.pid, signal.SIGKILL)


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, over a warm kernel."""

    def __init__(self, nb_man: Any, *, kernel: Kernel, **options: Any) -> None:
        super().__init__(nb_man, record_timing=False, **options)
        self._kernel = kernel

    def execute_warm(self, after: str | None) -> None:
        """Run the cells as papermill does, then `after` if none of them failed."""
        self.reset_execution_trackers()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = self._kernel.language_info
        if after and not self.nb.metadata.papermill.get("exception"):
            *_, reply = self._kernel.execute(after, silent=True)
            if reply["content"]["status"] == "error":
                raise RuntimeError(f"{reply['content']['ename']}: {reply['content']['evalue']}")

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """Run one cell, and keep its outputs as nbclient does."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        cell.outputs = []
        self.clear_before_next_output = False
        try:
            for message in self._kernel.execute(cell.source, timeout=self.timeout):
                if message["msg_type"] != "execute_reply":
                    self.process_message(message, cell, cell_index)
        except (DeadKernelError, CellTimeoutError) as error:
            name, text = type(error).__name__, str(error)
            cell.outputs.append(new_output("error", ename=name, evalue=text, traceback=[]))  # what ran so far is kept
            raise CellExecutionError(text, name, text) from error
        asyncio.run(self._check_raise_for_error(cell, cell_index, message))
        return cell
