"""The vocabulary: every table of incidentlab, its columns, their types and their meaning.

All rooms speak in these tables and import nothing else of each other. A table is one visible specification,
and `check` is the only door into it: it selects, orders, casts and sorts, refuses times without a zone, and
names what is missing. Empty is a normal value: all columns, all dtypes, no rows.

Four conventions hold everywhere:

- a time is ``datetime64[ns, UTC]``; NaT means "not given by the source", or, for an end, "still open when we
  stopped looking" (censored);
- a unit is the suffix of the column's name (``duration_s``, ``memory_bytes``);
- every evidence row says where it stands: ``file``, ``line`` (from 1, lines split at LF only) and, inside a
  JSON line, ``pointer`` (RFC 6901). A claim that cannot point at rows is not a finding;
- ``order`` is a row's place in its source. Where the times are missing, it is all that is known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

TEXT = "str"
TIME = "datetime64[ns, UTC]"
WHOLE = "Int64"
REAL = "float64"
FLAG = "boolean"

NEVER = cast("pd.Timestamp", pd.NaT)
"""A time that the source does not give."""

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


class IncidentlabError(Exception):
    """Something the reader can act on: the message says what was wrong, where, and what to do next."""


class BadInput(IncidentlabError):
    """The evidence given cannot be used: not there, not readable, not what it claims to be."""


class BadTable(IncidentlabError):
    """A frame does not fit the table that it was offered as: a mistake in a program, not in the evidence."""


class EngineTrouble(IncidentlabError):
    """The Docker Engine or Compose could not be asked: not running, no permission, no such project."""


class BadParameter(IncidentlabError):
    """A notebook or command parameter is unknown or has the wrong type."""


@dataclass(frozen=True)
class Column:
    """One column: name, pandas dtype, and meaning with unit and source."""

    name: str
    dtype: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: name, what one row is, its columns, and the columns that it is sorted by."""

    name: str
    row: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The column names in their order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, str]:
        """The dtype of each column."""
        return {column.name: column.dtype for column in self.columns}


def _where() -> tuple[Column, ...]:
    return (
        Column("file", TEXT, "the file inside the bundle, or the name of the text source"),
        Column("line", WHOLE, "the line in that file, from 1"),
        Column("pointer", TEXT, "JSON pointer inside that line; NaN where the whole line is meant"),
    )


# ---------------------------------------------------------------------------------------------- evidence

CONTAINERS = Table(
    "containers",
    "one container, as it was last seen",
    (
        Column("service", TEXT, "Compose service (label com.docker.compose.service)"),
        Column("replica", WHOLE, "container number within the service"),
        Column("container", TEXT, "container name without the leading slash"),
        Column("container_id", TEXT, "full id"),
        Column("image", TEXT, "image reference as configured"),
        Column("image_id", TEXT, "sha256 of the image"),
        Column("created", TIME, "when the container was created"),
        Column("started", TIME, "State.StartedAt of the last run; NaT = never started"),
        Column("finished", TIME, "State.FinishedAt; while running after a restart it belongs to the run before"),
        Column("state", TEXT, "State.Status: created, running, paused, restarting, exited, dead, removing"),
        Column("exit_code", WHOLE, "State.ExitCode of the last run"),
        Column("error", TEXT, "State.Error: why the last start failed"),
        Column("oom_killed", FLAG, "State.OOMKilled: something in the container was killed for memory"),
        Column("restart_count", WHOLE, "restarts by policy since the last start by hand"),
        Column("restart_policy", TEXT, "no, always, unless-stopped, on-failure"),
        Column("restart_max", WHOLE, "MaximumRetryCount of on-failure; 0 = no limit"),
        Column("health", TEXT, "State.Health.Status; NaN without a healthcheck"),
        Column("failing_streak", WHOLE, "State.Health.FailingStreak"),
        Column("ip", TEXT, "last IP address seen while it ran"),
        Column("user", TEXT, "Config.User"),
        Column("tty", FLAG, "Config.Tty: the streams are merged"),
        Column("memory_limit_bytes", WHOLE, "HostConfig.Memory; 0 = none"),
        Column("cpu_limit", REAL, "HostConfig.NanoCpus / 1e9, in CPUs; 0 = none"),
        Column("health_test", TEXT, "healthcheck command as a JSON list; NaN without one"),
        Column("health_interval_s", REAL, "seconds between probes; NaN = engine default (30)"),
        Column("health_timeout_s", REAL, "seconds a probe may take; NaN = engine default (30)"),
        Column("health_start_period_s", REAL, "seconds during which failures do not count; NaN = 0"),
        Column("health_start_interval_s", REAL, "seconds between probes during the start period; NaN = default"),
        Column("health_retries", WHOLE, "failures in a row that make it unhealthy; NA = 3"),
        Column("depends_on", TEXT, "JSON object: service -> condition"),
        Column("stop_signal", TEXT, "Config.StopSignal; NaN = SIGTERM"),
        Column("env_names", TEXT, "JSON list of the environment variables' names, without values"),
        *_where(),
    ),
    ("service", "replica", "created"),
)

