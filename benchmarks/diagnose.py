"""What a small answer costs, beside `import pandas` alone: all in this run, on this machine.

    python benchmarks/diagnose.py [--runs 5] [SOURCE]

CPU seconds (user and system) of whole processes, the medians of some runs, after one that is not counted: it fills the
caches of byte code and of the compiled patterns. What holds: `incidentlab --help` does not import pandas. What is aimed
at and not reached: a `diagnose` of a recorded incident in twice the time of that import (it takes three times as long).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent


def cpu_s(command: list[str]) -> float:
    """Return the CPU seconds of a process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    """Let byte code be kept, as it is wherever a program is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"incidentlab-bytecode-{os.getuid()}")}


def main() -> None:
    """Run each command in turn, and print medians and ratios."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("source", nargs="?", default=str(ROOT / "data" / "startup-race"))
    ask.add_argument("--runs", type=int, default=5)
    given = ask.parse_args()
    program = str(Path(sys.executable).with_name("incidentlab"))
    commands = {
        "import pandas": [sys.executable, "-c", "import pandas"],
        "diagnose": [program, "diagnose", given.source],
        "--help": [program, "--help"],
        "--version": [program, "--version"],
    }
    costs: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(given.runs + 1):
        for name, command in commands.items():
            cost = cpu_s(command)
            if run:
                costs[name].append(cost)
    peer = median(costs["import pandas"])
    for name, found in costs.items():
        print(f"{name:14}{median(found):6.2f} s CPU {median(found) / peer:6.2f} x import pandas")


if __name__ == "__main__":
    main()
