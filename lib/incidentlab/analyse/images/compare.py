"""Two images, layer by layer: what they share, what is gone, what is new, and which layer a change of size is due to.

Layers are the same where their diff ids are: they hold the same files to the byte. So the difference of two sizes is
exactly the layers that only one of them has, and each of these names the step that made it. Sizes are compared within
one store only: Docker's two stores count different things under one name.
"""

from __future__ import annotations

import json

import pandas as pd

from incidentlab import tables

_LARGEST = 5
"""Paths that are named of a layer: enough to recognise what a step brought in."""


def compare(before: pd.DataFrame, after: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return the layers of two images, and how each bears on the difference of their sizes.

    Parameters
    ----------
    before, after : LAYERS
        The rows of one image each.
    files : IMAGE_FILES
        Names the largest paths of a layer; may be empty.

    Returns
    -------
    pandas.DataFrame
        IMAGE_CHANGES. The sum of new less the sum of gone is the difference of the sizes.

    Examples
    --------
    >>> base = {"diff_id": "a", "layer": 1, "size_bytes": 10}
    >>> one = tables.rows([base], tables.LAYERS)
    >>> two = tables.rows([base, {"diff_id": "b", "layer": 2, "size_bytes": 5}], tables.LAYERS)
    >>> compare(one, two, tables.empty(tables.IMAGE_FILES))[["change", "size_bytes"]].values.tolist()
    [['shared', 10], ['new', 5]]
    """
    was, now = (rows.dropna(subset=["diff_id"]) for rows in (before, after))
    shared = set(was["diff_id"]) & set(now["diff_id"])
    told = [
        *_told(now[now["diff_id"].isin(shared)], "shared", files),
        *_told(was[~was["diff_id"].isin(shared)], "gone", files),
        *_told(now[~now["diff_id"].isin(shared)], "new", files),
    ]
    return tables.rows(told, tables.IMAGE_CHANGES)


def unique_bytes(layers: pd.DataFrame) -> int:
    """Return the bytes of several images together, a layer that they share counted once.

    Parameters
    ----------
    layers : LAYERS
        Of as many images as one likes.
    """
    return int(layers.dropna(subset=["diff_id"]).drop_duplicates("diff_id")["size_bytes"].sum())


def _told(layers: pd.DataFrame, change: str, files: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {key: row[key] for key in ("layer", "diff_id", "created_by", "size_bytes")}
        | {"change": change, "largest": _largest(row["diff_id"], files)}
        for row in tables.records(layers)
    ]


def _largest(diff_id: str, files: pd.DataFrame) -> str | None:
    own = files[files["diff_id"].eq(diff_id) & files["size_bytes"].gt(0)]
    top = own.nlargest(_LARGEST, "size_bytes")
    return json.dumps([[path, int(size)] for path, size in zip(top["path"], top["size_bytes"], strict=True)]) or None