ADDRESSES = Table(
    "addresses",
    "one IP address of a container on a network, with the time for which it was seen",
    (
        Column("ip", TEXT, "IPv4 or IPv6 address"),
        Column("network", TEXT, "network name"),
        Column("service", TEXT, "Compose service that held it"),
        Column("container_id", TEXT, "full id"),
        Column("aliases", TEXT, "JSON list of the names under which others can reach it"),
        Column("first_seen", TIME, "first inspect that showed it"),
        Column("last_seen", TIME, "last inspect that showed it"),
        *_where(),
    ),
    ("first_seen", "ip"),
)

LOGS = Table(
    "logs",
    "one log line",
    (
        Column("ts", TIME, "when the engine read the line; NaT where the source gives no time"),
        Column("order", WHOLE, "position in the source, from 0"),
        Column("service", TEXT, "Compose service; NaN where the text does not say"),
        Column("replica", WHOLE, "container number; NA where the text does not say"),
        Column("container", TEXT, "container name as far as the source gives it"),
        Column("stream", TEXT, "stdout or stderr; NaN where the source merges them"),
        Column("kind", TEXT, "log, continuation, compose, build, shell, unknown (see parse.compose_logs)"),
        Column("message", TEXT, "the text without prefix, time stamp, ANSI escapes and line end"),
        Column("level", TEXT, "debug, info, warning, error, fatal; NaN where the line states none"),
        Column(
            "app_ts", TIME, "the time that the program itself printed, where it bears a zone or is UTC by convention"
        ),
        *_where(),
    ),
    ("ts", "order"),
)

EVENTS = Table(
    "events",
    "one engine event, or a Compose status line that reports one",
    (
        Column("ts", TIME, "timeNano; NaT for a status line in a text without times"),
        Column("order", WHOLE, "position in the source, from 0; comparable with logs.order in the same file"),
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id; NaN for a status line"),
        Column("type", TEXT, "container, network, volume, image, daemon"),
        Column("action", TEXT, "Action up to the first colon: create, start, die, health_status, ..."),
        Column("detail", TEXT, "what follows the colon: healthy, unhealthy, the probe's command"),
        Column("exit_code", WHOLE, "exitCode of die and exec_die"),
        Column("signal", WHOLE, "signal number of kill"),
        Column("attributes", TEXT, "the remaining attributes as a JSON object"),
        *_where(),
    ),
    ("ts", "order"),
)

PROBES = Table(
    "probes",
    "one health probe",
    (
        Column("start", TIME, "State.Health.Log[].Start"),
        Column("end", TIME, "State.Health.Log[].End"),
        Column("service", TEXT, "Compose service"),
        Column("container_id", TEXT, "full id"),
        Column("exit_code", WHOLE, "0 healthy, other unhealthy, -1 the probe itself did not finish"),
        Column("outcome", TEXT, "pass, fail, timeout, exec_error"),
        Column("output", TEXT, "what the probe printed (the engine keeps 4096 bytes)"),
        *_where(),
    ),
    ("start",),
)

