"""The basket: everything known about one incident, whole and unchangeable.

`load` builds it; every analysis takes the tables that it needs out of it. It reads no file, draws nothing and
concludes nothing.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields, replace

import pandas as pd

from incidentlab import tables
from incidentlab.tables import BadInput

_CUT = {name: "start" if name == "probes" else "ts" for name in
        ("logs", "events", "probes", "samples", "notes", "readings")}  # fmt: skip
"""Table that a window cuts -> its column of times."""


@dataclass(frozen=True, eq=False)
class Incident:
    """One incident: its name, the window that the evidence covers, the evidence tables and the ledger.

    Parameters
    ----------
    name
        Project name, or the name of the text source.
    start, end
        The window, UTC; NaT where the source gives no times.
    containers, addresses, logs, events, probes, samples, runs, images, layers, image_files, services, settings,
    instructions, engines, scans, vulnerabilities, notes, readings, clocks
        Evidence tables (see `incidentlab.tables`).
    ledger
        One row per source: what it covers and what it cannot answer.
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    containers: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CONTAINERS))
    addresses: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ADDRESSES))
    logs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LOGS))
    events: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.EVENTS))
    probes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.PROBES))
    samples: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SAMPLES))
    runs: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.RUNS))
    images: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.IMAGES))
    layers: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LAYERS))
    image_files: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.IMAGE_FILES))
    services: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SERVICES))
    settings: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SETTINGS))
    instructions: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.INSTRUCTIONS))
    engines: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.ENGINES))
    scans: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.SCANS))
    vulnerabilities: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.VULNERABILITIES))
    notes: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.NOTES))
    readings: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.READINGS))
    clocks: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.CLOCKS))
    ledger: pd.DataFrame = field(default_factory=lambda: tables.empty(tables.LEDGER))

    @property
    def timed(self) -> bool:
        """Whether the log lines bear engine times; if not, only their order is known."""
        return bool(self.logs["ts"].notna().any())

    @property
    def unparsed(self) -> int:
        """How many lines no parser could place. They are kept in `logs` as they are."""
        return int((self.logs["kind"] == "unknown").sum())

    def between(self, since: str | pd.Timestamp | None, until: str | pd.Timestamp | None) -> Incident:
        """Return the incident with only the logs, events, probes, samples, notes and readings of a window.

        Both bounds are included. Rows without a time are left out when a bound is given: whether they fall inside is
        not known.

        Raises
        ------
        BadInput
            A bound is no time or has no zone, the evidence has no times, or the window ends before it begins.
        """
        if since is None and until is None:
            return self
        if not self.timed:
            raise BadInput(f"{self.name} has no times: leave since and until out, or give a log made with -t")
        t0 = self.start if since is None else _bound(since)
        t1 = self.end if until is None else _bound(until)
        if t1 < t0:
            raise BadInput(f"the window ends before it begins: {t0.isoformat()} to {t1.isoformat()}")
        cut = {
            name: frame[frame[column].between(t0, t1)].reset_index(drop=True)
            for name, column in _CUT.items()
            for frame in (getattr(self, name),)
        }
        return replace(self, start=t0, end=t1, **cut)

    def logs_alone(self) -> Incident:
        """Return what a person would have who had only pasted the logs: their lines in order, and no times."""
        never = [tables.NEVER] * len(self.logs)
        logs = self.logs.assign(ts=never, app_ts=never, order=range(len(self.logs)))
        return Incident(self.name, tables.NEVER, tables.NEVER, logs=tables.check(logs, tables.LOGS), ledger=self.ledger)

    def only(self, *services: str) -> Incident:
        """Return the incident with only the rows of the named services.

        Raises
        ------
        BadInput
            A service is not in the evidence; the message names those that are.
        """
        frames = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if isinstance(getattr(self, f.name), pd.DataFrame) and "service" in getattr(self, f.name).columns
        }
        known = sorted({name for frame in frames.values() for name in frame["service"].dropna().unique()})
        strange = sorted(set(services) - set(known))
        if strange:
            raise BadInput(f"no such service: {', '.join(strange)}; the evidence has {', '.join(known) or 'none'}")
        cut = {n: f[f["service"].isin(services)].reset_index(drop=True) for n, f in frames.items()}
        return replace(self, **cut)

    def __repr__(self) -> str:
        """Show counts and gaps, never evidence: a log line may hold anything."""
        counts = ", ".join(f"{len(getattr(self, name))} {name}" for name in ("containers", "logs", "events", "probes"))
        gaps = int((self.ledger["truncated"].notna() | self.ledger["error"].notna()).sum())
        span = f"{self.start} to {self.end}" if self.timed else "order only, no times"
        return f"Incident({self.name!r}, {span}: {counts}; {gaps} of {len(self.ledger)} sources incomplete)"

    def _repr_html_(self) -> str:
        """Show name, window and how many rows each table has; the name comes from evidence, so it is escaped."""
        said = html.escape(f"{self.name}: {f'{self.start} to {self.end}' if self.timed else 'order only, no times'}")
        filled = [
            f for f in fields(self) if isinstance(getattr(self, f.name), pd.DataFrame) and len(getattr(self, f.name))
        ]
        cell = '<td style="text-align:left">'
        rows = "".join(f"<tr>{cell}{f.name}</td>{cell}{len(getattr(self, f.name))}</td></tr>" for f in filled)
        gaps = int((self.ledger["truncated"].notna() | self.ledger["error"].notna()).sum())
        told = f"{gaps} of {len(self.ledger)} sources incomplete; <code>attrs</code> of a table: what its columns mean"
        return f"<p><b>{said}</b></p><table><tr>{cell}table</td>{cell}rows</td></tr>{rows}</table><p>{told}</p>"


def _bound(given: str | pd.Timestamp) -> pd.Timestamp:
    try:
        bound = pd.Timestamp(given)
    except ValueError as error:
        raise BadInput(f"{given!r} is no time; write it like 2026-11-23T09:24:45Z") from error
    if bound.tz is None:
        raise BadInput(f"the bound {given} has no zone; write it with one, like {bound.isoformat()}Z")
    return bound.tz_convert("UTC")
