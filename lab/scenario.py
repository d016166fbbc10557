"""Plays an incident on the real engine, and records it.

A scenario is a small file in `scenarios/`: an overlay that undoes one of the fixes in `compose.yaml`, the steps that
let the incident happen, and the truth about it. This script starts the stack from nothing, takes the steps one after
the other and, when recording, leaves what the engine said, and the truth beside it, in `data/NAME/`.

Exit status: 0 done; 1 the scenario did not go as written; 2 unusable input, one line says why.
"""

import argparse
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docker
import yaml

LAB = Path(__file__).resolve().parent
SCENARIOS = LAB / "scenarios"
PLACE = Path(os.environ.get("INCIDENTLAB_LAB_PLACE") or LAB.parent)
"""Where recordings and work files stand: the checkout, or what `incidentlab lab` chooses for the lab of a wheel."""
DATA = PLACE / "data"
BUILD = PLACE / "build" / "lab"
PROJECT = "payflow"


class Unusable(Exception):
    """What was asked for cannot be done here; the message says what to do."""


class OffScript(Exception):
    """The stack did not do what the scenario says."""


@dataclass(frozen=True)
class Scenario:
    """One file of `scenarios/`, its keys as fields."""

    name: str
    title: str
    description: str
    overlay: dict[str, Any]
    steps: list[Any]
    truth: dict[str, Any]
    images: bool = False
    """Whether its recording has the files of the images' layers too."""

    @property
    def overlay_file(self) -> Path:
        """Where the overlay lies as a Compose file; it stays, because the containers' labels refer to it."""
        return BUILD / f"{self.name}.yaml"


@dataclass
class Play:
    """A scenario on stage: what its steps act on, and when each was taken."""

    scenario: Scenario
    engine: docker.DockerClient
    taken: list[tuple[datetime, str]] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Keep what happens now for the recording, and tell it to the person who waits."""
        self.taken.append((datetime.now(UTC), text))
        say(text)


def names() -> list[str]:
    """All scenarios that there are."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def read(name: str) -> Scenario:
    """Read the scenario `name`.

    Raises
    ------
    Unusable
        There is no such file, or its keys are not those of a scenario.
    """
    if name not in names():
        raise Unusable(f"no scenario {name!r}; there are: {', '.join(names())}")
    try:
        return Scenario(name=name, **yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text()))
    except (TypeError, yaml.YAMLError) as error:
        raise Unusable(f"{SCENARIOS / name}.yaml is no scenario: {error}") from error


