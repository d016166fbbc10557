"""What a command shows on a terminal, and nowhere else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any


def terminal() -> dict[str, Any]:
    """Return how wide a page may be, and whether it may bear colours: in a pipe neither depends on the terminal."""
    if not sys.stdout.isatty():
        return {}
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"  # no-color.org
    return {"width": shutil.get_terminal_size().columns, "colour": not plain}


def warn(words: str) -> None:
    """Print a line on stderr; it may quote evidence."""
    from incidentlab.report.show import visible

    print(f"incidentlab: {visible(' '.join(words.split()))}", file=sys.stderr)  # noqa: T201 - this is the screen


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda message, done, total: bar.update(task, description=message, completed=done, total=total)


@contextmanager
def status_line(title: str, *, shown: bool = True) -> Iterator[tuple[Callable[[Any], None], Callable[[str], None]]]:
    """Give what shows how far a recording is, in one line of a terminal, and what prints a line on stderr.

    Where something else writes to the terminal meanwhile, the line is not shown.
    """
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    status = console.status(title, refresh_per_second=1)  # a livelier one would cost as much as the recording
    with status if shown else nullcontext() as line:

        def show(now: Any) -> None:
            counted = f"{now.containers} containers, {now.lines} lines, {now.events} events, {now.bytes / 1e6:.1f} MB"
            if line:
                line.update(f"{title}: {counted}")

        yield show, lambda words: console.print(f"incidentlab: {words}", markup=False, soft_wrap=True)
