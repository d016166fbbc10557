"""What replays give: the engine's restarts and health, retries, and what would have helped."""

from __future__ import annotations

from incidentlab.tables.evidence import PROBE_OUTCOMES
from incidentlab.tables.table import FLAG, REAL, TEXT, TIME, WHOLE, Column, Table, where

HEALTH_STATES = ("starting", "healthy", "unhealthy")
LOOP_END_REASONS = (
    "running",
    "looping",
    "exit_zero",
    "budget_spent",
    "failed_start",
    "first_start_failed",
    "never_started",
    "stopped",
    "stopped_in_backoff",
    "signal",
    "removed",
    "no_policy",
    "unknown",
)
WHATIF_VERDICTS = ("clean", "works", "luck", "none")
WHATIF_REASONS = ("connected", "tries_spent", "budget_spent", "dependency_unhealthy", "horizon")

RESTARTS = Table(
    "restarts",
    "one restart: the end of a run, and the start of the next",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id of the container that started"),
        Column("number", WHOLE, "from 1, per container, of the restarts that were seen"),
        Column("run", WHOLE, "the run that it began (see lifetimes)"),
        Column("die_event", TIME, "end of the run before: its die event, else FinishedAt; NaT = not seen"),
        Column("start_event", TIME, "start of this run: its start event, else StartedAt"),
        Column("ran_s", REAL, "how long the run before had lasted, as the engine counts it"),
        Column("exit_code", WHOLE, "exit code of the run before"),
        Column("observed_s", REAL, "start_event - die_event"),
        Column("predicted_s", REAL, "delay that the engine's formula gives; NaN where the policy did not restart"),
        Column("residual_s", REAL, "observed_s - predicted_s: what it cost to start the container"),
        Column(
            "predicted_from",
            TEXT,
            "count = every restart since the delay began is known; gap = from observed_s",
            ("count", "gap"),
        ),
        Column(
            "cause",
            TEXT,
            "human = a command, docker's or Compose's; compose = the container was replaced",
            ("policy", "human", "compose", "unknown"),
        ),
        Column("restart_count", WHOLE, "RestartCount after it; NA = the start by hand before was not seen"),
        Column("budget_left", WHOLE, "restarts that on-failure:N still allows after it; NA = no limit, or not known"),
        Column("note", TEXT, "what is out of the ordinary; NaN = nothing"),
        *where(),
    ),
    ("start_event", "container_id", "number"),
)

LOOP_ENDS = Table(
    "loop_ends",
    "one container, and why its runs ended or go on",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id"),
        Column("reason", TEXT, "what it means stands in analyse.restarts.REASONS", LOOP_END_REASONS),
        Column("sentence", TEXT, "the reason in words, with its figures"),
        Column("ts", TIME, "when it was decided; NaT = no event tells"),
        Column("restarts", WHOLE, "restarts by policy that were seen"),
        Column("restart_count", WHOLE, "RestartCount as inspect gives it"),
        Column("exit_code", WHOLE, "exit code of the last run that ended"),
        *where(),
    ),
    ("service", "container_id"),
)

BACKOFFS = Table(
    "backoffs",
    "one unbroken series of tries inside one run, and the retry policy that it shows",
    (
        Column("service", TEXT, "who tried"),
        Column("dependency", TEXT, "whom"),
        Column("series", WHOLE, "from 1, per service and dependency"),
        Column("run", WHOLE, "run of the container; NA where runs are not known"),
        Column("first", TIME, "first try; NaT = order only"),
        Column("last", TIME, "last try, the successful one included"),
        Column("failed", WHOLE, "failed tries"),
        Column(
            "ended_by",
            TEXT,
            "run_end = a later run tries again; open = nothing more was seen",
            ("success", "run_end", "open"),
        ),
        Column("initial_s", REAL, "first delay"),
        Column("initial_lower_s", REAL, "lower bound of its 95 % interval"),
        Column("initial_upper_s", REAL, "upper bound"),
        Column("factor", REAL, "by which each delay exceeds the one before"),
        Column("factor_lower", REAL, "lower bound of its 95 % interval"),
        Column("factor_upper", REAL, "upper bound; inf = none"),
        Column("cap_s", REAL, "longest delay; NaN = not reached"),
        Column("cap_lower_s", REAL, "lower bound of its 95 % interval"),
        Column("cap_upper_s", REAL, "upper bound; inf = none"),
        Column("jitter_ratio", REAL, "half-width of a uniform jitter with the spread seen, relative to the delay"),
        Column("jitter_lower_ratio", REAL, "lower bound of its 95 % interval"),
        Column("jitter_upper_ratio", REAL, "upper bound; inf = none"),
        Column("cost_s", REAL, "time that a try itself takes, taken off each gap"),
        Column("tries", WHOLE, "tries that the policy allows; NA = cannot be told"),
        Column("tries_lower", WHOLE, "it allows at least so many"),
        Column("tells", TEXT, "what can and what cannot be told from this series, and why"),
        *where(),
    ),
    ("first", "service", "dependency", "series"),
)

