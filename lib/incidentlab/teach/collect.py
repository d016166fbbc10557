"""The table of a class: what each student has answered in each lesson, from the files beside their notebooks."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from incidentlab.offline import harmless, policy_for, visible
from incidentlab.tables import BadInput
from incidentlab.teach import progress, question, written

COLUMNS = ("student", "lesson", "answered", "questions", "wrong_tries", "first", "last", "open", "remark")
_MOST = 4 << 20
"""Bytes of a file of progress that are read: a lesson leaves some thousand."""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Class: {students} students</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<style>body {{ font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem; }} table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }}</style></head>
<body><h1>{students} students, {lessons} lessons</h1><table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def collect(folders: Iterable[Path], lessons: Path) -> list[dict[str, Any]]:
    """Return one row for each student and lesson.

    Parameters
    ----------
    folders
        One for each student, who is called like it; the files of progress are in it or one folder below.
    lessons
        The lessons in clear: their answers prove those of the students.

    Returns
    -------
    list of dict
        `COLUMNS`, in the order of the folders and lessons.

    Raises
    ------
    BadInput
        A folder is not there.
    """
    known = {path.stem: written.read(path) for path in sorted(lessons.glob("[0-9]*.yaml"))}
    rows = []
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"{folder} is no folder; give one for each student, with the copies they worked on")
        files = sorted({*folder.glob(f"*{progress.ENDING}"), *folder.glob(f"*/*{progress.ENDING}")})
        rows += [_row(folder, file, known) for file in files]
        if not files:
            rows.append(dict.fromkeys(COLUMNS, "") | {"student": folder.resolve().name, "remark": "nothing answered"})
    return rows


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Return the table as CSV; a text that a spreadsheet would take for a formula is quoted (OWASP, CSV Injection)."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({name: _inert(row[name]) for name in COLUMNS} for row in rows)
    return text.getvalue()


def as_page(rows: list[dict[str, Any]]) -> str:
    """Return the table as a page that makes no request."""
    cells = ["".join(f"<td>{html.escape(visible(str(row[name])))}</td>" for name in COLUMNS) for row in rows]
    page = _PAGE.format(
        policy=policy_for(),
        students=len({row["student"] for row in rows}),
        lessons=len({row["lesson"] for row in rows if row["lesson"]}),
        head="".join(f"<th>{name.replace('_', ' ')}</th>" for name in COLUMNS),
        rows="\n".join(f"<tr>{row}</tr>" for row in cells),
    )
    return harmless(page)


def _row(folder: Path, file: Path, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    name = file.name.removesuffix(progress.ENDING)
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"student": folder.resolve().name, "lesson": name}
    if file.stat().st_size > _MOST:
        return row | {"remark": "the file is too large to be one of a lesson"}
    kept = progress.Progress(file)
    asked = known.get(name, {}).get("questions", {})
    right = kept.right & set(asked) if asked else kept.right
    times = [one.at for one in kept.tries]
    remarks = [] if kept.whole else ["edited by hand: a line is missing or was changed"]
    if unproved := [key for key in asked if key in right and not _proved(name, key, asked[key], kept)]:
        remarks.append(f"without proof of the answer: {', '.join(unproved)}")
    if not asked:
        remarks.append("no lesson of this name here: answers are not proved")
    return row | {
        "answered": len(right),
        "questions": len(asked) or "",
        "wrong_tries": sum(not one.right for one in kept.tries),
        "first": min(times, default=""),
        "last": max(times, default=""),
        "open": ", ".join(key for key in asked if key not in right),
        "remark": "; ".join(remarks),
    }


def _proved(lesson: str, name: str, clear: Mapping[str, Any], kept: progress.Progress) -> bool:
    """Say whether a right try bears the proof of the answer; where a rule judged, there is no one answer."""
    asked = question.sealed(name, clear)
    answers = [form for answer in question.answers(clear) for form in asked.normal(answer)]  # and those as near
    wanted = {progress.proof(lesson, name, answer) for answer in answers}
    return not wanted or any(one.right and one.proof in wanted for one in kept.tries if one.question == name)


def _inert(value: Any) -> str:
    text = " ".join(str(value).split())
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
