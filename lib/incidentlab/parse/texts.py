"""Many texts cut out of buffers, copied once, one behind the other, as Arrow lays a column of texts out.

A cut is a slice of a buffer that Arrow already sees as texts: the lines and what stands between them take turns, and
every other one is taken ("Variable-size Binary Layout" of its columnar format). So no text becomes a Python object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from incidentlab.parse.buffer import Bytes, Whole


def cut(data: Bytes, begins: Whole, ends: Whole) -> pa.Array:
    """Return the texts that stand in a buffer at ascending places; they are UTF-8, and stand apart from each other.

    Examples
    --------
    >>> cut(np.frombuffer(b"web ready", np.uint8), np.array([0, 4]), np.array([3, 9])).to_pylist()
    ['web', 'ready']
    """
    if not len(begins):
        return pa.array([], pa.large_string())
    places = np.column_stack([begins, ends]).ravel()
    every = [None, pa.py_buffer(places), pa.py_buffer(data)]
    turns = pa.Array.from_buffers(pa.large_string(), len(places) - 1, every)
    return turns.take(pa.array(np.arange(0, len(places), 2)))


@dataclass
class Texts:
    """Texts in the order in which they are added.

    Parameters
    ----------
    size
        How many bytes they are expected to have at most.
    """

    size: int
    used: int = 0
    ends: list[Whole] = field(default_factory=lambda: [np.zeros(1, np.int64)])

    def __post_init__(self) -> None:
        self.data = np.empty(self.size, np.uint8)  # memory is taken when it is written to

    def add(self, texts: pa.Array, places: Whole, others: Sequence[str]) -> None:
        """Add texts, those at some places replaced by others."""
        if len(places):
            own = np.arange(len(texts))
            own[places] = len(texts) + np.arange(len(places))
            texts = pa.concat_arrays([texts, pa.array(others, pa.large_string())]).take(pa.array(own))
        _, offsets, content = texts.buffers()
        ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        stop = self.used + int(ends[-1] - ends[0])
        if stop > len(self.data):
            self.data = np.concatenate([self.data[: self.used], np.empty(2 * stop - self.used, np.uint8)])
        self.data[self.used : stop] = np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]
        self.ends.append(ends[1:] - ends[0] + self.used)
        self.used = stop

    def array(self) -> pa.Array:
        """Return all texts.

        Examples
        --------
        >>> texts = Texts(8)
        >>> texts.add(pa.array(["web", "ready"], pa.large_string()), np.array([1]), ["up again"])
        >>> texts.array().to_pylist()
        ['web', 'up again']
        """
        ends = np.concatenate(self.ends)
        return pa.Array.from_buffers(
            pa.large_string(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(self.data)]
        )
