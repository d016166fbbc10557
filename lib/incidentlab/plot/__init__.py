"""Result tables as figures: one function a figure, each draws and computes nothing."""

from incidentlab.plot.backoff import backoff
from incidentlab.plot.health import health
from incidentlab.plot.hypotheses import hypotheses
from incidentlab.plot.interactive import interactive
from incidentlab.plot.readiness import readiness
from incidentlab.plot.restarts import restarts
from incidentlab.plot.timeline import timeline
from incidentlab.plot.whatif import recovery, survival, whatif

__all__ = [
    "backoff",
    "health",
    "hypotheses",
    "interactive",
    "readiness",
    "recovery",
    "restarts",
    "survival",
    "timeline",
    "whatif",
]