SAMPLES = Table(
    "samples",
    "one reading of a container's resources (the engine's stats)",
    (
        Column("ts", TIME, "when the engine read them"),
        Column("service", TEXT, "Compose service"),
        Column("container_id", TEXT, "full id"),
        Column("cpu_ratio", REAL, "CPUs in use since the sample before, 1 = one whole CPU; NaN = no sample before"),
        Column("memory_bytes", WHOLE, "memory in use without the inactive page cache, as `docker stats` counts it"),
        Column("memory_limit_bytes", WHOLE, "most that it may use: its limit, else the memory of the host"),
        Column("pids", WHOLE, "processes and threads"),
        Column("network_rx_bytes", WHOLE, "received since it started, all networks"),
        Column("network_tx_bytes", WHOLE, "sent since it started, all networks"),
        Column("block_read_bytes", WHOLE, "read from block devices since it started"),
        Column("block_write_bytes", WHOLE, "written to block devices since it started"),
        *_where(),
    ),
    ("ts", "container_id"),
)

RUNS = Table(
    "runs",
    "one run of a container, as one inspect saw it",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column("container_id", TEXT, "full id"),
        Column("started", TIME, "State.StartedAt; NaT = never started"),
        Column("finished", TIME, "State.FinishedAt; before `started` it belongs to the run before"),
        Column("exit_code", WHOLE, "State.ExitCode; NA while it runs"),
        Column("oom_killed", FLAG, "State.OOMKilled"),
        Column("restart_count", WHOLE, "RestartCount: restarts by policy since the last start by hand"),
        Column("observed_at", TIME, "when the first inspect that showed exactly this was taken; NaT = not recorded"),
        *_where(),
    ),
    ("started", "observed_at"),
)

IMAGES = Table(
    "images",
    "one image that a container of the project used",
    (
        Column("image", TEXT, "reference"),
        Column("image_id", TEXT, "sha256"),
        Column("created", TIME, "when it was built"),
        Column("size_bytes", WHOLE, "size on disk"),
        Column("user", TEXT, "Config.User"),
        Column("architecture", TEXT, "as Go spells it: amd64, arm64"),
        Column("os", TEXT, "linux, windows"),
        *_where(),
    ),
    ("image",),
)

SERVICES = Table(
    "services",
    "one service of the Compose file as `docker compose config` resolves it",
    (
        Column("service", TEXT, "name"),
        Column("image", TEXT, "image, NaN where it is built"),
        Column("restart", TEXT, "restart policy as written; NaN = no"),
        Column("depends_on", TEXT, "JSON object: service -> condition"),
        Column("health_test", TEXT, "healthcheck test as a JSON list; NaN without one"),
        Column("ports", TEXT, "JSON list of {published, target, protocol}"),
        Column("env_names", TEXT, "JSON list of the environment variables' names, without values"),
        *_where(),
    ),
    ("service",),
)

LEDGER = Table(
    "ledger",
    "one source of evidence and what it can answer",
    (
        Column("source", TEXT, "logs:auth-service-1, events, inspect, images, config, text:NAME"),
        Column("first", TIME, "earliest time in it"),
        Column("last", TIME, "latest time in it"),
        Column("rows", WHOLE, "rows that it gave"),
        Column("truncated", TEXT, "how it is incomplete, and why; NaN = complete as far as can be known"),
        Column("gap", TEXT, "what cannot be answered from it; NaN = nothing known to be missing"),
        Column("error", TEXT, "why it could not be read; NaN = it could"),
    ),
    (),
)

# ----------------------------------------------------------------------------------------------- results

