"""A figure inside HTML, where a cell shows more than one thing."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
from matplotlib.axes import Axes


def drawn(axes: Axes, words: str) -> str:
    """Return a figure as an image inside HTML, and close it.

    Parameters
    ----------
    axes
        As `incidentlab.plot` gives it.
    words
        What the picture shows, for who cannot see it.
    """
    figure, buffer = axes.get_figure(root=True), io.BytesIO()
    assert figure is not None
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    plt.close(figure)
    picture = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{html.escape(words)}" style="max-width:100%" src="data:image/png;base64,{picture}">'
