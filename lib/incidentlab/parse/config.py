"""What was asked for: the Compose file, as `docker compose config` resolves it or as it was written.

It tells what the file says now; what was deployed stands in the labels of the containers, which win where the two
differ. The services have the names of environment variables only;
the settings have every value, and the door masks what is secret in them.
"""

from __future__ import annotations

import json
from typing import Any

from incidentlab import tables
from incidentlab.parse import compose_file, shapes
from incidentlab.parse.evidence import Evidence, at, documents, fitted
from incidentlab.parse.settings import settings

_CONDITIONS = {"any": "always", "none": "no"}
"""`deploy.restart_policy.condition` in the words of `restart` (compose `mapRestartPolicyCondition`)."""


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the services of a resolved Compose file.

    Examples
    --------
    >>> file = b'{"services": {"web": {"depends_on": ["db"]}, "db": {"image": "postgres:16"}}}'
    >>> parse(file, file="compose.json").frames["services"][["service", "depends_on"]].values.tolist()
    [['db', '{}'], ['web', '{"db": "service_started"}']]
    """
    written = compose_file.read(data) if data.lstrip()[:1] != b"{" else None
    read = fitted([(1, "", written[0])], [], shapes.CONFIG) if written else documents(data, shapes.CONFIG)
    lines = written[1] if written else {}
    rows = [
        _service(str(name), body)
        | {"file": file, "line": lines.get(name, line), "pointer": f"{pointer}/services/{name}"}
        for line, pointer, document in read.found
        for name, body in (document.get("services") or {}).items()
        if isinstance(body, dict)
    ]
    services = tables.rows(rows, tables.SERVICES)
    values = settings(data.decode("utf-8", "replace"), file=file, resolved=not written)
    return Evidence({"services": services, "settings": values}, read.notes)


def written(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the values of a Compose file as its author wrote it, beside those of the resolved one.

    Examples
    --------
    >>> written(b"services:\n  web: {image: web}\n", file="sources/1-compose.yaml").frames["settings"]["key"].tolist()
    ['image']
    """
    return Evidence({"settings": settings(data.decode("utf-8", "replace"), file=file, resolved=False)})


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a Compose file."""
    return isinstance(document.get("services"), dict) and "inspect" not in document


def _service(name: str, body: dict[str, Any]) -> dict[str, Any]:
    environment = body.get("environment") or {}
    test = at(body, "healthcheck", "test")
    return {
        "service": name,
        "image": body.get("image"),
        "restart": _restart(body),
        "depends_on": json.dumps(_depends(body.get("depends_on") or {})),
        "health_test": json.dumps(test) if test and not at(body, "healthcheck", "disable") else None,
        "ports": json.dumps([_port(port) for port in body.get("ports") or ()]),
        "env_names": json.dumps(sorted(str(item).partition("=")[0] for item in environment)),
    }


def _restart(body: dict[str, Any]) -> str | None:
    """Return the restart policy; `deploy.restart_policy` overrides `restart` (compose `getRestartPolicy`)."""
    policy = at(body, "deploy", "restart_policy")
    if not isinstance(policy, dict):
        return body.get("restart")
    condition = str(policy.get("condition") or "any")
    name = _CONDITIONS.get(condition, condition)
    return f"{name}:{policy['max_attempts']}" if name == "on-failure" and policy.get("max_attempts") else name


def _depends(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {name: at(entry, "condition") or "service_started" for name, entry in value.items()}
    return dict.fromkeys(map(str, value), "service_started")


def _port(port: Any) -> dict[str, Any]:
    if not isinstance(port, dict):
        return {"published": None, "target": str(port), "protocol": "tcp", "host_ip": None}
    return {name: port.get(name) for name in ("published", "target", "protocol", "host_ip")}
