"""The lessons: copies to learn and to teach with, the table of a class, and help to write new ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import example

group = typer.Typer(rich_markup_mode=None, epilog=example("incidentlab lessons -o course"))
app.add_typer(group, name="lessons")

Lessons = Annotated[
    Path | None,
    typer.Option(
        "--lessons", metavar="FOLDER", readable=False, help="Lessons of your own; by default those of incidentlab."
    ),
]


@group.callback(invoke_without_command=True)
def lessons(
    context: typer.Context,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For the copies.")
    ] = Path("lessons"),
    edition: Annotated[
        str, typer.Option(metavar="NAME", help="student, or instructor: with answers and plans.")
    ] = "student",
    folder: Lessons = None,
) -> None:
    """Copy the lessons, to learn or to teach with them.

    Notebooks, questions and recordings; nobody's work is overwritten.
    """
    from incidentlab.tables.extras import require

    require("jupyter")
    if context.invoked_subcommand:
        return
    from incidentlab.teach.editions import editions

    written = editions(_source(folder), output, edition=edition)
    typer.echo(f"{len(written)} lessons in {output}; next: jupyter lab {output}")


@group.command(epilog=example("incidentlab lessons collect homes/* -o class"))
def collect(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER", readable=False, help="One for each student, called like them.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For class.csv and class.html.")
    ] = Path("class"),
    folder: Lessons = None,
) -> None:
    """Make the table of a class: who has answered what."""
    from incidentlab.teach.collect import as_csv, as_page
    from incidentlab.teach.collect import collect as table
    from incidentlab.whole import put_all

    rows = table(folders, _source(folder))
    put_all(output, {"class.csv": as_csv(rows).encode(), "class.html": as_page(rows).encode()})
    typer.echo(f"{len({row['student'] for row in rows})} students: {output / 'class.html'}, {output / 'class.csv'}")


@group.command(epilog=example("incidentlab lessons new data/disk-full --name 09-disk-full -o mine"))
def new(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", readable=False, help="A bundle.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Number and words; by default 01 and the recording's name.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", readable=False, help="For notebook and questions.")
    ] = Path("notebooks/lessons"),
) -> None:
    """Begin a lesson: its questions are proposed from the evidence."""
    from incidentlab.tables import BadInput
    from incidentlab.teach.skeleton import skeleton
    from incidentlab.whole import put_beside

    called = name or f"01-{recording.resolve().name}"
    if not called[:1].isdigit() or not called.replace("-", "").isalnum():
        raise BadInput(f"a lesson is called like 09-disk-full: a number, then words with dashes; not {called!r}")
    written, asked = skeleton(recording, called)
    put_beside(output, written)
    typer.echo(f"{', '.join(str(output / file) for file in written)}: {len(asked)} questions; write what says WRITE")
    typer.echo(f"next: incidentlab lessons check {output / called}.yaml")


@group.command(epilog=example("incidentlab lessons check mine/09-disk-full.yaml"))
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", readable=False, help="The files of questions, or their notebooks.")
    ],
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", readable=False, help="The recordings; those of incidentlab.")
    ] = None,
) -> None:
    """Say what is wrong with a lesson, by file and line.

    Exit status 1 if something is.
    """
    from incidentlab.run.shipped import place
    from incidentlab.teach.check import faults

    found = [fault for file in files for fault in faults(file, data or place("data"))]
    typer.echo("\n".join(found) or f"{len(files)} lessons: nothing is wrong")
    raise typer.Exit(int(bool(found)))


def _source(folder: Path | None) -> Path:
    from incidentlab.run.shipped import place

    return folder or place("notebooks") / "lessons"
