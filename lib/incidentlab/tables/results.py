"""What is found in the evidence: what failed, ran and was ready, why, and the milestones of the incident."""

from __future__ import annotations

from incidentlab.tables.table import FLAG, REAL, TEXT, TIME, WHOLE, Column, Table, where

CATEGORIES = (
    "startup_race",
    "wrong_host",
    "dns_failure",
    "auth_failure",
    "missing_database",
    "healthcheck_misconfigured",
    "healthcheck_exec_failure",
    "dependency_unhealthy",
    "oom_killed",
    "command_not_found",
    "crash_loop_app_bug",
    "port_conflict",
    "disk_full",
    "permission_denied",
    "missing_config",
    "migration_failure",
    "incompatible_data",
    "tls_failure",
    "resource_limits",
    "network_timeout",
    "image_arch_mismatch",
    "line_endings",
    "dependency_outage",
    "benign",
    "unknown",
)
"""The answers that a diagnosis may give. ``benign`` and ``unknown`` are answers like the others."""

MILESTONE_NAMES = ("started", "impact", "detected", "acknowledged", "mitigated", "resolved")

MARKS = Table(
    "marks",
    "what one log line says, as one pattern reads it",
    (
        Column("row", WHOLE, "the row of LOGS, from 0"),
        Column(
            "question",
            TEXT,
            "what it answers; each = it stands by itself; sought = asked of few lines only",
            ("failure", "phase", "success", "detail", "each", "sought"),
        ),
        Column("kind", TEXT, "what the line says: a kind of `knowledge`"),
        Column("signature", TEXT, "the name of the pattern"),
        Column("runtime", TEXT, "who writes such a line"),
        Column("code", TEXT, "what the line names, as it is printed"),
        Column("errno", TEXT, "the same"),
        Column("syscall", TEXT, "the same"),
        Column("host", TEXT, "the same"),
        Column("address", TEXT, "the same"),
        Column("port", TEXT, "the same"),
        Column("subject", TEXT, "the same"),
    ),
    ("row",),
)

FAILURES = Table(
    "failures",
    "one failure that a log tells of, a stack trace folded into one record",
    (
        Column("ts", TIME, "time of its first line"),
        Column("order", WHOLE, "position of its first line"),
        Column("service", TEXT, "the service that failed (whose log it is)"),
        Column("container", TEXT, "its container"),
        Column("kind", TEXT, "what failed: a kind of `knowledge` that answers the question failure"),
        Column("code", TEXT, "symbolic code: ECONNREFUSED, ENOTFOUND, SQLSTATE, exception class"),
        Column("errno", WHOLE, "number as printed (Node: -111, libc: 111)"),
        Column("syscall", TEXT, "connect, getaddrinfo, ..."),
        Column("host", TEXT, "host name of the target, where it is named"),
        Column("address", TEXT, "IP address of the target"),
        Column("port", WHOLE, "port of the target"),
        Column("subject", TEXT, "what else the message names: role, database, path, variable, table"),
        Column("runtime", TEXT, "node, python, java, go, ruby, php, dotnet, rust, postgres, engine, ..."),
        Column("target", TEXT, "the service that the target resolves to"),
        Column("target_by", TEXT, "how it was resolved", ("host", "address", "port", "depends_on", "loopback")),
        Column("message", TEXT, "the line that decides, as it stands in the log"),
        Column("signature", TEXT, "the name of the pattern that matched"),
        Column("level", TEXT, "the level that the deciding line states, else the first line of its record"),
        Column("last_line", WHOLE, "last line of the folded record"),
        *where(),
    ),
    ("ts", "order"),
)

ATTEMPTS = Table(
    "attempts",
    "one try of a service to reach a dependency",
    (
        Column("service", TEXT, "who tried"),
        Column("dependency", TEXT, "whom"),
        Column("number", WHOLE, "from 1, per service and dependency"),
        Column("run", WHOLE, "run of the container in which it fell, from 1; NA where runs are not known"),
        Column("ts", TIME, "when its outcome was logged"),
        Column("order", WHOLE, "position in the source"),
        Column("ok", FLAG, "whether it succeeded"),
        Column("kind", TEXT, "kind of the failure; NaN for a success"),
        Column("message", TEXT, "the line that tells of it"),
        *where(),
    ),
    ("ts", "order"),
)

LIFETIMES = Table(
    "lifetimes",
    "one run of a container",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id"),
        Column("run", WHOLE, "from 1"),
        Column("started", TIME, "State.StartedAt where inspect saw this run, else the start event"),
        Column("finished", TIME, "State.FinishedAt where inspect saw it, else the die event; NaT = still running"),
        Column("start_event", TIME, "time of the start event; NaT = not seen"),
        Column("die_event", TIME, "time of the die event; NaT = not seen"),
        Column("exit_code", WHOLE, "NA = still running"),
        Column("signal", WHOLE, "last kill signal sent before the end; NA = none seen"),
        Column("oom_killed", FLAG, "an oom event fell in this run, or inspect says so"),
        Column("duration_s", REAL, "finished - started, not below 0; NaN = still running"),
        Column("brought_by", TEXT, "who started it; NaN = not known", ("first_start", "policy", "human")),
        *where(),
    ),
    ("started", "container", "run"),
)

