"""Counts how often each confidence was right: the numbers that the diagnosis may claim.

Cases are the zoo, the recordings in `data/`, and whatever labelled cases are named: a folder of NAME.log with NAME.json
beside it, which holds `category` and perhaps `also` or `secondary_categories`, and `repository`. Cases of one library
or repository resemble each other, so each has one vote in a bin: the share of its cases there that were right.

A bin with at least ten cases is printed with right/of and its 90 % interval (Wilson 1927, which stays inside 0 and 1
and holds for few votes), over the votes; it keeps its word where the mean confidence that was claimed lies inside.

A weight of `knowledge/weights.txt` is counted by the verdicts that claim exactly it: no factor spoke against them.

Usage: calibration.py [--write] [FOLDER ...]; exit status 1 where a bin does not keep its word. --write puts right/of
beside the weights that were counted.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

LAB = Path(__file__).resolve().parent
sys.path.insert(0, str(LAB / "zoo"))

import score  # noqa: E402  # the zoo's own scripts belong to no package

import incidentlab  # noqa: E402
from incidentlab.analyse import diagnosis  # noqa: E402
from incidentlab.knowledge import readings, weights  # noqa: E402

DATA = LAB.parent / "data"
WEIGHTS = Path(weights.__file__).with_name("weights.txt")
LEAST = 10
Z = 1.6449
"""90 % of a normal distribution lies within this many standard deviations"""


class Named(float):
    """A weight that knows its name; what is reckoned from it is a number like any other."""

    name: str


class Claims:
    """What each verdict claims: the name of the weight that its confidence is, unchanged, or None."""

    def __init__(self) -> None:
        """Give the weights their names, and stand where the findings are written."""
        for name, row in weights.WEIGHTS.items():
            weights.WEIGHTS[name] = row._replace(value=named(name, row.value))
        for kind, reading in readings.READINGS.items():
            readings.READINGS[kind] = reading._replace(confidence=weights.weight(f"fault.{kind}"))
        self.last: str | None = None
        self._findings = diagnosis._findings
        diagnosis._findings = self._noted

    def _noted(self, case: Any, ranking: list[Any]) -> Any:
        self.last = getattr(ranking[0].confidence, "name", None)
        return self._findings(case, ranking)


def named(name: str, value: float) -> Named:
    """Return a weight with its name."""
    found = Named(value)
    found.name = name
    return found


@dataclass(frozen=True)
class Case:
    """One verdict: who has the vote, what was claimed, whether it was right, and the weight that it claims."""

    voter: str
    confidence: float
    right: bool
    weight: str | None = None


def votes(cases: list[Case]) -> list[float]:
    """Return the share of right verdicts of each voter."""
    by_voter = defaultdict(list)
    for case in cases:
        by_voter[case.voter].append(case.right)
    return [sum(rights) / len(rights) for rights in by_voter.values()]


@dataclass(frozen=True)
class Bin:
    """Verdicts of about the same confidence."""

    low: float
    cases: list[Case]

    @property
    def votes(self) -> list[float]:
        """The share of right verdicts of each voter."""
        return votes(self.cases)

    @property
    def claimed(self) -> float:
        """The mean confidence."""
        return sum(case.confidence for case in self.cases) / len(self.cases)

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval of the right-rate, over the votes."""
        return wilson(sum(self.votes), len(self.votes))

    @property
    def keeps_its_word(self) -> bool:
        """Whether what was claimed lies in the interval."""
        low, high = self.interval
        return low <= self.claimed <= high


