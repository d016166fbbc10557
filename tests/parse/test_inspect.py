import json
from typing import Any

import pandas as pd
import pytest

from incidentlab.parse import inspect

ZERO = "0001-01-01T00:00:00Z"


def whole(**state: Any) -> dict[str, Any]:
    """Return a full inspect of one container."""
    return {
        "Id": "c0ffee",
        "Name": "/shop-web-1",
        "Created": "2026-11-23T09:00:00.5Z",
        "Image": "sha256:abc",
        "RestartCount": 0,
        "State": {"Status": "running", "StartedAt": "2026-11-23T09:00:01Z", "FinishedAt": ZERO, "ExitCode": 0, **state},
        "Config": {
            "Image": "web:1",
            "User": "1001",
            "Tty": False,
            "Env": ["DB_PASSWORD=hunter2", "PORT=80"],
            "StopSignal": "SIGQUIT",
            "Healthcheck": {
                "Test": ["CMD-SHELL", "curl -f http://localhost"],
                "Interval": 2_000_000_000,
                "Timeout": 500_000_000,
                "StartPeriod": 11_000_000_000,
            },
            "Labels": {
                "com.docker.compose.service": "web",
                "com.docker.compose.container-number": "1",
                "com.docker.compose.depends_on": "db:service_healthy:false,cache:service_started",
            },
        },
        "HostConfig": {
            "Memory": 67108864,
            "NanoCpus": 500000000,
            "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
        },
        "NetworkSettings": {"Networks": {"shop_default": {"IPAddress": "172.18.0.3", "Aliases": ["web", "c0ffee"]}}},
    }


def later(**state: Any) -> dict[str, Any]:
    """Return a reduced snapshot, as an observer takes it."""
    kept = ("Id", "Name", "Created", "RestartCount", "State", "NetworkSettings")
    return {key: value for key, value in whole(**state).items() if key in kept}


