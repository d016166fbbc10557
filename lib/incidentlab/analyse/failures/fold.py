r"""Lines become records: a stack trace, a chain of causes, a message over several lines is one failure.

Within one container a line goes on with the record above it if it is indented, empty, or opens with the words by
which a runtime goes on: ``Caused by:``, ``... 26 more``, ``During handling of the above exception``, ``---> ``, a
closing brace. A Python trace ends with the first line that is not indented: the exception itself. Ruby prints the trace
of the cause, which looks like any other, right below that of the exception.

A record has one root. Java, .NET and Node write the cause last; Python writes the first exception first and raises the
others from it. A line that names what failed outranks one that only says that something did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab.knowledge import GROUPS, SERVERS, asked

_BECOMES_MIGRATION = ("sql", "schema", "crash", "privilege", "exit")
_BEFORE = 3
"""In as many lines before a failure, a migration that speaks of itself is the one that failed."""

_PRODUCTS = {runtime for server in SERVERS for runtime in server.clients}
"""Runtimes that speak to one kind of server only: where one stands in a record, it tells whom the client meant."""

_DRIVERS = {driver: server.clients[0] for server in SERVERS for driver in server.drivers}

_RANK = {"exit": 0, "waiting": 0, "blank_variable": 0, "arch_hint": 0, "crash": 1, "sql": 2, "import": 2, "connect": 3}
_EXACT = 4

_SERIOUS = ("warning", "error", "fatal")

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Lines:
    """The lines of all containers, one container after the other, each in its own order.

    Parameters
    ----------
    row
        Position in LOGS of each line.
    at
        The way back: the place here of each row of LOGS.
    first
        The place of the first line of the same container.
    empty
        Whether nothing stands in the line.
    marked
        kind of mark -> the places that bear it.
    """

    row: Places
    at: Places
    first: Places
    empty: Flags
    marked: dict[str, Places]

    def bears(self, *kinds: str) -> Flags:
        """Return of each place whether it bears a mark of one of the kinds."""
        flags = np.zeros(len(self.row), np.bool_)
        for kind in kinds:
            flags[self.marked.get(kind, self.at[:0])] = True
        return flags


def fold(logs: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per record that holds a failure.

    Parameters
    ----------
    logs, marks
        LOGS and their MARKS.

    Returns
    -------
    pandas.DataFrame
        The columns of FAILURES without target and target_by.
    """
    lines = _lines(logs, marks)
    starts, raised = _records(lines, logs, marks)
    record = np.cumsum(starts) - 1
    hits = pd.concat([_spoken(logs, marks), _raised(marks, lines, raised)], ignore_index=True)
    hits = hits.drop_duplicates("row").assign(record=lambda rows: record[lines.at[rows["row"]]])
    hits = hits[hits["kind"] != "harmless"]
    roots = _roots(hits, marks)
    filled = _filled(marks, hits, roots, record[lines.at])
    migrating = _migrating(lines, starts)[filled["record"]] & filled["kind"].isin(_BECOMES_MIGRATION)
    filled = filled.assign(kind=filled["kind"].mask(migrating, "migration"))
    filled = filled.assign(level=_levels(logs, lines, starts)[filled["record"].to_numpy(np.int64)])
    return _as_failures(logs, filled, _last(lines, starts)[filled["record"]])


def _lines(logs: pd.DataFrame, marks: pd.DataFrame) -> _Lines:
    key = pd.factorize(logs["container"].fillna(logs["service"]).fillna(""))[0]
    row = np.argsort(key, kind="stable")
    at = np.empty_like(row)
    at[row] = np.arange(len(row))
    begins = np.flatnonzero(np.diff(key[row], prepend=-1))
    first = np.repeat(begins, np.diff(begins, append=len(row)))
    length = pc.binary_length(pa.array(logs["message"].fillna(""), pa.large_string()))
    places = at[marks["row"].to_numpy(np.int64)]
    marked = {str(kind): places[own] for kind, own in marks.groupby("kind", sort=False).indices.items()}
    return _Lines(row, at, first, length.to_numpy(zero_copy_only=False)[row] == 0, marked)


