"""What a wheel holds beside the code: notebooks, lessons, recorded incidents and the lab, as a checkout has them.

Hatchling runs this (pyproject.toml names it). An installation in place needs nothing of it: there the checkout is near.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = Path("incidentlab/shipped")
"""Where it stands in the wheel; `incidentlab.run.shipped` looks there."""
FOLDERS = ("notebooks", "data", "lab")
_CHECKOUT_ONLY = (
    "lab/zoo",
    "lab/calibration.py",
    "lab/experiments.py",
    "lab/experiments.yaml",
    "lab/get-chromium",
    "lab/make-venv",
    "lab/wheel.py",
)
_LEFT_BEHIND = {"node_modules", "__pycache__", ".ipynb_checkpoints", ".mypy_cache"}


class Shipped(BuildHookInterface):
    """Adds the folders to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; hatchling calls this before it builds."""
        if version == "standard":
            top = Path(self.root)
            build_data["force_include"] |= {str(top / name): str(SHIPPED / name) for name in files(top)}


def files(top: Path) -> list[str]:
    """Return the files that a wheel holds beside the code, as paths below the checkout."""
    found = [
        path.relative_to(top) for folder in FOLDERS for path in sorted((top / folder).rglob("*")) if path.is_file()
    ]
    named = [path.as_posix() for path in found if not _LEFT_BEHIND & set(path.parts)]
    return [name for name in named if not name.startswith(_CHECKOUT_ONLY)]
