"""Every analysis, run once over one incident, each fed with the tables that it needs.

This is the only place that knows in which order the analyses build on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from incidentlab.analyse.attempts import attempts
from incidentlab.analyse.diagnosis import diagnose
from incidentlab.analyse.failures import failures
from incidentlab.analyse.lifetimes import lifetimes
from incidentlab.analyse.marks import marks
from incidentlab.analyse.readiness import phases
from incidentlab.analyse.timeline import timeline
from incidentlab.incident import Incident


@dataclass(frozen=True, eq=False)
class Investigation:
    """An incident with all its result tables (see `incidentlab.tables`)."""

    incident: Incident
    failures: pd.DataFrame
    lifetimes: pd.DataFrame
    attempts: pd.DataFrame
    phases: pd.DataFrame
    timeline: pd.DataFrame
    findings: pd.DataFrame
    evidence: pd.DataFrame


def investigate(incident: Incident) -> Investigation:
    """Run every analysis over `incident`.

    Parameters
    ----------
    incident
        As `incidentlab.load` gives it.

    Returns
    -------
    Investigation
        The finding of rank 1 is the verdict; there always is one, if only ``unknown``.
    """
    said = marks(incident.logs)
    failed = failures(
        incident.logs,
        said,
        containers=incident.containers,
        addresses=incident.addresses,
        services=incident.services,
    )
    lived = lifetimes(incident.events, incident.runs, incident.containers)
    tried = attempts(failed, incident.logs, said, lived)
    phased = phases(incident.logs, said, incident.events, incident.probes)
    found = diagnose(
        logs=incident.logs,
        marks=said,
        failures=failed,
        phases=phased,
        attempts=tried,
        lifetimes=lived,
        events=incident.events,
        probes=incident.probes,
        containers=incident.containers,
        services=incident.services,
        ledger=incident.ledger,
    )
    happened = timeline(events=incident.events, probes=incident.probes, phases=phased, failures=failed, attempts=tried)
    return Investigation(incident, failed, lived, tried, phased, happened, found.findings, found.evidence)
