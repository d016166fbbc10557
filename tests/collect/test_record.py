"""Real recordings of small projects on a real engine, by the command, as a service would run it."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import pytest
from docker import DockerClient

from incidentlab import bundle
from incidentlab.collect import engine
from incidentlab.load import load

pytestmark = pytest.mark.engine

SECRET = "hunter2-of-the-recorder"
FORGETFUL = """
services:
  probed:
    image: debian:bookworm-slim
    command: ["sleep", "600"]
    healthcheck: {test: ["CMD", "true"], interval: 500ms}
    stop_grace_period: 0s
  updated:
    image: debian:bookworm-slim
    command: ["sleep", "600"]
    stop_grace_period: 0s
  talk:
    image: debian:bookworm-slim
    environment: {DB_PASSWORD: "%s", WORD: "%s"}
    command: ["sh", "-c", "echo $$WORD $$DB_PASSWORD; exec sleep 600"]
    stop_grace_period: 0s
"""
NUMBERED = """
services:
  talk:
    image: debian:bookworm-slim
    command: ["sh", "-c", "n=0; while :; do n=$$((n+1)); echo out $$n; echo err $$n >&2; sleep 0.004; done"]
    stop_grace_period: 0s
  loop:
    image: debian:bookworm-slim
    command: ["sh", "-c", "n=0; while [ $$n -lt 200 ]; do n=$$((n+1)); echo run $$n; done; sleep 0.2; exit 3"]
    restart: always
    stop_grace_period: 0s
"""


@pytest.fixture(scope="module")
def client() -> Iterator[DockerClient]:
    """Connect to the engine."""
    client = docker.from_env()
    yield client
    client.close()


@contextmanager
def project(folder: Path, text: str) -> Iterator[Path]:
    """Make a project's folder, whose name is the project's; take the project down at the end."""
    place = folder / f"incidentlab-test-{uuid.uuid4().hex[:8]}"
    place.mkdir()
    (place / "compose.yaml").write_text(text)
    try:
        yield place
    finally:
        compose(place, "down", "--timeout", "0")


def compose(folder: Path, *arguments: str) -> None:
    """Run Compose in a folder."""
    subprocess.run(["docker", "compose", *arguments], cwd=folder, check=True, capture_output=True)


@contextmanager
def recorder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command on the project of a folder, as a user does; whatever happens, it does not outlive the block."""
    program = Path(sys.executable).with_name("incidentlab")
    command = [program, "record", folder.name, "-o", folder / "bundle"]
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def lives(process: subprocess.Popen[str]) -> bool:
    """Say whether a recorder is still at work, or has ended well; how it failed is said with its own words."""
    assert not process.poll(), process.communicate()[1]
    return True


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    """Ask a recorder to end, which has told what it does; return what it says."""
    process.send_signal(number)
    said, told = process.communicate()
    assert process.returncode == 0
    assert re.fullmatch(r"incidentlab: recording \S+, \d+ containers now; Ctrl-C ends it\n", told)
    return said


def sessions(folder: Path) -> int:
    """Return how many recorders have been ready to record a project."""
    journal = folder / "bundle" / "recording.jsonl"
    return journal.read_text().count('"ready"') if journal.exists() else 0


def written(folder: Path) -> int:
    """Return how many bytes of logs have been recorded."""
    return sum(file.stat().st_size for file in (folder / "bundle" / "logs").glob("*.log"))


def lines_of(read: bundle.Bundle, kind: str) -> list[dict[str, Any]]:
    """Return the JSON lines of one kind."""
    return [json.loads(line) for path, _ in read.files(kind) for line in read.bytes(path).splitlines()]


def log(read: bundle.Bundle, service: str, stream: str) -> bytes:
    """Return a service's log: its segments in their order."""
    paths = [path for path, e in read.files("container_log") if (e["service"], e["stream"]) == (service, stream)]
    return b"".join(read.bytes(path) for path in sorted(paths))


def talkers(folder: Path) -> int:
    """Return of how many containers that talk a line has been recorded."""
    read = bundle.read(folder / "bundle")
    files = read.files("container_log")
    return len({entry["container_id"] for path, entry in files if entry["service"] == "talk" and read.bytes(path)})


