"""The layers of images: as stacked bars that begin with what they share, and the way from one size to another."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from incidentlab import tables
from incidentlab.plot import style

_MB = 1e6
_NAMED = 0.06
"""Share of the longest bar from which a segment has room for its name."""
_STEPS = 7
"""Changes that a waterfall shows by themselves; the small ones are put together."""
_LONG = 46
_SMALL = 0.005
"""Share of the larger image below which a layer is put together with others: it would be no wider than its edge."""
_DIGEST = re.compile(r"\b(dir|file|multi):[0-9a-f]{16,}")
"""How the classic builder names what a COPY brings."""


@style.literal
def layers(known: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each image as a bar of its layers, the base at the left; what several images share is grey.

    Parameters
    ----------
    known : LAYERS

    Returns
    -------
    matplotlib.axes.Axes
    """
    held = known.dropna(subset=["diff_id"])
    held = held[held["size_bytes"].gt(0)]
    if held.empty:
        return style.nothing("no layers are known: capture with --images, or load images.jsonl", ax)
    images = held.groupby("image")["size_bytes"].sum().sort_values().index.tolist()
    axes = ax if ax is not None else plt.subplots(figsize=(10, 0.9 + 0.5 * len(images)), layout="constrained")[1]
    shared = held.groupby("diff_id")["image"].nunique()
    longest = float(held.groupby("image")["size_bytes"].sum().max())
    colours = (style.BLUE, style.GREEN, style.VERMILION, "#595959")
    for place, image in enumerate(images):
        left, own = 0.0, 0
        for row in tables.records(held[held["image"].eq(image)].sort_values("step")):
            common = shared[row["diff_id"]] > 1
            colour = "#C8C8C8" if common else colours[own % len(colours)]
            own += not common
            axes.barh(place, row["size_bytes"] / _MB, left=left / _MB, color=colour, edgecolor="white", height=0.7)
            if row["size_bytes"] >= _NAMED * longest:
                room = row["size_bytes"] / longest
                middle = (left + row["size_bytes"] / 2) / _MB
                ink = style.BLACK if common else "white"
                text = _short(row, int(110 * room))
                axes.text(middle, place, text, ha="center", va="center", color=ink, fontsize=7, parse_math=False)
            left += row["size_bytes"]
        axes.text(left / _MB, place, f" {left / _MB:.1f} MB", va="center", fontsize=8)
    axes.set_yticks(range(len(images)), images, parse_math=False)
    axes.set_xlim(0, longest / _MB * 1.12)
    axes.set_xlabel("bytes of the layers (MB); grey: shared with another image")
    _bare(axes)
    return axes


def _short(row: dict[str, Any], room: int) -> str:
    step = "base" if pd.isna(row["created_by"]) else " ".join(_DIGEST.sub(r"\1", str(row["created_by"])).split())
    return step if len(step) <= room else step[: max(room - 1, 0)] + "\u2026"


@style.literal
def waterfall(changes: pd.DataFrame, before: int | None, after: int | None, *, ax: Axes | None = None) -> Axes:
    """Draw how one size becomes another: each layer that is gone takes away, each that is new adds.

    Parameters
    ----------
    changes : IMAGE_CHANGES
        Sum of new less sum of gone = after - before.
    before, after
        The two sizes, in bytes; None = not known.

    Returns
    -------
    matplotlib.axes.Axes
    """
    moved = changes[changes["change"].isin(("gone", "new")) & changes["size_bytes"].gt(0)]
    if moved.empty or before is None or after is None:
        return style.nothing("both images have the same layers, or the layers of one are not known", ax)
    worth = moved[moved["size_bytes"].gt(_SMALL * max(before, after))]
    large = worth.nlargest(_STEPS, "size_bytes").sort_values(["change", "layer"])
    steps = [(_short(row, _LONG), _signed(row)) for row in tables.records(large)]
    rest = (after - before) - sum(amount for _, amount in steps)
    steps += [(f"{len(moved) - len(large)} smaller layers", rest)] if len(moved) > len(large) else []
    axes = ax if ax is not None else plt.subplots(figsize=(10, 1.4 + 0.36 * (len(steps) + 2)), layout="constrained")[1]
    level, farthest = before, max(before, after)
    axes.barh(0, before / _MB, color=style.GREY)
    axes.text(before / _MB, 0, f" {before / _MB:.1f} MB", va="center", fontsize=8)
    for place, (_, amount) in enumerate(steps, 1):
        axes.barh(place, amount / _MB, left=level / _MB, color=style.GREEN if amount < 0 else style.VERMILION)
        axes.text(max(level, level + amount) / _MB, place, f" {amount / _MB:+.1f}", va="center", fontsize=8)
        level += amount
        farthest = max(farthest, level)
    axes.barh(len(steps) + 1, after / _MB, color=style.GREY)
    axes.text(after / _MB, len(steps) + 1, f" {after / _MB:.1f} MB", va="center", fontsize=8)
    names = ["before", *(name for name, _ in steps), "after"]
    axes.set_yticks(range(len(names)), names, parse_math=False, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(0, farthest / _MB * 1.12)
    axes.set_xlabel("size of the image (MB); green: bytes that are gone, red: bytes that are new")
    _bare(axes)
    return axes


def _signed(row: dict[str, Any]) -> int:
    return int(row["size_bytes"]) * (1 if row["change"] == "new" else -1)


def _bare(axes: Axes) -> None:
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
