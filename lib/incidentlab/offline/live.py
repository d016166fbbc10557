"""Something to be shown in a notebook that is open: drawn by a script there, recorded without it.

The output comes twice. First with the scripts, so that the page of the open notebook runs them; then, in its place,
without them. What is saved is therefore small and holds no script, whoever saves it, and an exported page adds the
scripts once for all its outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

from incidentlab.offline.scripts import tags


@dataclass(frozen=True)
class Live:
    """Something that a script enhances: `html` for a notebook, `text` for a terminal. Both are escaped already."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        from IPython.display import display

        place = display({"text/html": self.html + tags(self.html), "text/plain": self.text}, raw=True, display_id=True)
        place.update({"text/html": self.html, "text/plain": self.text}, raw=True)
