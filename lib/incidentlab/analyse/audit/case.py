"""Everything that a rule may look at, and the questions that many rules ask of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from incidentlab import tables

Record = dict[str, Any]
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
_FRAMES = ("attempts", "containers", "contents", "engines", "events", "failures", "findings", "health", "image_files",
           "images", "instructions", "layers", "ledger", "lifetimes", "logs", "marks", "phases", "probes", "restarts",
           "samples", "scans", "settings", "vulnerabilities", "waste")  # fmt: skip
_TABLES = {
    **{table.name: table for table in (*tables.EVIDENCE_TABLES, tables.LEDGER, *tables.RESULT_TABLES)},
    "contents": tables.IMAGE_CONTENTS,
    "waste": tables.IMAGE_WASTE,
}


@dataclass(frozen=True)
class Found:
    """A rule that is broken, or of which that cannot be told.

    Attributes
    ----------
    rule
        Name of the rule.
    place
        The row of evidence to point at: has file, line and pointer.
    service
        None = the project, or an image of several services.
    names
        What the rule's texts name.
    holds
        The conditions of the rule's texts that hold.
    missing
        What would have to be known; None = it is known.
    change
        Key of the Compose file -> value; None as value = take it away.
    """

    rule: str
    place: Record
    service: str | None
    names: dict[str, str]
    holds: tuple[str, ...] = ()
    missing: str | None = None
    change: Mapping[str, str | None] | None = None


class Case:
    """The tables of one incident, looked up by service.

    Parameters
    ----------
    frames
        By the names of the tables; `contents` and `waste` are IMAGE_CONTENTS and IMAGE_WASTE. What is left out is
        empty.
    """

    def __init__(self, **frames: pd.DataFrame) -> None:
        strange = sorted(set(frames) - set(_FRAMES))
        if strange:
            raise TypeError(f"no table of an audit: {', '.join(strange)}")
        self._frames = {name: frames.get(name, tables.empty(_TABLES[name])) for name in _FRAMES}

    def __getattr__(self, name: str) -> pd.DataFrame:
        frames: dict[str, pd.DataFrame] = self.__dict__["_frames"]
        if name not in frames:
            raise AttributeError(name)
        return frames[name]

    def rows(self, name: str, **equal: Any) -> list[Record]:
        """Return the rows of a table in which the columns have the given values."""
        frame = self._frames[name]
        for column, value in equal.items():
            frame = frame[frame[column].eq(value).fillna(value=False)]
        return tables.records(frame)

    @cached_property
    def services(self) -> list[str]:
        """All services of the Compose file and of the containers."""
        named = [*self.settings["service"].dropna(), *self.containers["service"].dropna()]
        return list(dict.fromkeys(named))

    @cached_property
    def _settings(self) -> dict[tuple[str | None, str], Record]:
        """The value of each key as it was resolved, with the place where somebody wrote it, if both are known."""
        found: dict[tuple[str | None, str], Record] = {}
        for row in tables.records(self.settings):
            key = (row["service"] if pd.notna(row["service"]) else None, row["key"])
            resolved = found.get(key)
            if resolved is not None and pd.notna(row["literal"]):
                row = resolved | {name: row[name] for name in ("literal", "file", "line", "pointer")}
            found[key] = row
        return found

    def setting(self, service: str | None, key: str) -> Record | None:
        """Return a row of SETTINGS; None where the file does not say it, or says null."""
        row = self._settings.get((service, key))
        return row if row is not None and pd.notna(row["value"]) else None

    def written(self, service: str | None, key: str) -> str | None:
        """Return the value of a setting."""
        row = self.setting(service, key)
        return None if row is None else str(row["value"])

    def below(self, service: str | None, key: str) -> list[Record]:
        """Return the settings whose keys begin with a key."""
        return [row for (owner, name), row in self._settings.items() if owner == service and name.startswith(key + ".")]

    def needs(self, service: str) -> dict[str, Record]:
        """Return what a service depends on: service -> the setting that says under which condition."""
        rows = [row for row in self.below(service, "depends_on") if row["key"].endswith(".condition")]
        return {row["key"].removeprefix("depends_on.").removesuffix(".condition"): row for row in rows}

    def users(self, service: str) -> list[str]:
        """Return the services that depend on a service."""
        return [name for name in self.services if service in self.needs(name)]

    def disabled(self, service: str) -> bool:
        """Return whether the file takes a service's healthcheck away."""
        said = (self.written(service, "healthcheck.disable") or "").lower()
        return said in ("true", "yes", "on") or words(self.written(service, "healthcheck.test")) == ["NONE"]

    def one_shot(self, service: str) -> bool:
        """Return whether others wait until a service has ended well: it is meant to end."""
        done = "service_completed_successfully"
        return any(self.needs(user)[service]["value"] == done for user in self.users(service))

    @cached_property
    def _latest(self) -> dict[str, Record]:
        return {row["service"]: row for row in tables.records(self.containers)}

    def container(self, service: str) -> Record | None:
        """Return the newest container of a service."""
        return self._latest.get(service)

    def image(self, service: str) -> Record | None:
        """Return the image that a service runs: its container's, else the one of the name in the file."""
        container, named = self.container(service), self.written(service, "image")
        for row in tables.records(self.images):
            if container is not None and row["image_id"] == container["image_id"]:
                return row
            if container is None and named and row["image"].removesuffix(":latest") == named.removesuffix(":latest"):
                return row
        return None

    def place(self, service: str, *keys: str) -> Record:
        """Return the row to point at: the first setting that is there, else the service's first, or its container."""
        for key in keys:
            if (row := self.setting(service, key)) is not None:
                return row
        own = [row for (owner, _), row in self._settings.items() if owner == service]
        return own[0] if own else self.container(service) or {"file": None, "line": None, "pointer": None}

    def seconds(self, service: str, key: str, column: str, default: float) -> float:
        """Return a duration: of the container, else of the file, else the default."""
        container = self.container(service)
        if container is not None and pd.notna(container[column]):
            return float(container[column])
        told = seconds(self.written(service, key)) if container is None else None
        return default if told is None else told

    def first_ready(self, service: str) -> Any:
        """Return when a service was ready for the first time; NaT where that was not seen."""
        return self.phases[self.phases["service"].eq(service) & self.phases["phase"].eq("ready")]["start"].min()

    def failed(self, service: str) -> list[Record]:
        """Return the failures of a service that are no waiting and did no harm."""
        return [row for row in self.rows("failures", service=service) if row["kind"] not in ("harmless", "waiting")]

    def lost(self, *sources: str) -> str | None:
        """Return why one of the sources is not whole, None where all that are there are; see `LEDGER`."""
        for row in tables.records(self.ledger):
            if any(row["source"] == name or row["source"].startswith(name + ":") for name in sources):
                told = [str(row[column]) for column in ("error", "truncated") if pd.notna(row[column])]
                if told:
                    return f"{row['source']}: {told[0]}"
        return None

    def lost_logs(self, service: str) -> str | None:
        """Return why the log of a service cannot answer: there is none, or it is not whole."""
        if not self.logs["service"].eq(service).any():
            return f"the log of {service}"
        container = self.container(service)
        return self.lost(f"logs:{container['container']}") if container is not None else self.lost("text")


def words(told: Any) -> list[str]:
    """Return a JSON list of words; anything else is none.

    Examples
    --------
    >>> words('["CMD", "true"]'), words(None)
    (['CMD', 'true'], [])
    """
    if not isinstance(told, str):
        return []
    try:
        found = json.loads(told)
    except ValueError:
        return []
    return [str(word) for word in found] if isinstance(found, list) else []


def seconds(text: str | None) -> float | None:
    """Return a duration as Compose writes it, in seconds; None where it is none.

    Examples
    --------
    >>> seconds("1m30s"), seconds("soon")
    (90.0, None)
    """
    parts = _DURATION.findall(text or "")
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def span(value: float) -> str:
    """Return seconds as Compose writes them, and as a reader takes them in.

    Examples
    --------
    >>> span(90), span(2.34)
    ('90s', '2.3s')
    """
    return f"{value:.0f}s" if value >= 10 or value == int(value) else f"{value:.1f}s"


def size(value: float) -> str:
    """Return bytes for a reader.

    Examples
    --------
    >>> size(15_862_800), size(900)
    ('15.9 MB', '900 bytes')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor:
            return f"{value / factor:.1f} {unit}"
    return f"{value:.0f} bytes"