FAILURES = Table(
    "failures",
    "one failure that a log tells of, a stack trace folded into one record",
    (
        Column("ts", TIME, "time of its first line"),
        Column("order", WHOLE, "position of its first line"),
        Column("service", TEXT, "the service that failed (whose log it is)"),
        Column("container", TEXT, "its container"),
        Column("kind", TEXT, "what failed: refused, dns, timeout, auth, ... (see analyse.failures)"),
        Column("code", TEXT, "symbolic code: ECONNREFUSED, ENOTFOUND, SQLSTATE, exception class"),
        Column("errno", WHOLE, "number as printed (Node: -111, libc: 111)"),
        Column("syscall", TEXT, "connect, getaddrinfo, ..."),
        Column("host", TEXT, "host name of the target, where it is named"),
        Column("address", TEXT, "IP address of the target"),
        Column("port", WHOLE, "port of the target"),
        Column("subject", TEXT, "what else the message names: role, database, path, variable, table"),
        Column("runtime", TEXT, "node, python, java, go, ruby, php, dotnet, rust, postgres, engine, ..."),
        Column("target", TEXT, "the service that the target resolves to"),
        Column("target_by", TEXT, "how it was resolved: host, address, port, depends_on"),
        Column("message", TEXT, "the line that decides, as it stands in the log"),
        Column("signature", TEXT, "the name of the pattern that matched"),
        Column("last_line", WHOLE, "last line of the folded record"),
        *_where(),
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
        *_where(),
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
        Column("brought_by", TEXT, "who started it: first_start, policy, human; NaN = not known"),
        *_where(),
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
            "created, starting, temporary_server, restarting_inside, ready, paused, disconnected, stopping, exited",
        ),
        Column("start", TIME, "when it began; NaT = order only"),
        Column("end", TIME, "when it ended; NaT = still open when we stopped looking"),
        Column("start_order", WHOLE, "order of the row that opened it"),
        Column("end_order", WHOLE, "order of the row that closed it; NA = open"),
        Column("server", TEXT, "postgres, redis, mysql, ...; generic where only a listener or health is known"),
        Column("message", TEXT, "the line or event that opened it"),
        *_where(),
    ),
    ("start", "start_order"),
)

FINDINGS = Table(
    "findings",
    "one hypothesis about the cause, ranked",
    (
        Column("rank", WHOLE, "1 = the verdict"),
        Column("category", TEXT, "one of CATEGORIES"),
        Column("service", TEXT, "the service that failed; NaN where none can be named"),
        Column("dependency", TEXT, "the service that it depended on; NaN where none"),
        Column("confidence", REAL, "0 to 1: how often a finding like this is right"),
        Column("sentence", TEXT, "the finding in one sentence, with its figures"),
        Column("remedy", TEXT, "what to change, and how to verify it"),
        Column("follows", WHOLE, "rank of the finding that this one is a consequence of; NA = a first cause"),
        Column("recovered", FLAG, "whether the service worked again within the evidence"),
        Column("recovered_by", TEXT, "restart_policy, retry, human; NaN = did not, or not known"),
    ),
    ("rank",),
)

EVIDENCE = Table(
    "evidence",
    "one row that speaks for or against a finding",
    (
        Column("rank", WHOLE, "the finding"),
        Column("role", TEXT, "for, against, missing"),
        Column("fact", TEXT, "what the row shows, in words"),
        Column("ts", TIME, "when"),
        Column("order", WHOLE, "position in the source"),
        Column("service", TEXT, "where"),
        Column("message", TEXT, "the row's own text"),
        *_where(),
    ),
    ("rank",),
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
        Column("source", TEXT, "logs, events, probes, inspect"),
        *_where(),
    ),
    ("ts", "order"),
)

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
        Column("predicted_from", TEXT, "count = every restart since the delay began is known; gap = from observed_s"),
        Column("cause", TEXT, "policy, human (a command, docker's or Compose's), compose (replaced), unknown"),
        Column("restart_count", WHOLE, "RestartCount after it; NA = the start by hand before was not seen"),
        Column("budget_left", WHOLE, "restarts that on-failure:N still allows after it; NA = no limit, or not known"),
        Column("note", TEXT, "what is out of the ordinary; NaN = nothing"),
        *_where(),
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
        Column("reason", TEXT, "see analyse.restarts.REASONS"),
        Column("sentence", TEXT, "the reason in words, with its figures"),
        Column("ts", TIME, "when it was decided; NaT = no event tells"),
        Column("restarts", WHOLE, "restarts by policy that were seen"),
        Column("restart_count", WHOLE, "RestartCount as inspect gives it"),
        Column("exit_code", WHOLE, "exit code of the last run that ended"),
        *_where(),
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
        Column("ended_by", TEXT, "success, run_end (a later run tries again), open (nothing more was seen)"),
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
        *_where(),
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
        *_where(),
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
        *_where(),
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
        Column("outcome", TEXT, "pass, fail, timeout, exec_error"),
        Column("counted", FLAG, "a failure that raised the streak, or a success; False = inside the start period"),
        Column("streak", WHOLE, "failures in a row after it"),
        Column("state", TEXT, "state after it: starting, healthy, unhealthy"),
        Column("changed", FLAG, "whether it changed the state: the engine emits health_status only then"),
        Column("missing", WHOLE, "probes just before it that must have run and were not recorded"),
        *_where(),
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
        Column("state", TEXT, "starting, healthy, unhealthy"),
        Column("start", TIME, "when it began"),
        Column("end", TIME, "when it ended; NaT = still open when we stopped looking"),
        Column("forced", FLAG, "the engine says unhealthy only because it stopped probing; no event, no judgement"),
        Column("cause", TEXT, "what began it: start, probe, die, pause, event (the probe was not recorded)"),
        Column("streak", WHOLE, "failures in a row when it ended"),
        Column("passes", WHOLE, "probes that passed in it"),
        Column("fails", WHOLE, "probes that the test failed"),
        Column("timeouts", WHOLE, "probes that took too long"),
        Column("exec_errors", WHOLE, "probes that could not run at all"),
        Column("uncounted", WHOLE, "failures that did not count because of the start period"),
        Column("missing", WHOLE, "probes that must have run in it, or just before it began, and were not recorded"),
        Column("period_end", TIME, "end of the start period of its run; NaT = none"),
        *_where(),
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
        Column("reason", TEXT, "see analyse.whatif.REASONS"),
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
        *_where(),
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

