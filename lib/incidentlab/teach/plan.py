"""The plan of the hour: one page for whoever stands in front, from the notebook's goals and the lesson's plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from incidentlab.teach.written import read

_HEAD = "<!-- generated from the notebook and its .yaml by `make recorded-notebooks`: change those -->"


def plan(book: Any, clear: Mapping[str, Any]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    book
        The lesson's notebook; its first cell bears the title and the goals, a line with a dash each.
    clear
        The lesson's questions in clear, its plan and the usual mistakes.
    """
    first = book.cells[0].source
    minutes = sum(part["minutes"] for part in clear["plan"])
    parts = [
        _HEAD,
        f"{first.splitlines()[0]}: {minutes} minutes",
        f"**Goals.** They can {_goals(first)}",
        "| minutes | instructor | students |\n|---|---|---|\n" + "\n".join(_rows(clear["plan"])),
        "**Usual mistakes**\n\n" + "\n".join(f"- {mistake}" for mistake in clear["mistakes"]),
        "**Before**\n\n" + _before(clear),
    ]
    return "\n\n".join(parts) + "\n"


def pages(folder: Path) -> dict[Path, str]:
    """Return the plan of each lesson of a folder, and where it stands."""
    found = {}
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        clear = read(path.with_suffix(".yaml"))
        found[path.with_suffix(".plan.md")] = plan(nbformat.read(path, as_version=4), clear)
    return found


def _goals(cell: str) -> str:
    goals = cell.partition("you can")[2].strip().partition("\n\n")[0]
    return " ".join(goal.strip() for goal in " ".join(goals.split()).removeprefix("- ").split(" - "))


def _rows(parts: list[dict[str, Any]]) -> list[str]:
    rows, at = [], 0
    for part in parts:
        rows.append(f"| {at} to {at + part['minutes']} | {part['teacher']} | {part['students']} |")
        at += part["minutes"]
    return rows


def _before(clear: Mapping[str, Any]) -> str:
    lines = [
        "- Students' copies: `incidentlab lessons -o FOLDER`; yours: the same with `--edition instructor`.",
        "- Run your copy once, so that the projector shows no surprise.",
        f"- Live: `incidentlab lab up {clear['live']}`, and `source` is `compose:payflow`; afterwards",
        f"  `incidentlab lab down {clear['live']}`. Checks that the evidence answers follow the live run.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    for place, text in pages(Path("notebooks/lessons")).items():
        place.write_text(text, encoding="utf-8")
