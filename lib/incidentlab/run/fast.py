"""A papermill engine whose kernels are warm: ``papermill --engine incidentlab-fast``, or `engine_name` from Python.

Each run is a child forked from one warm server (see `incidentlab.run.warm`), with the outputs of a stock kernel. A
kernel that dies or takes too long fails its run, and only its run. This module is what the entry point names: it
imports papermill late, because papermill imports it.
"""

from __future__ import annotations

from typing import Any


class FastEngine:
    """What papermill asks of an engine, passed on to the one that works."""

    @staticmethod
    def execute_notebook(nb: Any, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook; see `incidentlab.run.engine.WarmEngine.execute_managed_notebook` for the options."""
        from incidentlab.run.engine import WarmEngine

        return WarmEngine.execute_notebook(nb, kernel_name, **options)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> str:
        """Return the name of the notebook's kernel, which papermill writes down."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> str:
        """Return the notebook's language."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))
