"""incidentlab: exact evidence, named causes and honest gaps for broken Docker Compose projects.

The front door. ``load`` turns any source into an `Incident`, ``load_all`` a folder of bundles into many, ``capture``
takes the evidence of a Compose project from the engine, ``investigate`` runs every analysis over an incident.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from incidentlab.collect import capture
    from incidentlab.incident import Incident
    from incidentlab.investigate import investigate
    from incidentlab.load import load, load_all

    __version__: str

__all__ = ["Incident", "capture", "investigate", "load", "load_all"]

_FROM = {
    "Incident": "incidentlab.incident",
    "capture": "incidentlab.collect",
    "investigate": "incidentlab.investigate",
    "load": "incidentlab.load",
    "load_all": "incidentlab.load",
}

_ROOMS = (
    "analyse",
    "bundle",
    "collect",
    "knowledge",
    "offline",
    "parse",
    "plot",
    "redact",
    "report",
    "run",
    "tables",
    "teach",
)
"""Packages that are attributes too, imported on first use."""


def __getattr__(name: str) -> Any:
    """Import on first use: pandas alone takes longer than `incidentlab --help`."""
    if name == "__version__":
        from importlib.metadata import version

        return version("incidentlab")
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _FROM:
        raise AttributeError(f"module 'incidentlab' has no attribute {name!r}")
    return getattr(import_module(_FROM[name]), name)


def __dir__() -> list[str]:
    """Return all that there is, also what is imported on first use: a completion shows it."""
    return sorted([*__all__, *_ROOMS, "__version__"])


class _FrontDoor(ModuleType):
    """Where a function and its module have one name, as `load` has, the front door shows the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        same = name in __all__ and isinstance(value, ModuleType)  # the import system binds a module to its package
        super().__setattr__(name, getattr(value, name) if same else value)


sys.modules[__name__].__class__ = _FrontDoor
