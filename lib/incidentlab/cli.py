"""The commands. Each reads its arguments, calls one function of the library and prints what that returns.

Exit status: 0 it was done, 2 the input cannot be used (one line on stderr says why and what to do next).
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from incidentlab.tables import BadInput, BadParameter, IncidentlabError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Source = Annotated[
    str,
    typer.Argument(help="A bundle or a file of logs: a path, or s3://... and others; - for stdin; compose:PROJECT."),
]


def _version(wanted: bool) -> None:
    if wanted:
        from incidentlab import __version__

        typer.echo(f"incidentlab {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def diagnose(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Say what broke, why, with the lines that prove it, and what to change."""
    from incidentlab.bundle.address import shown
    from incidentlab.load import load
    from incidentlab.report.answer import page
    from incidentlab.report.document import document
    from incidentlab.report.investigation import investigate

    investigation = investigate(load(source))
    if as_json:
        typer.echo(json.dumps(document(investigation, shown(source)), indent=2, ensure_ascii=True))
    else:
        typer.echo(page(investigation), nl=False)


@app.command()
def capture(
    project: Annotated[str, typer.Argument(help="Name of a Compose project, running or stopped.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new bundle.")],
    overwrite: Annotated[bool, typer.Option(help="Replace an existing bundle.")] = False,
) -> None:
    """Take the evidence of a Compose project from the engine, before Docker forgets it."""
    from incidentlab.collect import capture as take

    with _progress("capture") as progress:
        bundle = take(project, output, overwrite=overwrite, progress=progress)
    typer.echo(f"captured {project} into {bundle}; next: incidentlab diagnose {bundle}")


@app.command()
def record(
    project: Annotated[str, typer.Argument(help="Name of a Compose project; its containers may come later.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the bundle; one that stands is gone on with.")
    ],
    interval: Annotated[float, typer.Option(min=1.0, help="Seconds between two samples of the resources.")] = 2.0,
    max_bytes: Annotated[int, typer.Option(min=1_000_000, help="Size to keep within: the oldest goes.")] = 1 << 30,
) -> None:
    """Keep what Docker forgets, from now until Ctrl-C or SIGTERM; after a kill, start it again with the same output."""
    from incidentlab.collect import record as keep

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _status(f"recording {project}, Ctrl-C to end") as show:
        bundle = keep(project, output, interval_s=interval, max_bytes=max_bytes, stop=stop, progress=show)
    typer.echo(f"recorded {project} into {bundle}; next: incidentlab diagnose {bundle}")


@app.command()
def run(
    notebook: Annotated[Path, typer.Argument(help="A notebook with a cell tagged 'parameters'.")],
    source: Source,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value; may be given often.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")] = Path("build"),
) -> None:
    """Execute a notebook over a source; leave the executed notebook and an offline HTML page."""
    from incidentlab.run import run as execute

    ran = execute(
        notebook, source, parameters=dict(map(_pair, parameter or [])), output=output, progress=sys.stderr.isatty()
    )
    typer.echo(f"notebook  {ran.notebook}\npage      {ran.page}")


@app.command()
def postmortem(
    source: Source,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder; its human.yaml is kept.")],
) -> None:
    """Draft the postmortem: every sentence with its evidence, as Markdown, HTML and PDF; what people write is kept."""
    from incidentlab import investigate, load, plot
    from incidentlab.report.postmortem import write

    found = investigate(load(source))
    window = (found.incident.start, found.incident.end)
    axes = plot.timeline(found.timeline, found.phases, window=window, refused=found.attempts)
    interactive = plot.interactive(found.timeline, found.phases, window=window, refused=found.attempts)
    written = write(found, output, figure=axes.get_figure(root=True), interactive=interactive)
    for remark in written.draft.remarks:
        typer.echo(f"incidentlab: {remark}", err=True)
    typer.echo(f"page      {output / 'postmortem.html'}")
    typer.echo(f"to write  {len(written.draft.prompts)} fields of {output / 'human.yaml'}; then run this again")


