"""Notebooks with parameters: checked before a kernel starts, executed by papermill, shown as one offline page."""

from incidentlab.run.one import Ran, run

__all__ = ["Ran", "run"]
