"""The commands. Each reads its arguments, calls one function of the library and prints what that returns."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

HELP = """Say what broke a Docker Compose project, with the lines that prove it, and help to write it down.

\b
When something has just broken:
  incidentlab capture payflow -o incident     keep the evidence first: Docker forgets
  incidentlab diagnose incident               what broke, why, what to change
  docker compose logs -t | incidentlab diagnose -    from pasted logs alone

Exit status: 0 it was done, 2 the input cannot be used; then one line on stderr says why and what to do next.
"""
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=HELP
)

_WHAT_NEXT = {
    errno.EACCES: "let it be read and written, or give another",
    errno.EPERM: "let it be read and written, or give another",
    errno.EROFS: "give a place that can be written to",
    errno.ENOSPC: "make space, or give another place",
    errno.EDQUOT: "make space, or give another place",
}
"""What went wrong with a file -> what to do."""
VERBS = ("up", "record", "down", "verify")
FORMS = ("text", "json", "sarif", "github")

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="The evidence: a bundle (folder, .zip, .tar.gz) or a file of logs; - for standard input; compose:PROJECT "
        "for a live project; or an address such as s3://BUCKET/INCIDENT.",
    ),
]
Notebook = Annotated[
    Path,
    typer.Argument(
        metavar="NOTEBOOK", readable=False, help="One of notebooks/, or your own with a cell tagged 'parameters'."
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME VALUE",
        help="Set a parameter of the notebook; NAME=VALUE is taken too. May be given often.",
    ),
]


Form = Annotated[
    str,
    typer.Option("--format", metavar="FORM", help=f"{', '.join(FORMS)}: sarif and github are for code hosts and CI."),
]


def _form(form: str, *, as_json: bool) -> str:
    from incidentlab.tables import BadInput

    if form not in FORMS:
        raise BadInput(f"--format is one of {', '.join(FORMS)}")
    return "json" if as_json else form


def _json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=True) + "\n"


def _terminal() -> dict[str, Any]:
    """Return how wide a page may be, and whether it may bear colours: in a pipe neither depends on the terminal."""
    if not sys.stdout.isatty():
        return {}
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"  # no-color.org
    return {"width": shutil.get_terminal_size().columns, "colour": not plain}


def _example(command: str) -> str:
    return f"\b\nExample:\n  {command}"


class WithParameters(TyperCommand):
    """A command that takes ``-p name value`` beside ``-p name=value``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, the pairs put together."""
        from incidentlab.run.parameters import paired

        return super().parse_args(ctx, paired(args))


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
    """Take the options that stand before a command."""  # its help is HELP


@app.command(epilog=_example("docker compose logs -t | incidentlab diagnose -"))
def diagnose(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON, for programs.")] = False,
    form: Form = "text",
    fail_on: Annotated[
        float | None,
        typer.Option(
            metavar="CONFIDENCE", min=0, max=1, help="Exit with 1 if a cause is named with at least this confidence."
        ),
    ] = None,
) -> None:
    """Say what broke and why, with the lines that prove it.

    What to change comes with it, and what the evidence cannot answer.
    """
    from incidentlab.bundle.address import shown
    from incidentlab.investigate import investigate
    from incidentlab.load import load
    from incidentlab.report.answer import page
    from incidentlab.report.code_hosts import accusation, causes, github, sarif
    from incidentlab.report.document import document

    form = _form(form, as_json=as_json)
    found = investigate(load(source))
    answers: dict[str, Callable[[], str]] = {
        "text": lambda: page(found, **_terminal()),
        "json": lambda: _json(document(found, shown(source))),
        "sarif": lambda: _json(sarif(causes(), accusation(found))),
        "github": lambda: github(accusation(found)),
    }
    typer.echo(answers[form](), nl=False)
    accused = bool(accusation(found)) and fail_on is not None and found.findings["confidence"].iloc[0] >= fail_on
    raise typer.Exit(int(accused))


@app.command(epilog=_example("incidentlab explain startup_race"))
def explain(
    name: Annotated[
        str | None, typer.Argument(metavar="CATEGORY", help="A category, or a rule of the audit; without one, all.")
    ] = None,
) -> None:
    """Say what a category means, what proves it, and what to do."""
    from incidentlab.report.explain import everything, explained

    typer.echo((explained(name) if name else everything()).text)


@app.command(epilog=_example("incidentlab audit compose.yaml --fail-on error"))
def audit(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for programs.")] = False,
    form: Form = "text",
    fail_on: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Exit with 1 if an error, warning or note is found.")
    ] = None,
) -> None:
    """Say what is wrong with a project before, and after, it broke.

    SOURCE may be a Compose file or a Dockerfile alone: what only a measurement can tell is then said to be not known.
    """
    from incidentlab.bundle.address import shown
    from incidentlab.investigate import investigate
    from incidentlab.load import load
    from incidentlab.report.audit import annotated, audit_document, audited, broken, rules
    from incidentlab.report.code_hosts import github, sarif
    from incidentlab.tables import LEVELS, BadInput

    form = _form(form, as_json=as_json)
    if fail_on is not None and fail_on not in LEVELS:
        raise BadInput(f"--fail-on is one of {', '.join(LEVELS)}")
    found = investigate(load(source))
    answers: dict[str, Callable[[], str]] = {
        "text": lambda: f"{audited(found).text}\n",
        "json": lambda: _json(audit_document(found, shown(source))),
        "sarif": lambda: _json(sarif(rules(), annotated(found))),
        "github": lambda: github(annotated(found)),
    }
    typer.echo(answers[form](), nl=False)
    raise typer.Exit(int(fail_on is not None and broken(found, fail_on)))


@app.command(epilog=_example("incidentlab compare before after"))
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The evidence of the time before the change.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The evidence of the time after it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for programs.")] = False,
) -> None:
    """Say what was changed between two captures, and what came of it.

    Configuration, images layer by layer, scans, times to ready, restarts, health, and the two verdicts.
    """
    from incidentlab.bundle.address import shown
    from incidentlab.investigate import investigate
    from incidentlab.load import load
    from incidentlab.report.compare import compared, comparison

    both = investigate(load(before)), investigate(load(after))
    if as_json:
        answer = comparison(*both, sources=(shown(before), shown(after)))
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=True))
    else:
        typer.echo(compared(*both).text)


@app.command(epilog=_example("incidentlab capture payflow -o incident"))
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

    with _progress("capture") as progress:
        bundle = take(project, output, overwrite=overwrite, progress=progress, images=images, scan=scan)
    typer.echo(f"captured {project} into {bundle}; next: incidentlab diagnose {bundle}")


@app.command(epilog=_example("incidentlab record payflow -o recording"))
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

    with _status(f"recording {project}") as (show, say):
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


@app.command(
    cls=WithParameters,
    epilog=_example("incidentlab run notebooks/01-what-happened.ipynb incident -p service auth-service"),
)
def run(
    notebook: Notebook,
    source: Source,
    parameter: Parameters = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the notebook and its page.")
    ] = Path("build"),
) -> None:
    """Run a notebook over your evidence, and make a page of it.

    Leaves the notebook with its results, and a page that needs no network.
    """
    from incidentlab.run import run as execute
    from incidentlab.run.parameters import named

    ran = execute(notebook, source, parameters=named(parameter or []), output=output, progress=sys.stderr.isatty())
    typer.echo(f"notebook  {ran.notebook}\npage      {ran.page}")


@app.command(epilog=_example("incidentlab postmortem incident -o postmortem"))
def postmortem(
    source: Source,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the pages; its human.yaml is kept."),
    ],
    before: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Evidence of the time before a change: what was modified.")
    ] = None,
) -> None:
    """Draft the postmortem: every sentence with its evidence.

    As Markdown, HTML and PDF; what people write in human.yaml is kept.
    """
    from incidentlab import investigate, load, plot
    from incidentlab.report.postmortem import write

    found = investigate(load(source))
    window = (found.incident.start, found.incident.end)
    axes = plot.timeline(found.timeline, found.phases, window=window, refused=found.attempts)
    interactive = plot.interactive(found.timeline, found.phases, window=window, refused=found.attempts)
    earlier = investigate(load(before)) if before else None
    written = write(found, output, figure=axes.get_figure(root=True), interactive=interactive, before=earlier)
    for remark in written.draft.remarks:
        typer.echo(f"incidentlab: {remark}", err=True)
    typer.echo(f"page      {output / 'postmortem.html'}")
    typer.echo(f"to write  {len(written.draft.prompts)} fields of {output / 'human.yaml'}; then run this again")


@app.command(
    cls=WithParameters, epilog=_example("incidentlab batch notebooks/01-what-happened.ipynb data/* -o build/batch")
)
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
    timeout: Annotated[
        float | None, typer.Option(min=0.001, metavar="SECONDS", help="How long one run may take.")
    ] = None,
    parameter: Parameters = None,
) -> None:
    """Run a notebook over many incidents, and make an index of them.

    Leaves a page for each, an index to sort and filter, and the results as data. What fails is a row.
    """
    from incidentlab.run import batch as execute
    from incidentlab.run.parameters import named

    given = named(parameter or [])
    options: dict[str, Any] = {"jobs": jobs, "cluster": cluster, "resume": resume, "again": again, "timeout_s": timeout}
    with _progress("batch") as progress:
        ended = execute(notebook, sources, output=output, parameters=given, progress=progress, **options)
    typer.echo(f"{ended.done} done, {ended.failed} failed, {ended.kept} kept from before")
    typer.echo(f"index  {output.rstrip('/')}/index.html")


@app.command(epilog=_example("incidentlab lessons -o course"))
def lessons(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the copies.")
    ] = Path("lessons"),
    edition: Annotated[
        str, typer.Option(metavar="NAME", help="student, or instructor: with answers and plans.")
    ] = "student",
    folder: Annotated[
        Path, typer.Option("--lessons", metavar="FOLDER", readable=False, help="Where the lessons of a checkout are.")
    ] = Path("notebooks/lessons"),
) -> None:
    """Copy the lessons, to learn or to teach with them.

    Notebooks, questions and recordings; nobody's work is overwritten.
    """
    from incidentlab.teach.editions import editions

    written = editions(folder, output, edition=edition)
    typer.echo(f"{len(written)} lessons in {output}; next: jupyter lab {output}")


@app.command(epilog=_example("incidentlab lab up startup-race"))
def lab(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="up, record or down, with a scenario; or verify.")],
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A file of lab/scenarios, without .yaml.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--lab", metavar="FOLDER", readable=False, help="Where the lab of a checkout is.")
    ] = Path("lab"),
) -> None:
    """Stage a broken project on a real engine, or record it.

    `verify` checks the what-if replay on the engine.
    """
    from incidentlab.tables import BadInput

    if verb not in VERBS:
        raise BadInput(f"no verb {verb!r}; there are {', '.join(VERBS)}")
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
    except OSError as error:
        if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise  # of no file: a fault of the program
        what_next = _WHAT_NEXT.get(error.errno or 0, "give another")
        _give_up(f"{error.filename or 'a file'}: {error.strerror}; {what_next}")
    except Exception as error:
        from incidentlab.tables import IncidentlabError  # late: pandas comes with it

        if not isinstance(error, IncidentlabError):
            raise
        _give_up(str(error))


def _give_up(words: str) -> NoReturn:
    from incidentlab.report.show import visible  # a message may quote evidence

    typer.echo(f"incidentlab: {visible(' '.join(words.split()))}", err=True)
    raise SystemExit(2) from None


@contextmanager
def _progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda message, done, total: bar.update(task, description=message, completed=done, total=total)


@contextmanager
def _status(title: str) -> Iterator[tuple[Callable[[Any], None], Callable[[str], None]]]:
    """Give what shows how far a recording is, in one line of a terminal, and what prints a line on stderr."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    with console.status(title, refresh_per_second=1) as line:  # a livelier one would cost as much as the recording

        def show(now: Any) -> None:
            counted = f"{now.containers} containers, {now.lines} lines, {now.events} events, {now.bytes / 1e6:.1f} MB"
            line.update(f"{title}: {counted}")

        yield show, lambda words: console.print(f"incidentlab: {words}", markup=False, soft_wrap=True)