def probe_starts(read: bundle.Bundle, service: str) -> list[int]:
    """Return when the probes of a service began, in the order of time."""
    inspects = [line["inspect"] for line in lines_of(read, "inspect")]
    logs = [i["State"]["Health"]["Log"] for i in inspects if f"-{service}-" in i["Name"] and "Health" in i["State"]]
    return sorted({engine.nanoseconds(probe["Start"]) for probes in logs for probe in probes})


@pytest.fixture(scope="module")
def recorded(
    tmp_path_factory: pytest.TempPathFactory, client: DockerClient, until: Callable[..., Any]
) -> Iterator[bundle.Bundle]:
    """Record a project from before its start: many events, many probes, a recreated container, and `down`."""
    home = tmp_path_factory.mktemp("record")
    with project(home, FORGETFUL % (SECRET, "first")) as folder, recorder(folder) as process:
        until(lambda: sessions(folder), whilst=lambda: process.poll() is None)
        compose(folder, "up", "--detach")
        for number in range(1000):
            client.api.update_container(f"{folder.name}-updated-1", cpu_shares=1000 + number)
        until(lambda: len(probe_starts(bundle.read(folder / "bundle"), "probed")) >= 50)
        (folder / "compose.yaml").write_text(FORGETFUL % (SECRET, "second"))
        compose(folder, "up", "--detach")
        until(lambda: talkers(folder) > 1)
        compose(folder, "down")
        assert ended(process).startswith(f"recorded {folder.name} into ")
        yield bundle.read(folder / "bundle")


def test_a_thousand_events_where_the_engine_keeps_256(recorded: bundle.Bundle, client: DockerClient) -> None:
    """Every update of a container is there, where the engine gives back its last 256 events."""
    events = lines_of(recorded, "events")
    assert [event["Action"] for event in events].count("update") == 1000
    assert len({json.dumps(event) for event in events}) == len(events) > 1000
    assert len(list(engine.events(client, since=1, until=engine.now(client))[0])) <= 256
    row = next(row for row in recorded.ledger if row["source"] == "events")
    assert (row["truncated"], row["gap"], row["error"], row["rows"]) == (None, None, None, len(events))


def test_fifty_probes_where_the_engine_keeps_five(recorded: bundle.Bundle) -> None:
    """No probe is missing: each begins an interval and a bit after the one before."""
    starts = probe_starts(recorded, "probed")
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(starts) >= 50
    assert min(gaps) > 0.5 * engine.SECOND
    row = next(row for row in recorded.ledger if row["source"] == "inspect")
    assert (row["truncated"], row["error"]) == (None, None)


def test_both_logs_of_a_recreated_container_survive_down(recorded: bundle.Bundle) -> None:
    """The log of the replaced container and that of its successor are there after `down`, under the same name."""
    files = [entry for _, entry in recorded.files("container_log") if entry["service"] == "talk"]
    assert len({entry["container_id"] for entry in files}) == 2
    assert {entry["container"] for entry in files} == {f"{recorded.project}-talk-1"}
    said = [line.split(b" ")[1:] for path, _ in recorded.files("container_log") for line in [recorded.bytes(path)]]
    assert sorted(words[0] for words in said) == [b"first", b"second"]
    assert len({words[1] for words in said}) == 1


def test_no_secret_is_recorded(recorded: bundle.Bundle) -> None:
    """The password stands nowhere in the bundle, and one token stands for it."""
    everything = b"".join(file.read_bytes() for file in recorded.folder.rglob("*") if file.is_file())
    assert SECRET.encode() not in everything
    assert len(set(re.findall(rb"<secret:[0-9a-f]{8}>", everything))) == 1


def test_a_clean_stop_leaves_an_ordinary_bundle(recorded: bundle.Bundle) -> None:
    """All hashes fit, nothing is open, and it loads with logs, events, probes, samples and two talkers."""
    assert [row for row in recorded.ledger if row["error"]] == []
    assert not any(entry.get("open") for entry in recorded.manifest["files"].values())
    incident = load(recorded.folder)
    assert sorted(incident.containers["service"]) == ["probed", "talk", "talk", "updated"]
    assert len(incident.probes) >= 50
    assert set(incident.samples["service"]) == {"updated", "probed", "talk"}
    assert incident.samples["memory_bytes"].min() > 0
    assert incident.ledger.set_index("source")["gap"].isna()["recorder"]


