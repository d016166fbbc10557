# ruff: noqa: E501 - an example is one line: it is read beside the ones above and below it
"""For each rule what breaks it, the same without the measurement, and the same put right: tables worked out by hand."""

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit import Case
from incidentlab.parse import dockerfile
from incidentlab.parse.settings import settings

NEAR = {"file": "containers.jsonl", "line": 1}
FILES = [("sha256:l1", "/bin/sh", 0o755), ("sha256:l1", "/nodejs/bin/node", 0o755), ("sha256:l1", "/app/data", 0o644)]


def at(second: float) -> pd.Timestamp:
    """Return a moment so many seconds into the incident."""
    return pd.Timestamp("2026-11-23T09:00:00Z") + pd.Timedelta(seconds=second)


def compose(text: str) -> pd.DataFrame:
    """Return the settings of the services in a Compose file."""
    return settings("services:\n" + text, file="compose.yaml", resolved=False)


def docker(text: str) -> pd.DataFrame:
    """Return the instructions of a Dockerfile."""
    return dockerfile.parse(text.encode(), file="Dockerfile").frames["instructions"]


def case(**given: Any) -> Case:
    """Return a case of tables, each given as its rows."""
    own = {"contents": tables.IMAGE_CONTENTS, "waste": tables.IMAGE_WASTE}
    known = {table.name: table for table in (*tables.EVIDENCE_TABLES, tables.LEDGER, *tables.RESULT_TABLES)} | own
    made = {
        name: rows if isinstance(rows, pd.DataFrame) else tables.rows([dict(row) for row in rows], known[name])
        for name, rows in given.items()
    }
    return Case(**made)


def box(service: str = "web", **columns: Any) -> dict[str, Any]:
    """Return a container that runs well."""
    usual = {"container": f"x-{service}-1", "container_id": service, "image_id": "sha256:i", "state": "running",
             "restart_policy": "no", "user": "1001", "mounts": "[]", "started": at(0), "exit_code": 0,
             "health_test": '["CMD", "true"]'}  # fmt: skip
    return {"service": service} | usual | columns | NEAR


def image(**columns: Any) -> dict[str, Any]:
    """Return an image of two layers."""
    return {"image": "web:1", "image_id": "sha256:i", "user": "1001", "architecture": "amd64"} | columns | NEAR


def files(*more: tuple[str, str, int]) -> dict[str, Any]:
    """Return the layers of the image and their files."""
    layers = [
        {"image": "web:1", "image_id": "sha256:i", "layer": n, "step": n, "diff_id": f"sha256:l{n}", "instruction": "COPY",
         "created_by": f"COPY step {n}" if n == 1 else "RUN chown -R 1001 /app"}
        | NEAR
        for n in (1, 2)
    ]  # fmt: skip
    told = [*FILES, ("sha256:l2", "/app/x", 0o644), *more]
    entries = [{"diff_id": d, "path": p, "kind": "file", "mode": m, "size_bytes": 9} for d, p, m in told]
    return {"layers": layers, "image_files": entries}


def line(second: float, service: str = "web", **columns: Any) -> dict[str, Any]:
    """Return a line of a log."""
    return {"ts": at(second), "service": service, "message": "x", "kind": "log", "order": int(second)} | columns


def tried(second: float, ok: bool = False, **columns: Any) -> dict[str, Any]:
    """Return an attempt of web to reach db."""
    kind = None if ok else "refused"
    return {"service": "web", "dependency": "db", "ts": at(second), "ok": ok, "kind": kind} | columns


def phase(service: str, name: str, start: float, end: float | None = None, **columns: Any) -> dict[str, Any]:
    """Return a phase of a server."""
    usual = {"container": f"x-{service}-1", "server": "postgres", "end": at(end) if end is not None else None}
    return {"service": service, "phase": name, "start": at(start)} | usual | columns


def probe(start: float, outcome: str = "pass", *, service: str = "web", took: float = 0.1) -> dict[str, Any]:
    """Return a probe."""
    when = {"start": at(start), "end": at(start + took)}
    return {"service": service, "container_id": service, "outcome": outcome, "output": "no such file"} | when | NEAR


def run(number: int = 1, start: float = 0, end: float | None = None, **columns: Any) -> dict[str, Any]:
    """Return a run of web."""
    usual = {"service": "web", "container": "x-web-1", "container_id": "web", "run": number, "started": at(start)}
    return usual | {"finished": at(end) if end is not None else None} | columns | NEAR


