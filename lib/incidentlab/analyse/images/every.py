"""All images of an incident at once: the tree of each, what it carries, what it hides."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.images.contents import contents
from incidentlab.analyse.images.merge import Entry, Tree, by_layer, merged
from incidentlab.analyse.images.waste import waste


def tree(layers: pd.DataFrame, files: pd.DataFrame) -> Tree | None:
    """Return the tree of one image; None where the files of one of its layers are not known.

    Parameters
    ----------
    layers : LAYERS
        Of the one image.
    files : IMAGE_FILES
    """
    return _tree(layers, by_layer(files[files["diff_id"].isin(layers["diff_id"])]))


def trees(layers: pd.DataFrame, files: pd.DataFrame) -> dict[str, Tree]:
    """Return the tree of each image; an image of which a layer's files are not known is left out.

    Parameters
    ----------
    layers : LAYERS
    files : IMAGE_FILES
    """
    known = by_layer(files)
    found = {str(image): _tree(rows, known) for image, rows in layers.groupby("image", sort=False)}
    return {image: merged for image, merged in found.items() if merged is not None}


def _tree(layers: pd.DataFrame, known: Mapping[str, list[Entry]]) -> Tree | None:
    diff_ids = layers.sort_values("layer")["diff_id"].dropna().tolist()
    return merged(diff_ids, known) if diff_ids and known.keys() >= set(diff_ids) else None


def every_content(trees: Mapping[str, Tree]) -> pd.DataFrame:
    """Return IMAGE_CONTENTS of all images."""
    return tables.join([contents(image, tree) for image, tree in trees.items()], tables.IMAGE_CONTENTS)


def every_waste(trees: Mapping[str, Tree]) -> pd.DataFrame:
    """Return IMAGE_WASTE of all images."""
    return tables.join([waste(image, tree) for image, tree in trees.items()], tables.IMAGE_WASTE)
