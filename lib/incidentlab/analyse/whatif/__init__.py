"""What would have helped: an incident replayed under another retry, restart, healthcheck or `depends_on` setting.

A replay takes from the incident what was measured and no setting changes: when the dependency was ready, how long a
run takes to its first try, what a start costs. To that it applies a setting, with the same rules as the engine, Compose
and the application have, and says whether the service recovers, when, and after how many failed tries. It is
deterministic and knows nothing else: a busier host or another cause is not in it. The share of starts that recover is
then a question about the time to ready, which many incidents answer together, as far as there are enough of them.
"""

from incidentlab.analyse.whatif.chance import deadline_s, recommend, recovery
from incidentlab.analyse.whatif.choices import alternatives, as_it_was, replays
from incidentlab.analyse.whatif.facts import Facts, facts_of
from incidentlab.analyse.whatif.readiness import readiness, ready_probability, survival
from incidentlab.analyse.whatif.replay import REASONS, Outcome, Setting, grid, nearby, replay, sweep

__all__ = [
    "REASONS",
    "Facts",
    "Outcome",
    "Setting",
    "alternatives",
    "as_it_was",
    "deadline_s",
    "facts_of",
    "grid",
    "nearby",
    "readiness",
    "ready_probability",
    "recommend",
    "recovery",
    "replay",
    "replays",
    "survival",
    "sweep",
]
