"""Real captures of a small project on a real engine."""

import itertools
import json
import re
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker import DockerClient
from docker.errors import DockerException

from incidentlab import bundle, collect
from incidentlab.collect import Observer, capture, engine
from incidentlab.tables import BadInput, EngineTrouble

pytestmark = pytest.mark.engine

SECRET = "hunter2-of-the-lab"
PROJECT_FILE = """
services:
  talk:
    image: debian:bookworm-slim
    environment: {DB_PASSWORD: "%(secret)s", DATABASE_URL: "postgres://bob:%(secret)s@db:5432/x", DB_USER: bob}
    command:
      - sh
      - -c
      - |
        echo out; echo err >&2
        head -c 40000 /dev/zero | tr '\\0' A; echo
        head -c 16380 /dev/zero | tr '\\0' B; echo $$DB_PASSWORD
        printf 'broken \\377\\376 utf-8\\n'; env
        exec sleep 600
    healthcheck: {test: ["CMD-SHELL", "echo tried $$DB_PASSWORD"], interval: 1s}
    stop_grace_period: 0s
  gone:
    image: debian:bookworm-slim
    command: ["sh", "-c", "echo first; printf unterminated; exit 3"]
  loop:
    image: debian:bookworm-slim
    command: ["sh", "-c", "echo again; exit 1"]
    restart: always
  tty:
    image: debian:bookworm-slim
    command: ["sh", "-c", "echo out; echo err >&2; exec sleep 600"]
    tty: true
    stop_grace_period: 0s
  mute:
    image: debian:bookworm-slim
    command: ["echo", "unheard"]
    logging: {driver: none}
"""


def compose(folder: Path, *arguments: str) -> None:
    """Run Compose in a folder, whose name is the project's."""
    subprocess.run(["docker", "compose", *arguments], cwd=folder, check=True, capture_output=True)


def printed(folder: Path, service: str, stream: str) -> bytes:
    """Return what `docker logs -t` prints on one stream."""
    command = ["docker", "logs", "--timestamps", f"{folder.name}-{service}-1"]
    said: bytes = getattr(subprocess.run(command, check=True, capture_output=True), stream)
    return said


@pytest.fixture(scope="module")
def client() -> Iterator[DockerClient]:
    """Connect to the engine."""
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def captured(
    tmp_path_factory: pytest.TempPathFactory, client: DockerClient, until: Callable[..., Any]
) -> Iterator[bundle.Bundle]:
    """Bring a project up under an observer, and capture it while it runs."""
    folder = tmp_path_factory.mktemp("engine") / f"incidentlab-test-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    (folder / "compose.yaml").write_text(PROJECT_FILE % {"secret": SECRET})
    try:
        with Observer(folder.name, client=client) as observer:
            compose(folder, "up", "--detach")
            until(lambda: observer.probe_events > 3 * 8 and b" PATH=" in printed(folder, "talk", "stdout"))
            capture(folder.name, folder / "bundle", observer=observer, client=client)
        yield bundle.read(folder / "bundle")
    finally:
        compose(folder, "down", "--timeout", "0", "--volumes")


def inspects(captured: bundle.Bundle, service: str) -> list[dict[str, object]]:
    """Return the inspects of a service in their order."""
    found = [json.loads(line)["inspect"] for line in captured.bytes("containers.jsonl").splitlines()]
    return [inspect for inspect in found if inspect["Name"] == f"/{captured.project}-{service}-1"]


def as_docker_prints(captured: bundle.Bundle, service: str, stream: str) -> bytes:
    """Return what `docker logs -t` prints on one stream for the lines that were captured."""
    return printed(captured.folder.parent, service, stream)


def log(captured: bundle.Bundle, service: str, stream: str = "stdout") -> bytes:
    """Return one captured log."""
    return captured.bytes(f"logs/{captured.project}-{service}-1.{stream}.log")


