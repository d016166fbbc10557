"""Scores the diagnosis on the zoo: every recorded text is diagnosed, and the verdict is held to the truth.

A verdict is right where its category is the truth's, or one that the text does not tell from it (`also`); unknown where
it says that the text does not decide; wrong otherwise. Each library is also read as if nobody here had heard of it: the
patterns of its product and of its language are switched off, and only the generic words are left.

Usage: score.py [--verbose] [--write] [--every N] [CELL ...]; --write puts the tables into README.md, --every judges
each Nth cell only.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import incidentlab
from incidentlab.knowledge import patterns

ZOO = Path(__file__).resolve().parent
RECORDED = ZOO / "recorded"
READ = ZOO / "read.jsonl"
BEGIN, END = "<!-- score: begin -->", "<!-- score: end -->"
PRODUCTS = {
    "postgres": ("postgres", "libpq"),
    "mysql": ("mysql",),
    "redis": ("redis",),
    "amqp": ("rabbitmq",),
    "mongo": ("mongo",),
    "kafka": ("kafka",),
    "memcached": ("memcached",),
    "http": ("curl", "wget", "nc", "elasticsearch"),
}
"""kind of server -> the pattern files of its product, the servers' and the clients'"""


@dataclass(frozen=True)
class Judged:
    """A cell, what was said of it, and whether that is right, unknown or wrong."""

    cell: dict[str, Any]
    category: str
    service: str | None
    confidence: float
    outcome: str

    @property
    def library(self) -> str:
        """The library or program."""
        return str(self.cell["cell"]).partition("/")[0]

    @property
    def fault(self) -> str:
        """What was broken."""
        return str(self.cell["cell"]).partition("/")[2].partition(".")[0]

    @property
    def service_right(self) -> bool | None:
        """Whether the right service is named; None where there is none to name."""
        truth = self.cell["either"] or [self.cell["service"]]
        if self.outcome != "right" or self.category in ("benign", "unknown") or truth == [None]:
            return None
        return self.service in truth


def manifest() -> list[dict[str, Any]]:
    """Return the truth about every recorded cell."""
    return [json.loads(line) for line in (RECORDED / "manifest.jsonl").read_text().splitlines()]


def judge(cells: Iterable[dict[str, Any]]) -> Iterator[Judged]:
    """Diagnose each cell."""
    for cell in cells:
        yield _judged(cell, incidentlab.load(RECORDED / f"{cell['cell']}.log"))


def judge_twice(cells: list[dict[str, Any]]) -> Iterator[tuple[Judged, Judged]]:
    """Diagnose each cell as it is, and without the patterns of its own product and language."""
    groups = defaultdict(list)
    for cell in cells:
        groups[(*PRODUCTS.get(cell["kind"], ()), cell["language"], cell["cell"].partition("/")[0])].append(cell)
    for runtimes, group in groups.items():
        incidents = [incidentlab.load(RECORDED / f"{cell['cell']}.log") for cell in group]
        known = list(map(_judged, group, incidents))
        with without(runtimes):
            yield from zip(known, map(_judged, group, incidents), strict=True)


def _judged(cell: dict[str, Any], incident: incidentlab.Incident) -> Judged:
    verdict = incidentlab.investigate(incident).findings.iloc[0]
    said = str(verdict["category"])
    service = verdict["service"] if isinstance(verdict["service"], str) else None
    return Judged(cell, said, service, float(verdict["confidence"]), outcome(cell, said))


def outcome(cell: dict[str, Any], said: str) -> str:
    """Return right, unknown or wrong.

    >>> outcome({"category": "unknown", "also": ["startup_race"]}, "wrong_host")
    'wrong'
    """
    if said in (cell["category"], *cell["also"]):
        return "right"
    if said == "unknown" or (cell["category"] == "unknown" and said == "benign"):
        return "unknown"
    return "wrong"


@contextmanager
def without(runtimes: tuple[str, ...]) -> Iterator[None]:
    """Switch off what these pattern files say of failures; how a server says that it is ready stays known."""
    every = patterns.PATTERNS
    said = ("failure", "detail")
    kept = (row for row in every if row.runtime not in runtimes or patterns.KINDS[row.kind].question not in said)
    _use(tuple(kept))
    try:
        yield
    finally:
        _use(every)


def _use(rows: tuple[patterns.Pattern, ...]) -> None:
    patterns.PATTERNS = rows
    patterns.asked.cache_clear()


def table(title: str, judged: list[Judged], key: str) -> str:
    """Return right, unknown and wrong per value of `key` as a Markdown table."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        counts[getattr(one, key)][one.outcome] += 1
        counts["all"][one.outcome] += 1
    rows = [f"| {title} | cells | right | unknown | wrong |", "|---|---:|---:|---:|---:|"]
    for name in ["all", *sorted(set(counts) - {"all"})]:
        count = counts[name]
        rows.append(f"| {name} | {count.total()} | {count['right']} | {count['unknown']} | {count['wrong']} |")
    return "\n".join(rows)


