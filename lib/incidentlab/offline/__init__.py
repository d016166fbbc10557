"""Pages that work with the network off: what may stand in them, and the few scripts that they may run.

A page shows everything without a script. The scripts are a later layer: `timeline.js` draws the timeline once more, to
zoom, to filter and to point at; `tables.js` sorts and filters the tables that already stand there. Both are ours, stand
in the page itself, and are named by their hash in a policy that forbids every request and every other script.
"""

from incidentlab.offline.live import Live
from incidentlab.offline.scripts import policy, policy_for, tags
from incidentlab.offline.text import harmless, visible

__all__ = ["Live", "harmless", "policy", "policy_for", "tags", "visible"]
