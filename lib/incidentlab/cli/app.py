"""The command line itself: what stands before a command."""

from __future__ import annotations

from typing import Annotated

import typer

HELP = """Say what broke a Docker Compose project, with the lines that prove it, and help to write it down.

\b
When something has just broken:
  incidentlab capture payflow -o incident     keep the evidence first: Docker forgets
  incidentlab diagnose incident               what broke, why, what to change
  docker compose logs -t | incidentlab diagnose -    from pasted logs alone

Exit status: 0 it was done, 2 the input cannot be used; then one line on stderr says why and what to do next.
"""
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=HELP)


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
