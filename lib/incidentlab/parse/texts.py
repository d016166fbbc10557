"""Many texts cut out of buffers that stay where they are, and copied once, in their final order.

Each text is a view as Arrow lays it out ("Variable-size Binary View Layout" of its columnar format): 16 bytes with its
length and either the text itself, up to 12 bytes of it, or its first four bytes, its buffer and its place in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from incidentlab.parse.buffer import AHEAD, Bytes, Whole, windows

_INLINE = 12
"""A text of so many bytes stands in its view."""


@dataclass
class Texts:
    """Texts in the order in which they were added."""

    buffers: list[Bytes] = field(default_factory=list)
    views: list[Any] = field(default_factory=list)

    def add(self, data: Bytes, begins: Whole, ends: Whole) -> None:
        """Add the texts that stand in a buffer, behind which `buffer.AHEAD` more bytes are; they are UTF-8."""
        self.views.append(self._views(data, begins, ends))

    def instead(self, places: Whole, texts: Sequence[str]) -> None:
        """Put other texts in the places of some of those that were added last."""
        if len(places):
            coded = [text.encode() for text in texts]
            ends = np.cumsum([len(text) for text in coded])
            begins = np.concatenate([[0], ends[:-1]])
            data = np.frombuffer(b"".join(coded) + bytes(AHEAD), np.uint8)
            self.views[-1][places] = self._views(data, begins, ends)

    def _views(self, data: Bytes, begins: Whole, ends: Whole) -> Any:
        size = ends - begins
        views = np.zeros((len(begins), 16), np.uint8)
        views[:, 4:] = windows(data, begins, _INLINE) * (np.arange(_INLINE) < size[:, None])
        numbers, far = views.view("<i4"), np.flatnonzero(size > _INLINE)
        numbers[:, 0], numbers[far, 2], numbers[far, 3] = size, len(self.buffers), begins[far]
        self.buffers.append(data)
        return views

    def one(self, place: int) -> str:
        """Return the text at a place."""
        for views in self.views:
            if place < len(views):
                return str(self._array(views[place : place + 1])[0])
            place -= len(views)
        raise IndexError(place)

    def array(self, order: Whole) -> pa.Array:
        """Return the texts at some places, in this order, once for all: they are not kept.

        Examples
        --------
        >>> texts = Texts()
        >>> texts.add(np.frombuffer(b"web ready, and more than that" + bytes(AHEAD), np.uint8), np.array([0, 4]),
        ...           np.array([3, 29]))
        >>> texts.array(np.array([1, 0])).to_pylist()
        ['ready, and more than that', 'web']
        """
        views = np.concatenate([np.zeros((0, 16), np.uint8), *self.views])
        self.views.clear()
        found = self._array(views[order])
        self.buffers.clear()
        return found

    def _array(self, views: Any) -> pa.Array:
        buffers = [pa.py_buffer(np.ascontiguousarray(views)), *map(pa.py_buffer, self.buffers)]
        return pa.Array.from_buffers(pa.string_view(), len(views), [None, *buffers]).cast(pa.large_string())
