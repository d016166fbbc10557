"""When the evidence does not decide: a symptom, a guess in words, a part of a text accuses nobody."""

import pytest

READY = """\
db-1 | 2026-03-01 10:00:01.000 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1 | 2026-03-01 10:00:01.100 UTC [1] LOG:  database system is ready to accept connections
"""
ROOT = """\
db-1 | 2026-03-01 10:02:00.000 UTC [91] FATAL:  password authentication failed for user "root"
db-1 | 2026-03-01 10:02:00.000 UTC [91] DETAIL:  Role "root" does not exist.
"""
MYSQL = "".join(
    f"db-1 | 2026-03-01T10:01:{second:02}.{second:06}Z {second} [Note] Access denied for user 'root'@'localhost'\n"
    for second in range(10, 50, 10)
)

ROWS = [
    ("silent", "unknown", "a text that shows neither a failure nor work is a part of a longer one",
     "web-1 | preparing the cache\nweb-1 | reading 14 files\n"),
    ("listed-exit", "unknown", "an exit that docker ps tells of is trouble, whatever else works",
     READY + "0123456789ab   shop/api   \"node app\"   2 minutes ago   Exited (1) 2 minutes ago   shop-api-1\n"),
    ("again", "unknown", "a program that only ever begins is being restarted, though it calls itself ready",
     "Logs:\nserver listening on port 8081\n\nserver listening on port 8081\n\nserver listening on port 8081\n...\n"),
    ("again-twice", "benign", "twice may be two processes",
     "api-1 | server listening on port 8081\napi-1 | server listening on port 8081\n"),
    ("again-served", "benign", "and one that is asked the same again and again began once",
     "api-1 | server listening on port 8081\n" + "api-1 | GET /ping 200\n" * 9),
    ("listed-sick", "unknown", "so is a container that fails its probes",
     READY + "0123456789ab   shop/api   \"node app\"   2 minutes ago   Up 2 minutes (unhealthy)   shop-api-1\n"),
    ("speculation", "unknown", "what an exit code usually means is no observation",
     "Hint: code 137 usually means that the process ran out of memory\n"),
    ("refused-nobody", "unknown", "a refusal that names neither a host nor a kind of server may have any cause",
     "api-1 | OSError: [Errno 111] Connection refused\napi-1 exited with code 1\n"),
    ("refused-product", "startup_race", "a library that speaks to one kind of server names it",
     "api-1 | at com.mysql.cj.protocol.connect(Socket.java:9)\napi-1 | ConnectException: Connection refused\n"),
    ("howless", "unknown", "a client that does not say how it failed does not tell a late server from a wrong name",
     "api-1 | A network-related or instance-specific error occurred while connecting to the server\n"),
    ("kafka-leader", "unknown", "a topic without a leader comes at a start, and when it is first written to",
     "job-1 | WARN fetching metadata with correlation id 2 : {orders=LEADER_NOT_AVAILABLE}\n"),
    ("migrating", "unknown", "what a migration was interrupted by stands in a line of its own",
     ("api-1 | fail: An error occurred while migrating the database\n"
     "api-1 | A network-related or instance-specific error occurred while connecting to the server\n")),
    ("root-once", "unknown", "a login as a role that the server does not know is a probe or a shell, at least once",
     ROOT),
    ("root-beat", "healthcheck_misconfigured", "three of them are a probe",
     READY + ROOT + ROOT.replace(":02:", ":03:") + ROOT.replace(":02:", ":04:")),
    ("look-alike-root", "auth_failure", "the client itself knows nothing of that detail: its own login is refused",
     'api-1 | FATAL:  password authentication failed for user "root"\n'),
    ("mysql-beat", "healthcheck_misconfigured", "a login from MySQL's own container at one interval is a probe",
     MYSQL),
    ("mariadb-user", "healthcheck_misconfigured", "MariaDB's image makes a user for its healthcheck alone",
     "db-1 | 9 [Warning] Access denied for user 'healthcheck'@'::1' (using password: YES)\n"),
    ("look-alike-mysql", "auth_failure", "from another container it is a client",
     MYSQL.replace("localhost", "172.20.0.4")),
    ("died-first", "unknown", "that a server ended before it was ever ready is no outage: why it ended is the question",
     ("api-1 exited with code 1\nproxy-1 | 2026/03/01 10:00:02 [emerg] 1#1: host not found in upstream \"api\"\n"
     "proxy-1 exited with code 1\n")),
    ("done-first", "unknown", "so is a job that was done before a proxy asked for it",
     ("api-1 exited with code 0\nproxy-1 | 2026/03/01 10:00:02 [emerg] 1#1: host not found in upstream \"api\"\n"
     "proxy-1 exited with code 1\n")),
    ("code-126", "unknown", "126 alone is a missing right, or a missing interpreter", "api-1 exited with code 126\n"),
    ("oom-false", "unknown", "inspect says that it was not memory",
     '"State": {"Status": "exited", "ExitCode": 137, "OOMKilled": false}\n'),
    ("oom-true", "oom_killed", "or that it was", '"State": {"Status": "exited", "ExitCode": 137, "OOMKilled": true}\n'),
    ("oom-reason", "oom_killed", "or gives it as a reason", "Last State: Terminated, Reason: OOMKilled\n"),
    ("probe-refused", "unknown", "a probe that is refused in its own container asks early, or at a wrong port",
     '"Output": "curl: (7) Failed to connect to localhost port 81: Connection refused"\n'),
    ("fork", "resource_limits", "PostgreSQL's fork borrows the words of a full disk",
     "db-1 | LOG:  could not fork new process for connection: No space left on device\n"),
    ("went-on", "port_conflict", "a script that goes on did not fail by the command that it missed",
     ("web-1 | /start.sh: 9: /start.sh: pgrep: not found\nweb-1 | writing the site\nweb-1 | checking the site\n"
     "web-1 | starting nginx\nweb-1 | nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n")),
    ("server-ends", "dependency_outage", "PostgreSQL tells its clients that it goes down",
     "api-1 | listening on port 81\napi-1 | error: terminating connection due to administrator command\n"),
    ("setting", "wrong_host", "settings in the same paste may name the host that the failure does not",
     "DB_HOST=127.0.0.1\nDB_PORT=3306\n\nSQLSTATE[HY000] [2002] Connection refused\n"),
    ("look-alike-setting", "unknown", "a host that is no loopback is none",
     "DB_HOST=mysql\nDB_PORT=3306\n\nSQLSTATE[HY000] [2002] Connection refused\n"),
    ("fence", "healthcheck_exec_failure", "a fence does not hide the line that it stands on",
     '```{"Log":[{"ExitCode":1,"Output":"/bin/sh: 1: wget: not found"}]}```\n'),
    ("proxy-refused", "unknown", "a proxy that is refused by a service that logs nothing does not say why",
     ('proxy-1 | 2026/03/01 10:00:02 [error] 8#8: *5 connect() failed (111: Connection refused) while connecting to '
     'upstream, request: "GET / HTTP/1.1", upstream: "http://172.20.0.2:8000/"\n')),
    ("stuck", "unknown", "a worker that is silent for too long says not what it did",
     "web-1 | [2026-03-01 10:00:00 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n"),
    ("environ", "missing_config", "Python's environment raises where a variable is missing",
     ('job-1 | Traceback (most recent call last):\njob-1 |   File "job.py", line 8, in <module>\n'
     'job-1 |     mode = os.environ["MODE"]\njob-1 |   File "/usr/lib/python3.11/os.py", line 680, in __getitem__\n'
     "job-1 |     raise KeyError(key) from None\njob-1 | KeyError: 'MODE'\n")),
    ("look-alike-environ", "crash_loop_app_bug", "a key that is missing in any other table is the program's",
     ('job-1 | Traceback (most recent call last):\njob-1 |   File "job.py", line 8, in <module>\n'
     "job-1 |     mode = modes[name]\njob-1 | KeyError: 'fast'\n")),
    ("env-file", "missing_config", "Compose does not find a file of variables",
     "ERROR: Couldn't find env file: \n"),
    ("compose-file", "missing_config", "Compose does not understand its file",
     "ERROR: The Compose file './compose.yml' is invalid because:\nservices.web.ports is invalid\n"),
    ("blank", "unknown", "an unset variable is a warning that most healthy projects print, and no verdict of its own",
     "WARNING: The WEB_PORT variable is not set. Defaulting to a blank string.\nBuilding web\n"),
    ("look-alike-blank", "benign", "and none where the services work",
     "WARNING: The WEB_PORT variable is not set. Defaulting to a blank string.\n" + READY),
    ("redo-log", "incompatible_data", "pages newer than the redo log are a copy of two states, or damage",
     "db-1 | [ERROR] InnoDB: Page [page id: space=6] log sequence number 99 is in the future!\n"),
    ("sqlstate", "migration_failure", "42703 is PostgreSQL's undefined column where it is called a code",
     "api-1 | error in query, code: '42703'\n"),
    ("look-alike-sqlstate", "unknown", "and a number like any other elsewhere", "api-1 | row 42703 read\n"),
    ("cookie", "permission_denied", "Erlang refuses a cookie that others may read",
     "mq-1 | Cookie file /var/lib/rabbitmq/.erlang.cookie must be accessible by owner only\n"),
    ("sigill", "image_arch_mismatch", "gunicorn tells a worker's SIGILL by its exit code",
     "web-1 | [INFO] Listening at: http://0.0.0.0:80 (1)\nweb-1 | [ERROR] Worker (pid:7) was sent code 132!\n"),
    ("socket", "wrong_host", "a socket's path in the failure itself does not make a client a server",
     'OperationalError: (2002, "Can\'t connect to local server through socket \'/run/mysqld/mysqld.sock\' (2)")\n'),
    ("child-137", "oom_killed", "a launcher that lives to tell of its child's death was not stopped itself",
     "search-1 | ERROR: Lucene exited unexpectedly\nsearch-1 exited with code 137\nweb-1 | busy\n"),
]  # fmt: skip


