"""The Docker Engine, asked through the `docker` package: every request of the room stands here.

Answers are given as the engine sends them, JSON decoded by Python, whose integers keep all digits of a nanosecond.
Logs and events are read from the wire here and not by docker-py, which forgets which stream a frame belongs to,
and takes a broken connection for the end.
"""

from __future__ import annotations

import json
import struct
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker
import pandas as pd
import requests
import urllib3
from docker import DockerClient
from docker.errors import DockerException, NotFound
from docker.types import CancellableStream

from incidentlab.tables import EngineTrouble

ENGINE_ERRORS = (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, EngineTrouble)
"""What asking the engine may raise."""

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
ONEOFF = "com.docker.compose.oneoff"

SECOND = 1_000_000_000
_INFO = (
    "Name OperatingSystem KernelVersion Architecture NCPU MemTotal Driver LoggingDriver CgroupDriver CgroupVersion "
    "DockerRootDir SystemTime LiveRestoreEnabled"
)
GONE = (404, 409)
"""Answers that mean "no such container", and "it is being removed"."""
_STREAMS = ("stdout", "stdout", "stderr")
"""Stream of a log frame by its number; what comes of stdin (0) is shown on stdout."""
_HEADER, _SYSTEM_ERROR = 8, 3
"""Bytes before each log frame, and the number of the stream in which the engine reports its own trouble."""


