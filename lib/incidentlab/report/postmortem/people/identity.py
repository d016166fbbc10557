"""Which incident a human.yaml is about, so that nobody's words come to stand under another incident's evidence.

A container's id is given once and never again, and it stays when more is captured of the same containers: the one that
was created first names the incident. Pasted logs have no such id; their first line with a time names them, and where
there are no times, all their lines.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from incidentlab.incident import Incident
from incidentlab.report.postmortem.people.human import INCIDENT, NAME, Human
from incidentlab.tables import BadInput

HOME = Path("..") / "build" / "postmortem"
"""Where a notebook leaves its postmortems, each in a folder of its own, seen from the notebook's folder."""


def identity(incident: Incident) -> str:
    r"""Return the name of an incident that its evidence gives it.

    Parameters
    ----------
    incident
        As `incidentlab.load` gives it.

    Examples
    --------
    >>> from incidentlab import load
    >>> identity(load("db-1  | FATAL:  the database system is starting up\n"))
    'log-73a2bf34'
    """
    containers = incident.containers.sort_values("created", kind="stable")["container_id"].dropna()
    containers = containers if len(containers) else incident.events["container_id"].dropna()
    logs = incident.logs[incident.logs["ts"].notna()].head(1) if incident.timed else incident.logs
    lines = [f"{ts} {message}" for ts, message in zip(logs["ts"], logs["message"], strict=True)]
    seen = containers.iloc[0] if len(containers) else "\n".join(lines)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", incident.name).strip("-.")[:40] if len(containers) else ""
    return f"{name or 'log'}-{sha256(seen.encode()).hexdigest()[:8]}"


def folder_of(incident: Incident, folder: str | Path | None = None) -> Path:
    """Return the folder of an incident's postmortem: the one that is given, else one of its own."""
    return Path(folder) if folder else HOME / identity(incident)


def belongs(human: Human, incident: str, place: Path) -> None:
    """Let pass what is written about this incident; a file in which nothing is written yet is about any.

    Raises
    ------
    BadInput
        It is about another incident, or does not say which.
    """
    if human.incident == incident or (human.incident is None and not human.texts):
        return
    title = human.get("title")
    about = f"{human.incident} ({title.text!r})" if title and human.incident else human.incident
    raise BadInput(
        f"{place} is about {about or 'an incident that it does not name'}, and this evidence is of {incident}; "
        f"nothing was written. Give another folder; or, if {NAME} is about this evidence after all, "
        f"let it say '{INCIDENT}: {incident}'"
    )
