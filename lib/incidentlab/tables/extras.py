"""What is not installed with incidentlab itself: a machine that takes and reads evidence needs no notebooks.

Which module comes with which extra of the package. Whatever imports one of these does it late, and who has not got it
is told in one line which extra to install.
"""

from __future__ import annotations

from importlib.util import find_spec

from incidentlab.tables.errors import IncidentlabError

EXTRAS = {
    "bokeh": "pages",
    "matplotlib": "pages",
    "typst": "pages",
    "IPython": "jupyter",
    "ipykernel": "jupyter",
    "ipywidgets": "jupyter",
    "jupyter_client": "jupyter",
    "jupyterlab": "jupyter",
    "lifelines": "jupyter",
    "nbclient": "jupyter",
    "nbconvert": "jupyter",
    "nbformat": "jupyter",
    "papermill": "jupyter",
    "traitlets": "jupyter",
    "dask": "cluster",
    "distributed": "cluster",
}
"""Module -> the extra that brings it."""


def there(extra: str) -> bool:
    """Say whether all that an extra brings of its own is installed."""
    return all(find_spec(module) for module, brought_by in EXTRAS.items() if brought_by == extra)


def require(extra: str) -> None:
    """Refuse to begin what an extra is needed for, where it is not installed.

    Raises
    ------
    IncidentlabError
        It is not: the message says how to install it.
    """
    if not there(extra):
        raise IncidentlabError(f"this needs what is not installed: {install(extra)}")


def install(extra: str) -> str:
    """Return the command that adds an extra.

    Examples
    --------
    >>> install("pages")
    "pip install 'incidentlab[pages]'"
    """
    return f"pip install 'incidentlab[{extra}]'"


def missing(module: str | None) -> str | None:
    """Return the line for somebody who has not got a module; None if no extra brings it.

    Parameters
    ----------
    module
        Name of what could not be imported, as `ModuleNotFoundError` bears it.

    Examples
    --------
    >>> missing("distributed.comm")
    "distributed is not installed; it comes with an extra: pip install 'incidentlab[cluster]'"
    >>> missing("pandas")
    """
    top = (module or "").partition(".")[0]
    return f"{top} is not installed; it comes with an extra: {install(EXTRAS[top])}" if top in EXTRAS else None