MILESTONES = Table(
    "milestones",
    "one milestone of the incident; always all six, one that is not known has no time and no place",
    (
        Column("name", TEXT, "started, impact, detected, acknowledged, mitigated, resolved"),
        Column("ts", TIME, "when; NaT = not known, or known by its order only"),
        Column("service", TEXT, "where"),
        Column("definition", TEXT, "what was looked for"),
        Column("what", TEXT, "what the row shows, in words; NaN = nothing was found"),
        Column("source", TEXT, "evidence (a row shows it), person (somebody wrote it down); NaN = not known"),
        Column("uncertainty_s", REAL, "error bar of `ts`, to both sides; NaN = no time"),
        *_where(),
    ),
)

METRICS = Table(
    "metrics",
    "one duration between two milestones; always all four",
    (
        Column("name", TEXT, "TTD, TTA, TTM, TTR: time to detect, acknowledge, mitigate, resolve"),
        Column("definition", TEXT, "from which milestone to which"),
        Column("begin", TEXT, "the milestone from which it counts"),
        Column("end", TEXT, "the milestone to which it counts"),
        Column("duration_s", REAL, "ts of `end` - ts of `begin`; NaN = one of them is not known"),
        Column("uncertainty_s", REAL, "the error bars of both, added; 0 = both are the same row"),
        Column("order", TEXT, "after, same, before, unknown (inside the error bar); NaN = not known"),
    ),
)

EVIDENCE_TABLES = (CONTAINERS, ADDRESSES, LOGS, EVENTS, PROBES, SAMPLES, RUNS, IMAGES, SERVICES)
RESULT_TABLES = (
    FAILURES,
    ATTEMPTS,
    LIFETIMES,
    PHASES,
    FINDINGS,
    EVIDENCE,
    TIMELINE,
    RESTARTS,
    LOOP_ENDS,
    BACKOFFS,
    BACKOFF_GAPS,
    POLICY_MATCHES,
    HEALTH_PROBES,
    HEALTH,
    WHATIF,
    READINESS,
    SURVIVAL,
    RECOVERY,
    RECOMMENDATIONS,
    MILESTONES,
    METRICS,
)