def test_twenty_kills_lose_no_line(tmp_path: Path, chance: random.Random, until: Callable[..., Any]) -> None:
    """Killed twenty times after so many bytes, and started again each time, it has every line of both streams once."""
    with project(tmp_path, NUMBERED) as folder:
        compose(folder, "up", "--detach")
        for number in range(20):
            before, size = sessions(folder), written(folder)
            more = chance.randrange(40_000)
            with recorder(folder) as process:
                until(
                    lambda size=size, more=more: written(folder) >= size + more,
                    whilst=lambda p=process: lives(p),
                )
                if number % 3:
                    until(lambda before=before: sessions(folder) > before)
                process.kill()
        compose(folder, "stop", "--timeout", "0")
        before = sessions(folder)
        with recorder(folder) as process:
            until(lambda: sessions(folder) > before, whilst=lambda: process.poll() is None)
            ended(process, signal.SIGINT)
        with bundle.read(folder / "bundle") as read:
            for service, stream in itertools.product(("talk", "loop"), ("stdout", "stderr")):
                printed = ["docker", "logs", "--timestamps", f"{folder.name}-{service}-1"]
                wanted = getattr(subprocess.run(printed, check=True, capture_output=True), stream)
                assert log(read, service, stream) == wanted
                assert service == "loop" or wanted.count(b"\n") > 1000
            numbers = [int(line.split()[-1]) for line in log(read, "talk", "stderr").splitlines()]
            assert numbers == list(range(1, len(numbers) + 1))
            row = next(row for row in read.ledger if row["source"] == "recorder")
            assert row["gap"].count("the recorder was killed") == before >= 5
            assert [row for row in read.ledger if row["error"]] == []


def test_a_project_that_never_comes_is_said(tmp_path: Path) -> None:
    """Where no container has been, the recorder does not claim to have recorded any."""
    folder = tmp_path / f"incidentlab-test-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    with recorder(folder) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"incidentlab: recording {folder.name}, 0 containers now; Ctrl-C ends it\n"
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()
    assert said.startswith(f"no container of {folder.name} was there: nothing was recorded into ")


def test_a_second_recorder_is_refused_in_one_line(tmp_path: Path, until: Callable[..., Any]) -> None:
    """Two recorders do not write one bundle; the refusal says what to do, and the first goes on."""
    with project(tmp_path, NUMBERED) as folder, recorder(folder) as first:
        until(lambda: sessions(folder), whilst=lambda: first.poll() is None)
        with recorder(folder) as second:
            said, trouble = second.communicate()
        assert (second.returncode, said) == (2, "")
        assert re.fullmatch(r"incidentlab: .*: another recorder is writing it; .*\n", trouble)
        ended(first)


def test_a_command_is_wrapped_from_before_its_first_line_to_its_end(tmp_path: Path) -> None:
    """`record -- docker compose up` has what Compose said, the events from the first one on, and its exit status."""
    text = 'services: {short: {image: "debian:bookworm-slim", command: ["sh", "-c", "echo ready; exit 3"]}}'
    with project(tmp_path, text) as folder:
        program = Path(sys.executable).with_name("incidentlab")
        wrapped = ["docker", "compose", "up", "--exit-code-from", "short"]
        command = [program, "record", folder.name, "-o", folder / "bundle", "--", *wrapped]
        environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 3
        assert "| ready" in done.stdout
        assert f"recorded {folder.name} into " in done.stderr
        incident = load(folder / "bundle")
    actions = incident.events.loc[incident.events["type"].eq("container"), "action"].tolist()
    assert [action for action in actions if action in ("create", "start", "die")] == ["create", "start", "die"]
    assert incident.logs["message"].tolist().count("ready") == 1
    said = incident.logs[incident.logs["kind"].eq("compose")]
    assert said["message"].str.contains("Created").any()
    row = incident.ledger.set_index("source").loc["command"]
    assert row["rows"] == len(said) + 1  # and the line that says how it ended
    assert row["first"] < incident.events["ts"].min()