def say(text: str) -> None:
    """Tell the person who waits."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def compose(scenario: Scenario, *arguments: str) -> None:
    """Run one command of Docker Compose on the stack as the scenario changes it; its output goes to stderr.

    Raises
    ------
    OffScript
        It failed; the message ends with the last line that it said.
    """
    files = ["--file", str(LAB / "compose.yaml"), "--file", str(scenario.overlay_file)]
    command = ["docker", "compose", "--progress", "quiet", *files, *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, text=True, check=False, **pipes)
    print(done.stdout, end="", file=sys.stderr, flush=True)
    if done.returncode:
        last = done.stdout.strip().rpartition("\n")[2]
        raise OffScript(f"docker compose {' '.join(arguments)} ended with status {done.returncode}: {last}")


# Steps: each is one entry of a scenario's list, `verb` or `verb: argument`.


def up(play: Play, _: None) -> None:
    """Start the whole stack: `up`."""
    compose(play.scenario, "up", "--detach")


def run(play: Play, arguments: list[str]) -> None:
    """Do what an operator would: `run: [restart, auth-service]`, any command of Docker Compose."""
    compose(play.scenario, *arguments)


def sleep(_: Play, seconds: float) -> None:
    """Let time pass: `sleep_s: 5`."""
    time.sleep(seconds)


def disconnect(play: Play, service: str) -> None:
    """Pull the cable of a service: `disconnect: redis`."""
    for container in containers(play, service):
        network(play).disconnect(container)


def connect(play: Play, service: str) -> None:
    """Plug it in again, under the name that the others know: `connect: redis`."""
    for container in containers(play, service):
        network(play).connect(container, aliases=[service])


def fails(play: Play, expected: dict[str, Any]) -> None:
    """Take a step that must fail, and say so: `fails: {step: up, saying: port is already allocated}`."""
    verb, argument = split(play.scenario, expected["step"])
    try:
        STEPS[verb](play, argument)
    except OffScript as error:
        if expected["saying"] not in str(error):
            raise
        play.note(str(error))
    else:
        raise OffScript(f"{verb} did not fail, saying {expected['saying']!r}")


def wait(play: Play, argument: dict[str, Any]) -> None:
    """Wait until a service has logged, become or entered something: `wait: {service: redis, health: healthy}`."""
    service, timeout_s = argument["service"], argument.get("timeout_s", 90)
    [(condition, wanted)] = [(key, argument[key]) for key in CONDITIONS if key in argument]
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if any(CONDITIONS[condition](container, wanted) for container in containers(play, service)):
            return
        time.sleep(0.5)
    raise OffScript(f"{service}: {condition} was not {wanted!r} within {timeout_s} s")


def containers(play: Play, service: str) -> list[Any]:
    """Find the containers of a service, running or not."""
    labels = [f"com.docker.compose.project={PROJECT}", f"com.docker.compose.service={service}"]
    found: list[Any] = play.engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return found


def network(play: Play) -> Any:
    """Find the network that all services share."""
    return play.engine.networks.get(f"{PROJECT}_default")


CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    "log": lambda container, text: text.encode() in container.logs(),
    "state": lambda container, state: container.status == state,
    # A container that does not run reads `unhealthy` whatever its probes said.
    "health": lambda container, health: container.status == "running" and container.health == health,
    "restarts": lambda container, count: container.attrs["RestartCount"] >= count,
}

STEPS: dict[str, Callable[[Play, Any], None]] = {
    "up": up,
    "run": run,
    "fails": fails,
    "disconnect": disconnect,
    "connect": connect,
    "sleep_s": sleep,
    "wait": wait,
}


def split(scenario: Scenario, step: Any) -> tuple[str, Any]:
    """Split a step of a scenario into verb and argument.

    Raises
    ------
    Unusable
        Its verb is none of `STEPS`.
    """
    verb, argument = next(iter(step.items())) if isinstance(step, dict) else (step, None)
    if verb not in STEPS:
        raise Unusable(f"{scenario.name}: no step {verb!r}; there are: {', '.join(STEPS)}")
    if verb == "fails":
        split(scenario, argument["step"])
    return verb, argument


def steps(scenario: Scenario) -> list[tuple[str, Any]]:
    """Split all steps of a scenario."""
    return [split(scenario, step) for step in scenario.steps]


def perform(play: Play) -> None:
    """Take every step, and note when."""
    for verb, argument in steps(play.scenario):
        play.note(verb if argument is None else f"{verb} {json.dumps(argument)}")
        STEPS[verb](play, argument)


def clear(scenario: Scenario) -> None:
    """Remove the stack with its volumes, so that the next start is a first start."""
    BUILD.mkdir(parents=True, exist_ok=True)
    scenario.overlay_file.write_text(yaml.safe_dump(scenario.overlay))
    compose(scenario, "down", "--volumes", "--remove-orphans", "--timeout", "2")


@contextmanager
def stage(name: str) -> Iterator[Play]:
    """Build the images, clear the stage and keep it: one scenario at a time, as all use the project `payflow`."""
    scenario, client = read(name), engine()
    steps(scenario)
    with (Path(tempfile.gettempdir()) / f"incidentlab-{PROJECT}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable("another scenario is being played on this machine; wait until it ends") from None
        say("building what has changed")
        if subprocess.run([LAB / "build-images"], stdin=subprocess.DEVNULL, check=False).returncode:
            raise Unusable("the images cannot be built; lab/build-images says why")
        clear(scenario)
        yield Play(scenario, client)


def engine() -> docker.DockerClient:
    """Connect to the engine.

    Raises
    ------
    Unusable
        None answers.
    """
    try:
        return docker.from_env()
    except docker.errors.DockerException as error:
        raise Unusable("no Docker Engine answers; run lab/start-engine") from error


def play_up(name: str) -> None:
    """Play a scenario and leave the stack standing."""
    with stage(name) as play:
        perform(play)
    say(f"{name} stands as planted; `down` removes it")


def play_down(name: str) -> None:
    """Remove the stack, its volumes and its network."""
    scenario = read(name)
    engine()
    clear(scenario)


def record(name: str) -> None:
    """Play a scenario while observing it, and leave the recording in `data/NAME/`."""
    try:
        from incidentlab import capture
        from incidentlab.collect.observe import Observer
    except ImportError as error:
        raise Unusable(f"recording needs the incidentlab package in this Python ({error})") from error
    with stage(name) as play, tempfile.TemporaryDirectory(dir=BUILD) as folder:
        fresh = Path(folder) / name
        try:
            with Observer(PROJECT) as observer:
                perform(play)
                capture(PROJECT, fresh, observer=observer, images=play.scenario.images)
        finally:
            clear(play.scenario)
        (fresh / "ground-truth.json").write_text(json.dumps(play.scenario.truth, indent=2) + "\n")
        (fresh / "README.md").write_text(describe(play))
        DATA.mkdir(exist_ok=True)
        shutil.rmtree(DATA / name, ignore_errors=True)
        shutil.move(fresh, DATA / name)
    size_bytes = sum(path.stat().st_size for path in (DATA / name).rglob("*") if path.is_file())
    say(f"recorded {DATA / name}, {size_bytes} bytes")


class Page(yaml.SafeDumper):
    """Writes YAML for people: a text of several lines stays as it is."""


def _text(page: Page, text: str) -> yaml.Node:
    return page.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Page.add_representer(str, _text)


def describe(play: Play) -> str:
    """Write the page that lies beside a recording: what was planted, when, with which versions."""
    scenario = play.scenario
    planted = (
        yaml.dump(scenario.overlay, Dumper=Page, sort_keys=False, allow_unicode=True)
        if scenario.overlay
        else "# nothing\n"
    )
    planted = re.sub(r"(PASSWORD: ).*", r"\1(hidden)", planted)
    taken = "".join(f"| {ts:%Y-%m-%d %H:%M:%S}.{ts.microsecond // 1000:03d} | `{text}` |\n" for ts, text in play.taken)
    known = "".join(f"| {what} | {version} |\n" for what, version in versions(play.engine).items())
    return (
        f"# {scenario.name}: {scenario.title}\n\n{scenario.description.strip()}\n\n"
        f"Recorded by `lab/scenario.py record {scenario.name}`, which wrote this page; the truth is in "
        f"`ground-truth.json`.\n\n## Planted\n\nOver `lab/compose.yaml`:\n\n```yaml\n{planted}```\n\n"
        f"## Played\n\n| UTC | step |\n|---|---|\n{taken}\n"
        f"## Versions\n\n| what | version |\n|---|---|\n{known}"
    )


def versions(client: docker.DockerClient) -> dict[str, str]:
    """Ask the engine, Compose and the programs in the images which they are."""
    about = client.version()

    def output(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def program(image: str, path: str) -> str:
        return output("docker", "run", "--rm", "--network", "none", "--entrypoint", path, image, "--version")

    return {
        "Docker Engine": f"{about['Version']}, API {about['ApiVersion']}, Linux {about['KernelVersion']}",
        "Docker Compose": output("docker", "compose", "version", "--short"),
        "PostgreSQL": program("payflow/postgres", "postgres"),
        "Redis": program("payflow/redis", "redis-server"),
        "Node.js": program("payflow/node", "/nodejs/bin/node"),
    }


def main() -> int:
    """Read the command line, do what it says, and give the exit status."""
    parser = argparse.ArgumentParser(prog="scenario.py", description=(__doc__ or "").splitlines()[0])
    verbs = {"up": play_up, "record": record, "down": play_down}
    parser.add_argument("verb", choices=verbs, help="play it, play and record it, or remove the stack")
    parser.add_argument("name", metavar="NAME", help=f"one of: {', '.join(names())}")
    arguments = parser.parse_args()
    try:
        verbs[arguments.verb](arguments.name)
    except (Unusable, OffScript) as error:
        say(str(error))
        return 2 if isinstance(error, Unusable) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
