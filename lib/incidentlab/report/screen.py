"""Whether somebody looks at the cell that runs: only then may it show widgets, whose ids are random.

JupyterLab, Notebook and VS Code name the cell in the metadata of their request to run it (``cellId``; ipykernel passes
it on to IPython as ``cell_id``). papermill, nbconvert and nbval send code without a cell, and what they write down must
be the same bytes each time.
"""

from __future__ import annotations

from typing import Any


def watched() -> bool:
    """Tell whether the cell that runs stands in a frontend."""
    from IPython.core.getipython import get_ipython

    kernel: Any = getattr(get_ipython(), "kernel", None)
    asked = kernel.get_parent("shell") if kernel is not None else None
    return "cellId" in (asked or {}).get("metadata", {})