def _records(lines: _Lines, logs: pd.DataFrame, marks: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return at which places a record begins, and at which a Python trace ends with its exception."""
    place = np.arange(len(lines.row))
    goes_on = lines.empty | lines.bears("indented", "goes_on", "chained")
    goes_on &= lines.empty | logs["kind"].ne("compose").to_numpy(np.bool_)[lines.row]
    spoken = np.maximum.accumulate(np.where(lines.empty, -1, place)) if len(place) else place
    before = np.concatenate([[-1], spoken[:-1]]) if len(place) else place
    known = before >= lines.first
    after = {kind: lines.bears(kind)[before] & known for kind in ("indented", "chained", "panic_head", "ruby_frame")}
    logged = logs["level"].isin(["debug", "info"]).to_numpy(np.bool_)[lines.row]
    raised = after["indented"] & lines.bears("raised") & ~goes_on & ~logged
    opens_again = lines.bears("traceback") & after["chained"]
    joined = goes_on | opens_again | after["panic_head"] | _causes(lines, marks, after["ruby_frame"])
    provisional = np.cumsum(~(joined | raised) | (place == lines.first)) - 1
    in_python = np.bincount(provisional[lines.bears("frame")], minlength=len(place))[provisional] > 0
    return ~(joined | (raised & in_python)) | (place == lines.first), raised & in_python


def _causes(lines: _Lines, marks: pd.DataFrame, framed: Flags) -> Flags:
    """Say at which places a Ruby trace goes on with a cause: right after a frame, of a class not named in it yet."""
    own = marks[marks["kind"] == "ruby_raised"]
    flags, seen = np.zeros(len(lines.row), np.bool_), set[str]()
    for place, code in sorted(zip(lines.at[own["row"].to_numpy(np.int64)].tolist(), own["code"], strict=True)):
        flags[place] = framed[place] and code not in seen
        seen = seen | {code} if flags[place] else {code}
    return flags


def _spoken(logs: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """Return the marks of failures, without those of typed commands; a fence may stand before a line of the log.

    Where nothing else failed, what people wrote around their commands is read too: they quote the error.
    """
    found: pd.DataFrame = marks[marks["question"] == "failure"]
    typed = logs["kind"].eq("shell").to_numpy(np.bool_)[found["row"].to_numpy(np.int64)]
    fenced = found["row"].isin(marks.loc[marks["kind"] == "fence", "row"]).to_numpy()
    logged = ~typed | fenced
    commands = found["row"].isin(marks.loc[marks["kind"] == "prompted", "row"]).to_numpy()
    kept: pd.DataFrame = found.loc[logged if (logged & (found["kind"] != "harmless")).any() else logged | ~commands]
    return kept


def _raised(marks: pd.DataFrame, lines: _Lines, raised: Flags) -> pd.DataFrame:
    """Return the exceptions that end a Python trace and fit no other pattern, as crashes."""
    ends: pd.DataFrame = marks[marks["kind"] == "raised"]
    ends = ends.loc[raised[lines.at[ends["row"].to_numpy(np.int64)]]]
    return ends.assign(signature="python_exception", kind="crash")


def _roots(hits: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """Choose the line that decides for each record: the most exact kind, then the deepest cause."""
    deeper = hits["row"].isin(marks.loc[marks["kind"] == "inner", "row"])
    last = deeper.groupby(hits["record"]).transform("any") | (hits["kind"] == "crash")
    place = hits["row"].where(last, -hits["row"])
    located = hits[["host", "address"]].notna().any(axis=1)
    ranked = hits.assign(rank=hits["kind"].map(_RANK).astype("float64").fillna(_EXACT) + 0.5 * located, place=place)
    chosen = ranked.sort_values(["record", "rank", "place"]).groupby("record").tail(1)
    return chosen.sort_values("row").drop(columns=["rank", "place"])


def _filled(marks: pd.DataFrame, hits: pd.DataFrame, roots: pd.DataFrame, record: Places) -> pd.DataFrame:
    """Fill what the deciding line does not name from the other lines of its record."""
    details = marks[(marks["question"] == "detail") & ~marks["row"].isin(hits["row"])]
    details = details.assign(record=record[details["row"].to_numpy(np.int64)])
    order = {pattern.name: place for place, pattern in enumerate(asked("detail"))}
    details = details.sort_values("signature", key=lambda names: names.map(order), kind="stable")
    named = pd.concat([hits, details[details["record"].isin(roots["record"])]], ignore_index=True)
    spare = named.groupby("record")[list(GROUPS)].first()
    keep = roots.set_index("record")
    keep[list(GROUPS)] = keep[list(GROUPS)].fillna(spare.loc[keep.index])
    spoken = marks[marks["kind"] == "speaks"]
    spoken = spoken.assign(record=record[spoken["row"].to_numpy(np.int64)], runtime=spoken["subject"].map(_DRIVERS))
    spoken = spoken[spoken["record"].isin(keep.index) & spoken["runtime"].notna()]
    said = pd.concat([hits[hits["runtime"].isin(_PRODUCTS)], spoken])
    product = said.groupby("record")["runtime"].first().reindex(keep.index)
    keep["runtime"] = keep["runtime"].where(keep["runtime"].isin(_PRODUCTS) | product.isna(), product)
    return keep.reset_index()


def _migrating(lines: _Lines, starts: Flags) -> Flags:
    """Say of each record whether it, or one of the lines before it, speaks of a running migration."""
    says = lines.bears("migrating")
    record = np.cumsum(starts) - 1
    speaks = np.bincount(record[says], minlength=int(starts.sum())) > 0
    begins = np.flatnonzero(starts)
    for back in range(1, _BEFORE + 1):
        before = np.maximum(begins - back, -1)
        speaks |= (before >= lines.first[begins]) & says[before]
    return speaks


def _last(lines: _Lines, starts: Flags) -> Places:
    """Return the row of the last line of each record in which something stands."""
    blank = lines.empty | lines.bears("blank")
    spoken = np.maximum.accumulate(np.where(blank, -1, np.arange(len(blank)))) if len(blank) else lines.row
    begins = np.flatnonzero(starts)
    return lines.row[spoken[np.append(begins[1:], len(blank)) - 1]] if len(blank) else lines.row


def _levels(logs: pd.DataFrame, lines: _Lines, starts: Flags) -> npt.NDArray[np.object_]:
    """Return the level of each record: of its first line, else of the line above it, below which a logger prints it."""
    stated = logs["level"].where(logs["level"].isin(_SERIOUS)).to_numpy(np.object_)[lines.row]
    begins = np.flatnonzero(starts)
    above = np.maximum(begins - 1, 0)
    own, told = stated[begins], stated[above]
    folded = np.diff(np.append(begins, len(starts))) > 1
    believed = folded & (begins > lines.first[begins]) & starts[above]
    return np.where(pd.isna(own) & believed, told, own)


def _as_failures(logs: pd.DataFrame, roots: pd.DataFrame, last: Places) -> pd.DataFrame:
    own = logs.iloc[roots["row"].to_numpy(np.int64)].reset_index(drop=True)
    columns = own[["ts", "order", "service", "container", "message", "file", "line", "pointer"]]
    kept = roots[["kind", "signature", "runtime", *GROUPS]].reset_index(drop=True)
    numbers = {name: pd.to_numeric(kept[name], errors="coerce").astype("Int64") for name in ("errno", "port")}
    ends = logs["line"].iloc[last].reset_index(drop=True)
    level = own["level"].fillna(roots["level"].reset_index(drop=True)).astype(own["level"].dtype)
    return pd.concat([columns, kept.assign(**numbers, level=level), ends.rename("last_line")], axis=1)