def test_logs_are_what_docker_prints(captured: bundle.Bundle) -> None:
    """Byte for byte: streams apart, long lines in pieces, broken UTF-8, TTY, a last line without end."""
    assert log(captured, "gone") == as_docker_prints(captured, "gone", "stdout")
    assert log(captured, "gone").endswith(b"Z unterminated")
    assert log(captured, "talk", "stderr") == as_docker_prints(captured, "talk", "stderr")
    assert log(captured, "tty") == as_docker_prints(captured, "tty", "stdout")
    assert log(captured, "tty").count(b"\r\n") == 2
    printed = as_docker_prints(captured, "talk", "stdout").splitlines()
    kept = log(captured, "talk").splitlines()
    hidden = [number for number, line in enumerate(printed) if SECRET.encode() in line.replace(line[:31], b"")]
    assert [n for n, (a, b) in enumerate(zip(printed, kept, strict=True)) if a != b] == hidden
    assert len(hidden) == 3
    assert len(kept[1]) == 40_000 + 3 * 31


def test_no_secret_is_in_any_file(captured: bundle.Bundle) -> None:
    """The password stands nowhere in the bundle; one and the same token stands in its places."""
    everything = b"".join(file.read_bytes() for file in captured.folder.rglob("*") if file.is_file())
    assert SECRET.encode() not in everything
    assert SECRET[:12].encode() not in everything
    assert len(set(re.findall(rb"<secret:[0-9a-f]{8}>", everything))) == 1
    assert captured.manifest["redaction"]["values"] == 1


