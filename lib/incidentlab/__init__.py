"""incidentlab: exact evidence, named causes and honest gaps for broken Docker Compose projects.

The front door. ``load`` turns any source into an `Incident`, ``load_all`` a folder of bundles into many, ``capture``
takes the evidence of a Compose project from the engine, ``investigate`` runs every analysis over an incident.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from incidentlab.incident import Incident
from incidentlab.investigate import investigate
from incidentlab.load import load, load_all

if TYPE_CHECKING:
    from incidentlab.collect import capture

__all__ = ["Incident", "capture", "investigate", "load", "load_all"]
__version__ = version("incidentlab")

_LAZY = {"capture": "incidentlab.collect"}


def __getattr__(name: str) -> Any:
    """Import on first use what not every reader needs: the engine's client."""
    if name not in _LAZY:
        raise AttributeError(f"module 'incidentlab' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
