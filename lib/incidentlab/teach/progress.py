"""What a student has answered, kept beside the notebook: it survives the kernel, and shows when it was edited.

One entry for each try: when, which question, right or not. Each entry bears the hash of the one before it, so that a
line that is taken out or changed by hand breaks the chain. A right answer leaves a proof that only this answer makes,
by which the instructor, who has the answers, sees that it was known. Who rewrites the whole chain with a program and
tries all four choices is not found out by that: for that, a lesson has a person in the room.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from incidentlab.teach.seal import seal

ENDING = ".progress.jsonl"
_FIRST = "0" * 64


@dataclass(frozen=True)
class Try:
    """One answer that was given."""

    at: str
    question: str
    right: bool
    proof: str = ""


class Progress:
    """The tries of one lesson; in memory alone where there is no file.

    Parameters
    ----------
    path
        The file, made with the first try.
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self.tries, self.whole = path, list[Try](), True
        self._last = _FIRST
        if path and path.is_file():
            self.tries, self.whole, self._last = read(path.read_text(encoding="utf-8", errors="replace"))

    def add(self, question: str, *, right: bool, proof: str = "") -> None:
        """Keep a try; a place that cannot be written to keeps nothing, and disturbs no lesson."""
        one = Try(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", question, right, proof)
        self.tries.append(one)
        line = _line(one, self._last)
        self._last = _hash(line)
        if self.path:
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")
            except OSError:
                self.path = None

    @property
    def right(self) -> set[str]:
        """The questions that are answered."""
        return {one.question for one in self.tries if one.right}

    def wrong(self, question: str) -> int:
        """Return how many wrong answers a question got."""
        return sum(one.question == question and not one.right for one in self.tries)


def proof(lesson: str, question: str, answer: str) -> str:
    """Return what only the right answer makes.

    Examples
    --------
    >>> proof("02", "tries", "6") == proof("02", "tries", "6") != proof("02", "tries", "5")
    True
    """
    return seal("", answer=answer, salt=f"progress/{lesson}/{question}")


def read(text: str) -> tuple[list[Try], bool, str]:
    """Return the tries of a file, whether its chain is whole, and the hash of its last line."""
    tries, whole, last = [], True, _FIRST
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            one = _try(entry)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            whole = False
            continue
        whole = whole and entry.get("before") == last
        tries.append(one)
        last = _hash(line)
    return tries, whole, last


def _try(entry: Mapping[str, Any]) -> Try:
    return Try(str(entry["at"])[:40], str(entry["question"])[:80], entry["right"] is True, str(entry.get("proof", "")))


def _line(one: Try, before: str) -> str:
    told = {"at": one.at, "question": one.question, "right": one.right, "proof": one.proof, "before": before}
    return json.dumps(told, ensure_ascii=True)


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