def crash(number: int, code: int = 1) -> dict[str, Any]:
    """Return a restart by policy."""
    return {"service": "web", "container_id": "web", "number": number, "cause": "policy", "exit_code": code} | NEAR


def event(second: float, action: str, **columns: Any) -> dict[str, Any]:
    """Return an engine event of web."""
    usual = {"service": "web", "container_id": "web", "type": "container", "order": int(second)}
    return {"ts": at(second), "action": action} | usual | columns


def sample(second: float, memory: int, **columns: Any) -> dict[str, Any]:
    """Return a reading of web."""
    return {"ts": at(second), "service": "web", "container_id": "web", "memory_bytes": memory} | columns


def carried(kind: str, path: str, *, visible: bool = True, size: int = 5_000_000, layer: int = 2) -> dict[str, Any]:
    """Return something that an image carries."""
    told = {"image": "web:1", "kind": kind, "path": path, "files": 3, "size_bytes": size}
    return told | {"layer": layer, "visible": visible}


def hidden(reason: str, size: int = 5_000_000) -> dict[str, Any]:
    """Return bytes that layer 2 hides."""
    return {"image": "web:1", "layer": 1, "path": "/app/data", "size_bytes": size, "reason": reason, "hidden_by": 2}


DEPENDS = "  web: {depends_on: [db]}\n  db: {image: db, healthcheck: {test: [CMD, check]}}\n"
WAITS = DEPENDS.replace("[db]", "{db: {condition: service_healthy}}")
PLAIN = "  web: {image: web:1, restart: 'no'}\n"
CHECKED = "  web: {image: web:1, healthcheck: {test: [CMD, node], interval: 2s, retries: 2}}\n"
SOCKET = "  db: {image: postgres, healthcheck: {test: [CMD, pg_isready]}}\n"
ALIVE = "  web: {image: web:1, healthcheck: {test: 'curl -f localhost/health'}}\n"
LIMIT = "  web: {image: web:1, mem_limit: 100M}\n"
NODE = box(health_test='["CMD", "node", "probe.js"]', path="/usr/bin:/bin")
LOST = [{"source": "logs:x-web-1", "truncated": "rotated"}]
SHELL = box(command='["/bin/sh", "-c", "node server.js"]')
KILLED = [
    event(0, "kill", signal=15),
    event(10.3, "kill", signal=9),
    event(10.4, "die", exit_code=137),
    event(10.5, "stop"),
]
ASKED = [event(0, "kill", signal=15), event(0.3, "die", exit_code=0), event(0.5, "stop")]
STARTING = phase("web", "ready", 20)
PUBLISHED = "  web:\n    image: web:1\n    ports: ['8080:80']\n"
HEARD = {
    "logs": [line(0, message="Server listening on port 3000")],
    "marks": [{"row": 0, "question": "phase", "kind": "ready"}],
    "phases": [STARTING],
}
REFUSED_THERE = {"ts": at(30), "service": "proxy", "target": "web", "port": 80, "kind": "refused"} | NEAR
LOGGED = [box(log_driver="json-file", log_options="{}")]