def wilson(right: float, of: int) -> tuple[float, float]:
    """Return the 90 % interval of a share.

    >>> [round(bound, 2) for bound in wilson(9, 10)]
    [0.65, 0.98]
    """
    share = right / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z * sqrt(share * (1 - share) / of + Z**2 / (4 * of**2)) / (1 + Z**2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def bins(cases: list[Case]) -> list[Bin]:
    """Sort verdicts into bins of a tenth."""
    sorted_in = defaultdict(list)
    for case in cases:
        sorted_in[min(9, int(case.confidence * 10))].append(case)
    return [Bin(tenth / 10, sorted_in[tenth]) for tenth in sorted(sorted_in)]


def labelled(folder: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Yield who votes, the evidence and the truth of each labelled case of a folder."""
    for label in sorted(folder.glob("*.json")):
        truth = json.loads(label.read_text())
        if label.with_suffix(".log").exists() and truth.get("label_confidence") != "low":
            also = truth.get("also") or truth.get("secondary_categories") or []
            yield str(truth.get("repository", label.stem)), label.with_suffix(".log"), truth | {"also": also}


def recordings() -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Yield the same of the recordings; all are of one stack, which has one vote."""
    for label in sorted(DATA.glob("*/ground-truth.json")):
        yield "data", label.parent, json.loads(label.read_text()) | {"also": []}


def judge(evidence: Iterator[tuple[str, Path, dict[str, Any]]], claims: Claims) -> Iterator[Case]:
    """Diagnose each case; what does not decide claims nothing."""
    for voter, path, truth in evidence:
        verdict = incidentlab.investigate(incidentlab.load(path)).findings.iloc[0]
        if verdict["category"] != "unknown":
            right = score.outcome(truth, str(verdict["category"])) == "right"
            yield Case(voter, float(verdict["confidence"]), right, claims.last)


def zoo(claims: Claims) -> Iterator[Case]:
    """Diagnose the zoo; where the text cannot tell, a guess that is let pass proves nothing."""
    for one in score.judge(score.manifest()):
        let_pass = one.cell["category"] == "unknown" and one.outcome == "right"
        if one.category != "unknown" and not let_pass:
            yield Case(one.library, one.confidence, one.outcome == "right", claims.last)


def counted(cases: list[Case]) -> dict[str, tuple[int, int]]:
    """Return how often each weight was right, of how many voters; half a vote counts as none."""
    by_weight = defaultdict(list)
    for case in cases:
        if case.weight is not None:
            by_weight[case.weight].append(case)
    return {name: (int(sum(votes(own))), len(votes(own))) for name, own in sorted(by_weight.items())}


def written(text: str, counts: dict[str, tuple[int, int]]) -> str:
    """Return the text of `weights.txt` with right/of beside the weights that were counted.

    >>> written("fault.oom  0.93  1/2  the kernel's words", {"fault.oom": (9, 10)})
    "fault.oom  0.93  9/10  the kernel's words"
    """
    lines = []
    for line in text.split("\n"):
        row = re.fullmatch(r"(?P<head>(?P<name>[a-z][\w.]*) +\d*\.?\d+ +)(?:\d+/\d+ +)?(?P<why>\S.*)", line)
        count = counts.get(row["name"]) if row else None
        lines.append(f"{row['head']}{count[0]}/{count[1]}  {row['why']}" if row and count else line)
    return "\n".join(lines)


def beside(cases: list[Case]) -> str:
    """Return the weights that were counted as text, those outside their interval marked."""
    lines = ["weight                      claims  right/of  90 % interval"]
    for name, (right, of) in counted(cases).items():
        low, high = wilson(right, of)
        value = weights.weight(name)
        word = "too few" if of < LEAST else "" if low <= value <= high else "outside"
        lines.append(f"{name:<26}  {value:.2f}    {f'{right}/{of}':<8}  {low:.2f} to {high:.2f}  {word}".rstrip())
    return "\n".join(lines)


def table(cases: list[Case]) -> str:
    """Return the bins as text."""
    lines = ["confidence  right/of      votes  right-rate  90 % interval  claimed"]
    for one in bins(cases):
        right = sum(case.right for case in one.cases)
        share = sum(one.votes) / len(one.votes)
        low, high = one.interval
        word = "too few" if len(one.cases) < LEAST else "" if one.keeps_its_word else "outside"
        counts = f"{f'{right}/{len(one.cases)}':<12}  {len(one.votes):>5}"
        bounds = f"{low:.2f} to {high:.2f}   {one.claimed:.2f}"
        lines.append(f"{one.low:.1f} to {one.low + 0.1:.1f}  {counts}  {share:>10.2f}  {bounds}  {word}".rstrip())
    return "\n".join(lines)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="folders of labelled cases")
    parser.add_argument("--write", action="store_true", help="put right/of beside the weights")
    arguments = parser.parse_args()
    claims = Claims()
    cases = [*zoo(claims), *judge(recordings(), claims)]
    for folder in arguments.folders:
        cases += judge(labelled(folder), claims)
    print(table(cases), beside(cases), sep="\n\n")
    if arguments.write:
        WEIGHTS.write_text(written(WEIGHTS.read_text(), counted(cases)))
    return 1 if any(len(one.cases) >= LEAST and not one.keeps_its_word for one in bins(cases)) else 0


if __name__ == "__main__":
    sys.exit(main())
