"""Notebooks with parameters: checked before a kernel starts, executed by papermill, shown as one offline page."""

from incidentlab.run.many import Batch, batch
from incidentlab.run.one import Ran, run

__all__ = ["Batch", "Ran", "batch", "run"]
