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

from incidentlab.parse import app_clock, buffer, clock, level, lines, log_table
from incidentlab.parse.buffer import Whole
from incidentlab.parse.compose_logs import Reader, by_lines, sample
from incidentlab.parse.dialect import PREFIX, Dialect, survey
from incidentlab.parse.evidence import Evidence

CHUNK = 4 << 20
"""How many bytes are read at once."""

WORKERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""How many chunks are read at the same time."""

_NAME_WIDTH = 72
"""A longer prefix is left to the exact reader."""


def parse(data: bytes, *, file: str, service: str | None = None, chunk: int = CHUNK) -> Evidence:
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


def read(data: bytes, reader: Reader, *, chunk: int = CHUNK, file: str, **facts: Any) -> Evidence:
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
    table = _Table(reader)
    for read_chunk in _ahead(data, chunk, reader.dialect):
        table.add(read_chunk)
    return table.finish(file=file, **facts) if table.count else reader.finish(file=file)


def _ahead(data: bytes, size: int, dialect: Dialect) -> Iterator[_Chunk]:
    """Yield the chunks in order, the next few already read by other threads: numpy and Arrow let them run."""
    if len(data) <= size:
        yield from (_Chunk(piece, dialect) for piece in _pieces(data, size))
        return
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[_Chunk]] = deque()
        for piece in _pieces(data, size):
            waiting.append(pool.submit(_Chunk, piece, dialect))
            if len(waiting) > WORKERS + 1:
                yield waiting.popleft().result()
        yield from (chunk.result() for chunk in waiting)


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the bytes in pieces of whole lines, each with an LF at its end."""
    start = 0
    while start < len(data):
        stop = data.rfind(b"\n", start, start + size) + 1 or data.find(b"\n", start) + 1 or len(data)
        yield data[start:stop]
        start = stop


@dataclass
class _Table:
    """The columns of all lines so far, one array per chunk."""

    reader: Reader
    names: list[str | None] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    count: int = 0
    arrays: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, chunk: _Chunk) -> None:
        """Take in a chunk, and have its odd lines read."""
        owners = np.array([self._code(name) for name in chunk.names])[chunk.owners]
        odd = np.flatnonzero(~chunk.plain)
        before = len(self.reader.rows)
        self._read_odd(chunk, odd, owners)
        rows = self.reader.rows[before:]
        kinds = np.full(len(chunk.plain), KINDS.index("log"), np.int8)
        kinds[odd] = [KINDS.index(row[0]) for row in rows]
        owners[odd] = [self._code(row[1]) for row in rows]
        chunk.stamps[odd] = [row[2] for row in rows]
        texts = [row[3] for row in rows]
        levels, times = chunk.levels, chunk.times
        spoken = [(text if row[0] in log_table.SPOKEN else "") for row, text in zip(rows, texts, strict=True)]
        levels[odd] = [level.NAMES.index(level.of(text) or "") for text in spoken]
        times[odd] = [app_clock.application(text) for text in spoken]
        columns = {"kind": kinds, "owner": owners, "ts": chunk.stamps, "level": levels, "app_ts": times}
        for name, values in {**columns, "message": chunk.messages(odd, texts)}.items():
            self.arrays.setdefault(name, []).append(values)
        self.odd += (odd + self.count).tolist()
        self.count += len(chunk.plain)

    def _read_odd(self, chunk: _Chunk, odd: Whole, owners: Whole) -> None:
        """Give the lines that are not plain to the exact reader, which is told what stands between them."""
        last = -1
        for place in [*odd.tolist(), len(owners)]:
            if place > last + 1:
                self._pass(owners[last + 1 : place])
            if place < len(owners):
                self.reader.read(lines.readable(chunk.line(place)))
            last = place

    def _pass(self, owners: Whole) -> None:
        """Note a run of plain lines; without a prefix they are of the container that a command asked for."""
        if not self.reader.dialect.prefixed:
            owners[:] = self._code(self.reader.asked)
        self.reader.passed(self.names[owners[-1]])

    def _code(self, name: str | None) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def finish(self, *, file: str, service: str | None = None, **facts: Any) -> Evidence:
        """Return the tables of all that was read."""
        whole = {name: np.concatenate(parts) for name, parts in self.arrays.items() if name != "message"}
        owners = whole["owner"]
        logged = np.unique(owners[whole["kind"] == KINDS.index("log")])
        first = np.flatnonzero(whole["kind"] == KINDS.index("log"))[:1]
        messages = pa.chunked_array(self.arrays["message"], pa.large_string())
        where = self.reader.places([name for code in logged if (name := self.names[code])])
        place = [where[name] if name else None for name in self.names]
        replicas = pd.array([found.replica if found else None for found in place], dtype="Int64")
        found = {"replica": replicas.take(owners), "container": log_table.words(self.names, owners)}
        logs = log_table.assemble(
            len(owners),
            file=file,
            **{**found, **facts},
            ts=clock.column(whole["ts"]),
            service=log_table.words([found.service if found else service for found in place], owners),
            kind=log_table.words(list(KINDS), whole["kind"]),
            message=log_table.text(messages),
            level=log_table.words([name or None for name in level.NAMES], whole["level"]),
            app_ts=clock.column(whole["app_ts"]),
        )
        head = messages[int(first[0])].as_py() if len(first) else ""
        return self.reader.evidence(logs, where, file=file, lines=self.odd, first=head)


