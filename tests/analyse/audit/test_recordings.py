"""The audit of what was recorded: each planted fault once, and no accusation of what was right."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load

LAB = Path(__file__).parents[3] / "lab"
RIGHT = {("runs-as-root", "postgres")}
"""True of the stack in every recording: the entrypoint of Postgres starts as root and gives the rights up."""

PLANTED = {
    "app-bug": set(),
    "bad-password": set(),
    "budget-spent": {("depends-without-health", "auth-service")},
    "command-not-found": set(),
    "crash-loop": set(),
    "dependency-unhealthy": set(),
    "disk-full": {("runs-as-root", "backup")},
    "dns-failure": set(),
    "false-healthy": {("socket-probe", "postgres"), ("crashes-masked", "auth-service")},
    "fixed": set(),
    "healthcheck-exec": {("healthcheck-program-missing", "auth-service")},
    "image-distroless": set(),
    "image-distroless-no-path": {("healthcheck-program-missing", "auth-service")},
    "image-single-stage": {("runs-as-root", "auth-service")},
    "line-endings": set(),
    "migration-failure": set(),
    "migration-one-shot": {("runs-as-root", "migrate")},
    "missing-database": set(),
    "missing-env": set(),
    "oom": {("memory-near-limit", "wallet-service"), ("crashes-masked", "wallet-service")},
    "port-conflict": {("depends-without-health", "frontend")},
    "postgres-disconnect": set(),
    "postgres-kill": set(),
    "postgres-pause": set(),
    "probe-program-missing": {("healthcheck-program-missing", "notification-service")},
    "probe-wrong-path": set(),
    "redis-disconnect": set(),
    "redis-gone": set(),
    "redis-kill": set(),
    "redis-pause": set(),
    "retry-too-short": {("depends-without-health", "auth-service"), ("stays-down", "auth-service")},
    "server-on-loopback": set(),
    "slow-init": {("start-period-too-short", "postgres")},
    "startup-race": {("depends-without-health", "auth-service"), ("crashes-masked", "auth-service")},
    "startup-race-down": {("depends-without-health", "auth-service")},
    "startup-race-retry": {("depends-without-health", "auth-service")},
    "tls-failure": {("crashes-masked", "auth-service")},
    "volume-permission": set(),
    "wrong-host": set(),
}
"""Recording -> the rules that it breaks, each with its service; all were read by hand beside the recording."""


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_recording_breaks_what_was_planted_and_nothing_else(
    investigated: Callable[[str], Investigation], name: str
) -> None:
    """What is found is what its scenario did, once each; nothing is found in the control."""
    audit = investigated(name).audit
    found = audit[audit["state"].eq("found")]
    told = list(zip(found["rule"], found["service"], strict=True))
    assert len(told) == len(set(told))
    assert set(told) - RIGHT == PLANTED[name]


def test_a_probe_that_cannot_start_is_foretold_from_the_image_alone(
    investigated: Callable[[str], Investigation],
) -> None:
    """Without any probe, event or line of a log: the files of the image and its PATH are enough."""
    seen = investigated("image-distroless-no-path").incident
    blind = replace(seen, probes=seen.probes[:0], events=seen.events[:0], logs=seen.logs[:0], samples=seen.samples[:0])
    audit = investigate(blind).audit
    (row,) = audit[audit["rule"].eq("healthcheck-program-missing") & audit["state"].eq("found")].to_dict("records")
    assert "healthcheck_exec_failure" in row["sentence"]
    assert investigated("image-distroless-no-path").findings["category"].iloc[0] == "healthcheck_exec_failure"
    mended = investigated("image-distroless").audit
    assert "auth-service" not in mended.loc[mended["rule"].eq("healthcheck-program-missing"), "service"].tolist()


def test_the_lab_file_alone_is_accused_of_its_passwords_only() -> None:
    """The stack's own file has its passwords in clear, which is so; everything else waits for a measurement."""
    audit = investigate(load(LAB / "compose.yaml")).audit
    found = audit[audit["state"].eq("found")]
    assert set(found["rule"]) == {"literal-secret"}
    assert found["file"].eq("compose.yaml").all()
    lines = (LAB / "compose.yaml").read_text().splitlines()
    assert all("PASSWORD" in lines[n - 1] or "AUTH" in lines[n - 1] or "URL" in lines[n - 1] for n in found["line"])


@pytest.mark.parametrize("path", sorted(LAB.rglob("Dockerfile")), ids=lambda path: path.parent.name)
def test_the_labs_dockerfiles_alone_are_accused_of_nothing(path: Path) -> None:
    """Each is right, or takes its user from a base that the file does not show: that is said, not accused."""
    audit = investigate(load(path)).audit
    assert not audit["state"].eq("found").any()
