"""What a planted fault writes: the words of real programs, by category.

A line is ``who: words``. ``who`` is ``app`` (the service that fails), ``db`` (its database), ``exit`` (Compose's line
that a container ended, with its code) or ``engine`` (a line of the engine or Compose, without a service). The words may
name ``{app}``, ``{db}``, ``{ip}`` and ``{pid}``. A database's lines get the time in front that its server writes.
"""

from __future__ import annotations

from dataclasses import dataclass

STACK = """\
app:     at /app/node_modules/pg-pool/index.js:45:11
app:     at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
app:     at async initDB (/app/server.js:38:3)
"""
DATABASE_STARTS = """\
raw: The files belonging to this database system will be owned by user "postgres".
raw: The database cluster will be initialized with locale "C.UTF-8".
raw: initializing database ... ok
db: [41] LOG:  starting PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu
db: [41] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"
db: [41] LOG:  database system is ready to accept connections
raw: CREATE DATABASE
db: [41] LOG:  received fast shutdown request
db: [41] LOG:  database system is shut down
raw: PostgreSQL init process complete; ready for start up.
db: [1] LOG:  starting PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu
db: [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db: [1] LOG:  database system is ready to accept connections
"""
REFUSED = f"""\
app: Error: connect ECONNREFUSED {{ip}}:5432
{STACK}app:   errno: -111, code: 'ECONNREFUSED', syscall: 'connect', address: '{{ip}}', port: 5432
exit: 1 (restarting)
"""


@dataclass(frozen=True)
class Fault:
    """One category's fault.

    Parameters
    ----------
    words
        What one round of it writes.
    rounds
        Fewest and most rounds; each comes later after the one before, as a restart policy does it.
    blames
        Whom the truth names: ``app``, ``db`` or nobody.
    needs
        Whether the truth names the database as the dependency.
    begins_s
        First round, in seconds after the start; the database is ready after 4 to 7.
    then
        What is written once when the rounds are over.
    """

    words: str
    rounds: tuple[int, int] = (3, 6)
    blames: str = "app"
    needs: bool = False
    begins_s: float = 9.0
    then: str = ""


FAULTS = {
    "startup_race": Fault(REFUSED, (2, 4), needs=True, begins_s=0.5, then="app: database initialized\n"),
    "wrong_host": Fault(REFUSED.replace("{ip}", "127.0.0.1")),
    "dns_failure": Fault(f"app: Error: getaddrinfo ENOTFOUND {{db}}-old\n{STACK}exit: 1 (restarting)\n"),
    "auth_failure": Fault(
        'db: [{pid}] FATAL:  password authentication failed for user "payflow"\n'
        f'app: error: password authentication failed for user "payflow"\n{STACK}exit: 1 (restarting)\n',
        needs=True,
    ),
    "missing_database": Fault(
        'db: [{pid}] FATAL:  database "payflow_auth" does not exist\n'
        f'app: error: database "payflow_auth" does not exist\n{STACK}exit: 1 (restarting)\n',
        needs=True,
    ),
    "healthcheck_misconfigured": Fault('db: [{pid}] FATAL:  role "root" does not exist\n', (5, 8), "db"),
    "healthcheck_exec_failure": Fault(
        'engine: Health check for container payflow-{app}-1 error: OCI runtime exec failed: exec failed: exec: "curl": '
        "executable file not found in $PATH: unknown\n"
    ),
    "dependency_unhealthy": Fault(
        "engine: dependency failed to start: container payflow-{db}-1 is unhealthy\n", (1, 1), "nobody"
    ),
    "oom_killed": Fault(
        "app: <--- Last few GCs --->\n"
        "app: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"
        "exit: 134 (restarting)\n"
    ),
    "command_not_found": Fault("app: /bin/sh: 1: nodemon: not found\nexit: 127 (restarting)\n"),
    "crash_loop_app_bug": Fault(
        "app: /app/server.js:7\napp: TypeError: Cannot read properties of undefined (reading 'paid')\n"
        "app:     at Object.<anonymous> (/app/server.js:7:30)\nexit: 1 (restarting)\n"
    ),
    "port_conflict": Fault(
        "engine: Error response from daemon: driver failed programming external connectivity on endpoint "
        "payflow-{app}-1 (9f1c): Bind for 0.0.0.0:8080 failed: port is already allocated\n",
        (1, 1),
    ),
    "disk_full": Fault(
        'db: [{pid}] PANIC:  could not write to file "pg_wal/xlogtemp.{pid}": No space left on device\n', (1, 3), "db"
    ),
    "permission_denied": Fault(
        "app: Error: EACCES: permission denied, mkdir '/app/uploads'\n"
        "app:     at Object.mkdirSync (node:fs:1349:3)\nexit: 1 (restarting)\n"
    ),
    "missing_config": Fault("app: Missing required environment variable: JWT_SECRET\nexit: 1 (restarting)\n"),
    "migration_failure": Fault(
        'db: [{pid}] ERROR:  relation "accounts" does not exist at character 13\n'
        'app: Migration 002-last-login.sql failed: relation "accounts" does not exist\nexit: 1 (restarting)\n'
    ),
    "incompatible_data": Fault(
        "db: [1] FATAL:  database files are incompatible with server\n"
        "db: [1] DETAIL:  The data directory was initialized by PostgreSQL version 14, which is not compatible with "
        "this version 15.20.\n",
        blames="db",
        begins_s=0.5,
    ),
    "tls_failure": Fault(f"app: Error: The server does not support SSL connections\n{STACK}exit: 1 (restarting)\n"),
    "resource_limits": Fault("app: Error: EMFILE: too many open files, accept\nexit: 1 (restarting)\n"),
    "network_timeout": Fault(f"app: Error: connect ETIMEDOUT 203.0.113.9:443\n{STACK}exit: 1 (restarting)\n"),
    "image_arch_mismatch": Fault("app: exec /usr/local/bin/node: exec format error\nexit: 1 (restarting)\n"),
    "line_endings": Fault("app: /usr/bin/env: 'bash\\r': No such file or directory\nexit: 127 (restarting)\n"),
    "dependency_outage": Fault(
        f"app: Error: getaddrinfo ENOTFOUND {{db}}\n{STACK}exit: 1 (restarting)\n", needs=True, begins_s=60.0
    ),
    "benign": Fault("app: database initialized\n", (1, 1), "nobody"),
    "unknown": Fault("app: step 1\nexit: 3\n", (1, 1)),
}
"""category -> its fault"""

BEFORE = {
    "dependency_outage": (
        (10.0, "app: database initialized\n"),
        (58.0, "db: [1] LOG:  received fast shutdown request\ndb: [1] LOG:  database system is shut down\n"),
    ),
}
"""What happens before the first round, and when."""
