"""Settings that are missing, and programs that end by their own fault. Each category has its look-alike."""

import pytest

TRACE = """\
api-1 | Traceback (most recent call last):
api-1 |   File "/app/main.py", line 3, in <module>
api-1 |     total = prices["sum"]
api-1 | KeyError: 'sum'
"""

ROWS = [
    ("config-env", "missing_config", "an entrypoint that asks for a password",
     "db-1 | Error: Database is uninitialized and superuser password is not specified.\n"),
    ("config-compose", "missing_config", "Compose's required interpolation",
     'error while interpolating services.api.environment.KEY: required variable API_KEY is missing a value: set it\n'),
    ("config-spring", "missing_config", "Spring's placeholder",
     "api-1 | IllegalArgumentException: Could not resolve placeholder 'mail.host' in value \"${mail.host}\"\n"),
    ("config-pydantic", "missing_config", "pydantic names the class and the fields",
     ("api-1 | pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\napi-1 | database_url\n"
     "api-1 |   Field required [type=missing]\n")),
    ("config-nginx", "missing_config", "nginx refuses its configuration",
     'proxy-1 | nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/default.conf:7\n'),
    ("config-directory", "missing_config", "Docker made a directory where a file was to be mounted",
     "api-1 | IsADirectoryError: [Errno 21] Is a directory: '/run/secrets/key'\n"),
    ("look-alike-config", "benign", "an optional file that is not there, and a program that works without it",
     "api-1 | Warning: Error loading .env file: open .env: no such file or directory\napi-1 | listening on port 80\n"),
    ("bug-module", "crash_loop_app_bug", "a module that is not in the image",
     "api-1 | ModuleNotFoundError: No module named 'fastapi'\napi-1 exited with code 1\n"),
    ("bug-loop", "crash_loop_app_bug", "an exception of its own that ends it again and again",
     (TRACE + "api-1 exited with code 1 (restarting)\n") * 2),
    ("bug-panic", "crash_loop_app_bug", "a Go panic at the end of the log",
     "api-1 | panic: runtime error: index out of range [3] with length 2\napi-1 | \napi-1 | goroutine 1 [running]:\n"),
    ("look-alike-bug-logged", "benign", "an exception that is logged while the program goes on ends nothing",
     TRACE + "".join(f'api-1 | "GET /{n} HTTP/1.1" 200 12\n' for n in range(6))),
    ("look-alike-bug-stop", "benign", "a panic while the project is being stopped is an effect",
     ("api-1 | listening on port 80\nlb-1 | ready, listening on port 81\nlb-1 exited with code 0\n"
     "api-1 | panic: send on closed channel\napi-1 exited with code 2\n")),
]  # fmt: skip


@pytest.mark.parametrize(("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_program(verdict, category, fact, text):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


def test_a_stale_lock_is_unknown(verdict):
    """Kafka that meets its own earlier session is none of the known causes, and no bug of an application."""
    text = "kafka-1 | org.apache.zookeeper.KeeperException$NodeExistsException: KeeperErrorCode = NodeExists\n"
    assert verdict(text + "kafka-1 exited with code 1\n") == ("unknown", "kafka", None)


def test_unknown_says_what_is_missing(pasted):
    """An exit that no line explains is unknown, and the evidence names the command that would collect more."""
    found = pasted("api-1 | step 1\napi-1 exited with code 3\ndb-1 | step 2\n")
    assert found.findings.iloc[0]["category"] == "unknown"
    missing = found.evidence[found.evidence["role"] == "missing"]
    assert missing["fact"].str.contains("incidentlab capture").any()


@pytest.mark.parametrize(
    ("table", "service"),
    [
        ('shop-web   "/start.sh"   2 minutes ago   Exited (1) 20 seconds ago\n', "shop-web"),
        (('shop-web   "/start.sh"   2 minutes ago   Exited (1) 20 seconds ago\n'
         'shop-job   "/start.sh"   2 minutes ago   Exited (2) 20 seconds ago\n'), None),
    ],
    ids=["one", "two"],
)  # fmt: skip
def test_whose_log_stands_beside_a_table(verdict, table, service):
    """A log without names beside a table in which one container has failed is that container's; of two, nobody's."""
    log = "panic: no shelf to put it on\n\ngoroutine 1 [running]:\nmain.main()\n"
    assert verdict(table + "\n" + log)[:2] == ("crash_loop_app_bug", service)
