"""The fast way through a text: by columns over its bytes, the twin of `incidentlab.parse.compose_logs.by_lines`.

Nearly all lines of a large log are plain: a known prefix or the engine's stamp, then ASCII or clean UTF-8. Their line
ends, bars, stamps, levels and times are found with numpy over the whole buffer, and the messages are cut out of it by
Arrow, without a Python object per line. Every other line (an escape, a CR, a NUL, broken UTF-8, more than 16 KiB, no
prefix) goes to the exact reader, which is told what came before it. Where a vectorised step cannot decide a plain
line it says so, and the scalar function decides. Both ways give the same table; a property test holds them to it.

A text without prefixes and without engine stamps has no plain lines: each may be Compose's, the builder's or a
person's word, and the exact reader takes it all. So it does with what PowerShell has wrapped, and with Foreman's.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from incidentlab.parse import app_clock, clock, level, lines, log_table
from incidentlab.parse.buffer import AHEAD, Whole
from incidentlab.parse.chunk import Chunk, pieces
from incidentlab.parse.compose_logs import Reader, by_lines, sample
from incidentlab.parse.dialect import Dialect, survey
from incidentlab.parse.evidence import Evidence
from incidentlab.parse.heads import Heads
from incidentlab.parse.texts import Texts, cut

CHUNK = 2 << 20
"""How many bytes are read at once: few enough that their columns stay near, enough for what each chunk costs."""

WORKERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""How many chunks are read at the same time."""


def parse(data: lines.Text, *, file: str, service: str | None = None, chunk: int = CHUNK) -> Evidence:
    """Return the rows of a text, as `compose_logs.by_lines` does, fast where its lines are plain.

    Parameters
    ----------
    data
        UTF-8, as `lines.decode` leaves it.
    file, service
        As of `compose_logs.parse`.
    chunk
        How many bytes are read at once.
    """
    dialect = survey(map(lines.readable, lines.split(sample(data))))
    if not (dialect.prefixed or dialect.stamped) or dialect.foreman or lines.wrapped(data):
        return by_lines(data, file=file, service=service)
    return read(data, Reader(dialect), chunk=chunk, file=file, service=service)


def read(data: lines.Text, reader: Reader, *, chunk: int = CHUNK, file: str, **facts: Any) -> Evidence:
    """Return the rows of a text whose dialect is known, its odd lines read by `reader`.

    Parameters
    ----------
    data
        UTF-8, as `lines.decode` leaves it.
    reader
        Knows the dialect.
    chunk
        How many bytes are read at once.
    file
        What `file` is to say.
    **facts
        service, and where it names no containers replica, container and stream.
    """
    table, start = _Table(reader, Texts(len(data))), 0
    for read_chunk in _ahead(data, chunk, reader.dialect):
        table.add(read_chunk)
        stop = start + len(read_chunk.raw) - AHEAD
        lines.let_go(data, start, stop)
        start = stop
    return table.finish(file=file, **facts) if table.count else reader.finish(file=file)


def _ahead(data: lines.Text, size: int, dialect: Dialect) -> Iterator[Chunk]:
    """Yield the chunks in order, the next few already read by other threads: numpy and Arrow let them run."""
    heads = Heads()
    if len(data) <= size:
        yield from (Chunk(piece, dialect, heads) for piece in pieces(data, size))
        return
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Chunk]] = deque()
        for piece in pieces(data, size):
            waiting.append(pool.submit(Chunk, piece, dialect, heads))
            if len(waiting) > WORKERS + 1:
                yield waiting.popleft().result()
        yield from (chunk.result() for chunk in waiting)


@dataclass
class _Table:
    """The columns of all lines so far, one array per chunk."""

    reader: Reader
    messages: Texts
    names: list[str | None] = field(default_factory=list)
    codes: dict[str | None, int] = field(default_factory=dict)
    odd: list[int] = field(default_factory=list)
    count: int = 0
    arrays: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        """Take in a chunk, and have its odd lines read."""
        owners = np.array([self._code(name) for name in chunk.names], np.int32)[chunk.owners]
        odd = np.flatnonzero(~chunk.plain)
        before = len(self.reader.rows)
        self._read_odd(chunk, odd, owners)
        rows = self.reader.rows[before:]
        kinds = np.full(len(chunk.plain), KINDS.index("log"), np.int8)
        kinds[odd] = [KINDS.index(row[0]) for row in rows]
        owners[odd] = [self._code(row[1]) for row in rows]
        chunk.stamps[odd] = [row[2] for row in rows]
        texts = [row[3] for row in rows]
        found, times = chunk.levels, chunk.times
        spoken = [(text if row[0] in log_table.SPOKEN else "") for row, text in zip(rows, texts, strict=True)]
        found[odd] = [level.NAMES.index(level.of(text) or "") for text in spoken]
        times[odd] = [app_clock.application(text) for text in spoken]
        columns = {"kind": kinds, "owner": owners, "ts": chunk.stamps, "level": found, "app_ts": times}
        for name, values in columns.items():
            self.arrays.setdefault(name, []).append(values)
        self.messages.add(cut(chunk.data, chunk.begins, chunk.ends), odd, texts)
        self.odd += (odd + self.count).tolist()
        self.count += len(chunk.plain)

    def _read_odd(self, chunk: Chunk, odd: Whole, owners: Any) -> None:
        """Give the lines that are not plain to the exact reader, which is told what stands between them."""
        last = -1
        for place in [*odd.tolist(), len(owners)]:
            if place > last + 1:
                self._pass(owners[last + 1 : place])
            if place < len(owners):
                self.reader.read(lines.readable(chunk.line(place)))
            last = place

    def _pass(self, owners: Any) -> None:
        """Note a run of plain lines; without a prefix they are of the container that a command asked for."""
        if not self.reader.dialect.prefixed:
            owners[:] = self._code(self.reader.asked)
        self.reader.passed(self.names[owners[-1]])

    def _code(self, name: str | None) -> int:
        if name not in self.codes:
            self.codes[name] = len(self.names)
            self.names.append(name)
        return self.codes[name]

    def finish(self, *, file: str, service: str | None = None, **facts: Any) -> Evidence:
        """Return the tables of all that was read."""
        whole = {name: np.concatenate(self.arrays.pop(name)) for name in list(self.arrays)}
        logged = np.flatnonzero(whole["kind"] == KINDS.index("log"))
        texts = self.messages.array()
        head = [str(texts[place]) for place in logged[:1].tolist()]
        where = self.reader.places([name for code in np.unique(whole["owner"][logged]) if (name := self.names[code])])
        place = [where[name] if name else None for name in self.names]
        order = clock.order(whole["ts"])
        if (order[1:] < order[:-1]).any():
            texts, whole = texts.take(pa.array(order)), {name: whole.pop(name)[order] for name in list(whole)}
        owners = whole["owner"]
        replicas = pd.array([found.replica if found else None for found in place], dtype="Int64")
        found = {"replica": replicas.take(owners), "container": log_table.words(self.names, owners)}
        logs = log_table.assemble(
            order,
            file=file,
            **{**found, **facts},
            ts=clock.column(whole["ts"]),
            service=log_table.words([found.service if found else service for found in place], owners),
            kind=log_table.words(list(KINDS), whole["kind"]),
            message=log_table.text(pa.chunked_array([texts])),
            level=log_table.words([name or None for name in level.NAMES], whole["level"]),
            app_ts=clock.column(whole["app_ts"]),
        )
        return self.reader.evidence(logs, where, file=file, lines=self.odd, first=head[0] if head else "")


KINDS = ("log", "continuation", "compose", "build", "shell", "unknown")
