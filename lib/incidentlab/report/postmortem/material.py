"""What a draft is written from: the investigation, the milestones, what people wrote, and the way from a row to its id.

A row of a result table says where it stands; what it says in its own words is looked up in the evidence itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.milestones import metrics, milestones, signal
from incidentlab.investigate import Investigation
from incidentlab.report.postmortem.people.human import Human, question
from incidentlab.report.postmortem.statement import Cite, Prompt, Row, Statement, Written

Record = dict[str, Any]
_MOST = 12
"""Rows that one sentence cites at most: both ends of a long series."""


@dataclass(frozen=True, eq=False)
class Material:
    """An investigation, and what people wrote about it."""

    found: Investigation
    human: Human = field(default_factory=Human)
    before: Investigation | None = None
    """A capture of the time before a change."""
    after: Investigation | None = None
    """A capture of the time after the fix: what was modified, and whether it holds."""
    prefix: str = ""
    """Stands before the name of each file that is cited, where one document tells of several incidents."""

    @cached_property
    def verdict(self) -> Record:
        """The finding of rank 1."""
        return tables.records(self.found.findings)[0]

    @cached_property
    def change(self) -> tuple[Investigation, Material] | None:
        """What was before a change, and what is after it with the way to its rows; None without two captures."""
        if self.after is not None:
            return self.found, Material(self.after, prefix=f"{self.prefix}after/")
        return (self.before, self) if self.before is not None else None

    @property
    def gist(self) -> str:
        """The verdict without its figures: the first clause of its sentence."""
        return str(self.verdict["sentence"]).split("; ")[0].rstrip(".")

    @cached_property
    def services(self) -> list[str]:
        """Every service that the evidence names."""
        incident = self.found.incident
        return sorted({*incident.logs["service"].dropna(), *incident.containers["service"].dropna()})

    @cached_property
    def milestones(self) -> pd.DataFrame:
        """MILESTONES: from the evidence, and from human.yaml where it says more."""
        found = self.found
        return milestones(
            found.timeline, found.findings, found.evidence, found.lifetimes, notes=self.human.milestones()
        )

    @cached_property
    def named(self) -> dict[str, Record]:
        """The milestones by name."""
        return {row["name"]: row for row in tables.records(self.milestones)}

    @cached_property
    def signal(self) -> Record | None:
        """The first row after the impact that an alarm could have hung on."""
        return signal(self.found.timeline, self.milestones)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """METRICS of the milestones."""
        return metrics(self.milestones)

    @cached_property
    def ledger(self) -> tuple[Cite, ...]:
        """One cite for each source that was read: what a statement about absence rests on."""
        rows = tables.records(self.found.incident.ledger)
        cites = tuple(
            Cite(f"{self.prefix}ledger", n, None, tables.NEVER, _source(row)) for n, row in enumerate(rows, 1)
        )
        return cites or (Cite(f"{self.prefix}ledger", 1, None, tables.NEVER, "no source was read"),)

    @cached_property
    def _own(self) -> dict[tuple[str, int, str | None], tuple[pd.Timestamp, str]]:
        """Return place -> time and text of every row of the logs, events and probes."""
        incident = self.found.incident
        own = {}
        for frame, ts, text in (
            (
                incident.probes,
                "end",
                incident.probes["outcome"] + ": " + incident.probes["output"].fillna("").str.rstrip(),
            ),
            (incident.events, "ts", _event_text(incident.events)),
            (incident.logs, "ts", incident.logs["message"]),
        ):
            places = zip(frame["file"], frame["line"], frame["pointer"], strict=True)
            for (file, line, pointer), when, said in zip(places, frame[ts], text, strict=True):
                own[file, line, None if pd.isna(pointer) else pointer] = (when, str(said))
        return own

    def cite(self, row: Record) -> Cite | None:
        """Return the evidence that a row of any table points at; None where it points nowhere."""
        if pd.isna(row["file"]) or pd.isna(row["line"]):
            return None
        place = (str(row["file"]), int(row["line"]), None if pd.isna(row["pointer"]) else str(row["pointer"]))
        said = next((str(row[k]) for k in ("message", "detail", "what", "fact") if pd.notna(row.get(k))), "")
        ts = next((row[k] for k in ("ts", "start", "started") if pd.notna(row.get(k))), tables.NEVER)
        ts, said = self._own.get(place, (ts, said))
        last = row.get("last_line")
        return Cite(
            f"{self.prefix}{place[0]}", *place[1:], ts, said, None if last is None or pd.isna(last) else int(last)
        )

    def cites(self, rows: list[Record]) -> tuple[Cite, ...]:
        """Return the evidence of many rows, each once; of a long series both ends; the ledger where there is none."""
        found = list({cite.id: cite for row in rows if (cite := self.cite(row))}.values())
        half = _MOST // 2
        return tuple(found if len(found) <= _MOST else [*found[:half], *found[-half:]]) or self.ledger

    def say(self, text: str, rows: list[Record]) -> Statement:
        """Return a statement that rests on `rows`."""
        return Statement(self.cites(rows), text)

    def row(self, cells: tuple[str, ...], rows: list[Record]) -> Row:
        """Return a row of a grid that rests on `rows`."""
        return Row(self.cites(rows), cells)

    def evidence(self, rank: int, *roles: str) -> list[Record]:
        """Return the rows of EVIDENCE for a finding, in order of time."""
        told = self.found.evidence[self.found.evidence["rank"] == rank].sort_values(["ts", "order"], kind="stable")
        return [row for row in tables.records(told) if row["role"] in (roles or ("for", "against"))]

    def people(self, key: str, *, ask: bool = True) -> tuple[Written | Prompt, ...]:
        """Return what people wrote in a field, or the question that it answers.

        Parameters
        ----------
        key
            The field.
        ask
            Whether the question stands in the draft: not where the evidence says the most of it. If nothing failed,
            nothing is asked.
        """
        asked = (question(key),) if ask and not self.quiet else ()
        return self.human.all(key) or asked

    @property
    def quiet(self) -> bool:
        """Whether nothing failed, so that nobody is asked anything."""
        return bool(self.verdict["category"] == "benign") and self.found.breaches.empty

    def clock(self, ts: pd.Timestamp) -> str:
        """Return a time as it is told: to the millisecond where the evidence is short, with its day where long."""
        if pd.isna(ts):
            return "a time that is not known"
        start, end = self.found.incident.start, self.found.incident.end
        if pd.notna(start) and end - start > pd.Timedelta(hours=20):
            return f"{ts:%Y-%m-%d %H:%M:%S}"
        short = pd.notna(start) and end - start <= pd.Timedelta(minutes=10)
        return f"{ts:%H:%M:%S.%f}"[:-3] if short else f"{ts:%H:%M:%S}"

    def during(self, rows: list[Record]) -> str:
        """Return when rows happened, in a sentence: at one time, or from the first to the last; empty without times."""
        times = sorted(row["ts"] for row in rows if pd.notna(row["ts"]))
        if not times:
            return ""
        first, last = self.clock(times[0]), self.clock(times[-1])
        return f" at {first}" if first == last else f" from {first} to {last}"


def moment(ts: pd.Timestamp) -> str:
    """Return a time as it is written in a postmortem.

    Examples
    --------
    >>> moment(pd.Timestamp("2026-01-01T00:00:00.123456789Z"))
    '2026-01-01 00:00:00.123456 UTC'
    """
    return "not timed" if pd.isna(ts) else f"{ts:%Y-%m-%d %H:%M:%S.%f} UTC"


def at(ts: pd.Timestamp) -> str:
    """Return when, in a sentence.

    Examples
    --------
    >>> at(pd.NaT)
    'at a time that the evidence does not give'
    """
    return "at a time that the evidence does not give" if pd.isna(ts) else f"at {moment(ts)}"


def span(seconds: float) -> str:
    """Return a duration as people say it.

    Examples
    --------
    >>> [span(seconds) for seconds in (0.0283, 5.27, 62, 7384)]
    ['0.03 s', '5.3 s', '1 min 2 s', '2 h 3 min']
    """
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number of things.

    Examples
    --------
    >>> counted(1, "try", "tries"), counted(6, "try", "tries"), counted(2, "run")
    ('1 try', '6 tries', '2 runs')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def times(count: int) -> str:
    """Return how often.

    Examples
    --------
    >>> times(1), times(2), times(7)
    ('once', 'twice', '7 times')
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def ordinal(number: int) -> str:
    """Return a number as a place in a row.

    Examples
    --------
    >>> [ordinal(number) for number in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    endings = {text[0]: text[1:] for text in ("1st", "2nd", "3rd")}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(str(number)[-1], "th")
    return f"{number}{ending}"


def name(value: Any, other: str = "the project") -> str:
    """Return a name, or `other` where there is none."""
    return other if pd.isna(value) else str(value)


def _source(row: Record) -> str:
    said = "; ".join(str(row[key]) for key in ("error", "truncated", "gap") if pd.notna(row[key]))
    count: str = "" if pd.isna(row["rows"]) else f", {row['rows']} rows"
    return f"{row['source']}{count}: {said or 'complete as far as can be known'}"


def _event_text(events: pd.DataFrame) -> pd.Series[Any]:
    said = events["service"].fillna("") + " " + events["action"].fillna("") + (": " + events["detail"]).fillna("")
    return said + (", exit code " + events["exit_code"].astype("str")).where(events["exit_code"].notna(), "")
