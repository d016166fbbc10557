"""What was read of all sources together: one incident, on one clock, without its secrets."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.incident import Incident
from incidentlab.load.reading import Found
from incidentlab.parse import bounds, declared, events, ledgers, listing, times
from incidentlab.parse.evidence import Evidence
from incidentlab.redact import Redactor
from incidentlab.redact.tables import masked
from incidentlab.tables import BadInput


def incident(name: str, found: list[Found], redactor: Redactor) -> Incident:
    """Put all evidence together.

    Parameters
    ----------
    name
        What to call it.
    found
        What was read of each source.
    redactor
        Knows the secrets.

    Raises
    ------
    BadInput
        Two sources bear one name, or something is declared of a source that is not there.
    """
    said = {file: source for one in found for file, source in one.declared.items()}
    sources = _apart(found)
    ledger = {source: row for one in found for source, row in one.ledger.items()}
    if said:
        declared.known(said, _files(sources))
    sources, clocks = times.on_one_clock(sources, declared.clocks(said), declared.unknown(said))
    every = [evidence for several in sources.values() for evidence in several]
    frames = {table.name: _joined(every, table) for table in tables.EVIDENCE_TABLES} | {"clocks": clocks}
    frames["readings"] = declared.limited(frames["readings"], said)
    frames["containers"] = listing.once(frames["containers"], frames["logs"])
    frames["events"] = events.named(frames["events"], frames["containers"])
    frames, strange = bounds.kept(frames)
    frames, ledger = masked(frames, redactor), ledger | strange
    for source, several in sources.items():
        ledger = ledger | {source: ledgers.entry(source, several, ledger.get(source) or {})}
    start, end = ledgers.window(frames)
    rows = [redactor.json({key: row.get(key) for key in tables.LEDGER.names}) for row in ledger.values()]
    return Incident(name=redactor.text(name), start=start, end=end, ledger=ledgers.table(rows), **frames)


def _apart(found: list[Found]) -> dict[str, list[Evidence]]:
    """Return the evidence of all sources; two files of one name could not be told apart where they are cited."""
    sources: dict[str, list[Evidence]] = {}
    seen: set[str] = set()
    for one in found:
        files = _files(one.sources) if len(found) > 1 else set()
        if twice := sorted(seen & files):
            raise BadInput(f"two sources hold a file that is called {twice[0]}; rename one, so that each can be cited")
        seen |= files
        for source, several in one.sources.items():
            sources.setdefault(source, []).extend(several)
    return sources


def _files(sources: dict[str, list[Evidence]]) -> set[str]:
    frames = [frame for several in sources.values() for e in several for frame in e.frames.values() if len(frame)]
    return {str(file) for frame in frames for file in frame["file"].dropna().unique()}


def _joined(every: list[Evidence], table: tables.Table) -> pd.DataFrame:
    """Return all rows of one table; a frame that is alone has passed its check already."""
    frames = [e.frames[table.name] for e in every if table.name in e.frames and len(e.frames[table.name])]
    return frames[0] if len(frames) == 1 else tables.join(frames, table)
