"""All images of an incident at once: the tree of each, what it carries, what it hides."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.images.contents import contents
from incidentlab.analyse.images.merge import Tree, merged
from incidentlab.analyse.images.waste import waste


def trees(layers: pd.DataFrame, files: pd.DataFrame) -> Iterator[tuple[str, Tree]]:
    """Yield each image and its tree; an image of which a layer's files are not known is left out.

    Parameters
    ----------
    layers : LAYERS
    files : IMAGE_FILES
    """
    known = set(files["diff_id"].dropna().unique())
    for image, rows in layers.groupby("image", sort=False):
        diff_ids = rows.sort_values("layer")["diff_id"].dropna().tolist()
        if diff_ids and known.issuperset(diff_ids):
            yield str(image), merged(diff_ids, files)


def every_content(layers: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return IMAGE_CONTENTS of all images."""
    return tables.join([contents(image, tree) for image, tree in trees(layers, files)], tables.IMAGE_CONTENTS)


def every_waste(layers: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return IMAGE_WASTE of all images."""
    return tables.join([waste(image, tree) for image, tree in trees(layers, files)], tables.IMAGE_WASTE)
