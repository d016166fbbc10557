"""What reading a large log costs, beside the loops that one would write oneself: all in this run, on this machine.

    python benchmarks/ingest.py [--mb 50] [--kinds mixed one colour] [--runs 3] [--investigate]

The peers: counting the lines; a Python loop that only splits service, time and message; a Python loop with `re` that
fills a DataFrame with them. Each is a process of its own, its imports not counted; the medians of the CPU seconds are
compared. `load` does more than the loops: it reads levels and the programs' own times, and hides secrets.

What holds: the time grows with the size (50 MB to 1 GB), whatever the lines hold. What is aimed at and not reached:
`load` five times as fast as the `re` loop (it takes about as long, and half as long again where the lines bear
colours), and an `investigate` no slower than the loop that only splits. `load` takes two times the file of memory,
beside what the imports take.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import big_logs

_LINE = re.compile(r"(?:(?:\x1b\[\d+m)?(\S+) +\| (?:\x1b\[0m)?)?(\S+) (.*)")


def count(path: Path) -> Callable[[], Any]:
    """Count the lines."""
    return lambda: sum(1 for _ in path.open("rb"))


def split(path: Path) -> Callable[[], Any]:
    """Split service, time and message of each line, and keep them in lists."""

    def loop() -> Any:
        services, times, messages = [], [], []
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                head, bar, rest = line.partition("| ")
                stamp, _, message = (rest if bar and len(head) < 40 else line).partition(" ")
                services.append(head)
                times.append(stamp)
                messages.append(message)
        return services, times, messages

    return loop


def frame(path: Path) -> Callable[[], Any]:
    """Match each line with `re`, and make a DataFrame of service, time and message."""
    import pandas as pd

    def loop() -> Any:
        rows = []
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                match = _LINE.match(line)
                if match:
                    rows.append(match.groups())
        table = pd.DataFrame(rows, columns=["service", "ts", "message"])
        return table.assign(ts=pd.to_datetime(table["ts"], format="ISO8601", utc=True))

    return loop


def load(path: Path) -> Callable[[], Any]:
    """Call `incidentlab.load`."""
    from incidentlab.load import load as read

    return lambda: read(path)


def investigate(path: Path) -> Callable[[], Any]:
    """Call `incidentlab.load`, and make every table that the answer and the timeline need."""
    from incidentlab.investigate import investigate as examine
    from incidentlab.load import load as read

    def whole() -> Any:
        found = examine(read(path))
        return found.findings, found.timeline, found.milestones

    return whole


WAYS = {way.__name__: way for way in (count, split, frame, load, investigate)}


def measured(way: str, path: Path) -> dict[str, float]:
    """Return what one way costs, measured in a process of its own."""
    command = [sys.executable, __file__, "--child", way, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(told)
    return found


def child(way: str, path: Path) -> None:
    """Run one way once and print its CPU seconds, its seconds, and the growth of its memory in bytes."""
    run = WAYS[way](path)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    t0, cpu0 = time.perf_counter(), time.process_time()
    kept = run()
    spent = {"s": time.perf_counter() - t0, "cpu_s": time.process_time() - cpu0}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(spent | {"peak_bytes": 1024 * peak, "grown_bytes": 1024 * (peak - idle)}))
    del kept


def report(kind: str, path: Path, *, runs: int, ways: list[str]) -> None:
    """Measure all ways in turn, and print their medians and ratios."""
    costs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(runs):
        for way in ways:
            costs[way].append(measured(way, path))
    size = path.stat().st_size
    middle = {way: {key: median(run[key] for run in found) for key in found[0]} for way, found in costs.items()}
    print(f"{kind}: {size / 1e6:.0f} MB, medians of {runs}")
    for way, cost in middle.items():
        ratios = f"{middle['frame']['cpu_s'] / cost['cpu_s']:6.1f} x the re loop" if way != "frame" else ""
        print(
            f"  {way:12}{cost['cpu_s']:8.2f} s CPU {cost['s']:8.2f} s {size / 1e6 / cost['s']:7.0f} MB/s"
            f" {cost['peak_bytes'] / size:6.2f} x the file  {ratios}"
        )
    for way, peer in (("load", "frame"), ("investigate", "split"), ("investigate", "frame")):
        if way in middle:
            print(f"  {way} takes {middle[way]['s'] / middle[peer]['s']:.2f} of the time of {peer}")


def main() -> None:
    """Write the logs, measure, print."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--mb", type=int, nargs="*", default=[50], help="sizes of the logs")
    ask.add_argument("--kinds", nargs="*", choices=big_logs.KINDS, default=list(big_logs.KINDS))
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--child", nargs=2, metavar=("WAY", "PATH"), help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.child:
        child(given.child[0], Path(given.child[1]))
        return
    with TemporaryDirectory(prefix="incidentlab-") as folder:
        for kind in given.kinds:
            for size in given.mb:
                path = Path(folder) / f"{kind}-{size}.log"
                big_logs.write(path, kind, size=size * 1_000_000, seed=given.seed)
                report(kind, path, runs=given.runs, ways=given.ways)
                path.unlink()


if __name__ == "__main__":
    main()
