"""Records the zoo: starts real clients and servers, breaks one thing, and keeps what they print.

A cell is a library, a fault and a shape (clients.yaml), or a program and a fault (programs.yaml). Each is one container
beside the servers that its fault asks for, on a network of its own or on one that the cells of a world share. What the
containers print is kept in `recorded/LIBRARY/FAULT.SHAPE.log` as `docker compose up` shows it. A cell that is there is
not recorded again: delete it first.

Usage: record.py [-j N] [LIBRARY or LIBRARY/FAULT ...]
"""

import argparse
import contextlib
import itertools
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker
from cells import IMAGE, KINDS, ZOO, Cell, cells, write_manifest
from docker.errors import APIError, NotFound

PREFIX = "incidentlab-zoo"
LIMIT_S = 25
HARMLESS = ("works", "stopped", "upstream-refused", "upstream-silent", "upstream-hung")
"""faults after which a program may end well"""
SPEECHLESS = ("none", "empty", "silent", "hung", "reset", "http")
"""worlds whose server says nothing, so that one container may stand for every kind"""
READY_S = 60
VERSIONS = """
dpkg-query --show --showformat 'deb ${Package} ${Version}\n'
pip list --format freeze 2>/dev/null | sed 's/^/pip /; s/==/ /'
node -e "for (const name of Object.keys(require('/app/package.json').dependencies))
    console.log('npm', name, require('/app/node_modules/' + name + '/package.json').version)"
"""


class Zoo:
    """The engine, and the worlds that several cells share: a network each, with the servers on it."""

    def __init__(self) -> None:
        self.engine = docker.from_env(timeout=120)
        sweep(self.engine)
        self.numbers = itertools.count()
        self.networks: dict[str, Any] = {}
        self.servers: dict[tuple[str, str], Server] = {}
        self.locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def network(self, name: str) -> Any:
        """Make a network, out of the way of those that the engine numbers by itself."""
        pool = docker.types.IPAMPool(subnet=f"10.83.{next(self.numbers) % 256}.0/24")
        return self.engine.networks.create(name, driver="bridge", ipam=docker.types.IPAMConfig(pool_configs=[pool]))

    def server(self, kind: str, world: str) -> "Server":
        """Return the server that stands in this world, started if need be."""
        with self.locks[world]:
            if world not in self.networks:
                self.networks[world] = self.network(f"{PREFIX}-{world}")
            kind = "" if world in SPEECHLESS else kind
            if (kind, world) not in self.servers:
                self.servers[kind, world] = Server(self, kind, world, f"{PREFIX}-{kind}-{world}", self.networks[world])
            return self.servers[kind, world]

    def close(self) -> None:
        """Remove what was started."""
        for server in self.servers.values():
            server.close()
        for network in self.networks.values():
            network.remove()


