"""A cell that is a form where somebody can click, and a static text where nobody can: the same bytes in every run."""

from __future__ import annotations

from typing import Any

from incidentlab.report.screen import watched
from incidentlab.report.show import Shown


class Control:
    """Something to click on, with a static form of the same.

    Parameters
    ----------
    forms
        Whether to show the form; by default where a frontend is there. True for a frontend that does not name the cell.
    """

    def __init__(self, forms: bool | None = None) -> None:
        self._forms = watched() if forms is None else forms

    def static(self) -> Shown:
        """Return the same for reading."""
        raise NotImplementedError

    def widget(self) -> Any:
        """Return the form, as ipywidgets makes it."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if self._forms:
            return dict(self.widget()._repr_mimebundle_()) | {"text/plain": "a form: run this cell again to see it"}
        shown = self.static()
        return {"text/plain": shown.text, "text/html": shown.html}

    def __repr__(self) -> str:
        return self.static().text
