"""What the reader asked to see, checked against what is there."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.tables import BadParameter


def chosen(
    investigation: Investigation, service: str | None, dependency: str | None, *, timezone: str
) -> tuple[str | None, str | None]:
    """Return the service and the dependency to look at: those given, else those of the verdict.

    Raises
    ------
    BadParameter
        A service is not in the evidence, or the zone is not known.
    """
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadParameter(f"no such time zone: {timezone!r}; write UTC or a name like Europe/Berlin") from error
    incident = investigation.incident
    known = sorted({*incident.logs["service"].dropna(), *incident.containers["service"].dropna()})
    for name in (service, dependency):
        if name is not None and name not in known:
            raise BadParameter(f"no such service: {name!r}; the evidence has {', '.join(known) or 'none'}")
    first = tables.records(investigation.findings)[0]
    return (
        service or (None if pd.isna(first["service"]) else str(first["service"])),
        dependency or (None if pd.isna(first["dependency"]) else str(first["dependency"])),
    )


def of(frame: pd.DataFrame, service: str | None, dependency: str | None = None) -> pd.DataFrame:
    """Return the rows of one service (and one dependency, where the table knows such); all where None is given."""
    rows = frame if service is None else frame[frame["service"] == service]
    if dependency is None or "dependency" not in rows.columns:
        return rows
    return rows[rows["dependency"] == dependency]
