"""Any text that holds container logs: `compose logs`, `compose up`, `docker logs`, or a paste of one.

One row per line of the text, whatever it is; `kind` says what:

- ``log``: a container wrote it. A text without any prefix is one container's log, of a service not known.
- ``continuation``: a line without a prefix among lines with one; it is taken as belonging to the line before it
  and is given its service. An empty one was wrapped by PowerShell: its text stands in the line that it continues.
- ``compose``, ``build``, ``shell``: the lines around a log (see `incidentlab.parse.words`).
- ``unknown``: none of these. It is kept as it stands.

Compose's status lines (`web-1 exited with code 1`) are engine events too, and stand in `events` besides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import clock, lines, log_table, names, words
from incidentlab.parse.dialect import DESKTOP, SAMPLE, STAMP, Dialect, survey
from incidentlab.parse.evidence import Evidence

_INSIDE_TRACE = re.compile(r"\s+at |\s+File \"|\s*\.\.\. \d+ more|Caused by: |\s+from |\s+\^+\s*$|\s{4,}\S+.*\(.*\)$")
"""A line that only a stack trace goes on with."""


UNTIMED = "no engine times: only the order of lines is known, not surely between services"
"""What the ledger says of a text without them."""

_Row = tuple[str, str | None, int, str]
"""Kind, container, nanoseconds and message of one line."""


def parse(data: lines.Text, *, file: str, service: str | None = None, **_: Any) -> Evidence:
    r"""Return the rows of a text.

    Parameters
    ----------
    data
        The text's bytes.
    file
        What `file` is to say.
    service
        The service of the lines that name none.

    Examples
    --------
    >>> logs = parse(b"web-1  | ready\nweb-1 exited with code 1\n", file="up.log").frames["logs"]
    >>> logs[["line", "service", "kind", "message"]].values.tolist()
    [[1, 'web', 'log', 'ready'], [2, 'web', 'compose', 'web-1 exited with code 1']]
    """
    from incidentlab.parse import columns  # it builds on the exact reader below

    return columns.parse(lines.decode(data), file=file, service=service)


def by_lines(data: lines.Text, *, file: str, service: str | None = None) -> Evidence:
    """Read a text line by line: the exact way, and the twin of `incidentlab.parse.columns`."""
    wrapped = lines.wrapped(data)
    reader = Reader(survey(map(lines.readable, lines.split(sample(data)))), wrapped=wrapped)
    if not wrapped:
        for line in lines.split(data):
            reader.read(lines.readable(line))
        return reader.finish(file=file, service=service)
    raw = [lines.mend(line).decode("utf-8", "replace").strip("\r") for line in lines.split(data)]
    for text, moved, begins in zip(*lines.unwrap(raw), strict=True):  # PowerShell counts escapes when it wraps
        reader.read(lines.clean(lines.encode(text)), moved=moved, begins=begins)
    return reader.finish(file=file, service=service)


def sample(data: lines.Text) -> bytes:
    """Return the first whole lines, about `SAMPLE` bytes of them."""
    return data[:] if len(data) <= SAMPLE else data[: data.rfind(b"\n", 0, SAMPLE) + 1 or SAMPLE]


@dataclass
class Reader:
    """Reads one line after another; what it remembers is what a line without a prefix depends on."""

    dialect: Dialect
    wrapped: bool = False
    container: str | None = None
    kind: str = ""
    building: bool = False
    header: str = ""
    begins: bool = False
    asked: str | None = None
    project: str | None = None
    told: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    reports: list[tuple[int, words.Status]] = field(default_factory=list)

    def read(self, text: str, *, moved: bool = False, begins: bool = False) -> None:
        """Add the row of one line.

        Parameters
        ----------
        text
            The line, cleaned.
        moved
            Its text was moved up into the line that it continues.
        begins
            It begins an error record of PowerShell.
        """
        self.begins = begins
        found = self.dialect.split(text)
        if found:
            self.asked, self.building = None, False
            self._add("log", *found)
        elif self.dialect.stamped and not self.dialect.prefixed and STAMP.match(text):
            self.building = False
            self._add("log", self.asked, text)
        elif moved:
            self._add(self.kind if self.kind in ("compose", "build", "shell") else "continuation", self.container, "")
        else:
            self._around(text)

    def _around(self, text: str) -> None:
        """Add a line without a prefix."""
        if self._powershell(text):
            self._add("shell", None, text)
            return
        if self.begins:
            text = lines.POWERSHELL.sub("", text)
        kind = words.kind(text, prefixed=self.dialect.prefixed, building=self.building)
        if not text.strip():
            kind = self.kind if self.kind in ("compose", "build", "shell", "unknown") else kind
            kind = kind or ("shell" if not self.kind else None)
        self.building = kind == "build" and words.builds_on(text, self.building)
        if kind == "shell":
            self._command(text)
        if kind:
            self._add(kind, self._compose(text) if kind == "compose" else None, text)
        else:
            self._free(text)

    def _free(self, text: str) -> None:
        """Add a line without a prefix that is none of Compose's, the builder's or the shell's."""
        desktop = None if self.dialect.prefixed else DESKTOP.match(text)
        if self.asked:
            self._add("log", self.asked, text)
        elif desktop:
            self._add("log", None, desktop["rest"], clock.rfc3339(desktop["stamp"]))
        elif not self.dialect.prefixed:
            self._add("log", None, text)
        elif self.kind in ("log", "continuation"):
            self._add("continuation", self.container, text)
        else:
            self._add("compose" if self.kind == "compose" else "unknown", None, text)

    def _add(self, kind: str, container: str | None, text: str, stamp: int = clock.NAT) -> None:
        engine = STAMP.match(text) if kind == "log" and self.dialect.stamped else None
        if engine:
            stamp, text = clock.rfc3339(engine["stamp"]), text[engine.end() :]
        self.kind, self.container = kind, container
        self.rows.append((kind, container, stamp, text))

    def passed(self, container: str | None) -> None:
        """Take note that lines of containers were read elsewhere, the last of them of this one."""
        self.kind, self.container, self.building = "log", container, False
        if self.dialect.prefixed:
            self.asked = None

    def _powershell(self, text: str) -> bool:
        """Follow PowerShell's error record; return whether the line is part of its header."""
        if not self.wrapped:
            return False
        if self.begins:
            self.header = "message"
        elif self.header == "message" and lines.heads(text):
            self.header = "header"
        elif self.header == "header" and not text.strip():
            self.header = ""
            return True
        return self.header == "header"

    def _command(self, text: str) -> None:
        asked = words.logs_of(text)
        if asked is not None:
            self.asked = asked or None
            self.told += [asked] if asked else []

    def _compose(self, text: str) -> str | None:
        """Keep what a line of Compose tells; return the container that it reports on."""
        report = words.status(text)
        self.project = self.project or words.project(text)
        self.told += words.attached(text)
        if not report:
            return None
        self.told.append(report.name)
        self.reports.append((len(self.rows), report))
        return report.name

    def finish(self, *, file: str, service: str | None = None) -> Evidence:
        """Return the tables of all that was read."""
        kinds, containers, stamps, messages = zip(*self.rows, strict=True) if self.rows else ((), (), (), ())
        where = self.places([name for name, kind in zip(containers, kinds, strict=True) if name and kind == "log"])
        logs = log_table.build(
            kinds,
            stamps,
            messages,
            file=file,
            service=[where[name].service if name else service for name in containers],
            replica=pd.array([where[name].replica if name else None for name in containers], dtype="Int64"),
            container=containers,
        )
        first = next((text for kind, text in zip(kinds, messages, strict=True) if kind == "log"), "")
        return self.evidence(logs, where, file=file, lines=range(len(self.rows)), first=first)

    def places(self, shown: list[str]) -> dict[str, names.Place]:
        """Return the place of every container that prefixes a line or that Compose reports on."""
        return names.places(shown, mentioned=self.told, project=self.project)

    def evidence(
        self, logs: pd.DataFrame, where: dict[str, names.Place], *, file: str, lines: Sequence[int], first: str
    ) -> Evidence:
        """Return the tables with the events that were reported, and what is wrong with the text.

        Parameters
        ----------
        logs
            The lines.
        where
            The place of each container.
        file
            What `file` is to say.
        lines
            Where each row that was read stands in the text, from 0.
        first
            The first message of a container.
        """
        reports = [
            {
                "order": lines[place],
                "service": where[report.name].service,
                "container": report.name,
                "type": "container",
                "action": report.action,
                "detail": report.detail,
                "exit_code": report.exit_code,
                "file": file,
                "line": lines[place] + 1,
            }
            for place, report in self.reports
        ]
        frames = {"logs": logs, "events": tables.rows(reports, tables.EVENTS)}
        return Evidence(frames, *_notes(self.rows, first, dialect=self.dialect))


def _notes(rows: list[_Row], first: str, *, dialect: Dialect) -> tuple[list[str], list[str]]:
    """Return how a text is incomplete, and what it cannot answer."""
    counts = Counter(row[0] for row in rows if row[3].strip())
    truncated = []
    if counts["unknown"]:
        truncated.append(f"{counts['unknown']} lines that no parser could place")
    if counts["continuation"]:
        truncated.append(f"{counts['continuation']} lines without a prefix, taken as belonging to the line before")
    if _INSIDE_TRACE.match(first):
        truncated.append("begins inside a stack trace")
    gap = [] if dialect.stamped else [UNTIMED]
    gap.append("stdout and stderr are merged")
    if dialect.prefixed:
        gap.append("`compose logs` drops a last line without a line end")
    return truncated, gap
