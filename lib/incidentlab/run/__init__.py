"""Notebooks with parameters: checked before a kernel starts, executed by papermill, shown as one offline page."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incidentlab.run.many import Batch, batch
    from incidentlab.run.one import Ran, run

__all__ = ["Batch", "Ran", "batch", "run"]

_FROM = {
    "Batch": "incidentlab.run.many",
    "Ran": "incidentlab.run.one",
    "batch": "incidentlab.run.many",
    "run": "incidentlab.run.one",
}


def __getattr__(name: str) -> Any:
    """Import on first use: what names the notebooks and reads their parameters needs no Jupyter."""
    if name not in _FROM:
        raise AttributeError(f"module 'incidentlab.run' has no attribute {name!r}")
    return getattr(import_module(_FROM[name]), name)
