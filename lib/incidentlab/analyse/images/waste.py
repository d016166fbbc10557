"""The bytes that an image carries although no container can see them.

A file that a later layer overwrites or deletes stays in the layer that brought it, is stored and is pulled. Only the
copies that are hidden count, never the one that stays: a sum over all copies would name as waste what a flat image of
the same files has too. Bytes with several names (hard links) are hidden when all of their names are.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.images.merge import Entry, Tree


def waste(image: str, tree: Tree) -> pd.DataFrame:
    """Return what is hidden in an image, the largest first.

    Parameters
    ----------
    image
        Its name, for the rows.
    tree
        As `merged` gives it.

    Returns
    -------
    pandas.DataFrame
        IMAGE_WASTE. `reason` is copied where what hides a file has the same content: a ``chown`` or ``chmod`` in a
        step of its own stores every file that it touches a second time.

    Examples
    --------
    >>> from incidentlab.analyse.images.merge import by_layer, merged
    >>> file = {"path": "/a", "kind": "file", "digest": "e3", "size_bytes": 5}
    >>> rows = tables.rows([file | {"diff_id": d} for d in "12"], tables.IMAGE_FILES)
    >>> waste("web", merged(["1", "2"], by_layer(rows)))[["layer", "size_bytes", "reason", "hidden_by"]].values.tolist()
    [[1, 5, 'copied', 2]]
    """
    alive = {_owner(entry) for entry in tree.entries.values()}
    rows = [
        {
            "image": image,
            "layer": old["layer"],
            "path": old["path"],
            "size_bytes": old["size_bytes"],
            "reason": _reason(old, by),
            "hidden_by": layer,
        }
        for old, layer, by in tree.hidden
        if old["size_bytes"] and _owner(old) not in alive
    ]
    return tables.rows(rows, tables.IMAGE_WASTE)


def _owner(entry: Entry) -> tuple[Any, str]:
    """Return which bytes an entry names: those of the file of its layer to which it is a link, or its own."""
    return entry["layer"], str(entry["target"] if entry["kind"] == "hardlink" else entry["path"])


def _reason(old: Entry, by: Entry | None) -> str:
    if by is None:
        return "deleted"
    same = old["kind"] == by["kind"] == "file" and pd.notna(old["digest"]) and old["digest"] == by["digest"]
    return "copied" if same else "overwritten"
