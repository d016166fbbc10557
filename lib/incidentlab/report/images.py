"""The images in words: how large they are, what they share, what they hide and what they carry."""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import size
from incidentlab.analyse.images import unique_bytes
from incidentlab.investigate import Investigation
from incidentlab.report.answer import Section, shown
from incidentlab.report.show import Shown

_WORTH = 1000
"""Bytes below which a thing is a lock file or an empty list."""


def images_said(investigation: Investigation) -> Shown:
    """Return one line for each image, and one for all of them together."""
    known = investigation.incident
    lines = [_line(row, investigation) for row in tables.records(known.images)]
    together = unique_bytes(known.layers)
    sections: list[Section] = [("The images", lines or ["no image is in the evidence"])]
    if together:
        sections.append(("Together", [f"{size(together)} on disk: a layer that several share is there once"]))
    return shown(sections)


def _line(row: dict[str, Any], investigation: Investigation) -> str:
    user = row["user"] if pd.notna(row["user"]) else "root"
    told = f"{row['image']}: {size(int(row['size_bytes']))} ({row['store']}), runs as {user}"
    waste, held = investigation.image_waste, investigation.image_contents
    hidden = int(waste.loc[waste["image"].eq(row["image"]), "size_bytes"].sum())
    seen = held[held["image"].eq(row["image"]) & held["visible"].eq(other=True) & held["size_bytes"].ge(_WORTH)]
    kinds = seen["kind"].unique()
    if investigation.incident.image_files.empty:
        return f"{told}; what is in its layers is not known (capture --images)"
    carried = ", ".join(sorted(str(kind).replace("_", " ") for kind in kinds)) or "nothing that it does not need"
    return f"{told}; {size(hidden)} hidden by later layers; carries {carried}"
