"""Result tables as figures: one function a figure, each draws and computes nothing."""

from incidentlab.plot.hypotheses import hypotheses
from incidentlab.plot.timeline import timeline

__all__ = ["hypotheses", "timeline"]
