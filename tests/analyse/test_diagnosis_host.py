"""What the host, the image or the engine does not give. Each category has its look-alike."""

import pytest

ROWS = [
    ("disk-errno", "disk_full", "errno 28", "db-1 | PANIC:  could not write to file: No space left on device\n"),
    ("disk-engine", "disk_full", "the engine cannot make a layer",
     "Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device\n"),
    ("disk-elastic", "disk_full", "Elasticsearch makes its indices read-only",
     "search-1 | flood stage disk watermark [95%] exceeded on [n1], all its indices become read-only\n"),
    ("look-alike-disk", "resource_limits", "inotify borrows the words of a full disk",
     "web-1 | Error: ENOSPC: System limit for number of file watchers reached, watch '/app'\n"),
    ("look-alike-disk-shm", "resource_limits", "a full /dev/shm is a limit of the container, not the disk",
     "db-1 | ERROR:  could not resize shared memory segment \"/PostgreSQL.1\": No space left on device\n"),
    ("oom-kernel", "oom_killed", "the kernel names the process that it killed",
     "Memory cgroup out of memory: Killed process 4242 (java) total-vm:9000kB\n"),
    ("oom-node", "oom_killed", "V8's own limit",
     "api-1 | FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n"),
    ("oom-java", "oom_killed", "the JVM's heap", "api-1 | java.lang.OutOfMemoryError: Java heap space\n"),
    ("look-alike-oom", "benign", "137 after Ctrl-C is how a stop ends when its time is over",
     ("api-1 | listening on port 80\nGracefully stopping... (press Ctrl+C again to force)\napi-1 exited with code 137\n"
     "db-1 | database ready\ndb-1 exited with code 0\n")),
    ("command-oci", "command_not_found", "runc does not find the command",
     'Error response from daemon: OCI runtime create failed: exec: "gunicorn": executable file not found in $PATH\n'),
    ("command-shell", "command_not_found", "dash's words",
     "web-1 | /bin/sh: 1: vite: not found\nweb-1 exited with code 127\n"),
    ("command-npm", "command_not_found", "npm has no such script", 'web-1 | npm ERR! Missing script: "start:prod"\n'),
    ("look-alike-command", "benign", "a page that is not found is no command",
     'web-1 | "GET /sh HTTP/1.1" 404 9\nweb-1 | listening on port 80\n'),
    ("port-engine", "port_conflict", "the engine's allocator",
     ("Error response from daemon: driver failed programming external connectivity on endpoint shop-proxy-1 (ab): "
     "Bind for 0.0.0.0:443 failed: port is already allocated\n")),
    ("port-node", "port_conflict", "a second server in one container",
     "web-1 | Error: listen EADDRINUSE: address already in use :::3000\n"),
    ("port-spring", "port_conflict", "Spring's failure analysis",
     "api-1 | Web server failed to start. Port 8080 was already in use.\n"),
    ("look-alike-port", "benign", "a port that is in use by the server that says so",
     "web-1 | Port 3000 is available\nweb-1 | listening on port 3000\n"),
    ("rights-file", "permission_denied", "errno 13",
     "db-1 | chown: changing ownership of '/var/lib/postgresql/data': Operation not permitted\n"),
    ("rights-node", "permission_denied", "Node's EACCES",
     "web-1 | Error: EACCES: permission denied, mkdir '/app/uploads'\n"),
    ("rights-exec", "permission_denied", "a script without its x bit",
     'Error response from daemon: OCI runtime create failed: exec: "/entrypoint.sh": permission denied\n'),
    ("look-alike-rights", "benign", "a request that is denied to a visitor is the program's work",
     'web-1 | listening on port 80\nweb-1 | "GET /admin HTTP/1.1" 403 12\nweb-1 | "GET / HTTP/1.1" 200 12\n'),
    ("arch-exec", "image_arch_mismatch", "ENOEXEC", "api-1 | exec /usr/local/bin/app: exec format error\n"),
    ("arch-manifest", "image_arch_mismatch", "no image for this platform",
     "no matching manifest for linux/arm64/v8 in the manifest list entries\n"),
    ("arch-native", "image_arch_mismatch", "a native module of another platform",
     "web-1 | Error: /app/node_modules/bcrypt/bcrypt.node: invalid ELF header\n"),
    ("look-alike-arch", "benign", "an emulated platform is a warning while it works",
     ("The requested image's platform (linux/amd64) does not match the detected host platform (linux/arm64/v8)\n"
     "api-1 | listening on port 80\n")),
    ("crlf-env", "line_endings", "env is asked for an interpreter with a carriage return",
     "api-1 | /usr/bin/env: 'bash\\r': No such file or directory\n"),
    ("crlf-interpreter", "line_endings", "bash shows it as ^M", "api-1 | /bin/bash^M: bad interpreter\n"),
    ("crlf-command", "line_endings", "each empty line is a command of one carriage return",
     "api-1 | ./run.sh: line 2: $'\\r': command not found\n"),
    ("look-alike-crlf", "command_not_found", "a plain missing command in a script",
     "api-1 | ./run.sh: line 2: alembic: command not found\n"),
    ("limit-elastic-list", "resource_limits", "the checks that failed are told as a numbered list",
     "search-1 | [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]\n"),
    ("limit-shm", "resource_limits", "workers share tensors through /dev/shm, which has 64 MB by default",
     "train-1 | RuntimeError: worker is killed by signal: Bus error. It is out of shared memory.\n"),
    ("oom-child", "oom_killed", "a parent that lives to tell of its child's 137 was not stopped itself",
     "search-1 | ERROR: the server exited unexpectedly, with exit code 137\nsearch-1 exited with code 137\n"),
    ("oom-supervisor", "oom_killed", "supervisord's words for a child that got SIGKILL",
     "app-1 | INFO exited: worker (terminated by SIGKILL; not expected)\n"),
    ("oom-text", "oom_killed", "the server itself says that it has no memory", "db-1 | ERROR:  out of memory\n"),
    ("crlf-token", "line_endings", "bash shows the carriage return in the word that it does not expect",
     "api-1 | ./run.sh: line 3: syntax error near unexpected token `$'do\\r''\n"),
    ("look-alike-token", "crash_loop_app_bug", "a syntax error without it is a fault of the script",
     "api-1 | ./run.sh: line 3: syntax error near unexpected token `do'\napi-1 exited with code 2\n"),
    ("command-exec-line", "command_not_found", "busybox puts the line after the exec",
     "web-1 | /entry.sh: exec: line 4: hypercorn: not found\nweb-1 exited with code 127\n"),
    ("rights-java", "permission_denied", "java.nio tells the path only",
     "search-1 | java.nio.file.AccessDeniedException: /data/nodes\nsearch-1 exited with code 1\n"),
    ("probe-output", "healthcheck_exec_failure", "the Output of a probe in State.Health",
     ' "Output": "OCI runtime exec failed: exec failed: exec: \\"wget\\": executable file not found in $PATH"\n'),
    ("misconf", "unknown", "Redis says that it cannot save, its client not why",
     "api-1 | MISCONF Redis is configured to save RDB snapshots, but cannot persist\napi-1 exited with code 1\n"),
    ("limit-files", "resource_limits", "EMFILE", "api-1 | accept4: too many open files\n"),
    ("limit-pg", "resource_limits", "all connections are taken",
     "api-1 | FATAL:  sorry, too many clients already\n"),
    ("limit-elastic", "resource_limits", "a bootstrap check ends Elasticsearch",
     "search-1 | ERROR: [1] bootstrap checks failed. You must address the points described\n"),
    ("look-alike-limit", "benign", "the same check as a warning does not",
     ('search-1 | {"log.level": "WARN", "message":"max virtual memory areas vm.max_map_count [65530] is too low"}\n'
     'search-1 | {"log.level": "INFO", "message":"started {n1}", "log.logger":"org.elasticsearch.node.Node"}\n')),
]  # fmt: skip