def frames(*snapshots: tuple[str, dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Return the tables of a bundle's lines."""
    text = "\n".join(json.dumps({"observed_at": at, "inspect": body}) for at, body in snapshots)
    return inspect.parse(text.encode(), file="containers.jsonl").frames


def test_one_container() -> None:
    """Configuration, state and labels become one row; durations are seconds, secrets' values are not taken."""
    row = frames(("2026-11-23T09:00:02Z", whole()))["containers"].iloc[0]
    assert row[["service", "container", "replica", "image", "user", "restart_policy", "ip"]].tolist() == [
        "web",
        "shop-web-1",
        1,
        "web:1",
        "1001",
        "no",
        "172.18.0.3",
    ]
    assert row[["health_interval_s", "health_timeout_s", "health_start_period_s", "cpu_limit"]].tolist() == [
        2.0,
        0.5,
        11.0,
        0.5,
    ]
    assert pd.isna(row["health_retries"])
    assert pd.isna(row["finished"])
    assert json.loads(row["depends_on"]) == {"db": "service_healthy", "cache": "service_started"}
    assert json.loads(row["env_names"]) == ["DB_PASSWORD", "PORT"]
    assert row["created"] == pd.Timestamp("2026-11-23T09:00:00.5Z")


def test_what_the_engine_forgets_is_gathered() -> None:
    """Over several snapshots: the last state, the fullest configuration, the last address, every run."""
    gone = later(
        Status="exited",
        ExitCode=1,
        StartedAt="2026-11-23T09:00:03Z",
        FinishedAt="2026-11-23T09:00:04.000000001Z",
        OOMKilled=True,
    )
    gone["RestartCount"] = 1
    gone["NetworkSettings"] = {"Networks": {"shop_default": {"IPAddress": ""}}}
    found = frames(("2026-11-23T09:00:02Z", whole()), ("2026-11-23T09:00:05Z", gone), ("2026-11-23T09:00:06Z", gone))
    row = found["containers"].iloc[0]
    assert row[["state", "exit_code", "restart_count", "image", "ip"]].tolist() == [
        "exited",
        1,
        1,
        "web:1",
        "172.18.0.3",
    ]
    runs = found["runs"]
    assert runs["started"].tolist() == [pd.Timestamp("2026-11-23T09:00:01Z"), pd.Timestamp("2026-11-23T09:00:03Z")]
    assert runs["exit_code"].astype(object).tolist() == [pd.NA, 1]
    assert runs["finished"].iloc[1].value % 10 == 1
    assert runs["observed_at"].iloc[1] == pd.Timestamp("2026-11-23T09:00:05Z")
    assert runs[["line", "pointer"]].values.tolist() == [[1, "/inspect/State"], [2, "/inspect/State"]]


def test_addresses_have_a_time() -> None:
    """An address is kept with the first and the last look that showed it, and its aliases."""
    moved = later()
    moved["NetworkSettings"] = {"Networks": {"shop_default": {"IPAddress": "172.18.0.9", "DNSNames": ["web"]}}}
    found = frames(
        ("2026-11-23T09:00:02Z", whole()), ("2026-11-23T09:00:03Z", later()), ("2026-11-23T09:00:04Z", moved)
    )["addresses"]
    assert found[["ip", "first_seen", "last_seen"]].values.tolist() == [
        ["172.18.0.3", pd.Timestamp("2026-11-23T09:00:02Z"), pd.Timestamp("2026-11-23T09:00:03Z")],
        ["172.18.0.9", pd.Timestamp("2026-11-23T09:00:04Z"), pd.Timestamp("2026-11-23T09:00:04Z")],
    ]
    assert json.loads(found["aliases"].iloc[0]) == ["c0ffee", "web"]


def probe(start: str, code: int, output: str = "") -> dict[str, Any]:
    """Return one entry of a health log."""
    return {"Start": start, "End": start, "ExitCode": code, "Output": output}


def test_probes_are_united() -> None:
    """Every probe of every snapshot is one row, exact in any zone, with a pointer to where it first stood."""
    first = probe("2026-11-23T11:00:00.123456789+02:00", 0, "ok")
    second = probe("2026-11-23T09:00:02.1Z", -1, "Health check exceeded timeout (1s)")
    found = frames(
        ("2026-11-23T09:00:01Z", whole(Health={"Status": "healthy", "FailingStreak": 0, "Log": [first]})),
        ("2026-11-23T09:00:03Z", later(Health={"Status": "healthy", "FailingStreak": 1, "Log": [first, second]})),
    )["probes"]
    assert found["start"].astype("int64").tolist() == [1795424400123456789, 1795424402100000000]
    assert found["outcome"].tolist() == ["pass", "timeout"]
    assert found[["line", "pointer"]].values.tolist() == [
        [1, "/inspect/State/Health/Log/0"],
        [2, "/inspect/State/Health/Log/1"],
    ]


@pytest.mark.parametrize(
    ("code", "output", "shell", "outcome"),
    [
        (0, "", True, "pass"),
        (1, "curl: (7) Failed to connect", True, "fail"),
        (-1, "Health check exceeded timeout (1s): partial", False, "timeout"),
        (-1, "timed out starting health check for container c0", False, "timeout"),
        (-1, 'OCI runtime exec failed: exec: "node": executable file not found in $PATH', False, "exec_error"),
        (127, "/bin/sh: 1: node: not found\n", True, "exec_error"),
        (127, "application code 127", True, "fail"),
        (127, "node: not found", False, "fail"),
        (137, "", True, "fail"),
    ],
)
def test_outcomes(code: int, output: str, shell: bool, outcome: str) -> None:
    """A probe that did not finish (-1) or could not be run (a shell's 126, 127) is no word of the application."""
    assert inspect.outcome(code, output, shell=shell) == outcome


def test_a_plain_inspect_array() -> None:
    """`docker inspect` prints an array; the look's time is not known, and the ledger says what one look cannot tell."""
    evidence = inspect.parse(json.dumps([whole()], indent=2).encode(), file="inspect.json")
    assert evidence.frames["containers"]["pointer"].tolist() == ["/0"]
    assert evidence.frames["runs"]["observed_at"].isna().all()
    assert evidence.gap


def test_a_container_without_a_healthcheck() -> None:
    """Without State.Health and without networks there are no probes and no addresses, and nothing fails."""
    body = {"Id": "c0", "Name": "/x", "State": {"Status": "created", "StartedAt": ZERO}, "NetworkSettings": None}
    found = inspect.parse(json.dumps([body]).encode(), file="x").frames
    assert [len(found[name]) for name in ("containers", "addresses", "probes", "runs")] == [1, 0, 0, 1]
    assert found["containers"]["service"].tolist() == ["x"]