def test_addresses_are_saved_while_they_last(captured: bundle.Bundle) -> None:
    """The last inspect of a container in backoff has no address, but an earlier one has."""
    addresses = [
        network["IPAddress"]
        for inspect in inspects(captured, "loop")
        for network in inspect["NetworkSettings"]["Networks"].values()  # type: ignore[index]
    ]
    assert any(addresses)
    (talk,) = {
        network["IPAddress"]
        for inspect in inspects(captured, "talk")[1:]
        for network in inspect["NetworkSettings"]["Networks"].values()  # type: ignore[index]
        if network["IPAddress"]
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", talk)


def test_more_probes_are_saved_than_the_engine_keeps(captured: bundle.Bundle) -> None:
    """All probes are there, each an interval and a bit after the last, and their events are left out."""
    starts = sorted(
        {
            probe["Start"]
            for inspect in inspects(captured, "talk")
            for probe in (inspect["State"].get("Health") or {}).get("Log") or []  # type: ignore[attr-defined]
        }
    )
    assert len(starts) > 5
    times = [engine.nanoseconds(start) for start in starts]
    assert all(later - earlier > engine.SECOND for earlier, later in itertools.pairwise(times))
    assert captured.ledger[-1] | {"truncated": None, "gap": None, "error": None} == captured.ledger[-1]
    assert b"exec_" not in captured.bytes("events.jsonl")
    assert captured.manifest["left_out"]["probe_events"] > 3 * 5


def test_events_are_whole_and_exact(captured: bundle.Bundle, client: DockerClient) -> None:
    """From the first create on, in order, each once, and equal to what the engine says."""
    events = [json.loads(line) for line in captured.bytes("events.jsonl").splitlines()]
    assert [event["timeNano"] for event in events] == sorted(event["timeNano"] for event in events)
    assert len({json.dumps(event) for event in events}) == len(events)
    created = [event for event in events if event["Type"] == "container" and event["Action"] == "create"]
    assert len(created) == 5
    row = next(row for row in captured.ledger if row["source"] == "events")
    assert (row["truncated"], row["error"], row["rows"]) == (None, None, len(events))
    said = {event["timeNano"] for event in engine.events(client, since=1, until=engine.now(client))[0]}
    assert {event["timeNano"] for event in events if event["timeNano"] >= min(said)} <= said


def test_the_ledger_tells_what_failed(captured: bundle.Bundle) -> None:
    """The log of a driver that cannot be read is an error of one source; all others were read."""
    errors = {row["source"]: row["error"] for row in captured.ledger if row["error"]}
    assert list(errors) == [f"logs:{captured.project}-mute-1"]
    assert "logging driver does not support reading" in next(iter(errors.values()))
    gone = next(row for row in captured.ledger if row["source"].endswith("gone-1"))
    assert gone["rows"] == 2


def test_configuration_image_and_versions(captured: bundle.Bundle) -> None:
    """What Compose resolves, the image with its history, and both versions are there."""
    assert sorted(json.loads(captured.bytes("compose.json"))["services"]) == ["gone", "loop", "mute", "talk", "tty"]
    (image,) = [json.loads(line) for line in captured.bytes("images.jsonl").splitlines()]
    assert image["inspect"]["RepoTags"] == ["debian:bookworm-slim"]
    assert image["history"]
    assert captured.manifest["engine"]["Version"] == json.loads(captured.bytes("engine.json"))["version"]["Version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", captured.manifest["compose"])


def test_a_stopped_project_without_observer(captured: bundle.Bundle, client: DockerClient, tmp_path: Path) -> None:
    """What remains is captured, and the ledger says what the engine has forgotten; the progress reaches its end."""
    steps: list[tuple[str, int, int]] = []
    compose(captured.folder.parent, "stop", "--timeout", "0")
    capture(captured.project, tmp_path / "b", client=client, progress=lambda *step: steps.append(step))
    rows = {row["source"]: row for row in bundle.read(tmp_path / "b").ledger}
    assert "keeps 5 probes per container: earlier ones of" in rows["inspect"]["truncated"]
    assert "addresses of containers that do not run are gone" in rows["inspect"]["gap"]
    assert [done for _, done, _ in steps] == list(range(len(steps)))
    assert steps[-1] == ("done", 10, 10)


def test_a_configuration_changed_since(captured: bundle.Bundle, client: DockerClient, tmp_path: Path) -> None:
    """The ledger names the services whose containers were made from another configuration."""
    place = captured.folder.parent / "compose.yaml"
    place.write_text(place.read_text().replace("echo again", "echo anew"))
    capture(captured.project, tmp_path / "b", client=client)
    row = next(row for row in bundle.read(tmp_path / "b").ledger if row["source"] == "config")
    assert row["gap"] == "not what the containers were made from: loop"


def test_a_source_that_fails_does_not_stop_the_others(
    captured: bundle.Bundle, client: DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If events, images and configuration cannot be had, the logs still are, and the ledger has each error."""

    def fail(*_: object, **__: object) -> None:
        raise DockerException("out of order")

    for name in ("events", "image", "about"):
        monkeypatch.setattr(engine, name, fail)
    monkeypatch.setattr(collect.compose, "version", fail)
    capture(captured.project, tmp_path / "b", client=client)
    read = bundle.read(tmp_path / "b")
    errors = {row["source"] for row in read.ledger if row["error"] == "DockerException: out of order"}
    assert errors == {"events", "images", "config", "engine"}
    assert read.bytes(f"logs/{captured.project}-gone-1.stdout.log").endswith(b"unterminated")


def test_no_such_project(captured: bundle.Bundle, client: DockerClient, tmp_path: Path) -> None:
    """A wrong name names those that exist, and leaves nothing on disk."""
    with pytest.raises(EngineTrouble, match=f"no containers of a Compose project 'nope'; .*{captured.project} \\("):
        capture("nope", tmp_path / "b", client=client)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_bundle_is_not_replaced_unasked(captured: bundle.Bundle, client: DockerClient) -> None:
    """The engine is not even asked for a bundle that has no place."""
    with pytest.raises(BadInput, match="exists already"):
        capture(captured.project, captured.folder, client=client)


def test_an_observer_without_a_project(client: DockerClient) -> None:
    """Watching a project that never comes ends without waiting for the next look, with nothing seen and no trouble."""
    with Observer("nope", client=client, interval_s=1e6) as observer:
        pass
    assert not any(thread.is_alive() for thread in observer._threads)
    assert (observer.events, observer.snapshots) == ([], [])
    assert observer.ledger[0]["error"] is None


def test_an_observer_in_trouble_says_so(
    client: DockerClient, monkeypatch: pytest.MonkeyPatch, until: Callable[..., Any]
) -> None:
    """What goes wrong in its threads is in its ledger, with how often, and it goes on at its own pace."""
    tried: list[float] = []

    def fail(*_: object, **__: object) -> None:
        tried.append(time.monotonic())
        raise DockerException("out of order")

    monkeypatch.setattr(engine, "container_ids", fail)
    with Observer("nope", client=client, interval_s=0.1) as observer:
        until(lambda: len(tried) > 3)
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(tried))
    assert re.fullmatch(r"DockerException: out of order \([3-9]\d* times from 2.*Z on\)", observer.ledger[0]["error"])