@pytest.mark.parametrize(("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_doubt(verdict, category, fact, text):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


WRAPPED = [
    ("rails", "dns_failure", "Rails wraps every failure to connect into the database's absence",
     'ActiveRecord::NoDatabaseError: could not translate host name "db" to address: Name or service not known\n'),
    ("rails-plain", "missing_database", "by itself the wrapper means what it says",
     "web-1 | ActiveRecord::NoDatabaseError\n"),
    ("acme-dns", "dns_failure", "a certificate that is not obtained because the authority's name is not resolved",
     "Unable to obtain ACME certificate: lookup acme.example.org on 127.0.0.11:53: no such host\n"),
    ("acme-config", "missing_config", "or because no challenge is configured",
     "Unable to obtain ACME certificate: cannot get ACME client ACME challenge not specified\n"),
    ("acme", "tls_failure", "by itself it is a matter of certificates", "acme: error: 403 unauthorized\n"),
    ("quoted-name", "dns_failure", "Go quotes a name that its own caller quoted",
     'go-1 | dial tcp: lookup \\"store: no such host\\"\n'),
    ("name-begun", "dns_failure", "that Compose began a container does not make its name known",
     "Starting shop_pg_1 ... done\ncould not translate host name \"pg\" to address: Name or service not known\n"),
    ("migration-class", "migration_failure", "an exception's name says less than its message",
     "shop.errors.ConfigurationError: schema migrations have failed: 3 of 9\n"),
    ("script-rights", "permission_denied", "a script that Python may not open is in the image",
     "web-1 | python: can't open file '/srv/begin.py': [Errno 13] Permission denied\n"),
    ("script-missing", "command_not_found", "one that it does not find is not",
     "web-1 | python: can't open file '/srv/begin.py': [Errno 2] No such file or directory\n"),
    ("redis-loopback", "wrong_host", "a client of Redis on loopback asks its own container",
     "web-1 | Connection refused - Unable to connect to Redis on 127.0.0.1:6390\n"),
    ("config-unread", "missing_config", "a configuration that cannot be read",
     "Could not read configuration file: line 4, key 'Colour': a value is expected\n"),
    ("panic-reach", "unknown", "a panic after a vain call says no more than the call",
     "cannot reach redis\nthread 'main' panicked at src/start.rs:4:2:\ncannot reach redis\n"),
    ("build", "unknown", "that an image was not built is no fault of a container",
     "ERROR: Service 'web' failed to build: COPY failed: stat /tmp/build/site.conf: no such file\n"),
    ("port-proxy", "port_conflict", "the engine's proxy for ports has words of its own",
     "Cannot start service web: driver failed: Bind for 0.0.0.0:81: unexpected error (Failure EADDRINUSE)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in WRAPPED])
def test_wrapped(verdict, category, fact, text):
    """A line that wraps another failure is read by what it wraps: each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


NAMED = [
    ("$ docker logs --tail 50 search", "search"),
    ("$ docker inspect --format '{{json .State}}' search", "search"),
    ("$ docker run -d --name search -p 81:81 shop/search", "search"),
    ("$ docker compose run --rm search index", "search"),
    ("$ docker logs other\n\n$ docker logs search", "search"),
    ("> `docker logs search` says:", "search"),
    ("$ docker logs shop_search_1", "search"),
    ("$ docker logs shop-search", "shop-search"),
    ("ERROR: for shop_search_1  Cannot start service search: permission denied", "search"),
]


@pytest.mark.parametrize(("command", "service"), NAMED)
def test_the_command_above_names_the_service(verdict, command, service):
    """A line without a name belongs to the container that the command above it names."""
    assert verdict(f"{command}\ncould not resolve host: lookup store on 127.0.0.11:53: no such host\n")[1] == service


def test_the_failed_container_is_meant(verdict):
    """An engine's error is about the container that Compose marks as failed, not about the last that it began."""
    text = (
        " ✘ Container shop-minio-1  Error\n ✔ Container shop-db-1  Started\n ⠏ Container shop-api-1  Starting\n"
        "Error response from daemon: OCI runtime create failed: starting container process: permission denied\n"
    )
    assert verdict(text)[:2] == ("permission_denied", "minio")


def test_an_identifier_is_no_service(verdict):
    """A command that names a container by its identifier names no service."""
    assert verdict("$ docker inspect 0123456789ab\nexec /app: exec format error\n")[1] is None


def test_a_lost_prefix(verdict):
    """A line that lost its prefix in the paste belongs to the service whose trace goes on below it."""
    text = (
        "kafka.common.InconsistentClusterIdException: The Cluster ID a doesn't match stored clusterId Some(b)\n"
        "queue-1 | \tat kafka.server.KafkaServer.startup(KafkaServer.scala:9)\n"
    )
    assert verdict(text)[:2] == ("incompatible_data", "queue")


def test_prose_names_nobody(verdict):
    """A sentence about logs is no command."""
    assert verdict("Based on docker logs for the proxy\n\nrun.sh: exec /app: exec format error\n")[1] is None


def test_doubt_shows_what_it_knows(pasted):
    """Where nothing decides, the rows of the candidates are shown, and what is missing."""
    found = pasted("api-1 | WARN fetching metadata with correlation id 2 : {orders=LEADER_NOT_AVAILABLE}\n")
    rows = found.evidence[found.evidence["rank"] == 1]
    assert rows["line"].dropna().tolist() == [1]
    assert (rows["role"] == "missing").any()
