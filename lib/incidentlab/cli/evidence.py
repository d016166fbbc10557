"""What takes and keeps evidence: capture and record."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import example
from incidentlab.cli.screen import progress_bar, status_line

if TYPE_CHECKING:
    from incidentlab.collect.command import Command


@app.command(epilog=example("incidentlab capture payflow -o incident"))
def capture(
    project: Annotated[
        str,
        typer.Argument(
            metavar="PROJECT", help="The Compose project, running or stopped; `docker compose ls -a` has it."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="Where the bundle shall stand.")
    ],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle that stands there.")] = False,
    images: Annotated[bool, typer.Option("--images", help="List the files of the images' layers too.")] = False,
    scan: Annotated[bool, typer.Option("--scan", help="Let Trivy look for vulnerabilities in the images.")] = False,
) -> None:
    """Take the evidence from the engine, before Docker forgets it."""
    from incidentlab.collect import capture as take

    with progress_bar("capture") as progress:
        bundle = take(project, output, overwrite=overwrite, progress=progress, images=images, scan=scan)
    typer.echo(f"captured {project} into {bundle}; next: incidentlab diagnose {bundle}")


@app.command(
    epilog=f"{example('incidentlab record payflow -o recording')}\n  "
    "incidentlab record payflow -o recording -- docker compose up --wait"
)
def record(
    project: Annotated[
        str, typer.Argument(metavar="PROJECT", help="The Compose project; its containers may come later.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            readable=False,
            help="Where the bundle shall stand, or one to go on with.",
        ),
    ],
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="-- COMMAND", help="Record while this command runs; what it prints is kept as evidence too."
        ),
    ] = None,
    interval: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Between two samples of the resources.")
    ] = 2.0,
    max_bytes: Annotated[
        int, typer.Option(min=1_000_000, metavar="BYTES", help="Size to keep within: the oldest goes.")
    ] = 1 << 30,
) -> None:
    """Keep what Docker forgets, until Ctrl-C or while a command runs.

    SIGTERM ends it too. After a kill, start it again with the same folder: it goes on. With a command, recording begins
    before it and ends with it, and its exit status is passed on.
    """
    from incidentlab.collect import record as keep
    from incidentlab.collect.command import Command

    stop, seen = threading.Event(), 0
    wrapped = Command(command, out=sys.stdout.buffer, err=sys.stderr.buffer) if command else None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, (lambda number, _: _passed_on(wrapped, number)) if wrapped else (lambda *_: stop.set()))

    def shown(now: Any) -> None:
        nonlocal seen
        seen = now.seen
        show(now)

    with status_line(f"recording {project}", shown=wrapped is None) as (show, say):
        bundle = keep(
            project,
            output,
            interval_s=interval,
            max_bytes=max_bytes,
            stop=stop,
            progress=shown,
            say=say,
            command=wrapped,
        )
    told = f"no container of {project} was there: nothing {'of it ' if wrapped else ''}was recorded into {bundle}"
    if seen:
        told = f"recorded {project} into {bundle}; next: incidentlab diagnose {bundle}"
    typer.echo(told, err=wrapped is not None)  # the output of a command that is wrapped stays its own
    raise typer.Exit(wrapped.status if wrapped else 0)


def _passed_on(command: Command, number: int) -> None:
    """Pass a signal on to a command, unless the terminal has given it to both already: Ctrl-C goes to all in front."""
    if number != signal.SIGINT or not sys.stdin.isatty():
        command.ask(number)
