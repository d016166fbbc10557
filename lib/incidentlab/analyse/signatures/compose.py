r"""What Compose and the engine say about services, and lines that only look like failures.

Sources: compose `pkg/compose/convergence.go` (`waitDependencies`; the wordings of v1, v2.0, v2.14.2, v2.16 and v5 were
compared), moby `daemon/health.go` (probe texts), Docker Hub and distribution error codes, BuildKit `failed to solve`.
Harmless: PostgreSQL's launcher exits with 1 at each clean stop; `initdb` warns of trust authentication; json-file says
"Error grabbing logs" for a damaged file; Redis recommends overcommit; git's ownership check.
"""

from __future__ import annotations

from incidentlab.analyse.signatures.row import table

HARMLESS = table(
    r"""
pg_ctl                 harmless       postgres      waiting for server to (?:start|shut down)[ .]*(?:$|\d.* LOG: )
launcher               harmless       postgres
    (?:background worker|worker process:?) .*logical replication launcher
trust_warning          harmless       postgres      enabling "?trust"? authentication
grabbing_logs          harmless       engine        Error grabbing logs
overcommit             harmless       redis         overcommit_memory|Memory overcommit must be enabled
dubious_ownership      harmless       git           dubious ownership
libpq_accepting        harmless       postgres      - accepting connections
no_migrations          harmless       any
    (?i:no (?:pending )?migrations? (?:to (?:apply|run)|found|pending)|migrations? (?:completed?|finished|applied|done
    |ran)|nothing to migrate|(?:^|[ ,:(])0 (?:failed|errors?)\b)
flyway_ok              harmless       java          Successfully (?:applied|validated)
docker_obsolete        harmless       compose       attribute `version` is obsolete
grpc_channel           harmless       go            "grpc_log": ?true|grpclog/|\[core\]
nginx_readonly         harmless       nginx         can not modify \S+ \(read-only file system\?\)
pg_stopping_clients    harmless       postgres      FATAL: +the database system is shutting down
initdb_locale          harmless       postgres      sh: locale: not found
collation              harmless       postgres      collation version mismatch
speculation            harmless       any
    (?i)\b(?:typ\w+ally|usually|generally|often|commonly|normally) (?:means?|indicates?|happens|caused|due)\b
"""
)

SIGNATURES = table(
    r"""
# -- a dependency that Compose waited for
dependency_unhealthy   dependency_unhealthy compose
    (?:dependency failed to start: )?[Cc]ontainer (?:for service )?"?(?P<subject>[\w.-]+)"? is unhealthy
dependency_exited      dependency_exited compose
    (?:dependency failed to start: |Container ")(?:container )?"?(?P<subject>[\w.-]+)"? exited \(?(?:with code )?(?P<e
    rrno>\d+)
dependency_failed      dependency_unhealthy compose       [Dd]ependency (?P<subject>[\w.-]+) failed to start
dependency_incomplete  dependency_exited compose
    service \\?"(?P<subject>[\w.-]+)\\?" didn't completed? successfully: exit (?P<errno>\d+)
no_healthcheck         no_healthcheck compose       container (?P<subject>\S+) has no healthcheck configured
not_healthy_after      dependency_unhealthy compose       application not healthy after
missing_dependency     missing_config compose       (?P<subject>\S+) is missing dependency (?P<code>\S+)
probe_refused          probe_refused  engine
    "Output": ?".*(?:[Cc]onnection refused|Failed to connect|Couldn't connect|Could not connect|[Cc]annot connect)
probe_timeout          probe_timeout  engine        Health check exceeded timeout \((?P<subject>[^)]+)\)

# -- images and builds
image_missing          image_missing  engine
    (?:manifest for (?P<subject>\S+) not found|manifest unknown|No such image: (?P<code>\S+)|repository does not exist)
build_failed           build          engine
    (?:failed to solve: (?P<subject>.*)|executor failed running|returned a non-zero code: (?P<errno>\d+)
    |did not complete successfully: exit code: (?P<code>\d+)|['"]? failed to build: |COPY failed: )
daemon_down            daemon         engine        Cannot connect to the Docker daemon

"""
)

WAITING = table(
    r"""
# -- a program that waits for another on purpose
waiting_port           waiting        shell         (?i:wait(?:ing|s)?)[\w -]{0,20} (?:for )?{HOST}:{PORT}
waiting                waiting        shell
    (?i)(?:waiting for (?:the )?(?P<subject>[\w.-]+)|(?P<code>[\w.-]+) (?:is|are) (?:unavailable|not (?:yet )?(?:ready
    |available|up))(?: yet)? ?- ?(?:sleeping|waiting|retrying)|(?:attempt|intento|tentativa|tentative|versuch|try
    |retry)\b\D{0,12}\d+ ?(?:/|of|de|von|sur) ?\d+)
"""
)