@contextmanager
def asking() -> Iterator[None]:
    """Turn what the engine's client raises inside the block into an `EngineTrouble` that says what to do."""
    try:
        yield
    except (DockerException, requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise EngineTrouble(_why(error)) from error


def connect() -> DockerClient:
    """Return a client of the engine that the environment names.

    Raises
    ------
    EngineTrouble
        It does not run, or may not be asked.
    """
    with asking():
        return docker.from_env()


def _why(error: BaseException) -> str:
    causes = _causes(error)
    if any(isinstance(cause, PermissionError) for cause in causes):
        return "no permission to use the Docker Engine; join the group docker (then log in again), or use sudo"
    if any(isinstance(cause, FileNotFoundError | ConnectionRefusedError) for cause in causes):
        return "no Docker Engine answers; start it, or set DOCKER_HOST (`docker context ls` shows the address)"
    return f"the Docker Engine cannot be asked: {error}"


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and all that led to it; urllib3 hides some in the arguments."""
    found: list[BaseException] = []
    ahead: list[object] = [error]
    while ahead:
        cause = ahead.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            ahead += [cause.__cause__, cause.__context__, *cause.args]
    return found


def moment(ns: int) -> str:
    """Return nanoseconds since the epoch as RFC 3339 in UTC, nine digits.

    Examples
    --------
    >>> moment(1795425730508346070)
    '2026-11-23T09:22:10.508346070Z'
    """
    seconds, rest = divmod(ns, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def nanoseconds(text: str) -> int:
    """Return an RFC 3339 time of any zone and precision as nanoseconds since the epoch.

    Examples
    --------
    >>> nanoseconds("2026-11-23T11:22:10.50834607+02:00")
    1795425730508346070
    """
    return int(pd.Timestamp(text).as_unit("ns").value)


def now(client: DockerClient) -> int:
    """Return the engine's time, in nanoseconds since the epoch."""
    return nanoseconds(client.api.info()["SystemTime"])


def container_ids(client: DockerClient, project: str) -> list[str]:
    """Return the ids of a project's containers, running or not, one-off ones included."""
    found = client.api.containers(all=True, filters={"label": f"{PROJECT}={project}"})
    return [container["Id"] for container in found]


def no_such_project(client: DockerClient, project: str) -> EngineTrouble:
    """Return the error that names the projects that there are."""
    states: dict[str, Counter[str]] = {}
    for container in client.api.containers(all=True, filters={"label": PROJECT}):
        states.setdefault(container["Labels"][PROJECT], Counter())[container["State"]] += 1
    there = [
        f"{name} ({', '.join(f'{count} {state}' for state, count in sorted(found.items()))})"
        for name, found in sorted(states.items())
    ]
    return EngineTrouble(f"no containers of a Compose project {project!r}; the engine has {'; '.join(there) or 'none'}")


def inspect(client: DockerClient, container_id: str) -> dict[str, Any]:
    """Return `{"observed_at", "inspect"}` of a container as it is now."""
    seen: dict[str, Any] = client.api.inspect_container(container_id)
    return {"observed_at": moment(time.time_ns()), "inspect": seen}


def image(client: DockerClient, image_id: str) -> dict[str, Any]:
    """Return `{"inspect", "history"}` of an image."""
    api: Any = client.api  # its stubs leave these two untyped
    return {"inspect": api.inspect_image(image_id), "history": api.history(image_id)}


def save(client: DockerClient, image_ids: list[str], archive: Path) -> None:
    """Write what ``docker save`` gives of some images into a file."""
    with _get(client, "/images/get", {"names": image_ids}, timeout=None) as answer, archive.open("xb") as file:
        for chunk in answer.iter_content(1 << 20):
            file.write(chunk)


def about(client: DockerClient) -> dict[str, Any]:
    """Return versions and host of the engine, and both clocks, ours read before and after the engine's."""
    before = moment(time.time_ns())
    info = client.api.info()
    clock = {"before": before, "engine": info["SystemTime"], "after": moment(time.time_ns())}
    wanted = {key: info.get(key) for key in _INFO.split()}
    return {"version": client.api.version(), "info": wanted, "clock": clock}


def events(
    client: DockerClient, *, since: int, until: int | None = None
) -> tuple[Iterator[Any], CancellableStream[Any]]:
    """Return all events of the engine since a time, and the stream, whose `close` ends them from another thread.

    Without `until` they go on for ever. With it the engine gives those it still keeps.
    """
    query = {"since": _seconds(since), **({} if until is None else {"until": _seconds(until)})}
    answer = _get(client, "/events", query, timeout=None if until is None else client.api.timeout)
    decoded = (json.loads(line) for line in answer.iter_lines() if line)
    return decoded, CancellableStream(decoded, answer)


def log(client: DockerClient, container_id: str, *, stream: str, tty: bool, until: int) -> Iterator[bytes]:
    """Yield one stream of a container's log up to a time, byte for byte, each line behind the engine's time stamp.

    Raises
    ------
    EngineTrouble
        The engine broke off; what was yielded before is good.
    """
    query = {stream: "1", "timestamps": "1", "follow": "0", "tail": "all", "until": _seconds(until)}
    with _get(client, f"/containers/{container_id}/logs", query, timeout=client.api.timeout) as answer:
        yield from answer.iter_content(1 << 16) if tty else (payload for _, payload in _frames(answer))


def records(
    client: DockerClient, container_id: str, *, tty: bool, since: int, until: int | None
) -> tuple[Iterator[tuple[str, bytes]], CancellableStream[Any]]:
    """Return the records of a container's log since a time as (stream, bytes), and the stream, to be closed.

    A record is one line, or a piece of 16 KiB of a longer one; that of a TTY is what came at once. Without `until` the
    log is followed until the container ends.
    """
    query = {"stdout": "1", "stderr": "1", "timestamps": "1", "since": _seconds(since)}
    query |= {"follow": "1"} if until is None else {"until": _seconds(until)}
    timeout = None if until is None else client.api.timeout
    answer = _get(client, f"/containers/{container_id}/logs", query, timeout=timeout)
    raw = (("stdout", chunk) for chunk in answer.iter_content(1 << 16))
    found = raw if tty else ((_STREAMS[kind], payload) for kind, payload in _frames(answer))
    return found, CancellableStream(found, answer)


def stats(client: DockerClient, container_id: str) -> tuple[Iterator[bytes], CancellableStream[Any]]:
    """Return a container's stats, one JSON object each second for as long as it is there, and the stream, to be closed.

    Notes
    -----
    One connection that stays costs a twentieth of a request per reading, and the engine, which reads once a second
    whatever is asked, answers a single request (``one-shot``) only at its next turn.
    """
    answer = _get(client, f"/containers/{container_id}/stats", {"stream": "1"}, timeout=None)
    readings = (line for line in answer.iter_lines(1 << 12) if line)
    return readings, CancellableStream(readings, answer)


def _frames(answer: requests.Response) -> Iterator[tuple[int, bytes]]:
    while header := answer.raw.read(_HEADER):
        kind, size = struct.unpack(">BxxxL", header) if len(header) == _HEADER else (0, 1)
        payload = answer.raw.read(size)
        if len(payload) < size:
            raise EngineTrouble("the engine broke off in the middle of a log line")
        if kind == _SYSTEM_ERROR:
            raise EngineTrouble(f"the engine could not read on: {payload.decode('utf-8', 'replace').strip()}")
        yield kind, payload


def _get(
    client: DockerClient, path: str, query: Mapping[str, str | list[str]], *, timeout: float | None
) -> requests.Response:
    url = f"{client.api.base_url}/v{client.api.api_version}{path}"
    answer = client.api.get(url, params=query, stream=True, timeout=timeout)
    if not answer.ok:
        with answer:
            raise (NotFound if answer.status_code in GONE else EngineTrouble)(answer.json()["message"])
    return answer


def _seconds(ns: int) -> str:
    return "{}.{:09d}".format(*divmod(ns, SECOND))
