"""The retry policy of an application, read off the times of its tries.

An application that cannot reach its dependency tries again: after a first delay, then after delays that grow by a
factor up to a cap, perhaps with jitter. A log shows only when tries failed, so each gap is a delay plus what a try
itself costs, and the policy has to be inferred. On a logarithmic scale such a series is a rising straight line and then
a level one; least squares for every possible bend gives the parameters, and the bends that fit about equally well
give the honest width of their intervals. Few gaps tell little, and `tells` says so: a guess is never passed off as a
measurement. Where a policy is declared, no inference is needed: each gap less its delay must be the cost of a try.
"""

from incidentlab.analyse.backoff.declared import Policy, compare
from incidentlab.analyse.backoff.inferred import backoff, gaps

__all__ = ["Policy", "backoff", "compare", "gaps"]
