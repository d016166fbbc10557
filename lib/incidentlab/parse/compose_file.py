"""A Compose file as its author wrote it, in the canonical form that `docker compose config` would give it.

Only what the table of services holds is brought into that form (compose-spec `spec.md`): a list of dependencies, a port
or a health test in its short form. Nothing is interpolated, extended or merged from other files. The file is hostile
input: its size, depth and the number of its aliases are bounded, and no tag makes an object.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

import yaml

from incidentlab.tables import BadInput
from incidentlab.tables.documents import yaml_node

_LARGEST = 1 << 18

_PORT = re.compile(r"(?:(?:(?P<host_ip>.*):)?(?P<published>[\d-]*):)?(?P<target>[\d-]+)(?:/(?P<protocol>\w+))?")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(data: bytes) -> tuple[dict[str, Any], dict[str, int]] | None:
    r"""Return a Compose file and the line of each of its services; None for anything else.

    Examples
    --------
    >>> read(b"services:\n  web:\n    image: web\n    ports: ['8080:80']\n")[1]
    {'web': 2}
    """
    found = document(data)
    if found is None:
        return None
    services = found["services"]
    canonical = {str(name): _service(body) for name, body in services.items() if isinstance(body, dict)}
    return {"services": canonical}, _lines(yaml_node(data.decode("utf-8", "replace"), name="the file"))


def document(data: bytes) -> dict[str, Any] | None:
    """Return a Compose file as it is written, None for anything else."""
    if len(data) > _LARGEST or b"services:" not in data:
        return None
    try:
        text = data.decode("utf-8", "replace")
        if yaml_node(text, name="the file") is None:
            return None
        found = yaml.load(text, _Loader)  # noqa: S506  # a safe loader
    except (BadInput, yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None
    services = found.get("services") if isinstance(found, dict) else None
    real = isinstance(services, dict) and any(isinstance(body, dict) for body in services.values())
    return found if real else None


def dockerfiles(data: bytes) -> list[str]:
    r"""Return where the Dockerfiles of a Compose file's services are, as seen from its folder.

    Examples
    --------
    >>> dockerfiles(b"services:\n  web: {build: ./web}\n  db: {build: {context: db, dockerfile: ci.Dockerfile}}\n")
    ['web/Dockerfile', 'db/ci.Dockerfile']
    """
    found = document(data)
    bodies = found["services"].values() if found else ()
    builds = [body["build"] for body in bodies if isinstance(body, dict) and body.get("build")]
    told = [build if isinstance(build, dict) else {"context": build} for build in builds]
    return list(dict.fromkeys(built_from(one.get("context"), one.get("dockerfile")) for one in told))


def built_from(context: Any, dockerfile: Any) -> str:
    """Return where a Dockerfile is: its name as seen from the context (compose-spec `build.md`)."""
    return posixpath.normpath(posixpath.join(str(context or "."), str(dockerfile or "Dockerfile")))


def _lines(root: Any) -> dict[str, int]:
    section = next((value for key, value in root.value if key.value == "services"), None)
    return {str(key.value): key.start_mark.line + 1 for key, _ in getattr(section, "value", ())}


def _service(body: dict[str, Any]) -> dict[str, Any]:
    check, ports = body.get("healthcheck"), body.get("ports")
    check = check if isinstance(check, dict) else {}
    image, restart = body.get("image"), body.get("restart")
    return {
        "image": image if isinstance(image, str) else None,
        "restart": restart if isinstance(restart, str) else "no" if restart is False else None,  # YAML 1.1: a bare no
        "deploy": body.get("deploy"),
        "depends_on": _names(body.get("depends_on")),
        "healthcheck": {"test": _test(check.get("test")), "disable": bool(check.get("disable"))},
        "ports": [_port(port) for port in ports if not isinstance(port, list)] if isinstance(ports, list) else [],
        "environment": [name.partition("=")[0] for name in _names(body.get("environment"))],
    }


def _names(value: Any) -> Any:
    """Return dependencies or variables as the table takes them: a mapping as it is, a list of texts."""
    if isinstance(value, dict):
        return {str(name): entry if isinstance(entry, dict) else None for name, entry in value.items()}
    return [str(item) for item in value if isinstance(item, str)] if isinstance(value, list) else {}


def _test(test: Any) -> Any:
    if isinstance(test, str):
        return ["CMD-SHELL", test]
    return [str(word) for word in test] if isinstance(test, list) else None


def _port(port: Any) -> Any:
    """Return a port in the long form.

    Examples
    --------
    >>> _port("127.0.0.1:8080:80/udp")
    {'published': '8080', 'target': '80', 'protocol': 'udp', 'host_ip': '127.0.0.1'}
    """
    if isinstance(port, dict):
        return {name: port.get(name) for name in ("published", "target", "protocol", "host_ip")}
    match = _PORT.fullmatch(str(port))
    if match is None:
        return {"published": None, "target": str(port), "protocol": "tcp", "host_ip": None}
    return {
        "published": match["published"] or None,
        "target": match["target"],
        "protocol": match["protocol"] or "tcp",
        "host_ip": match["host_ip"],
    }
