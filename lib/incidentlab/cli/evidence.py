"""What takes and keeps evidence: capture and record."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="The bundle; NAME.zip for one file."),
    ],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle that stands there.")] = False,
    images: Annotated[bool, typer.Option("--images", help="List the files of the images' layers too.")] = False,
    scan: Annotated[bool, typer.Option("--scan", help="Let Trivy look for vulnerabilities in the images.")] = False,
) -> None:
    """Take the evidence from the engine, before Docker forgets it."""
    from incidentlab.collect import capture as take

    with progress_bar("capture") as progress, _folder_of(output, overwrite=overwrite) as folder:
        take(project, folder, overwrite=overwrite, progress=progress, images=images, scan=scan)
    typer.echo(f"captured {project} into {output.absolute()}; next: incidentlab diagnose {output}")


@app.command(
    epilog=example("incidentlab bundle recording -o night.zip --from 2026-11-23T01:00Z --to 2026-11-23T01:30Z")
)
def bundle(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A bundle: its folder or its archive.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="The new bundle; NAME.zip for one file."),
    ],
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Its beginning, with a zone.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Its end, with a zone.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a bundle that stands there.")] = False,
) -> None:
    """Make one file of a bundle, or cut some minutes out of it."""
    from incidentlab.bundle import read
    from incidentlab.collect.window import cut

    with read(source) as opened, _folder_of(output, overwrite=overwrite) as folder:
        cut(opened, folder, since=_nanoseconds("--from", since), until=_nanoseconds("--to", until))
    typer.echo(f"wrote {output.absolute()}; next: incidentlab diagnose {output}")


def _nanoseconds(option: str, given: str | None) -> int | None:
    """Return a time that an option names."""
    from incidentlab.parse import clock
    from incidentlab.tables import BadInput

    if given is None:
        return None
    at, _ = clock.typed(given)
    if at == clock.NAT:
        raise BadInput(f"{option} {given!r} is no time with a zone; write it like 2026-11-23T01:00:00Z")
    return at


@contextmanager
def _folder_of(output: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give the folder to write a bundle into; where one file is asked for, it is made of it at the end."""
    from incidentlab.bundle import pack, single
    from incidentlab.whole import growing

    if output.suffix.lower() != single.ENDING:
        yield output
        return
    single.refuse_to_replace(output, overwrite=overwrite)
    output.absolute().parent.mkdir(parents=True, exist_ok=True)
    with growing(output.absolute()) as place:
        folder = place / output.stem
        yield folder
        pack(folder, output.absolute(), overwrite=overwrite)


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
            help="The bundle, or one to go on with; NAME.zip: the folder NAME, and one file at the end.",
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
    form: Annotated[
        str | None,
        typer.Option(
            "--service", metavar="FORM", help="Record nothing: print what starts it always, for systemd or compose."
        ),
    ] = None,
) -> None:
    """Keep what Docker forgets, alone or around a command.

    Ctrl-C or SIGTERM ends it. After a kill, start it again with the same folder: it goes on. With a command, recording
    begins before it and ends with it, and its exit status is passed on.
    """
    if form is not None:
        from incidentlab.collect.service import service

        options = ["--interval", f"{interval:g}", "--max-bytes", str(max_bytes)]
        program = str(Path(sys.argv[0]).absolute())
        typer.echo(service(form, project, output, program=program, options=options), nl=False)
        return
    from incidentlab.bundle import pack
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
        folder = keep(
            project,
            output.with_suffix("") if output.suffix.lower() == ".zip" else output,
            interval_s=interval,
            max_bytes=max_bytes,
            stop=stop,
            progress=shown,
            say=say,
            command=wrapped,
        )
    told = f"no container of {project} was there: nothing {'of it ' if wrapped else ''}was recorded into {folder}"
    if seen:
        whole = pack(folder, output.absolute(), overwrite=True) if folder != output.absolute() else folder
        told = f"recorded {project} into {whole}; next: incidentlab diagnose {whole}"
    typer.echo(told, err=wrapped is not None)  # the output of a command that is wrapped stays its own
    raise typer.Exit(wrapped.status if wrapped else 0)


def _passed_on(command: Command, number: int) -> None:
    """Pass a signal on to a command, unless the terminal has given it to both already: Ctrl-C goes to all in front."""
    if number != signal.SIGINT or not sys.stdin.isatty():
        command.ask(number)


@app.command(epilog=example("incidentlab redact incident -o incident-to-share"))
def redact(
    source: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle: folder or archive. It stays as it is.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="Where the new bundle shall stand.")
    ],
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Patterns of what else to hide, one a line.")
    ] = None,
) -> None:
    """Hide the secrets of a bundle once more, and report them.

    By the rules of today, and by patterns of your own, such as e-mail addresses or names of customers.
    """
    from incidentlab.collect.again import again
    from incidentlab.redact.own import read

    told = again(source, output, read(rules) if rules else ())
    width = max((len(path) for path, _, _ in told), default=0)
    for path, rule, count in told:
        typer.echo(f"{path:{width}}  {rule}: {count}")
    typer.echo(f"{sum(count for _, _, count in told)} values hidden; the bundle is at {output}")