def empty(table: Table) -> pd.DataFrame:
    """Return the table without rows, every column in place.

    Examples
    --------
    >>> empty(PROBES).shape
    (0, 10)
    """
    return pd.DataFrame({c.name: pd.Series([], dtype=_dtype(c.dtype)) for c in table.columns})


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` as `table`: its columns in order, cast, sorted; the only door into a table.

    Parameters
    ----------
    frame
        Has at least the columns of `table`; others are left out. It is not changed.
    table
        The specification.

    Returns
    -------
    pandas.DataFrame
        With a fresh index from 0. The sort is stable and puts rows without a time last.

    Raises
    ------
    BadTable
        A column is missing, a time has no zone, or a value does not fit its dtype.

    Examples
    --------
    >>> check(pd.DataFrame({"start": ["2026-01-01"]}), PROBES)
    Traceback (most recent call last):
    incidentlab.tables.BadTable: probes: missing columns end, service, container_id, exit_code, outcome, output, \
file, line, pointer; present: start
    """
    missing = [name for name in table.names if name not in frame.columns]
    if missing:
        raise BadTable(
            f"{table.name}: missing columns {', '.join(missing)}; present: {', '.join(map(str, frame.columns))}"
        )
    columns = {column.name: _cast(frame[column.name], column, table) for column in table.columns}
    result = pd.DataFrame(columns)
    if len(result) and not _sorted(result, table):
        result = result.sort_values(list(table.sort), kind="stable", na_position="last")
    return result.reset_index(drop=True)


def rows(records: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    """Return `records` as `table`; a key that a record does not have is a missing value.

    Examples
    --------
    >>> rows([{"service": "redis", "outcome": "pass"}], PROBES)[["service", "outcome"]].values.tolist()
    [['redis', 'pass']]

    Raises
    ------
    BadTable
        A record has a key that is no column of the table, or a value does not fit.
    """
    if not records:
        return empty(table)
    surplus = sorted({key for record in records for key in record} - set(table.names))
    if surplus:
        raise BadTable(f"{table.name}: no such column: {', '.join(surplus)}; it has {', '.join(table.names)}")
    return check(pd.DataFrame.from_records(records, columns=table.names), table)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as dictionaries, in order: the way back from `rows`.

    Examples
    --------
    >>> records(rows([{"service": "redis"}], PROBES))[0]["service"]
    'redis'
    """
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def join(frames: list[pd.DataFrame], table: Table) -> pd.DataFrame:
    """Return the rows of several frames of one table as one frame of that table.

    Examples
    --------
    >>> len(join([empty(PROBES), empty(PROBES)], PROBES))
    0
    """
    filled = [frame for frame in frames if len(frame)]
    return check(pd.concat(filled, ignore_index=True), table) if filled else empty(table)


def evidence_id(file: str, line: int, pointer: str | None = None) -> str:
    """Return a short stable name for an evidence row, made of where it stands.

    Examples
    --------
    >>> evidence_id("logs/auth-service-1.stderr.log", 12)
    'E-423f9ba0'
    """
    place = f"{file}:{line}:{pointer or ''}"
    return "E-" + hashlib.sha256(place.encode()).hexdigest()[:8]


def _sorted(frame: pd.DataFrame, table: Table) -> bool:
    """Tell cheaply whether nothing has to move: no sort key, or a first key that already rises strictly."""
    first = frame[table.sort[0]] if table.sort else None
    return first is None or bool(first.notna().all() and first.is_monotonic_increasing and first.is_unique)


def _dtype(name: str) -> Any:  # pandas' stubs know no common type for "a dtype or its name"
    return pd.DatetimeTZDtype("ns", "UTC") if name == TIME else name


def _cast(values: pd.Series[Any], column: Column, table: Table) -> pd.Series[Any]:
    try:
        if column.dtype == TIME:
            return _utc(values)
        if column.dtype == WHOLE and values.dtype == object:
            values = pd.Series(pd.array(values.tolist(), dtype="Int64"), index=values.index)
        return values.astype(_dtype(column.dtype))
    except (TypeError, ValueError, OverflowError) as error:
        raise BadTable(f"{table.name}.{column.name}: {error}; wanted {column.dtype}, got {values.dtype}") from error


def _utc(values: pd.Series[Any]) -> pd.Series[Any]:
    if values.isna().all():
        never = pd.DatetimeIndex(np.full(len(values), np.datetime64("NaT", "ns")))
        return never.tz_localize("UTC").to_series(index=values.index)
    stamps: pd.Series[Any] = pd.Series(pd.DatetimeIndex(values), index=values.index)
    if getattr(stamps.dtype, "tz", None) is None:
        raise ValueError("times without a zone")
    return cast("pd.Series[Any]", stamps.dt.tz_convert("UTC").astype(_dtype(TIME)))