@app.command()
def batch(  # noqa: PLR0913 - each is an option of the command
    notebook: Annotated[Path, typer.Argument(help="A notebook with a cell tagged 'parameters'.")],
    sources: Annotated[list[str], typer.Argument(help="Bundles, or files of logs: paths, or s3://... and others.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Folder for the results, or s3://... and others.")],
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Runs at once; one for each CPU.")] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Run on a Dask scheduler's workers: its address, or local to start some here.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Run only what is missing or has changed; a failure is a result and stays.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="As --resume, and run once more what failed.")] = False,
    timeout: Annotated[float | None, typer.Option(min=0.001, help="Seconds that one run may take.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value; may be given often.")
    ] = None,
) -> None:
    """Execute a notebook over many sources; leave results as data, a page for each, and an index."""
    from incidentlab.run import batch as execute

    given = dict(map(_pair, parameter or []))
    options: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "resume": resume, "again": again, "timeout_s": timeout}
    with _progress("batch") as progress:
        ended = execute(notebook, sources, output=output, parameters=given, progress=progress, **options)
    typer.echo(f"{ended.done} done, {ended.failed} failed, {ended.kept} kept from before")
    typer.echo(f"index  {output.rstrip('/')}/index.html")


@app.command()
def lessons(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the copies.")] = Path("lessons"),
    edition: Annotated[str, typer.Option(help="student, or instructor: with answers and plans.")] = "student",
    folder: Annotated[Path, typer.Option("--lessons", help="The lessons of a source checkout.")] = Path(
        "notebooks/lessons"
    ),
) -> None:
    """Copy the lessons to work with: notebooks, questions, recordings; nobody's work is overwritten."""
    from incidentlab.teach.editions import editions

    written = editions(folder, output, edition=edition)
    typer.echo(f"{len(written)} lessons in {output}; next: jupyter lab {output}")


@app.command()
def lab(
    verb: Annotated[str, typer.Argument(help="up, record or down a scenario; verify takes none.")],
    scenario: Annotated[str | None, typer.Argument(help="A file of lab/scenarios, without .yaml.")] = None,
    folder: Annotated[Path, typer.Option("--lab", help="The lab of a source checkout.")] = Path("lab"),
) -> None:
    """Stage a scenario of the lab on the real engine, record it into data/, or verify the what-if replay there."""
    if (verb == "verify") != (scenario is None):
        raise BadInput("lab verify takes no scenario" if scenario else f"lab {verb} needs the name of a scenario")
    script = folder / ("scenario.py" if scenario else "verify.py")
    if not script.is_file():
        raise BadInput(f"no lab at {folder}; run this in a checkout of incidentlab, or give --lab FOLDER")
    given = [verb, scenario] if scenario else []
    raise typer.Exit(subprocess.run([sys.executable, str(script), *given], check=False).returncode)  # noqa: S603 - our own script


def main() -> None:
    """Run the command line; an error that the reader can act on is one line on stderr and exit status 2."""
    try:
        app()
    except IncidentlabError as error:
        from incidentlab.report.show import visible  # a message may quote evidence

        typer.echo(f"incidentlab: {visible(' '.join(str(error).split()))}", err=True)
        raise SystemExit(2) from None


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise BadParameter(f"-p {text!r} is no name=value")
    return name, value


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda message, done, total: bar.update(task, description=message, completed=done, total=total)


@contextmanager
def _status(title: str) -> Iterator[Callable[[Any], None] | None]:
    """Show how far a recording is on a terminal, in one line; nothing elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status(title, refresh_per_second=1) as line:  # a livelier one would cost as much as the recording
        yield lambda now: line.update(
            f"{title}: {now.containers} containers, {now.lines} lines, {now.events} events, {now.bytes / 1e6:.1f} MB"
        )
