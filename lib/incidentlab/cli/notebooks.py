"""What is written and run: notebooks, batches, postmortems."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import Notebook, Open, Parameters, Source, WithParameters, example
from incidentlab.cli.screen import progress_bar, warn


@app.command(
    cls=WithParameters,
    epilog=example("incidentlab run what-happened incident -p service auth-service"),
)
def run(
    notebook: Notebook,
    source: Source,
    parameter: Parameters = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the notebook and its page.")
    ] = Path("build"),
    _open: Open = False,
) -> None:
    """Run a notebook over your evidence, and make a page of it.

    Leaves the notebook with its results, and a page that needs no network.
    """
    from incidentlab.run import run as execute
    from incidentlab.run.parameters import named

    ran = execute(notebook, source, parameters=named(parameter or []), output=output, progress=sys.stderr.isatty())
    typer.echo(f"notebook  {ran.notebook}\npage      {ran.page}")


@app.command(epilog=example("incidentlab postmortem incident -o postmortem"))
def postmortem(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE", help="The incident; several make one document.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the pages; its human.yaml is kept."),
    ],
    before: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Evidence of the time before a change: what was modified.")
    ] = None,
    after: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Evidence of the time after the fix: whether it holds. One per incident."),
    ] = None,
    _open: Open = False,
) -> None:
    """Draft the postmortem: every sentence with its evidence.

    As Markdown, HTML and PDF; what people write in human.yaml is kept.
    """
    from incidentlab import investigate, load
    from incidentlab.report.postmortem import write
    from incidentlab.tables import BadParameter
    from incidentlab.tables.extras import install, there

    if len(after or []) > len(sources):
        raise BadParameter(f"{len(after or [])} times --after for {len(sources)} incidents; give at most one for each")
    earlier = investigate(load(before)) if before else None
    later = [investigate(load(one)) for one in after or []]
    if len(sources) > 1:
        _together(sources, output, earlier, later)
        return
    found = investigate(load(sources[0]))
    drawn = _drawn(found) if there("pages") else {}
    written = write(found, output, before=earlier, after=later[0] if later else None, **drawn)
    if not drawn:
        typer.echo(f"incidentlab: without figure, timeline to zoom and PDF; they need {install('pages')}", err=True)
    for remark in written.draft.remarks:
        typer.echo(f"incidentlab: {remark}", err=True)
    typer.echo(f"page      {output / 'postmortem.html'}")
    typer.echo(f"to write  {len(written.draft.prompts)} fields of {output / 'human.yaml'}; then run this again")


def _together(sources: list[str], output: Path, earlier: Any, later: list[Any]) -> None:
    """Write one document over several incidents, each with the capture after its fix where there is one."""
    from incidentlab import investigate, load
    from incidentlab.report.postmortem import Told, write_together

    names = [Path(source.rstrip("/")).name.partition(".")[0] or f"incident-{n}" for n, source in enumerate(sources, 1)]
    unique = [name if names.count(name) == 1 else f"{name}-{n}" for n, name in enumerate(names, 1)]
    padded = [*later, *[None] * (len(sources) - len(later))]
    told = [Told(name, investigate(load(s)), one) for name, s, one in zip(unique, sources, padded, strict=True)]
    made, _ = write_together(told, output, before=earlier, after=later[-1] if later else None)
    typer.echo(f"page      {output / 'postmortem.html'}")
    typer.echo(f"to write  {len(made.prompts)} fields of {output / 'human.yaml'}; those of each incident in its folder")


def _drawn(found: Any) -> dict[str, Any]:
    """Return the timeline of a postmortem, as a figure and to zoom."""
    from incidentlab import plot

    window = (found.incident.start, found.incident.end)
    axes = plot.timeline(found.timeline, found.phases, window=window, refused=found.attempts)
    interactive = plot.interactive(found.timeline, found.phases, window=window, refused=found.attempts)
    return {"figure": axes.get_figure(root=True), "interactive": interactive}


@app.command(cls=WithParameters, epilog=example("incidentlab batch what-happened incidents/* -o reports"))
def batch(  # noqa: PLR0913 - each is an option of the command
    notebook: Notebook,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Bundles or files of logs: paths, or addresses such as s3://BUCKET/*."),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            readable=False,
            help="For the results; or an address such as s3://BUCKET/X.",
        ),
    ],
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, metavar="NUMBER", help="Runs at once; one for each CPU.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run on the workers of this Dask scheduler; local starts some here."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Run only what is missing or has changed; a failure is a result and stays.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="As --resume, and run once more what failed.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="SOURCE is a folder: run each bundle that arrives in it, until Ctrl-C.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0.001, metavar="SECONDS", help="How long one run may take.")
    ] = None,
    parameter: Parameters = None,
    _open: Open = False,
) -> None:
    """Run a notebook over many incidents, and make an index of them.

    Leaves a page for each, an index to sort and filter, and the results as data. What fails is a row.
    """
    from incidentlab.run import batch as execute
    from incidentlab.run.parameters import named

    given = named(parameter or [])
    resume = resume or watch
    options: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "resume": resume, "again": again, "timeout_s": timeout}

    def take(sources: list[str]) -> None:
        with progress_bar("batch") as progress:
            ended = execute(notebook, sources, output=output, parameters=given, progress=progress, say=warn, **options)
        typer.echo(f"{ended.done} done, {ended.failed} failed, {ended.kept} kept from before")
        typer.echo(f"index  {output.rstrip('/')}/index.html")

    if watch:
        _watched(sources, take)
    else:
        take(sources)


def _watched(folders: list[str], take: Callable[[list[str]], None]) -> None:
    """Run what arrives in folders, until Ctrl-C or SIGTERM."""
    from incidentlab.run.arrivals import arrivals

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(f"incidentlab: watching {', '.join(folders)}; Ctrl-C ends it", err=True)
    arrivals(folders, take, stop=stop)


@app.command(epilog=example("incidentlab notebooks -o analysis"))
def notebooks(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the copies.")
    ] = None,
) -> None:
    """List the notebooks, or copy them to work on.

    The copies come with the recorded incidents that they show; nobody's work is overwritten.
    """
    from incidentlab.run import shipped

    if output is None:
        for name, path in shipped.names().items():
            typer.echo(f"{name:26}  {shipped.question(path)}")
        typer.echo("\nincidentlab run NAME SOURCE runs one; incidentlab notebooks -o FOLDER copies them")
        return
    written = shipped.copies(output)
    typer.echo(f"{len(written)} notebooks in {output}; next: jupyter lab {output}")
