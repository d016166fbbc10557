"""A cell that is a form where somebody can click, and a static text where nobody can.

The Jupyter server tells each kernel that it starts for a session which notebook it is for; papermill, nbconvert and
nbval start kernels without a session, and get the static form: the same bytes in every run, where a widget would leave
a random id.

Source: jupyter_server, services/sessions/sessionmanager.py `get_kernel_env` (JPY_SESSION_NAME).
"""

from __future__ import annotations

import os
from typing import Any

from incidentlab.report.show import Shown

_SESSION = "JPY_SESSION_NAME"


class Control:
    """Something to click on, with a static form of the same.

    Parameters
    ----------
    forms
        Whether to show the form; by default where a frontend is there. True for a frontend that says nothing of itself.
    """

    def __init__(self, forms: bool | None = None) -> None:
        self._forms = _SESSION in os.environ if forms is None else forms

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