@pytest.mark.parametrize(("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_host(verdict, category, fact, text):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


def test_exit_137_alone_decides_nothing(pasted):
    """An exit with 137 that nobody is seen to have caused is unknown, and says what would tell."""
    found = pasted("api-1 | working\napi-1 exited with code 137\napi-1 | working\ndb-1 | busy\n")
    assert found.findings.iloc[0]["category"] == "unknown"
    assert (found.evidence["role"] == "missing").any()


@pytest.mark.parametrize(
    ("name", "category"),
    [("oom", "oom_killed"), ("disk-full", "disk_full"), ("port-conflict", "port_conflict"),
     ("volume-permission", "permission_denied"), ("command-not-found", "command_not_found")],
)  # fmt: skip
def test_host_recorded(investigated, name, category):
    """The planted fault is found in the engine's own recording, not what it brings about in others."""
    assert investigated(name).findings.iloc[0]["category"] == category


def test_engine_names_the_service(verdict):
    """The endpoint of a port conflict names the container; its service is known by another line or its last word."""
    text = "Error response from daemon: driver failed programming external connectivity on endpoint my-shop-nginx-1 (ab12): Bind for 0.0.0.0:80 failed: port is already allocated\n"  # noqa: E501
    assert verdict("api-1 | up\n" + text)[:2] == ("port_conflict", "nginx")
