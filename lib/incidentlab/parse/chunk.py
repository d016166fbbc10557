"""Some whole lines of a large text, read by columns: whose each is, when it was written, and what it states.

A line is plain where this can be told from its bytes at their places. What is not plain is left to the exact reader.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from incidentlab.parse import buffer, clock, lines
from incidentlab.parse.buffer import Whole, places_of
from incidentlab.parse.dialect import PREFIX, Dialect
from incidentlab.parse.heads import Heads

_NAME_WIDTH = 72
"""A longer prefix is left to the exact reader."""


def pieces(data: lines.Text, size: int) -> Iterator[buffer.Bytes]:
    """Yield the bytes in pieces of whole lines, each with an LF at its end and more bytes behind it."""
    whole, start = np.frombuffer(data, np.uint8), 0
    while start < len(data):
        stop = data.rfind(b"\n", start, start + size) + 1 or data.find(b"\n", start) + 1 or len(data)
        if stop + buffer.AHEAD <= len(data) and data[stop - 1] == 10:
            yield whole[start : stop + buffer.AHEAD]
        else:
            ended = data[start:stop] + (b"" if data[stop - 1] == 10 else b"\n")
            yield np.frombuffer(ended + bytes(buffer.AHEAD), np.uint8)
        start = stop


class Chunk:
    """Some whole lines: which are plain, and where in them the message begins.

    `raw` holds them as they are, `data` without colours; a line that is not plain is read from `raw`.
    """

    def __init__(self, raw: buffer.Bytes, dialect: Dialect, heads: Heads) -> None:
        self.raw = raw
        self.data = lines.without_colours(raw) if _holds(raw, b"\x1b\r") else raw
        self.raw_ends = places_of(raw[: -buffer.AHEAD] == 10)
        self.ends = self.raw_ends if self.data is raw else places_of(self.data[: -buffer.AHEAD] == 10)
        self.raw_starts, self.starts = _starts(self.raw_ends), _starts(self.ends)
        self.plain = (self.raw_ends - self.raw_starts <= lines.PIECE) & (self.data[self.starts] != ord("["))
        for byte in b"\x1b\r\0":
            if _holds(self.data, bytes([byte])):
                places = places_of(self.data[: -buffer.AHEAD] == byte)
                self.plain[buffer.lines_of(places, self.starts)] = False
        if _holds_high(raw) and not _is_utf8(raw[: -buffer.AHEAD]):
            self.plain &= [_is_utf8(self.line(place)) for place in range(len(self.starts))]
        self.dialect = dialect
        self.begins = self.starts.copy()
        self.stamps = np.full(len(self.starts), clock.NAT, np.int64)
        self.names: list[str | None] = [None]
        self.owners = np.zeros(len(self.starts), np.int64)
        if dialect.prefixed:
            self._prefixes()
        if dialect.stamped:
            self._stamps()
        self.levels, self.times = self._stated(heads)

    def line(self, place: int) -> bytes:
        """Return the bytes of one line, as they are."""
        return self.raw[self.raw_starts[place] : self.raw_ends[place]].tobytes()

    def _prefixes(self) -> None:
        """Find the container of each line, and where the bar ends; what has none is not plain."""
        bars = places_of(self.data == ord("|"))
        bar = np.append(bars, len(self.data))[np.searchsorted(bars, self.starts)]
        after = np.where(bar < self.ends, bar + 1, self.ends)
        self.plain &= (bar < self.ends) & (bar - self.starts < _NAME_WIDTH)
        self.plain &= (self.data[after] == ord(" ")) | (after == self.ends)
        rows = places_of(self.plain)
        lengths = (bar - self.starts)[rows]
        width = (int(lengths.max(initial=0)) // 8 + 1) * 8
        heads = buffer.windows(self.data, self.starts[rows], width)
        heads *= np.arange(width) < lengths[:, None]
        words = heads.view("<u8")
        keys = words @ _MIX[: width // 8]
        codes, uniques = pd.factorize(keys)
        first = np.unique(codes, return_index=True)[1]
        known = np.full(len(uniques), -1, np.int64)
        for place, head in enumerate(heads[first]):
            match = PREFIX.fullmatch(head.tobytes().rstrip(b"\0").decode("utf-8", "replace") + "|")
            if match and not match["lead"] and self.dialect.accepts(match["name"]):
                known[place] = len(self.names)
                self.names.append(match["name"])
        good = (words == words[first][codes]).all(axis=1) & (known[codes] >= 0) if len(rows) else np.zeros(0, bool)
        self.plain[rows[~good]] = False
        self.owners[rows[good]] = known[codes[good]]
        self.begins = np.where(self.plain, np.minimum(after + 1, self.ends), self.starts)

    def _stamps(self) -> None:
        """Read the engine's stamp of each line; one in another form is not plain."""
        rows = places_of(self.plain)
        begins = self.begins[rows]
        found = clock.fixed(self.data, begins)
        after = begins + clock.WIDTH
        good = (found != clock.NAT) & (after < self.ends[rows])
        good[good] = self.data[after[good]] == ord(" ")
        self.plain[rows[~good]] = False
        self.stamps[rows[good]] = found[good]
        self.begins[rows[good]] = after[good] + 1
        self.begins[rows[~good]] = self.starts[rows[~good]]

    def _stated(self, heads: Heads) -> tuple[Any, Whole]:
        """Return the level and the own time of each plain line."""
        found, times = np.zeros(len(self.starts), np.int8), np.full(len(self.starts), clock.NAT, np.int64)
        rows = places_of(self.plain)
        if len(rows):
            found[rows], times[rows] = heads.stated(self.data, self.begins[rows], self.ends[rows])
        return found, times


_MIX = np.random.default_rng(1).integers(1, 2**63, _NAME_WIDTH // 8 + 1, dtype=np.uint64) | np.uint64(1)
"""Odd multipliers that make one number of a prefix; equal numbers are compared byte by byte afterwards."""


def _starts(ends: Whole) -> Whole:
    return np.concatenate([[0], ends[:-1] + 1])


def _holds(data: buffer.Bytes, letters: bytes) -> bool:
    """Return whether any of the letters stands in the lines."""
    return any((data[: -buffer.AHEAD] == letter).any() for letter in letters)


def _holds_high(data: buffer.Bytes) -> bool:
    return bool((data >= 128).any())


def _is_utf8(data: Any) -> bool:
    try:
        codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError:
        return False
    return True