class Server:
    """A server of some kind in some state; on its network its name is what Compose would call it."""

    def __init__(self, zoo: Zoo, kind: str, world: str, name: str, network: Any, delay: int = 0) -> None:
        self.kind, self.network, self.lock = kind, network, threading.Lock()
        self.host = KINDS[kind]["host"] if kind else ""
        aliases = [self.host] if kind else sorted({KINDS[kind]["host"] for kind in KINDS})
        self.container = None
        self.ready_at = ""
        if world == "none":
            return
        self.container = zoo.engine.containers.create(
            IMAGE,
            ["serve", kind or "any", world],
            name=name,
            hostname=self.host or None,
            environment={"DELAY": str(delay)},
            cap_add=["NET_ADMIN"],
            tmpfs={"/small": "size=90m,mode=1777"} if world == "disk-full" else {},
            networking_config={network.name: zoo.engine.api.create_endpoint_config(aliases=aliases)},
            network=network.name,
        )
        self.container.start()
        if world not in ("empty", "silent") and not delay:
            self.wait_ready(int(KINDS[kind or "http"]["port"]))
        if world == "full":
            time.sleep(4)
        self.ready_at = now()

    def wait_ready(self, port: int) -> None:
        """Wait until the port answers."""
        self.container.reload()
        address = next(iter(self.container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if answers(address, port):
                time.sleep(0.5)
                return
            time.sleep(0.1)
        raise OSError(f"{self.container.name} does not listen; see docker logs {self.container.name}")

    def close(self) -> None:
        """Remove the container."""
        if self.container:
            self.container.remove(force=True, v=True)


def answers(address: str, port: int) -> bool:
    """Return whether something accepts connections there."""
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False


def now() -> str:
    """Return the time as the engine writes it."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}.{time.time_ns() % 10**9:09d}Z"


def sweep(engine: Any) -> None:
    """Remove the containers and networks that an earlier run left."""
    for container in engine.containers.list(all=True, filters={"name": PREFIX}):
        container.remove(force=True, v=True)
    for network in engine.networks.list(filters={"name": PREFIX}):
        network.remove()


class Recorder:
    """Records one cell."""

    def __init__(self, zoo: Zoo, cell: Cell) -> None:
        self.zoo, self.cell = zoo, cell
        self.name = f"{PREFIX}-cell-{re.sub('[^a-z0-9]+', '-', cell.name.lower())}"
        self.folder = Path(tempfile.mkdtemp(prefix="zoo-"))

    def record(self) -> None:
        """Record the cell; cells whose text could hold another's lines of a shared server wait for each other."""
        cell, zoo = self.cell, self.zoo
        kind = cell.kind if cell.kind in KINDS and cell.world != "none" else ""
        try:
            if cell.own:
                network = zoo.network(self.name)
                server = Server(zoo, kind, cell.world, f"{self.name}-server", network, cell.delay)
                try:
                    self.start(server)
                finally:
                    server.close()
                    network.remove()
            else:
                server = zoo.server(kind, cell.world)
                with server.lock if server.kind else contextlib.nullcontext():
                    self.start(server)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, server: Server) -> None:
        """Start the cell's container beside its server, wait until it ends, and write down what they printed."""
        if self.cell.stop == "before":
            time.sleep(1)
            server.container.stop(timeout=10)
        began = now()
        app = self.zoo.engine.containers.create(IMAGE, self.cell.command, **self.settings(server))
        try:
            app.start()
            self.meddle(app, server)
            wait(app)
            if self.cell.log:
                time.sleep(self.cell.delay + 2 if self.cell.own else 0.3)
            lines = told(app, "app")
            if not self.harmed(app.attrs["State"]["ExitCode"], lines):
                raise OSError("the fault did no harm: name it under `without`")
            if self.cell.log:
                told_by_server = told(server.container, server.host)
                lines += [line for line in told_by_server if self.cell.own or not server.ready_at < line[0] < began]
            self.write(sorted(lines, key=lambda line: line[0]))
        finally:
            app.remove(force=True, v=True)

    def settings(self, server: Server) -> dict[str, Any]:
        """Return how the container is to be created."""
        volumes = {}
        for number, (target, source) in enumerate(self.cell.files.items()):
            if isinstance(source, str):
                path = self.folder / str(number)
                path.write_bytes(source.encode())
                path.chmod(0o755)
                source = path
            volumes[str(source)] = {"bind": target, "mode": "ro"}
        self.folder.chmod(0o755)
        return {"hostname": "app", "name": self.name, "network": server.network.name, "volumes": volumes} | {
            "environment": self.cell.environment,
            **self.cell.options,
        }

    def meddle(self, app: Any, server: Server) -> None:
        """Stop or kill what the fault says, once the client is at work."""
        if self.cell.stop not in ("during", "kill", "term"):
            return
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and b"ready" not in app.logs():
            time.sleep(0.2)
        time.sleep(0.7)
        if self.cell.stop == "during":
            server.container.kill("SIGTERM" if server.host == "mysql" else "SIGINT")
        else:
            app.kill("SIGKILL" if self.cell.stop == "kill" else "SIGTERM")

    def harmed(self, exit_code: int, lines: list[tuple[str, str, str]]) -> bool:
        """Return whether the fault did what it was made for."""
        if self.cell.fault == "late" and self.cell.shape == "retried":
            return any("attempt 1" in text for _, _, text in lines)
        return bool(exit_code) or self.cell.fault in HARMLESS

    def write(self, lines: list[tuple[str, str, str]]) -> None:
        """Write the lines as `docker compose up` shows them."""
        width = max((len(who) for _, who, _ in lines), default=0) + 4
        text = []
        for _, who, message in lines:
            exited = message.startswith(EXITED)
            text.append(f"{who}-1 {message[1:]}" if exited else f"{who + '-1':{width}}| {message}".rstrip(" "))
        self.cell.path.parent.mkdir(parents=True, exist_ok=True)
        self.cell.path.write_text("".join(f"{line}\n" for line in text))


EXITED = "\0"


def wait(app: Any) -> None:
    """Wait until the container ends, or for as long as a cell may take."""
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        app.reload()
        if app.status in ("exited", "dead"):
            return
        time.sleep(0.15)


def told(container: Any, who: str) -> list[tuple[str, str, str]]:
    """Return what a container printed, and that it ended: time, who, text."""
    lines = []
    for line in container.logs(timestamps=True).decode(errors="replace").split("\n"):
        at, _, message = line.partition(" ")
        if at:
            lines.append((at, who, message.rstrip("\r")))
    container.reload()
    state = container.attrs["State"]
    if state["Status"] == "exited":
        last = max([state["FinishedAt"], *(at for at, _, _ in lines)])
        lines.append((last, who, f"{EXITED}exited with code {state['ExitCode']}"))
    return lines


def build() -> None:
    """Build the image; with nothing changed, all of it comes from the build cache."""
    arguments = ["--network", "host", "--file", str(ZOO / "image" / "Dockerfile"), "--tag", IMAGE]
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        arguments += ["--build-arg", name]
    built = subprocess.run(["docker", "build", *arguments, str(ZOO)], capture_output=True, text=True, check=False)
    if built.returncode:
        sys.exit(f"record: the image could not be built:\n{(built.stdout + built.stderr)[-2000:]}")


def versions(engine: Any) -> dict[str, str]:
    """Return package -> version of everything in the image."""
    listed = engine.containers.run(IMAGE, ["bash", "-c", VERSIONS], remove=True).decode()
    return {" ".join(line.split()[:2]): line for line in listed.splitlines() if len(line.split()) == 3}


def main() -> int:
    """Record what is asked for and not there yet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wanted", nargs="*", help="LIBRARY, LIBRARY/FAULT or /FAULT")
    parser.add_argument("-j", "--jobs", type=int, default=3)
    arguments = parser.parse_args()
    build()
    zoo = Zoo()
    missing = [
        cell
        for cell in sorted(cells(), key=lambda cell: (cell.fault, cell.library))
        if not cell.path.exists() and (not arguments.wanted or any(w in f"{cell.name}." for w in arguments.wanted))
    ]
    failed = 0
    try:
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for number, trouble in enumerate(pool.map(lambda cell: attempt(zoo, cell), missing), 1):
                failed += bool(trouble)
                print(f"{number}/{len(missing)} {trouble}" if trouble else f"{number}/{len(missing)}", flush=True)
        write_manifest(versions(zoo.engine))
    finally:
        zoo.close()
    return 1 if failed else 0


def attempt(zoo: Zoo, cell: Cell) -> str:
    """Record a cell; return why it could not be."""
    try:
        Recorder(zoo, cell).record()
    except (APIError, NotFound, OSError) as error:
        return f"{cell.name}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
