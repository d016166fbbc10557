"""The evidence: what was read, each row with the place where it stands."""

from __future__ import annotations

from incidentlab.tables.beside import CLOCKS, NOTES, READINGS
from incidentlab.tables.images import IMAGE_FILES, IMAGES, LAYERS
from incidentlab.tables.scans import SCANS, VULNERABILITIES
from incidentlab.tables.table import FLAG, REAL, TEXT, TIME, WHOLE, Column, Table, where
from incidentlab.tables.written import ENGINES, INSTRUCTIONS, SETTINGS

LINE_KINDS = ("log", "continuation", "compose", "build", "shell", "unknown")
LOG_LEVELS = ("debug", "info", "warning", "error", "fatal")
PROBE_OUTCOMES = ("pass", "fail", "timeout", "exec_error")

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
        Column("path", TEXT, "PATH of Config.Env; NaN = not set"),
        Column("command", TEXT, "JSON list of what process 1 was started with: Path and Args"),
        Column("memory_swap_bytes", WHOLE, "HostConfig.MemorySwap: memory and swap together; 0 = not set, -1 = any"),
        Column("stop_timeout_s", WHOLE, "Config.StopTimeout: seconds between stop signal and kill; NA = 10"),
        Column("log_driver", TEXT, "HostConfig.LogConfig.Type"),
        Column("log_options", TEXT, "HostConfig.LogConfig.Config as a JSON object"),
        Column("published", TEXT, "JSON list of the ports of the host that it asks for (HostConfig.PortBindings)"),
        Column("mounts", TEXT, "JSON list of {type, name, destination}"),
        *where(),
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
        *where(),
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
        Column("stream", TEXT, "NaN where the source merges them", ("stdout", "stderr")),
        Column("kind", TEXT, "whose line it is (see parse.compose_logs)", LINE_KINDS),
        Column("message", TEXT, "the text without prefix, time stamp, ANSI escapes and line end"),
        Column("level", TEXT, "NaN where the line states none", LOG_LEVELS),
        Column(
            "app_ts", TIME, "the time that the program itself printed, where it bears a zone or is UTC by convention"
        ),
        *where(),
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
        *where(),
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
        Column("outcome", TEXT, "what became of it", PROBE_OUTCOMES),
        Column("output", TEXT, "what the probe printed (the engine keeps 4096 bytes)"),
        *where(),
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
        Column("cpu_periods", WHOLE, "scheduler periods since it started in which its CPU limit was watched"),
        Column("cpu_throttled_periods", WHOLE, "those in which it was held back"),
        Column("memory_bytes", WHOLE, "memory in use without the inactive page cache, as `docker stats` counts it"),
        Column("memory_limit_bytes", WHOLE, "most that it may use: its limit, else the memory of the host"),
        Column("pids", WHOLE, "processes and threads"),
        Column("network_rx_bytes", WHOLE, "received since it started, all networks"),
        Column("network_tx_bytes", WHOLE, "sent since it started, all networks"),
        Column("block_read_bytes", WHOLE, "read from block devices since it started"),
        Column("block_write_bytes", WHOLE, "written to block devices since it started"),
        *where(),
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
        *where(),
    ),
    ("started", "observed_at"),
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
        Column("ports", TEXT, "JSON list of {published, target, protocol, host_ip}"),
        Column("env_names", TEXT, "JSON list of the environment variables' names, without values"),
        *where(),
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

EVIDENCE_TABLES = (
    CONTAINERS,
    ADDRESSES,
    LOGS,
    EVENTS,
    PROBES,
    SAMPLES,
    RUNS,
    IMAGES,
    LAYERS,
    IMAGE_FILES,
    SERVICES,
    SETTINGS,
    INSTRUCTIONS,
    ENGINES,
    SCANS,
    VULNERABILITIES,
    NOTES,
    READINGS,
    CLOCKS,
)
