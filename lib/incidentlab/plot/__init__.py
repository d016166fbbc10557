"""Result tables as figures: one function a figure, each draws and computes nothing."""

from incidentlab.plot.backoff import backoff
from incidentlab.plot.health import health
from incidentlab.plot.hypotheses import hypotheses
from incidentlab.plot.interactive import interactive
from incidentlab.plot.layers import layers, waterfall
from incidentlab.plot.readiness import readiness
from incidentlab.plot.restarts import restarts
from incidentlab.plot.scans import changes as scan_changes
from incidentlab.plot.scans import severities
from incidentlab.plot.timeline import timeline
from incidentlab.plot.whatif import recovery, survival, whatif

__all__ = [
    "backoff",
    "health",
    "hypotheses",
    "interactive",
    "layers",
    "readiness",
    "recovery",
    "restarts",
    "scan_changes",
    "severities",
    "survival",
    "timeline",
    "waterfall",
    "whatif",
]