BACKOFF_GAPS = Table(
    "backoff_gaps",
    "one gap between two failed tries of a series",
    (
        Column("service", TEXT, "who tried"),
        Column("dependency", TEXT, "whom"),
        Column("series", WHOLE, "as in backoffs"),
        Column("number", WHOLE, "from 1: after which failed try"),
        Column("gap_s", REAL, "time from this try to the next"),
        Column("slow", FLAG, "the try that ended it was slow to fail, so it tells no delay (see analyse.backoff)"),
        Column("fitted_s", REAL, "what the fitted policy and the cost of a try give; NaN = no fit"),
        Column("fitted_lower_s", REAL, "lower bound of the band that the fitted jitter gives"),
        Column("fitted_upper_s", REAL, "upper bound"),
        Column("declared_s", REAL, "delay that the declared policy gives; NaN = none declared, or no try left"),
        Column("residual_s", REAL, "gap_s - declared_s: the cost of a try where the policy is the declared one"),
        *where(),
    ),
    ("service", "dependency", "series", "number"),
)

POLICY_MATCHES = Table(
    "policy_matches",
    "one series of tries, held against a declared retry policy",
    (
        Column("service", TEXT, "who tried"),
        Column("dependency", TEXT, "whom"),
        Column("series", WHOLE, "as in backoffs"),
        Column("matches", FLAG, "whether the tries are those of the policy; NA = cannot be told"),
        Column("gaps", WHOLE, "gaps that were compared"),
        Column("residual_low_s", REAL, "lowest gap - declared delay"),
        Column("residual_high_s", REAL, "highest"),
        Column("sentence", TEXT, "the verdict in words, with its figures"),
        *where(),
    ),
    ("service", "dependency", "series"),
)

HEALTH_PROBES = Table(
    "health_probes",
    "one probe as the engine's state machine takes it",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id"),
        Column("run", WHOLE, "run that it fell in"),
        Column("start", TIME, "when it began"),
        Column("end", TIME, "when its result came"),
        Column("outcome", TEXT, "what became of it", PROBE_OUTCOMES),
        Column("counted", FLAG, "a failure that raised the streak, or a success; False = inside the start period"),
        Column("streak", WHOLE, "failures in a row after it"),
        Column("state", TEXT, "state after it", HEALTH_STATES),
        Column("changed", FLAG, "whether it changed the state: the engine emits health_status only then"),
        Column("missing", WHOLE, "probes just before it that must have run and were not recorded"),
        *where(),
    ),
    ("start",),
)

HEALTH = Table(
    "health",
    "one health state of a container with start and end, replayed by the engine's own state machine",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id"),
        Column("run", WHOLE, "run that it fell in; for a forced state after an end, the run that ended"),
        Column("state", TEXT, "the engine's word for it", HEALTH_STATES),
        Column("start", TIME, "when it began"),
        Column("end", TIME, "when it ended; NaT = still open when we stopped looking"),
        Column("forced", FLAG, "the engine says unhealthy only because it stopped probing; no event, no judgement"),
        Column(
            "cause",
            TEXT,
            "what began it; event = its probe was not recorded",
            ("start", "probe", "die", "pause", "event"),
        ),
        Column("streak", WHOLE, "failures in a row when it ended"),
        Column("passes", WHOLE, "probes that passed in it"),
        Column("fails", WHOLE, "probes that the test failed"),
        Column("timeouts", WHOLE, "probes that took too long"),
        Column("exec_errors", WHOLE, "probes that could not run at all"),
        Column("uncounted", WHOLE, "failures that did not count because of the start period"),
        Column("missing", WHOLE, "probes that must have run in it, or just before it began, and were not recorded"),
        Column("period_end", TIME, "end of the start period of its run; NaT = none"),
        *where(),
    ),
    ("start", "container_id"),
)

