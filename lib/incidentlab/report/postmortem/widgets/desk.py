"""The form and, below it, the draft as it stands: what is saved is seen a moment later."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incidentlab.report.postmortem.draft import draft
from incidentlab.report.postmortem.export import people
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.pages.page import fragment
from incidentlab.report.postmortem.widgets.form import Form, summary
from incidentlab.report.screen import watched
from incidentlab.report.show import Shown
from incidentlab.tables import BadInput

if TYPE_CHECKING:
    from incidentlab.investigate import Investigation

_PAUSE_S = 2.0
"""After the last change so long, the draft is written anew: not at each letter."""


class Desk:
    """The form with the draft below it.

    Parameters
    ----------
    folder
        Of the postmortem.
    found
        What it is about.

    Attributes
    ----------
    form
        Its form.
    shown
        The draft.
    """

    def __init__(self, folder: Path, found: Investigation) -> None:
        import ipywidgets as widgets

        self._folder, self._found = folder, found
        self._timer: threading.Timer | None = None
        self.shown = widgets.HTML(layout={"margin": "12px 0 0 0"})
        self.form = Form(folder, found, saved=self._soon)
        self.refresh()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.form)
        display(self.shown)

    def refresh(self) -> None:
        """Write the draft anew from what stands in human.yaml now; where it cannot be read, the old one stays."""
        try:
            self.shown.value = fragment(draft(self._found, people(self._folder, self._found)).internal)
        except BadInput:  # the form says it where it was typed
            return

    def _soon(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(_PAUSE_S, self.refresh)
        self._timer.daemon = True
        self._timer.start()


def desk(folder: Path, found: Investigation) -> Any:
    """Return the form with the draft below it or, where nobody can click, what is written and the draft.

    Parameters
    ----------
    folder
        Of the postmortem; its human.yaml is made if there is none.
    found
        What the postmortem is about.
    """
    if watched():
        return Desk(folder, found)
    written, made = summary(folder, found), draft(found, people(folder, found)).internal
    return Shown(f"{written.html}{fragment(made)}", f"{written.text}\n\n{markdown(made)}")
