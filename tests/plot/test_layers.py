"""The figures of images: stacked layers, and the way from one size to another."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from incidentlab import plot, tables

BASE = {"diff_id": "b", "step": 1, "layer": 1, "size_bytes": 70_000_000}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close every figure after its test."""
    yield
    plt.close("all")


def layers() -> pd.DataFrame:
    """Return two images on one base."""
    own = [("web", "w", 30_000_000), ("db", "d", 200_000_000)]
    top = [
        {"image": name, "diff_id": key, "step": 2, "layer": 2, "size_bytes": size, "created_by": f"RUN make {name}"}
        for name, key, size in own
    ]
    return tables.rows([*top, *(BASE | {"image": name} for name, _, _ in own)], tables.LAYERS)


def test_an_image_is_a_bar_of_its_layers() -> None:
    """The smallest image is at the bottom, the segments add up to its size, and what is shared is grey."""
    axes = plot.layers(layers())
    assert [text.get_text() for text in axes.get_yticklabels()] == ["web", "db"]
    bars = [(round(bar.get_y() + bar.get_height() / 2), bar.get_x(), bar.get_width()) for bar in axes.patches]
    assert bars == [(0, 0, 70), (0, 70, 30), (1, 0, 70), (1, 70, 200)]
    faces = [bar.get_facecolor() for bar in axes.patches]
    assert faces[0] == faces[2] != faces[1]
    assert {"base", "RUN make web", "RUN make db"} <= {text.get_text() for text in axes.texts}


def test_a_waterfall_ends_at_the_later_size() -> None:
    """Each step begins where the last one ended, small layers are put together, the last bar is the later size."""
    told = [("gone", "a", 80_000_000), ("new", "b", 20_000_000), ("new", "c", 1000), ("shared", "s", 5)]
    changes = [{"change": c, "diff_id": d, "created_by": f"RUN {d}", "layer": 1, "size_bytes": n} for c, d, n in told]
    axes = plot.waterfall(tables.rows(changes, tables.IMAGE_CHANGES), 100_000_000, 40_001_000)
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "before",
        "RUN a",
        "RUN b",
        "1 smaller layers",
        "after",
    ]
    ends = [round(bar.get_x() + bar.get_width(), 3) for bar in axes.patches]
    assert ends == [100, 20, 40, 40.001, 40.001]


def test_without_layers_nothing_is_drawn() -> None:
    """It says why in place of an empty axis."""
    assert "capture with --images" in plot.layers(tables.empty(tables.LAYERS)).texts[0].get_text()
    nothing = plot.waterfall(tables.empty(tables.IMAGE_CHANGES), None, 5)
    assert "not known" in nothing.texts[0].get_text()