WHATIF = Table(
    "whatif",
    "one replay of an incident under one setting",
    (
        Column("parameter", TEXT, "the setting that was varied"),
        Column("value", TEXT, "its value"),
        Column("value_number", REAL, "its value where it is a number"),
        Column("other", TEXT, "the second setting that was varied; NaN = none"),
        Column("other_value", TEXT, "its value"),
        Column("other_number", REAL, "its value where it is a number"),
        Column("recovers", FLAG, "whether the service reached its dependency"),
        Column("at_s", REAL, "when, after the stack's start; NaN = never"),
        Column("after_ready_s", REAL, "how long the dependency had been ready by then"),
        Column("failed_tries", WHOLE, "failed tries"),
        Column("restarts", WHOLE, "restarts by policy"),
        Column("reason", TEXT, "what it means stands in analyse.whatif.REASONS", WHATIF_REASONS),
        Column("holds_to_s", REAL, "longest time to ready under which it still recovers; inf = any, NaN = not asked"),
        Column(
            "verdict",
            TEXT,
            "clean = no failed try; works = after failed tries; luck = not if it took twice as long; NaN = not asked",
            WHATIF_VERDICTS,
        ),
    ),
)

READINESS = Table(
    "readiness",
    "one start of a dependency, and how long it took to be ready",
    (
        Column("incident", TEXT, "where it was seen"),
        Column("service", TEXT, "the dependency"),
        Column("container", TEXT, "its container"),
        Column("duration_s", REAL, "from its start to ready; where not observed, to when we stopped looking"),
        Column("observed", FLAG, "whether it became ready; False = censored: it takes longer than duration_s"),
        *where(),
    ),
    ("duration_s",),
)

SURVIVAL = Table(
    "survival",
    "one step of the Kaplan-Meier curve of the time to ready",
    (
        Column("time_s", REAL, "time since the dependency's start"),
        Column("waiting_ratio", REAL, "share of starts that take longer"),
        Column("lower_ratio", REAL, "lower bound of its pointwise confidence interval"),
        Column("upper_ratio", REAL, "upper bound"),
        Column("at_risk", WHOLE, "starts that were still looked at"),
        Column("ready", WHOLE, "starts that became ready at this time"),
        Column("censored", WHOLE, "starts that nobody looked at any longer from this time on"),
    ),
    ("time_s",),
)

RECOVERY = Table(
    "recovery",
    "one point of a recovery curve: the share of starts that have recovered by then under a setting",
    (
        Column("setting", TEXT, "the setting in words"),
        Column("time_s", REAL, "time since the stack's start"),
        Column("recovered_ratio", REAL, "share of the replays that have recovered"),
        Column("lower_ratio", REAL, "lower bound of its 95 % interval over the starts seen"),
        Column("upper_ratio", REAL, "upper bound"),
    ),
    ("setting", "time_s"),
)

RECOMMENDATIONS = Table(
    "recommendations",
    "one setting, and the smallest value that recovers with a wanted probability",
    (
        Column("parameter", TEXT, "the setting"),
        Column("value", REAL, "smallest value whose estimated probability reaches the wanted one; NaN = none tried"),
        Column("sure_value", REAL, "smallest value whose lower confidence bound reaches it; NaN = the data cannot say"),
        Column("probability", REAL, "the wanted probability"),
        Column("confidence", REAL, "of the bound, one-sided"),
        Column("deadline_s", REAL, "time to ready that `value` still survives"),
        Column("starts", WHOLE, "starts of the dependency that were seen"),
        Column("censored", WHOLE, "of them, not seen to become ready"),
        Column("starts_needed", WHOLE, "starts without a failure that it takes to support the probability"),
        Column("supported", FLAG, "whether the data support the wanted probability at that confidence"),
        Column("sentence", TEXT, "the recommendation in words"),
    ),
)
