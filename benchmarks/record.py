"""What a recording costs: the share of a core for containers that log once a second and are probed every 5 s.

    python benchmarks/record.py [--containers 20] [--seconds 30]

Needs a Docker Engine with the image debian:bookworm-slim. The claim: less than 3 % of a core for twenty containers on
a machine that does nothing else.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = """
services:
  talk:
    image: debian:bookworm-slim
    command: ["sh", "-c", "trap 'exit' TERM; while :; do echo still here; sleep 1 & wait; done"]
    healthcheck: {test: ["CMD", "true"], interval: 5s}
    scale: %d
    stop_grace_period: 1s
"""


def main() -> None:
    """Bring the containers up, record them, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="incidentlab-benchmark-") as place:
        folder = Path(place)
        (folder / "compose.yaml").write_text(PROJECT % given.containers)
        compose = ["docker", "compose", "--project-directory", place, "--project-name", folder.name]
        subprocess.run([*compose, "up", "--detach"], check=True)
        try:
            used = share(folder, given.seconds)
        finally:
            subprocess.run([*compose, "down", "--timeout", "0"], check=True)
    print(f"{100 * used:.2f} % of a core for {given.containers} containers, load {os.getloadavg()[0]:.1f}")


def share(folder: Path, seconds: float) -> float:
    """Return the share of a core that the recorder of a project takes once it is at work."""
    command = [Path(sys.executable).with_name("incidentlab"), "record", folder.name, "-o", folder / "bundle"]
    with subprocess.Popen(command, env=os.environ | {"XDG_STATE_HOME": str(folder / "state")}) as process:
        journal = folder / "bundle" / "recording.jsonl"
        while not journal.exists() or '"ready"' not in journal.read_text():
            time.sleep(0.1)
        time.sleep(3)
        before, began = cpu_s(process.pid), time.monotonic()
        time.sleep(seconds)
        used = (cpu_s(process.pid) - before) / (time.monotonic() - began)
        process.terminate()
    return used


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