Given = dict[str, Any]
EXAMPLES: dict[str, tuple[Given, Given, Given]] = {
    "depends-without-health": (
        {"settings": compose(DEPENDS), "logs": [line(1)], "attempts": [tried(1)], "phases": [phase("db", "ready", 5)]},
        {"settings": compose(DEPENDS), "logs": [line(1)], "containers": [box()], "ledger": LOST},
        {"settings": compose(WAITS), "logs": [line(1)], "attempts": [tried(6, ok=True)], "phases": [phase("db", "ready", 5)]},
    ),
    "healthy-without-check": (
        {"settings": compose(WAITS.replace(", healthcheck: {test: [CMD, check]}", "")), "containers": [box("db", health_test=None)]},
        {"settings": compose(WAITS.replace(", healthcheck: {test: [CMD, check]}", ""))},
        {"settings": compose(WAITS)},
    ),
    "no-healthcheck": (
        {"settings": compose(DEPENDS.replace("test: [CMD, check]", "disable: true"))},
        {"settings": compose(DEPENDS.replace(", healthcheck: {test: [CMD, check]}", ""))},
        {"settings": compose(DEPENDS.replace(", healthcheck: {test: [CMD, check]}", "")), "containers": [box("db")]},
    ),
    "starts-before-migration": (
        {"settings": compose(DEPENDS), "lifetimes": [run(service="db", end=9, exit_code=0)],
         "failures": [{"service": "web", "kind": "schema", "ts": at(3)}]},
        {"settings": compose(DEPENDS), "lifetimes": [run(service="db", end=9, exit_code=0)]},
        {"settings": compose(DEPENDS.replace("[db]", "{db: {condition: service_completed_successfully}}")),
         "lifetimes": [run(service="db", end=9, exit_code=0)], "failures": [{"service": "web", "kind": "schema", "ts": at(3)}]},
    ),
    "healthcheck-program-missing": (
        {"containers": [NODE], "images": [image()], **files()},
        {"containers": [NODE], "images": [image()]},
        {"containers": [NODE | {"path": "/nodejs/bin:/bin"}], "images": [image()], **files()},
    ),
    "socket-probe": (
        {"settings": compose(SOCKET)},
        {"settings": compose(SOCKET.replace("[CMD, pg_isready]", "[NONE]"))},
        {"settings": compose(SOCKET.replace("pg_isready", "pg_isready, --host=127.0.0.1"))},
    ),
    "liveness-as-readiness": (
        {"settings": compose(ALIVE), "logs": [line(1)], "attempts": [tried(1), tried(9)], "probes": [probe(5)]},
        {"settings": compose(ALIVE)},
        {"settings": compose(ALIVE.replace("health'", "ready'")), "logs": [line(1)], "attempts": [tried(1), tried(9)],
         "probes": [probe(5)]},
    ),
    "start-period-too-short": (
        {"settings": compose(CHECKED), "lifetimes": [run()], "probes": [probe(9)]},
        {"settings": compose(CHECKED)},
        {"settings": compose(CHECKED.replace("retries: 2", "retries: 2, start_period: 14s")), "lifetimes": [run()],
         "probes": [probe(9)]},
    ),
    "start-interval": (
        {"settings": compose(CHECKED.replace("retries: 2", "start_interval: 1s, start_period: 9s")),
         "engines": [{"version": "20.10.24+dfsg1"}]},
        {"settings": compose(CHECKED.replace("retries: 2", "start_interval: 1s, start_period: 9s"))},
        {"settings": compose(CHECKED.replace("retries: 2", "start_interval: 1s, start_period: 9s")),
         "engines": [{"version": "27.3.1"}]},
    ),
    "probe-near-timeout": (
        {"settings": compose(CHECKED.replace("retries: 2", "timeout: 1s")), "probes": [probe(n, took=0.9) for n in range(5)]},
        {"settings": compose(CHECKED.replace("retries: 2", "timeout: 1s"))},
        {"settings": compose(CHECKED.replace("retries: 2", "timeout: 1s")), "probes": [probe(n) for n in range(5)]},
    ),
    "unhealthy-unwatched": (
        {"containers": [box(restart_policy="always")],
         "health": [{"service": "web", "state": "unhealthy", "forced": False, "start": at(0), "end": at(90)}]},
        {"containers": [box(restart_policy="always")]},
        {"containers": [box(restart_policy="always")],
         "health": [{"service": "web", "state": "unhealthy", "forced": False, "start": at(0), "end": at(9)}]},
    ),
    "outage-never-seen": (
        {"settings": compose(CHECKED), "phases": [phase("web", "paused", 0, 3)], "probes": [probe(1, "fail")]},
        {"settings": compose(CHECKED), "phases": [phase("web", "paused", 0, 3)]},
        {"settings": compose(CHECKED), "phases": [phase("web", "paused", 0, 9)], "probes": [probe(1, "fail")]},
    ),
    "stays-down": (
        {"settings": compose(PLAIN), "containers": [box(state="exited", exit_code=1)]},
        {"settings": compose(PLAIN)},
        {"settings": compose(PLAIN), "containers": [box(state="exited", exit_code=0)]},
    ),
    "crashes-masked": (
        {"containers": [box(restart_policy="always")], "restarts": [crash(n) for n in (1, 2, 3)]},
        {"containers": [box(restart_policy="always")]},
        {"containers": [box(restart_policy="always")], "restarts": [crash(1)]},
    ),
    "policy-misses-the-end": (
        {"containers": [box(restart_policy="on-failure", state="exited")], "lifetimes": [run(end=9)],
         "failures": [{"service": "web", "kind": "refused", "ts": at(8.9), "message": "ECONNREFUSED"}]},
        {"containers": [box(restart_policy="on-failure", state="exited")]},
        {"containers": [box(restart_policy="on-failure", state="exited")], "lifetimes": [run(end=9)],
         "failures": [{"service": "web", "kind": "refused", "ts": at(1), "message": "ECONNREFUSED"}]},
    ),
    "grace-period-too-short": (
        {"containers": [box()], "events": KILLED},
        {"containers": [box()]},
        {"containers": [box()], "events": ASKED},
    ),
    "shell-swallows-stop": (
        {"containers": [SHELL], "events": KILLED},
        {"containers": [SHELL]},
        {"containers": [box(command='["/bin/sh", "-c", "exec node server.js"]')], "events": ASKED},
    ),
    "memory-near-limit": (
        {"containers": [box(memory_limit_bytes=100)], "samples": [sample(1, 95)]},
        {"containers": [box(memory_limit_bytes=100)]},
        {"containers": [box(memory_limit_bytes=100)], "samples": [sample(1, 60)]},
    ),
    "swap-doubles-limit": (
        {"settings": compose(LIMIT), "containers": [box(memory_limit_bytes=100, memory_swap_bytes=200)]},
        {"settings": compose(LIMIT), "containers": [box(memory_limit_bytes=100, memory_swap_bytes=200)]},
        {"settings": compose(LIMIT), "containers": [box(memory_limit_bytes=100, memory_swap_bytes=100)]},
    ),
    "memory-without-limit": (
        {"containers": [box(memory_limit_bytes=0)], "samples": [sample(1, 60)], "engines": [{"memory_bytes": 100}]},
        {"containers": [box(memory_limit_bytes=0)], "samples": [sample(1, 60)]},
        {"containers": [box(memory_limit_bytes=0)], "samples": [sample(1, 9)], "engines": [{"memory_bytes": 100}]},
    ),
    "cpu-throttles-start": (
        {"containers": [box(cpu_limit=0.5)], "phases": [STARTING],
         "samples": [sample(9, 1, cpu_periods=100, cpu_throttled_periods=60)]},
        {"containers": [box(cpu_limit=0.5)], "phases": [STARTING], "samples": [sample(9, 1)]},
        {"containers": [box(cpu_limit=0.5)], "phases": [STARTING],
         "samples": [sample(9, 1, cpu_periods=100, cpu_throttled_periods=6)]},
    ),
    "logs-without-end": (
        {"containers": LOGGED, "logs": [line(n, message="x" * 900_000) for n in range(0, 700, 10)]},
        {"containers": LOGGED, "logs": [line(n, message="x" * 900_000) for n in range(0, 70, 10)]},
        {"containers": LOGGED, "logs": [line(n) for n in range(0, 700, 10)]},
    ),
    "anonymous-volume": (
        {"containers": [box(mounts=f'[{{"type": "volume", "name": "{"a1" * 32}", "destination": "/data"}}]')]},
        {"settings": compose(PLAIN)},
        {"containers": [box(mounts='[{"type": "volume", "name": "web-data", "destination": "/data"}]')]},
    ),
    "other-architecture": (
        {"containers": [box()], "images": [image(architecture="arm64")], "engines": [{"architecture": "amd64"}]},
        {"containers": [box()], "images": [image(architecture="arm64")]},
        {"containers": [box()], "images": [image()], "engines": [{"architecture": "amd64"}]},
    ),
    "runs-as-root": (
        {"containers": [box(user=None)], "images": [image(user=None)]},
        {"settings": compose(PLAIN)},
        {"containers": [box(user=None)], "images": [image()]},
    ),
    "context-in-image": (
        {**files(), "contents": [carried("git", "/app/.git")]},
        {**files()},
        {**files(), "contents": [carried("shell", "/bin/sh")]},
    ),
    "deleted-but-inside": (
        {**files(), "contents": [carried("env_file", "/app/.env", visible=False)]},
        {**files()},
        {**files(), "waste": [hidden("deleted", 9)]},
    ),
    "package-cache": (
        {**files(), "contents": [carried("package_cache", "/var/lib/apt/lists")]},
        {**files()},
        {**files(), "contents": [carried("package_cache", "/var/lib/apt/lists", size=90)]},
    ),
    "build-tools": (
        {**files(), "contents": [carried("compiler", "/usr/bin/gcc")]},
        {**files()},
        {**files(), "contents": [carried("package_manager", "/usr/bin/apt")]},
    ),
    "copied-by-chown": (
        {**files(), "waste": [hidden("copied")]},
        {**files()},
        {**files(), "waste": [hidden("overwritten")]},
    ),
    "not-what-is-written": (
        {"settings": compose(PLAIN), "ledger": [{"source": "config", "gap": "not what the containers were made from: web"}]},
        {"settings": compose(PLAIN)},
        {"settings": compose(PLAIN), "ledger": [{"source": "config"}]},
    ),
    "tag-moved": (
        {"settings": compose(PLAIN), "containers": [box(image="web:1"), box(image="web:1", image_id="sha256:j")]},
        {"settings": compose(PLAIN), "containers": [box(image="web:1")]},
        {"settings": compose(PLAIN), "containers": [box(image="web:1@sha256:i"), box(image="web:1@sha256:i", image_id="sha256:j")]},
    ),
    "port-unheard": (
        {"settings": compose(PUBLISHED), **HEARD, "failures": [REFUSED_THERE]},
        {"settings": compose(PUBLISHED), **HEARD},
        {"settings": compose(PUBLISHED.replace("8080:80", "8080:3000")), **HEARD, "failures": [REFUSED_THERE]},
    ),
    "fixes-known": (
        {"scans": [{"artifact": "web:1", "image_id": "sha256:i", "scanned": at(0)}],
         "vulnerabilities": [{"image_id": "sha256:i", "package": "zlib", "fixed_version": "2", "scanned": at(0)} | NEAR]},
        {"images": [image()]},
        {"scans": [{"artifact": "web:1", "image_id": "sha256:i", "scanned": at(0)}],
         "vulnerabilities": [{"image_id": "sha256:i", "package": "zlib", "scanned": at(0)} | NEAR]},
    ),
    "literal-secret": (
        {"settings": compose("  web: {environment: {DB_PASSWORD: '<secret:0123abcd>'}}\n")},
        {"settings": settings('{"services": {"web": {"environment": {"PW": "<secret:0123abcd>"}}}}', file="c", resolved=True)},
        {"settings": compose("  web: {environment: {DB_PASSWORD: '${PASSWORD}'}}\n")},
    ),
    "secret-in-dockerfile": (
        {"instructions": docker("FROM a\nENV TOKEN=<secret:0123abcd>\n")},
        {"instructions": docker("FROM a\n")},
        {"instructions": docker("FROM a\nRUN --mount=type=secret,id=token make\n")},
    ),
    "two-restart-policies": (
        {"settings": compose("  web: {restart: always, deploy: {restart_policy: {condition: on-failure, delay: 5s}}}\n")},
        {"settings": compose("  web: {restart: always}\n")},
        {"settings": compose("  web: {deploy: {restart_policy: {condition: on-failure}}}\n")},
    ),
    "deploy-without-effect": (
        {"settings": compose("  web: {deploy: {update_config: {parallelism: 2}}}\n")},
        {"settings": compose("  web: {deploy: {placement: {}}}\n")},
        {"settings": compose("  web: {deploy: {resources: {limits: {memory: 9M}}, replicas: 2}}\n")},
    ),
    "obsolete-version": (
        {"settings": settings("version: '3'\nservices: {}\n", file="compose.yaml", resolved=False)},
        {"settings": compose(PLAIN)},
        {"settings": settings("name: web\nservices: {}\n", file="compose.yaml", resolved=False)},
    ),
}  # fmt: skip
"""Rule -> the fault, the same without what proves it, the same put right."""

TELLS_ITS_GAP = {
    "depends-without-health", "healthy-without-check", "no-healthcheck", "healthcheck-program-missing",
    "liveness-as-readiness", "start-period-too-short", "start-interval", "shell-swallows-stop", "memory-near-limit",
    "swap-doubles-limit", "logs-without-end", "runs-as-root",
}  # fmt: skip
"""Rules that say what is missing; the others are silent without their measurement."""
