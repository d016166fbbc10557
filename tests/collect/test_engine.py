import gc
import io
import json
import struct
from types import SimpleNamespace
from typing import Any

import docker
import pytest
import requests
import urllib3
from docker.errors import DockerException, NotFound
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.collect import engine
from incidentlab.tables import EngineTrouble


class Answer:
    """An answer of the engine: a body, or an error."""

    def __init__(self, body: bytes, *, ok: bool = True) -> None:
        self.raw, self.ok, self._body = io.BytesIO(body), ok, body
        self.status_code = 200 if ok else 501

    def iter_lines(self) -> list[bytes]:
        """Return the body's lines."""
        return self._body.split(b"\n")

    def iter_content(self, size: int) -> list[bytes]:
        """Return the body in pieces."""
        return [self._body[i : i + size] for i in range(0, len(self._body), size)]

    def json(self) -> Any:
        """Return the body decoded."""
        return json.loads(self._body)

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def client(answer: Answer | None = None, containers: list[dict[str, Any]] | None = None) -> Any:
    """Return a client whose engine always gives this answer, and note what it was asked."""
    asked: list[tuple[str, dict[str, str]]] = []

    def get(url: str, *, params: dict[str, str], stream: bool, timeout: float | None) -> Answer | None:
        assert stream
        asked.append((url, params | {"timeout": str(timeout)}))
        return answer

    api = SimpleNamespace(
        base_url="http://e", api_version="1.41", timeout=60, get=get, containers=lambda **_: containers
    )
    return SimpleNamespace(api=api, asked=asked)


def frame(stream: int, payload: bytes) -> bytes:
    """Return a log frame as the engine sends it."""
    return struct.pack(">BxxxL", stream, len(payload)) + payload


@given(st.integers(0, 4_000_000_000_999_999_999))
def test_moments_keep_every_nanosecond(ns: int) -> None:
    """A time written and read again is the same to the nanosecond."""
    assert engine.nanoseconds(engine.moment(ns)) == ns


@given(st.lists(st.binary(max_size=50)))
def test_frames_give_every_byte(payloads: list[bytes]) -> None:
    """The payloads of all frames come through byte for byte."""
    answer = Answer(b"".join(frame(2, payload) for payload in payloads))
    log = engine.log(client(answer), "c1", stream="stderr", tty=False, until=0)
    assert b"".join(log) == b"".join(payloads)


def test_what_is_asked_for_a_log() -> None:
    """One stream, with the engine's stamps, all of it, up to a nanosecond."""
    asked = client(Answer(b""))
    list(engine.log(asked, "c1", stream="stdout", tty=False, until=1795425730508346070))
    wanted = {"stdout": "1", "timestamps": "1", "follow": "0", "tail": "all", "until": "1795425730.508346070"}
    assert asked.asked == [("http://e/v1.41/containers/c1/logs", wanted | {"timeout": "60"})]


def test_a_tty_has_no_frames() -> None:
    """The log of a TTY is raw bytes, even where they look like a frame."""
    body = b"\x01\0\0\0\0\0\0\x05tty\r\n"
    assert b"".join(engine.log(client(Answer(body)), "c1", stream="stdout", tty=True, until=0)) == body


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 12])
def test_a_log_that_breaks_off(cut: int) -> None:
    """What came before the break is yielded, and the break is an error, not the end."""
    body = frame(1, b"whole\n") + frame(1, b"broken\n")[:cut]
    log = engine.log(client(Answer(body)), "c1", stream="stdout", tty=False, until=0)
    assert next(log) == b"whole\n"
    with pytest.raises(EngineTrouble, match="broke off in the middle"):
        next(log)


def test_trouble_of_the_engine_inside_a_log() -> None:
    """The engine reports its own trouble as a fourth stream; it is no log line."""
    body = frame(1, b"a\n") + frame(3, b"Error grabbing logs: unexpected EOF\n")
    log = engine.log(client(Answer(body)), "c1", stream="stdout", tty=False, until=0)
    assert next(log) == b"a\n"
    with pytest.raises(EngineTrouble, match=r"could not read on: Error grabbing logs: unexpected EOF$"):
        next(log)