def summary(judged: list[Judged]) -> str:
    """Return one line with the shares."""
    count = Counter(one.outcome for one in judged)
    services = [one.service_right for one in judged if one.service_right is not None]
    shares = [f"{count[name]} {name} ({count[name] / len(judged):.1%})" for name in ("right", "unknown", "wrong")]
    return f"{len(judged)} cells: {', '.join(shares)}; service right in {sum(services)} of {len(services)}"


def misread(judged: list[Judged]) -> Iterator[str]:
    """Yield a line for each verdict that is not right, or names another service."""
    for one in judged:
        if one.outcome != "right" or one.service_right is False:
            said = f"{one.category} ({one.service}, {one.confidence:.2f})"
            yield f"{one.outcome}\t{one.cell['cell']}\ttruth {one.cell['category']}\tsaid {said}"


def kept() -> dict[str, dict[str, str]]:
    """Return cell -> what was said of it when the tables of README.md were made: `own` and `generic`."""
    rows = map(json.loads, READ.read_text().splitlines()) if READ.exists() else ()
    return {row["cell"]: row for row in rows}


def keep(known: list[Judged], generic: list[Judged]) -> None:
    """Write what was said of each cell, and the tables into README.md."""
    alone = {one.cell["cell"]: one.outcome for one in generic}
    rows = ({"cell": one.cell["cell"], "own": one.outcome, "generic": alone[one.cell["cell"]]} for one in known)
    READ.write_text("".join(f"{json.dumps(row)}\n" for row in sorted(rows, key=lambda row: row["cell"])))
    parts = []
    for title, judged in (("With its own patterns", known), ("With the generic words alone", generic)):
        parts += [f"{title}: {summary(judged)}.", table("fault", judged, "fault"), table("library", judged, "library")]
    page = ZOO / "README.md"
    before, _, rest = page.read_text().partition(BEGIN)
    page.write_text(before + "\n\n".join([BEGIN, *parts, END]) + rest.partition(END)[2])


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wanted", nargs="*", help="parts of names of cells")
    parser.add_argument("--verbose", action="store_true", help="list what was not right")
    parser.add_argument("--write", action="store_true", help="keep the outcomes, and put the tables into README.md")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="judge each Nth cell only")
    arguments = parser.parse_args()
    cells = [
        cell
        for cell in manifest()[:: arguments.every]
        if not arguments.wanted or any(w in cell["cell"] for w in arguments.wanted)
    ]
    known, generic = map(list, zip(*judge_twice(cells), strict=True))
    for title, judged in (("with its own patterns", known), ("with the generic words alone", generic)):
        print(f"{title}: {summary(judged)}")
        print(table("fault", judged, "fault"), table("library", judged, "library"), sep="\n\n", end="\n\n")
        print(*(misread(judged) if arguments.verbose else ()), sep="\n")
    if arguments.write and not arguments.wanted:
        keep(known, generic)
    return 0


if __name__ == "__main__":
    sys.exit(main())
