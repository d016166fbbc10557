"""The lab of a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import example

VERBS = ("up", "record", "down", "verify")


@app.command(epilog=example("incidentlab lab up startup-race"))
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
