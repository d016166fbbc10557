"""What stands in the Compose file itself: keys without effect, keys that contradict each other, secrets in clear."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found

_DEAD = ("placement.constraints", "placement.preferences", "update_config", "rollback_config", "endpoint_mode")
"""Keys below `deploy` that only a cluster acts on (compose-spec `deploy.md`; compose `create.go` reads none)."""


def version_key(case: Case) -> Iterator[Found]:
    """Yield a top-level version."""
    row = case.setting(None, "version")
    if row is not None:
        yield Found("obsolete-version", row, None, {"value": str(row["value"])}, (), None, {"version": None})


def two_policies(case: Case) -> Iterator[Found]:
    """Yield services with two restart policies: that of deploy wins, and delay and window are dropped."""
    for service in case.services:
        plain, deployed = case.setting(service, "restart"), case.below(service, "deploy.restart_policy")
        if plain is None or not deployed:
            continue
        condition = case.written(service, "deploy.restart_policy.condition") or "any"
        dropped = [row["key"].rpartition(".")[2] for row in deployed if row["key"].endswith((".delay", ".window"))]
        names = {"service": service, "restart": str(plain["value"]), "condition": condition}
        if dropped:
            names["dropped"] = " and ".join(dropped)
        yield Found("two-restart-policies", plain, service, names, (), None, {"restart": None})


def dead_keys(case: Case) -> Iterator[Found]:
    """Yield what stands below deploy and does nothing on one engine."""
    for service in case.services:
        rows = case.below(service, "deploy")
        dead = [row for row in rows if row["key"].removeprefix("deploy.").startswith(_DEAD)]
        if dead:
            keys = sorted({".".join(row["key"].split(".")[:2]) for row in dead})
            names = {"service": service, "keys": ", ".join(keys)}
            yield Found("deploy-without-effect", dead[0], service, names, (), None, dict.fromkeys(keys))


def secrets(case: Case) -> Iterator[Found]:
    """Yield the services that have a secret in clear in the Compose file."""
    for service in case.services:
        rows = [*case.below(service, "environment"), *case.below(service, "build.args")]
        rows += [row for key in ("command", "entrypoint", "healthcheck.test") if (row := case.setting(service, key))]
        hidden = [row for row in rows if tables.HIDDEN.search(str(row["value"]))]
        clear = [row for row in hidden if pd.notna(row["literal"]) and row["literal"]]
        if clear:
            keys = ", ".join(row["key"].removeprefix("environment.") for row in clear)
            yield Found("literal-secret", clear[0], service, {"service": service, "keys": keys})
