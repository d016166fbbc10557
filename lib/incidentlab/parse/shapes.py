"""What is read of each kind of document: its shape, as `incidentlab.tables.documents` takes it.

A parser sees what stands here and nothing else, each value of the type that stands here.

Source: the engine's API (moby `api/types`), docker/cli's formats, the Compose specification, Trivy's `pkg/types`.
"""

from __future__ import annotations

from typing import Any

from incidentlab.tables.documents import Shape


def _all(shape: Shape, *names: str) -> dict[Any, Shape]:
    return dict.fromkeys(names, shape)


_PROBE = _all(str, "Start", "End", "Output") | {"ExitCode": int}
_HEALTH = {"Status": str, "FailingStreak": int, "Log": [_PROBE]}
_STATE = _all(str, "Status", "Error", "StartedAt", "FinishedAt") | {
    "ExitCode": int,
    "OOMKilled": bool,
    "Health": _HEALTH,
}
_CHECK = {"Test": [str], **_all(int, "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries")}
_CONTAINER: dict[Any, Shape] = {
    **_all(str, "Id", "Name", "Created", "Image", "Path"),
    "RestartCount": int,
    "Args": [str],
    "State": _STATE,
    "Config": {
        **_all(str, "Image", "User", "StopSignal"),
        "Tty": bool,
        "Env": [str],
        "Labels": {str: str},
        "StopTimeout": int,
        "Healthcheck": _CHECK,
    },
    "HostConfig": {
        **_all(int, "Memory", "MemorySwap", "NanoCpus"),
        "RestartPolicy": {"Name": str, "MaximumRetryCount": int},
        "LogConfig": {"Type": str, "Config": {str: str}},
        "PortBindings": {str: [{"HostPort": str}]},
    },
    "NetworkSettings": {
        "Networks": {str: {**_all(str, "IPAddress", "GlobalIPv6Address"), **_all([str], "Aliases", "DNSNames")}}
    },
    "Mounts": [_all(str, "Type", "Name", "Destination")],
}
INSPECT = _CONTAINER | {"observed_at": str, "inspect": _CONTAINER}
"""A container, plain or as a bundle has it."""

HEALTH = _STATE | _HEALTH
"""A container's state or health alone."""

EVENT = {
    **_all(str, "Type", "Action", "type", "action", "status", "id", "from", "service"),
    "Actor": {"ID": str, "Attributes": {str: (str, int)}},
    "attributes": {str: (str, int)},
    "timeNano": (int, str),
    "time": (str, int),
}
"""What the engine did, in any of its forms."""

SAMPLE = {
    **_all(str, "read", "id", "service"),
    "cpu_stats": {"cpu_usage": {"total_usage": int}, "throttling_data": _all(int, "periods", "throttled_periods")},
    "memory_stats": {**_all(int, "usage", "limit"), "stats": _all(int, "total_inactive_file", "inactive_file")},
    "networks": {str: _all(int, "rx_bytes", "tx_bytes")},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": str, "value": int}]},
    "pids_stats": {"current": int},
}
"""A reading of the engine's stats."""

STATS = {str: (str, int, float)}
"""A row of `docker stats`, `docker ps` or `docker compose ps`."""

_IMAGE: dict[Any, Shape] = {
    **_all(str, "Id", "Created", "Architecture", "Os"),
    **_all([str], "RepoTags", "RepoDigests"),
    "Size": int,
    "GraphDriver": {"Name": str},
    "Config": {
        "User": str,
        **_all([str], "Env", "Shell"),
        **_all((str, [str]), "Entrypoint", "Cmd"),
        "Healthcheck": {"Test": [str]},
        **_all({str: object}, "ExposedPorts", "Volumes"),
    },
    "RootFS": {"Layers": [str]},
}
IMAGE = _IMAGE | {"inspect": _IMAGE, "history": [{"CreatedBy": str, "Created": int, "Size": int}]}
"""An image with its history, or without."""

LAYER = {"diff_id": str, "files": [object]}
"""The files of a layer; a file is a list that its parser checks."""

ENGINE = {
    "version": _all(str, "Version", "Arch"),
    "info": {**_all(int, "NCPU", "MemTotal"), **_all(str, "Driver", "LoggingDriver")},
}
"""The engine, as a capture asked it."""

CONFIG = {
    "services": {
        str: {
            **_all(str, "image", "restart"),
            "deploy": {"restart_policy": {"condition": str, "max_attempts": (int, str)}},
            "depends_on": ({str: {"condition": str}}, [str]),
            "healthcheck": {"test": ([str], str), "disable": bool},
            "ports": [({**_all((str, int), "published", "target"), **_all(str, "protocol", "host_ip")}, str, int)],
            "environment": ({str: object}, [str]),
        }
    }
}
"""A Compose file in its canonical form."""

_FOUND = {
    **_all(str, "PkgPath", "PkgName", "InstalledVersion", "FixedVersion", "VulnerabilityID", "Severity"),
    **_all(str, "Status", "Title", "PrimaryURL"),
    "Layer": {"DiffID": str},
}
_RESULT: dict[Any, Shape] = {
    **_all(str, "Class", "Type", "Target"),
    "Vulnerabilities": [_FOUND],
    "ExperimentalModifiedFindings": [{**_all(str, "Type", "Status", "Statement"), "Finding": _FOUND}],
    **_all([{}], "Secrets", "Misconfigurations", "Licenses"),
}
SCAN = _RESULT | {
    "SchemaVersion": int,
    **_all(str, "CreatedAt", "ArtifactName", "ArtifactType", "DataUpdated"),
    "Metadata": {
        **_all(str, "Reference", "ImageID"),
        **_all([str], "RepoTags", "RepoDigests"),
        "OS": {**_all(str, "Family", "Name"), "EOSL": bool},
    },
    "Trivy": {"Version": str},
    "Results": [_RESULT],
}
"""A report of Trivy, or one result of a report in schema 1."""
COMMAND = {**_all(str, "at", "line"), "stream": frozenset(("stdout", "stderr"))}
"""A line of a wrapped command."""
PROMETHEUS = {
    "status": str,
    "data": {"resultType": str, "result": [{"metric": {str: str}, "values": object, "value": object}]},
}
"""An answer of Prometheus' HTTP API; a pair is a number and a text, which its parser checks."""
