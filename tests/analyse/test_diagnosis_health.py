"""Healthchecks: wrong ones, ones that cannot run, and dependencies that are really unhealthy."""

import json
from dataclasses import replace

import pytest

from incidentlab.investigate import investigate

PG = """\
db-1 | 2026-03-01 10:00:01.000 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1 | 2026-03-01 10:00:01.100 UTC [1] LOG:  database system is ready to accept connections
"""


def _root(count: int) -> str:
    return PG + "".join(
        f'db-1 | 2026-03-01 10:0{n}:00.000 UTC [9{n}] FATAL:  role "root" does not exist\n' for n in range(1, count + 1)
    )


ROWS = [
    ("root", "healthcheck_misconfigured", "a probe without a user logs in as root, again and again", _root(4)),
    ("no-healthcheck", "healthcheck_misconfigured", "service_healthy on a service without a healthcheck",
     "dependency failed to start: container shop-db-1 has no healthcheck configured\n"),
    ("look-alike-root", "benign", "one login as root is an accident, no probe", _root(1)),
    ("unhealthy-v2", "dependency_unhealthy", "Compose's words since v2.16",
     "dependency failed to start: container shop-db-1 is unhealthy\n"),
    ("unhealthy-v1", "dependency_unhealthy", "Compose's words of v1",
     'ERROR: for api  Container "3fa9c1" is unhealthy.\n'),
    ("unhealthy-exited", "dependency_unhealthy", "a job on which others wait fails",
     'service "migrate" didn\'t complete successfully: exit 3\n'),
    ("look-alike-unhealthy", "disk_full", "why it is unhealthy is the cause, that Compose waited is the effect",
     ("db-1 | PANIC:  could not write to file: No space left on device\n"
     "dependency failed to start: container shop-db-1 is unhealthy\n")),
    ("look-alike-exec", "unknown", "a command that a human could not start in a container is not its healthcheck",
     ("api-1 | working\nOCI runtime exec failed: exec failed: unable to start container process: exec: \"ps\": "
     "executable file not found in $PATH: unknown\napi-1 exited with code 4\n")),
]  # fmt: skip


@pytest.mark.parametrize(("category", "fact", "text"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_health(verdict, category, fact, text):
    """Each row's fact holds for the verdict on its text."""
    assert verdict(text)[0] == category, fact


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("healthcheck-exec", ("healthcheck_exec_failure", "auth-service")),
        ("false-healthy", ("healthcheck_misconfigured", "auth-service")),
        ("slow-init", ("healthcheck_misconfigured", "auth-service")),
        ("probe-program-missing", ("healthcheck_exec_failure", "notification-service")),
        ("probe-wrong-path", ("healthcheck_misconfigured", "notification-service")),
        ("dependency-unhealthy", ("dependency_unhealthy", "auth-service")),
    ],
)
def test_health_recorded(investigated, name, wanted):
    """The engine's own probes, events and states tell what no log says."""
    row = investigated(name).findings.iloc[0]
    assert (row["category"], row["service"]) == wanted


def test_false_health_cites_the_probe(investigated):
    """The window between the healthy mark and the real readiness is shown by its rows."""
    evidence = investigated("false-healthy").evidence
    facts = evidence.loc[evidence["rank"] == 1, "fact"]
    assert facts.str.contains("called healthy too early").any()


def test_exec_errors_do_not_accuse_a_probe_that_passed(investigated):
    """In a recording whose probes pass, no healthcheck is called broken."""
    found = investigated("fixed").findings
    assert not found["category"].isin(["healthcheck_exec_failure", "healthcheck_misconfigured"]).any()


@pytest.mark.parametrize(
    ("output", "category"),
    [
        ("/bin/sh: 1: curl: not found", "healthcheck_exec_failure"),
        ("bash: line 1: wget: command not found", "healthcheck_exec_failure"),
        ("curl: (22) The requested URL returned error: 404", "healthcheck_misconfigured"),
        ("wget: server returned error: HTTP/1.1 404 Not Found", "healthcheck_misconfigured"),
        ("order 404 is not shipped yet", "unknown"),
        ("user sh: not found", "unknown"),
    ],
)
def test_what_a_probe_prints(recorded, output, category):
    """What the shell says of a program, and the server of a path, decides, whatever exit code the line gives."""
    incident = recorded("probe-wrong-path")
    probes = incident.probes.copy()
    own = probes["service"].eq("notification-service")
    probes.loc[own, "output"] = output
    verdict = investigate(replace(incident, probes=probes)).findings.iloc[0]
    assert verdict["category"] == category


def test_a_client_in_the_image_of_a_server_is_no_server(investigated):
    """A one-shot that runs psql from the image of Postgres is who failed; Postgres is the other party."""
    row = investigated("migration-one-shot").findings.iloc[0]
    assert (row["category"], row["service"], row["dependency"]) == ("migration_failure", "migrate", "postgres")


@pytest.mark.parametrize(
    ("address", "restarts", "category"),
    [("[::1]", 0, "healthcheck_misconfigured"), ("127.0.0.1", 0, "unknown"), ("[::1]", 3, "unknown")],
    ids=["asked at ::1", "asked at IPv4", "never up for long"],
)
def test_a_probe_that_asks_ipv6(pasted, address, restarts, category):
    """A probe that is refused at ::1 by a container that runs on asks wrong; refused otherwise, nothing is known."""
    output = f"Connecting to localhost:8080 ({address}:8080)\nwget: can't connect to remote host: Connection refused\n"
    probe = {"End": "2026-03-01T10:01:05Z", "ExitCode": 1, "Output": output}
    log = [probe | {"Start": f"2026-03-01T10:01:0{second}Z"} for second in (1, 4)]
    state = {"Status": "running", "StartedAt": "2026-03-01T10:00:00Z"}
    state["Health"] = {"Status": "unhealthy", "FailingStreak": 2, "Log": log}
    text = json.dumps([{"Id": "7c", "Name": "/web-1", "RestartCount": restarts, "State": state, "Config": {}}])
    row = pasted(text).findings.iloc[0]
    assert (row["category"], row["service"]) == (category, "web-1")


def test_a_health_object_that_names_nobody(verdict):
    """A probe that cannot start is a broken probe, whoever's it is; prose around it may say whose."""
    probe = {"Start": "2026-03-01T10:01:00Z", "End": "2026-03-01T10:01:01Z", "ExitCode": -1,
             "Output": 'OCI runtime exec failed: exec: "curl": executable file not found in $PATH'}  # fmt: skip
    health = json.dumps({"Status": "starting", "FailingStreak": 2, "Log": [probe, probe]}, indent=2)
    assert verdict(health)[:2] == ("healthcheck_exec_failure", None)
    told = f"The `depot` Docker container is unhealthy:\n\n```json\n{health}\n```\n"
    assert verdict(told)[:2] == ("healthcheck_exec_failure", "depot")


def test_a_nameless_server_that_answers_404(verdict):
    """A health object without a name whose probes get 404 tells of a wrong path, of nobody by name."""
    probe = {"Start": "2026-03-01T10:01:00Z", "End": "2026-03-01T10:01:01Z", "ExitCode": 22,
             "Output": "curl: (22) The requested URL returned error: 404"}  # fmt: skip
    log = [probe, probe | {"Start": "2026-03-01T10:01:05Z", "End": "2026-03-01T10:01:06Z"}]
    assert verdict(json.dumps({"Status": "unhealthy", "FailingStreak": 2, "Log": log}))[:2] == (
        "healthcheck_misconfigured",
        None,
    )
