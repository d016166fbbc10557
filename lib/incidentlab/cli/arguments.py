"""Arguments and options that several commands take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from incidentlab.cli.screen import warn

FORMS = ("text", "json", "sarif", "github")

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="The evidence: a bundle (folder, .zip, .tar.gz) or a file of logs; - for standard input; compose:PROJECT "
        "for a live project; or an address such as s3://BUCKET/INCIDENT. Several of one incident have "
        "' + ' between them, in one text.",
    ),
]
Notebook = Annotated[
    Path,
    typer.Argument(
        metavar="NOTEBOOK",
        readable=False,
        help="What 'incidentlab notebooks' lists, or a file of your own with a cell tagged 'parameters'.",
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


def _not_redacted(wanted: bool) -> None:
    from incidentlab.redact.shown import SWITCH

    if wanted:
        os.environ[SWITCH] = "1"
        warn("--no-redact: secrets are shown as they are, in all that is printed and written; hand nothing on")


Open = Annotated[
    bool,
    typer.Option(
        "--no-redact",
        callback=_not_redacted,
        help="Show secrets as the evidence has them, in all that this command prints or writes.",
    ),
]


def form_of(form: str, *, as_json: bool) -> str:
    """Return the form that is asked for, or refuse one that does not exist."""
    from incidentlab.tables import BadInput

    if form not in FORMS:
        raise BadInput(f"--format is one of {', '.join(FORMS)}")
    return "json" if as_json else form


def example(command: str) -> str:
    """Return the example below the help of a command."""
    return f"\b\nExample:\n  {command}"


class WithParameters(TyperCommand):
    """A command that takes ``-p name value`` beside ``-p name=value``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments, the pairs put together."""
        from incidentlab.run.parameters import paired

        return super().parse_args(ctx, paired(args))
