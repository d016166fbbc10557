"""Counts how often each confidence was right: the numbers that the diagnosis may claim.

Cases are the zoo, the recordings in `data/`, and whatever labelled cases are named: a folder of NAME.log with NAME.json
beside it, which holds `category` and perhaps `also` or `secondary_categories`, and `repository`. Cases of one library
or repository resemble each other, so each has one vote in a bin: the share of its cases there that were right.

A bin with at least ten cases is printed with right/of and its 90 % interval (Wilson 1927, which stays inside 0 and 1
and holds for few votes), over the votes; it keeps its word where the mean confidence that was claimed lies inside.

Usage: calibration.py [FOLDER ...]; exit status 1 where a bin does not keep its word.
"""

import json
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

DATA = LAB.parent / "data"
LEAST = 10
Z = 1.6449
"""90 % of a normal distribution lies within this many standard deviations"""


@dataclass(frozen=True)
class Case:
    """One verdict: who has the vote, what was claimed, and whether it was right."""

    voter: str
    confidence: float
    right: bool


@dataclass(frozen=True)
class Bin:
    """Verdicts of about the same confidence."""

    low: float
    cases: list[Case]

    @property
    def votes(self) -> list[float]:
        """The share of right verdicts of each voter."""
        by_voter = defaultdict(list)
        for case in self.cases:
            by_voter[case.voter].append(case.right)
        return [sum(rights) / len(rights) for rights in by_voter.values()]

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


def judge(evidence: Iterator[tuple[str, Path, dict[str, Any]]]) -> Iterator[Case]:
    """Diagnose each case; what does not decide claims nothing."""
    for voter, path, truth in evidence:
        verdict = incidentlab.investigate(incidentlab.load(path)).findings.iloc[0]
        if verdict["category"] != "unknown":
            right = score.outcome(truth, str(verdict["category"])) == "right"
            yield Case(voter, float(verdict["confidence"]), right)


def zoo() -> Iterator[Case]:
    """Diagnose the zoo."""
    for one in score.judge(score.manifest()):
        if one.category != "unknown":
            yield Case(one.library, one.confidence, one.outcome == "right")


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
    """Print the table."""
    cases = [*zoo(), *judge(recordings())]
    for folder in sys.argv[1:]:
        cases += judge(labelled(Path(folder)))
    print(table(cases))
    return 1 if any(len(one.cases) >= LEAST and not one.keeps_its_word for one in bins(cases)) else 0


if __name__ == "__main__":
    sys.exit(main())