class _Chunk:
    """Some whole lines: which are plain, and where in them the message begins."""

    def __init__(self, piece: bytes, dialect: Dialect) -> None:
        ended = piece if piece.endswith(b"\n") else piece + b"\n"
        self.data = np.frombuffer(ended + bytes(buffer.AHEAD), np.uint8)
        self.ends = np.flatnonzero(self.data[: len(ended)] == 10)
        self.starts = np.concatenate([[0], self.ends[:-1] + 1])
        self.high = np.zeros(len(self.starts), bool)
        self.plain = (self.ends - self.starts <= lines.PIECE) & (self.data[self.starts] != ord("["))
        for byte in b"\x1b\r\0":
            if bytes([byte]) in ended:
                self.plain[buffer.lines_of(np.flatnonzero(self.data[: len(ended)] == byte), self.starts)] = False
        if not ended.isascii():
            self.high[buffer.lines_of(np.flatnonzero(self.data >= 128), self.starts)] = True
            self.plain &= ~self.high | _is_utf8(ended)
        self.text = ended.decode("ascii") if ended.isascii() else None
        self.dialect = dialect
        self.begins = self.starts.copy()
        self.stamps = np.full(len(self.starts), clock.NAT, np.int64)
        self.names: list[str | None] = [None]
        self.owners = np.zeros(len(self.starts), np.int64)
        if dialect.prefixed:
            self._prefixes()
        if dialect.stamped:
            self._stamps()
        self.levels, self.times = self._stated()

    def line(self, place: int) -> bytes:
        """Return the bytes of one line."""
        return self.data[self.starts[place] : self.ends[place]].tobytes()

    def _prefixes(self) -> None:
        """Find the container of each line, and where the bar ends; what has none is not plain."""
        bars = np.flatnonzero(self.data == ord("|"))
        bar = np.append(bars, len(self.data))[np.searchsorted(bars, self.starts)]
        after = np.where(bar < self.ends, bar + 1, self.ends)
        self.plain &= (bar < self.ends) & (bar - self.starts < _NAME_WIDTH)
        self.plain &= (self.data[after] == ord(" ")) | (after == self.ends)
        rows = np.flatnonzero(self.plain)
        lengths = (bar - self.starts)[rows]
        width = (int(lengths.max(initial=0)) // 8 + 1) * 8
        heads = buffer.windows(self.data, self.starts[rows], width)
        heads *= np.arange(width) < lengths[:, None]
        keys = heads.view("<u8") @ _MIX[: width // 8]
        codes, uniques = pd.factorize(keys)
        sample = heads[np.unique(codes, return_index=True)[1]]
        known = np.full(len(uniques), -1, np.int64)
        for place, head in enumerate(sample):
            match = PREFIX.fullmatch(head.tobytes().rstrip(b"\0").decode("utf-8", "replace") + "|")
            if match and not match["lead"] and self.dialect.accepts(match["name"]):
                known[place] = len(self.names)
                self.names.append(match["name"])
        good = (heads == sample[codes]).all(axis=1) & (known[codes] >= 0) if len(rows) else np.zeros(0, bool)
        self.plain[rows[~good]] = False
        self.owners[rows[good]] = known[codes[good]]
        self.begins = np.where(self.plain, np.minimum(after + 1, self.ends), self.starts)

    def _stamps(self) -> None:
        """Read the engine's stamp of each line; one in another form is not plain."""
        rows = np.flatnonzero(self.plain)
        begins = self.begins[rows]
        found = clock.fixed(self.data, begins)
        after = begins + clock.WIDTH
        good = (found != clock.NAT) & (after < self.ends[rows])
        good[good] = self.data[after[good]] == ord(" ")
        self.plain[rows[~good]] = False
        self.stamps[rows[good]] = found[good]
        self.begins[rows[good]] = after[good] + 1
        self.begins[rows[~good]] = self.starts[rows[~good]]

    def _stated(self) -> tuple[Any, Whole]:
        """Return the level and the own time of each plain line."""
        rows = np.flatnonzero(self.plain)
        begins, ends = self.begins[rows], self.ends[rows]
        levels, times = np.zeros(len(self.starts), np.int8), np.full(len(self.starts), clock.NAT, np.int64)
        levels[rows], doubt = level.codes(self.data, begins, ends)
        for place in rows[doubt | self.high[rows]].tolist():
            levels[place] = level.NAMES.index(level.of(self._message(place)) or "")
        times[rows], doubt = app_clock.applications(self.data, begins, ends)
        for place in rows[doubt | self.high[rows]].tolist():
            times[place] = app_clock.application(self._message(place))
        return levels, times

    def _message(self, place: int) -> str:
        begin, end = self.begins[place], self.ends[place]
        return self.text[begin:end] if self.text is not None else self.data[begin:end].tobytes().decode()

    def messages(self, odd: Whole, texts: list[str]) -> pa.Array:
        """Return the messages: those of plain lines cut out of the buffer, the others as they were read."""
        count = len(self.starts)
        begins = np.where(self.plain, self.begins, self.ends)
        cuts = np.append(np.column_stack([self.starts, begins, self.ends]).ravel(), self.ends[-1] + 1)
        buffers = [None, pa.py_buffer(cuts.astype(np.int64)), pa.py_buffer(self.data)]
        pieces = pa.LargeStringArray.from_buffers(3 * count, buffers[1], buffers[2])
        wanted = np.arange(count) * 3 + 1
        if len(odd):
            pieces = pa.concat_arrays([pieces, pa.array(texts, pa.large_string())])
            wanted[odd] = 3 * count + np.arange(len(odd))
        return pieces.take(pa.array(wanted))


KINDS = ("log", "continuation", "compose", "build", "shell", "unknown")

_MIX = np.random.default_rng(1).integers(1, 2**63, _NAME_WIDTH // 8 + 1, dtype=np.uint64) | np.uint64(1)
"""Odd multipliers that make one number of a prefix; equal numbers are compared byte by byte afterwards."""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
