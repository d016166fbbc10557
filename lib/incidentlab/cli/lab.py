"""The lab: of a checkout, or the one that comes with incidentlab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from incidentlab.cli.app import app
from incidentlab.cli.arguments import example

VERBS = ("up", "record", "down", "verify")
PLACE = "payflow-lab"
"""Folder, where the command is given, for what the lab of an installed incidentlab leaves."""
NEEDS = """\
The lab plays a broken project on a real Docker Engine: payflow, with Postgres, Redis and five services.

It needs
  - Docker Engine and Compose: {engine}
    on a Debian without one, as root: {lab}/start-engine
  - the images: built when first needed, from Debian's and npm's packages
  - port 8080 of this machine, or PAYFLOW_PORT

incidentlab lab up SCENARIO       plays it, and leaves it standing as the project payflow
incidentlab lab record SCENARIO   plays it, keeps its evidence in {place}/data/SCENARIO, and removes it
incidentlab lab down SCENARIO     removes it, with its volumes

Scenarios: {scenarios}"""


@app.command(epilog=example("incidentlab lab up startup-race"))
def lab(
    verb: Annotated[
        str | None,
        typer.Argument(metavar="VERB", help="up, record or down, with a scenario; or verify. Without: what it needs."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A file of lab/scenarios, without .yaml.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--lab", metavar="FOLDER", readable=False, help="A lab; by default ./lab, or that of this incidentlab."
        ),
    ] = None,
) -> None:
    """Stage a broken project on a real engine, or record it.

    `verify` checks the what-if replay on the engine.
    """
    from incidentlab.run.shipped import is_shipped, place
    from incidentlab.tables import BadInput

    here = folder or Path("lab")
    if not (here / "scenario.py").is_file():
        if folder:
            raise BadInput(f"no lab at {folder}; leave --lab out for the one that comes with incidentlab")
        here = place("lab")
    if verb is None:
        typer.echo(_needs(here))
        return
    if verb not in VERBS:
        raise BadInput(f"no verb {verb!r}; there are {', '.join(VERBS)}")
    if (verb == "verify") != (scenario is None):
        raise BadInput("lab verify takes no scenario" if scenario else f"lab {verb} needs the name of a scenario")
    if verb == "verify" and is_shipped(here):
        raise BadInput("lab verify writes into the page of the lab; run it in a checkout of incidentlab")
    script = here / ("scenario.py" if scenario else "verify.py")
    given = [verb, scenario] if scenario else []
    environ = os.environ | ({"INCIDENTLAB_LAB_PLACE": str(Path(PLACE).resolve())} if is_shipped(here) else {})
    done = subprocess.run([sys.executable, str(script), *given], env=environ, check=False)  # noqa: S603 - our own script
    raise typer.Exit(done.returncode)


def _needs(here: Path) -> str:
    """Return what the lab needs and has."""
    from incidentlab.collect.engine import connect
    from incidentlab.run.shipped import is_shipped
    from incidentlab.tables import EngineTrouble

    try:
        connect().close()
        engine = "an engine answers"
    except EngineTrouble as error:
        engine = f"not here ({error})"
    names = ", ".join(sorted(path.stem for path in (here / "scenarios").glob("*.yaml")))
    place = PLACE if is_shipped(here) else here.parent
    return NEEDS.format(engine=engine, lab=here, place=place, scenarios=names)
