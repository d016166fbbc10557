"""What broke, what is wrong, what was changed: the commands that answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import Form, Open, Source, example, form_of
from incidentlab.cli.screen import terminal


def _json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=True) + "\n"


@app.command(epilog=example("docker compose logs -t | incidentlab diagnose -"))
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
    every: Annotated[
        bool, typer.Option("--all", help="Show every row of evidence, not one line for each fact.")
    ] = False,
    _open: Open = False,
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

    form = form_of(form, as_json=as_json)
    found = investigate(load(source))
    answers: dict[str, Callable[[], str]] = {
        "text": lambda: page(found, **terminal(), every=every),
        "json": lambda: _json(document(found, shown(source))),
        "sarif": lambda: _json(sarif(causes(), accusation(found))),
        "github": lambda: github(accusation(found)),
    }
    typer.echo(answers[form](), nl=False)
    accused = bool(accusation(found)) and fail_on is not None and found.findings["confidence"].iloc[0] >= fail_on
    raise typer.Exit(int(accused))


@app.command(epilog=example("incidentlab explain startup_race"))
def explain(
    name: Annotated[
        str | None, typer.Argument(metavar="CATEGORY", help="A category, or a rule of the audit; without one, all.")
    ] = None,
) -> None:
    """Say what a category means, what proves it, and what to do."""
    from incidentlab.report.explain import everything, explained

    typer.echo((explained(name) if name else everything()).text)


@app.command(epilog=example("incidentlab audit compose.yaml --fail-on error"))
def audit(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for programs.")] = False,
    form: Form = "text",
    fail_on: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Exit with 1 if an error, warning or note is found.")
    ] = None,
    _open: Open = False,
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

    form = form_of(form, as_json=as_json)
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


@app.command(epilog=example("incidentlab compare before after"))
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The evidence of the time before the change.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The evidence of the time after it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, for programs.")] = False,
    _open: Open = False,
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
        typer.echo(_json(answer), nl=False)
    else:
        typer.echo(compared(*both).text)