def test_a_driver_that_cannot_be_read() -> None:
    """The engine's own words say why a log cannot be had."""
    refusal = Answer(b'{"message":"configured logging driver does not support reading"}', ok=False)
    with pytest.raises(EngineTrouble, match="configured logging driver does not support reading"):
        list(engine.log(client(refusal), "c1", stream="stdout", tty=False, until=0))


def test_records_keep_the_streams_apart() -> None:
    """A followed log gives each record with its stream, from a nanosecond on, without a timeout."""
    asked = client(Answer(frame(1, b"out\n") + frame(2, b"err\n") + frame(0, b"in\n")))
    found, _ = engine.records(asked, "c1", tty=False, since=1_000_000_002, until=None)
    assert list(found) == [("stdout", b"out\n"), ("stderr", b"err\n"), ("stdout", b"in\n")]
    wanted = {"stdout": "1", "stderr": "1", "timestamps": "1", "since": "1.000000002", "follow": "1"}
    assert asked.asked == [("http://e/v1.41/containers/c1/logs", wanted | {"timeout": "None"})]


@pytest.mark.parametrize("status", engine.GONE)
def test_a_container_that_goes_or_is_gone(status: int) -> None:
    """What is being removed is told from what cannot be read."""
    refusal = Answer(b'{"message":"can not get logs from container which is dead or marked for removal"}', ok=False)
    refusal.status_code = status
    with pytest.raises(NotFound, match="marked for removal"):
        engine.records(client(refusal), "c1", tty=False, since=0, until=None)


def test_events_keep_every_digit() -> None:
    """Events are decoded line by line, and times stay integers beyond 2**53."""
    asked = client(Answer(b'{"timeNano":1795425730508346071}\n{"timeNano":1}\n'))
    events, _ = engine.events(asked, since=1, until=1_500_000_000)
    assert [event["timeNano"] for event in events] == [1795425730508346071, 1]
    assert asked.asked[0][1] == {"since": "0.000000001", "until": "1.500000000", "timeout": "60"}


def test_the_live_stream_has_no_timeout() -> None:
    """A quiet project is no broken connection."""
    asked = client(Answer(b""))
    engine.events(asked, since=1)
    assert asked.asked[0][1] == {"since": "0.000000001", "timeout": "None"}


def test_no_such_project_names_those_there_are() -> None:
    """The message names the projects of the engine with the states of their containers."""
    found = [("shop", "running"), ("shop", "running"), ("shop", "exited"), ("blog", "created")]
    containers = [{"Labels": {engine.PROJECT: name}, "State": state} for name, state in found]
    trouble = engine.no_such_project(client(containers=containers), "shoop")
    assert str(trouble) == (
        "no containers of a Compose project 'shoop'; the engine has blog (1 created); shop (1 exited, 2 running)"
    )
    assert str(engine.no_such_project(client(containers=[]), "x")).endswith("the engine has none")


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (PermissionError(13, "Permission denied"), "no permission to use the Docker Engine; join the group docker"),
        (FileNotFoundError(2, "No such file"), "no Docker Engine answers; start it, or set DOCKER_HOST"),
        (ConnectionRefusedError(111, "refused"), "no Docker Engine answers; start it"),
        (TimeoutError("slow"), "the Docker Engine cannot be asked: Error while fetching"),
    ],
)
def test_why_the_engine_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, cause: OSError, message: str) -> None:
    """The message says what to do, however deep the client hides the cause."""

    def refuse() -> None:
        try:
            raise requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", cause))
        except requests.ConnectionError as error:
            raise DockerException("Error while fetching server API version") from error

    monkeypatch.setattr(docker, "from_env", refuse)
    with pytest.raises(EngineTrouble, match=message):
        engine.connect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # docker-py does not close a socket that cannot connect
def test_a_socket_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real client without an engine gives the message for people."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(EngineTrouble, match="no Docker Engine answers"):
        engine.connect()
    gc.collect()
