"""Looking at many lines of one buffer at once.

A buffer is bytes as a numpy array: lines that end in an LF, and enough zeros behind them that a look ahead from any
line stays inside. Lines are known by where they begin and end in it; nothing here makes a Python object of one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

AHEAD = 192
"""How many zeros stand behind the last line."""

ZERO = np.uint8(ord("0"))


def table(letters: str) -> Flags:
    """Return, for each byte, whether it is one of the letters."""
    return np.array([chr(byte) in letters for byte in range(256)], dtype=np.bool_)


DIGIT = table("0123456789")
SMALL = table("abcdefghijklmnopqrstuvwxyz")
CAPITAL = table("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
WORD = DIGIT | SMALL | CAPITAL | table("_")


def windows(data: Bytes, starts: Whole, width: int) -> Bytes:
    """Return the `width` bytes from each start, a row for each."""
    rows = np.ndarray(len(data) - width + 1, f"V{width}", data.data, strides=(1,))[starts]
    return rows.view(np.uint8).reshape(-1, width)


def lines_of(places: Whole, begins: Whole) -> Whole:
    """Return, for places in ascending order, the last line that begins at or before each, else the first.

    Examples
    --------
    >>> lines_of(np.array([0, 7, 12]), np.array([5, 10])).tolist()
    [0, 0, 1]
    """
    first = np.searchsorted(places, begins)
    counts = np.empty(len(begins), np.int64)
    counts[:-1], counts[-1] = first[1:] - first[:-1], len(places) - first[-1]
    line = np.repeat(np.arange(len(begins)), counts)
    return line if len(line) == len(places) else np.concatenate([np.zeros(first[0], np.int64), line])


def firsts(line: Whole) -> Whole:
    """Return the places at which a line differs from that before it.

    Examples
    --------
    >>> firsts(np.array([3, 3, 5])).tolist()
    [0, 2]
    """
    changed = np.ones(len(line), np.bool_)
    np.not_equal(line[1:], line[:-1], out=changed[1:])
    return places_of(changed)


def places_of(flags: Any) -> Whole:
    """Return the places of the flags that are set, without the wrappers of `numpy.flatnonzero`."""
    places: Whole = flags.nonzero()[0]
    return places


def reach(data: Bytes, begins: Whole, ends: Whole, count: int) -> Whole:
    r"""Return where the first `count` characters of each line end; the bytes are UTF-8.

    Examples
    --------
    >>> text = np.frombuffer("aé\nbcd\n".encode() + bytes(AHEAD), np.uint8)
    >>> reach(text, np.array([0, 4]), np.array([3, 7]), 2).tolist()
    [3, 6]
    """
    last = np.minimum(ends, begins + count)
    inner = places_of((data & 0xC0) == 0x80)  # every byte of a character but its first
    if not len(inner):
        return last
    skipped = np.searchsorted(inner, begins)
    while True:
        further = np.minimum(ends, begins + count + np.searchsorted(inner, last) - skipped)
        if (further == last).all():
            break
        last = further
    while (within := (last < ends) & ((data[last] & 0xC0) == 0x80)).any():
        last = last + within
    return last


def shaped(data: Bytes, begins: Whole, ends: Whole, shape: bytes) -> tuple[Whole, Bytes]:
    """Return the lines that begin with a shape, in which ``0`` is any digit and ``?`` anything, and their heads."""
    pattern = np.frombuffer(shape, np.uint8)
    signs, digits = np.flatnonzero((pattern != ord("0")) & (pattern != ord("?"))), np.flatnonzero(pattern == ord("0"))
    rows = places_of((ends - begins >= len(shape)) & (data[begins + signs[0]] == pattern[signs[0]]))
    heads = windows(data, begins[rows], len(shape))
    good = (heads[:, signs] == pattern[signs]).all(axis=1) & DIGIT[heads[:, digits]].all(axis=1)
    return rows[good], heads[good]


def run(flags: Any) -> Whole:
    """Return how many flags are set at the begin of each row.

    Examples
    --------
    >>> run(np.array([[True, True, False, True], [False, True, True, True]])).tolist()
    [2, 0]
    """
    ended = np.argmin(flags, axis=1)
    count: Whole = np.where(flags[np.arange(len(flags)), ended], flags.shape[1], ended)
    return count


def wide(data: Bytes, size: int) -> Any:
    """Return a view of `data` that has, at each byte, the little-endian number of the `size` bytes from there."""
    return np.ndarray(len(data) - size + 1, f"<u{size}", data.data, strides=(1,))


def number(digits: Any) -> Whole:
    """Return the number that each row of decimal digits spells."""
    total = np.zeros(len(digits), np.int64)
    for place in range(digits.shape[1]):
        total = total * 10 + digits[:, place]
    return total


def stands(data: Bytes, places: Whole, text: str) -> Flags:
    """Return at which places a text stands; none before the begin of the data."""
    found = windows(data, np.maximum(places, 0), len(text)) == np.frombuffer(text.encode(), np.uint8)
    return np.asarray(found.all(axis=1) & (places >= 0))


def is_one(values: Any, of: Any) -> Any:
    """Return which values are one of a few."""
    return np.logical_or.reduce([values == one for one in of])
