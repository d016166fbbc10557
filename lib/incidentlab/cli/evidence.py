"""What takes and keeps evidence: capture and record."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import example
from incidentlab.cli.screen import progress_bar, status_line


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


@app.command(epilog=example("incidentlab record payflow -o recording"))
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
    interval: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Between two samples of the resources.")
    ] = 2.0,
    max_bytes: Annotated[
        int, typer.Option(min=1_000_000, metavar="BYTES", help="Size to keep within: the oldest goes.")
    ] = 1 << 30,
) -> None:
    """Keep what Docker forgets, from now until Ctrl-C.

    SIGTERM ends it too. After a kill, start it again with the same folder: it goes on.
    """
    from incidentlab.collect import record as keep

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    seen = 0

    def shown(now: Any) -> None:
        nonlocal seen
        seen = now.seen
        show(now)

    with status_line(f"recording {project}") as (show, say):
        bundle = keep(
            project,
            output,
            interval_s=interval,
            max_bytes=max_bytes,
            stop=stop,
            progress=shown,
            say=say,
        )
    if seen:
        typer.echo(f"recorded {project} into {bundle}; next: incidentlab diagnose {bundle}")
    else:
        typer.echo(f"no container of {project} was there: nothing was recorded into {bundle}")