PHASES = Table(
    "phases",
    "one phase of a service",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "its container"),
        Column(
            "phase",
            TEXT,
            "running = nothing tells whether it is ready; temporary_server and restarting_inside = while it prepares",
            (
                "starting",
                "running",
                "temporary_server",
                "restarting_inside",
                "ready",
                "paused",
                "disconnected",
                "stopping",
                "exited",
            ),
        ),
        Column("start", TIME, "when it began; NaT = order only"),
        Column("end", TIME, "when it ended; NaT = still open when we stopped looking"),
        Column("start_order", WHOLE, "order of the row that opened it"),
        Column("end_order", WHOLE, "order of the row that closed it; NA = open"),
        Column("server", TEXT, "postgres, redis, mysql, ...; generic where only a listener or health is known"),
        Column("message", TEXT, "the line or event that opened it"),
        *where(),
    ),
    ("start", "start_order"),
)

FINDINGS = Table(
    "findings",
    "one hypothesis about the cause, ranked",
    (
        Column("rank", WHOLE, "1 = the verdict"),
        Column("category", TEXT, "the answer", CATEGORIES),
        Column("service", TEXT, "the service that failed; NaN where none can be named"),
        Column("dependency", TEXT, "the service that it depended on; NaN where none"),
        Column("confidence", REAL, "0 to 1: how often a finding like this is right"),
        Column("sentence", TEXT, "the finding in one sentence, with its figures"),
        Column("remedy", TEXT, "what to change, and how to verify it"),
        Column("follows", WHOLE, "rank of the finding that this one is a consequence of; NA = a first cause"),
        Column("recovered", FLAG, "whether the service worked again within the evidence"),
        Column("recovered_by", TEXT, "NaN = did not, or not known", ("restart_policy", "retry", "human")),
    ),
    ("rank",),
)

EVIDENCE = Table(
    "evidence",
    "one row that speaks for or against a finding",
    (
        Column("rank", WHOLE, "the finding"),
        Column("role", TEXT, "how it stands to the finding", ("for", "against", "missing")),
        Column("fact", TEXT, "what the row shows, in words"),
        Column("ts", TIME, "when"),
        Column("order", WHOLE, "position in the source"),
        Column("service", TEXT, "where"),
        Column("message", TEXT, "the row's own text"),
        *where(),
    ),
    ("rank",),
)

EXCLUDED = Table(
    "excluded",
    "one cause that is ruled out, and the row that does it",
    (
        Column("category", TEXT, "the cause that it is not", CATEGORIES),
        Column("because", TEXT, "why the row rules it out"),
        Column("fact", TEXT, "what the row shows, in words"),
        Column("ts", TIME, "when"),
        Column("service", TEXT, "where"),
        Column("message", TEXT, "the row's own text"),
        *where(),
    ),
)

HARMS = Table(
    "harms",
    "one bad thing that was seen to happen to a service, explained or not; nobody asked for it",
    (
        Column("service", TEXT, "whom it happened to; NaN where no service is named"),
        Column("container", TEXT, "its container"),
        Column(
            "kind",
            TEXT,
            "what happened; listed = a listing shows it",
            (
                "crashed",
                "ended",
                "restarting",
                "reset",
                "unhealthy",
                "never started",
                "fatal",
                "child ended",
                "errors",
                "refuses",
                "waits",
                "listed",
                "step failed",
            ),
        ),
        Column("ts", TIME, "when first; NaT = order only, or not known"),
        Column("until", TIME, "when last"),
        Column("count", WHOLE, "how often"),
        Column("exit_code", WHOLE, "of the end, or of the last probe; NA = none"),
        Column("detail", TEXT, "the line that says it first, or the state"),
        Column("order", WHOLE, "position of its first row in the source"),
        *where(),
    ),
)

TIMELINE = Table(
    "timeline",
    "one thing that happened, from any source",
    (
        Column("ts", TIME, "when; NaT = order only"),
        Column("order", WHOLE, "position in its source"),
        Column("service", TEXT, "where"),
        Column("what", TEXT, "start, die, refused, ready, success, probe_fail, healthy, ..."),
        Column("detail", TEXT, "in words"),
        Column("source", TEXT, "where it was seen", ("logs", "events", "probes", "inspect", "notes", "readings")),
        Column("error_s", REAL, "error bar of `ts` against the other clocks, to both sides; 0 = the clock of all"),
        Column("unordered_s", REAL, "error within which its order to the row before is unknown; NaN = it is known"),
        *where(),
    ),
    ("ts", "order"),
)

MILESTONES = Table(
    "milestones",
    "one milestone of the incident; always all six, one that is not known has no time and no place",
    (
        Column("name", TEXT, "the milestone", MILESTONE_NAMES),
        Column("ts", TIME, "when; NaT = not known, or known by its order only"),
        Column("service", TEXT, "where"),
        Column("definition", TEXT, "what was looked for"),
        Column("what", TEXT, "what the row shows, in words; NaN = nothing was found"),
        Column("source", TEXT, "a row shows it, or a person wrote it down; NaN = not known", ("evidence", "person")),
        Column("uncertainty_s", REAL, "error bar of `ts`, to both sides; NaN = no time"),
        *where(),
    ),
)

METRICS = Table(
    "metrics",
    "one duration between two milestones; always all four",
    (
        Column("name", TEXT, "time to detect, acknowledge, mitigate, resolve", ("TTD", "TTA", "TTM", "TTR")),
        Column("definition", TEXT, "from which milestone to which"),
        Column("begin", TEXT, "the milestone from which it counts", MILESTONE_NAMES),
        Column("end", TEXT, "the milestone to which it counts", MILESTONE_NAMES),
        Column("duration_s", REAL, "ts of `end` - ts of `begin`; NaN = one of them is not known"),
        Column("uncertainty_s", REAL, "the error bars of both, added; 0 = both are the same row"),
        Column(
            "order",
            TEXT,
            "of `end` to `begin`; unknown = inside the error bar; NaN = one of them is not known",
            ("after", "same", "before", "unknown"),
        ),
    ),
)
