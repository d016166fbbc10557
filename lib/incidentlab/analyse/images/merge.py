"""The tree that a container sees: the layers laid over each other, the later above the earlier.

A later entry of the same path hides the earlier one. A whiteout hides its path and all below it; an opaque mark hides
what earlier layers have in its folder, not what its own layer has. A file or link that takes the place of a folder
hides what was in the folder.

Source: OCI image-spec `layer.md`, "Applying changesets".
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

_LINKS = 40
"""Symbolic links that a look-up follows, as the kernel does (path_resolution(7), MAXSYMLINKS)."""

Entry = dict[str, Any]


@dataclass
class Tree:
    """The files that a container of an image sees.

    Attributes
    ----------
    entries
        Path -> its row of IMAGE_FILES, with the number of its layer as `layer`.
    hidden
        (entry, layer that hid it, the entry that stands there now or None), in the order in which they were hidden.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    hidden: list[tuple[Entry, int, Entry | None]] = field(default_factory=list)
    _below: dict[str, set[str]] = field(default_factory=dict)

    def lay(self, layer: int, entries: list[Entry]) -> None:
        """Lay a layer over what is there: what it takes away first, then what it brings."""
        for entry in entries:
            if entry["kind"] == "opaque":
                self._hide_below(entry["path"], layer)
            elif entry["kind"] == "whiteout":
                self._hide(entry["path"], layer)
        for entry in entries:
            if entry["kind"] not in ("opaque", "whiteout"):
                self._put(entry | {"layer": layer})

    def find(self, path: str) -> Entry | None:
        """Return the entry to which a path leads, links followed as the kernel would; None where it leads nowhere."""
        place, left, followed = "/", [part for part in path.split("/") if part], 0
        while left:
            place = posixpath.normpath(posixpath.join(place, left.pop(0)))
            entry = self.entries.get(place)
            if entry is not None and entry["kind"] == "symlink":
                followed += 1
                if followed > _LINKS:
                    return None
                target = posixpath.join(posixpath.dirname(place), str(entry["target"]))
                place, left = "/", [*(part for part in target.split("/") if part), *left]
        found = self.entries.get(place)
        return self.entries.get(str(found["target"])) if found and found["kind"] == "hardlink" else found

    def _put(self, entry: Entry) -> None:
        path, layer = entry["path"], entry["layer"]
        if entry["kind"] != "directory":
            self._hide_below(path, layer)
        if (old := self.entries.get(path)) is not None:
            self.hidden.append((old, layer, entry))
        self.entries[path] = entry
        self._link(path, layer)

    def _link(self, path: str, layer: int) -> None:
        """Make a path known to the folders above it; a file that stood in the place of one of them is hidden."""
        while path != "/":
            above = path.rpartition("/")[0] or "/"
            known = self._below.setdefault(above, set())
            if path in known:  # then so is every folder above it, and none of them has become a file since
                return
            known.add(path)
            if (blocking := self.entries.get(above)) is not None and blocking["kind"] in ("file", "hardlink"):
                self.hidden.append((self.entries.pop(above), layer, None))
            path = above

    def _hide(self, path: str, layer: int) -> None:
        self._hide_below(path, layer)
        old = self.entries.pop(path, None)
        if old is not None:
            self.hidden.append((old, layer, None))

    def _hide_below(self, path: str, layer: int) -> None:
        waiting = list(self._below.pop(path, ()))
        while waiting:
            inner = waiting.pop()
            waiting += self._below.pop(inner, ())
            old = self.entries.pop(inner, None)
            if old is not None:
                self.hidden.append((old, layer, None))


def merged(diff_ids: list[str], layers: Mapping[str, list[Entry]]) -> Tree:
    """Return the tree of an image.

    Parameters
    ----------
    diff_ids
        Its layers, the base first.
    layers
        As `by_layer` gives them.

    Examples
    --------
    >>> rows = [{"diff_id": "a", "path": "/x", "kind": "file"}, {"diff_id": "b", "path": "/x", "kind": "whiteout"}]
    >>> from incidentlab import tables
    >>> merged(["a", "b"], by_layer(tables.rows(rows, tables.IMAGE_FILES))).entries
    {}
    """
    tree = Tree()
    for number, diff_id in enumerate(diff_ids, 1):
        tree.lay(number, layers.get(diff_id, []))
    return tree


def by_layer(files: pd.DataFrame) -> dict[str, list[Entry]]:
    """Return the entries of each layer, in order.

    Parameters
    ----------
    files : IMAGE_FILES
    """
    found: dict[str, list[Entry]] = {}
    names = [str(name) for name in files]
    for row in zip(*(files[name].tolist() for name in names), strict=True):  # to_dict takes three times as long
        entry = dict(zip(names, row, strict=True))
        found.setdefault(entry["diff_id"], []).append(entry)
    return found
