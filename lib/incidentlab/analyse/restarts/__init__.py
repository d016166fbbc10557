"""Each restart beside the delay that the engine's own formula gives, and why a loop of restarts ended.

The engine waits 0.1 s before the first restart by policy, twice as long before each further one, at most 60 s. A run
of 10 s or more takes the delay back to 0.1 s, and nothing else: neither RestartCount nor the budget of
``on-failure:N`` starts anew. So the delay is a matter of counting, not of fitting: what is left of the gap between
`die` and `start` is the cost of starting a container. A command by hand begins a new count. Where the count cannot be
known (its beginning was not seen), a long gap still tells the delay, because starting takes less than the next step.
"""

from incidentlab.analyse.restarts.ends import loop_end
from incidentlab.analyse.restarts.engine import REASONS, delay_s
from incidentlab.analyse.restarts.gaps import restarts

__all__ = ["REASONS", "delay_s", "loop_end", "restarts"]
