"""The copies: nothing of the answers in the students', all of it in the instructor's, and nobody's work overwritten."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from incidentlab.tables import BadInput
from incidentlab.teach.editions import editions, files
from incidentlab.teach.plan import pages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "lessons"
LESSONS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("[0-9]*.yaml"))}


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the students' edition, once."""
    folder = tmp_path_factory.mktemp("student")
    editions(FOLDER, folder)
    return folder


@pytest.fixture(scope="module")
def instructor() -> dict[str, bytes]:
    """Make the instructor's edition, once."""
    return files(FOLDER, edition="instructor", data=ROOT / "data")


def words(folder: Path) -> str:
    """Return everything in a folder but the evidence, as one text without line ends."""
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and "data" not in path.relative_to(folder).parts
    ]
    return " ".join(" ".join(path.read_text().replace("\\n", " ").split()) for path in paths)


def sentences(told: Any) -> list[str]:
    """Return the sentences of a text, long enough to be told apart."""
    return [part for part in re.split(r"(?<=[.?!:;])\s+", " ".join(str(told).split())) if len(part) > 25]


@pytest.mark.parametrize("name", LESSONS)
def test_no_explanation_is_in_the_students_copies(name: str, student: Path) -> None:
    """No sentence of an explanation, of what to say, of the hint of a trap or of the plan stands anywhere."""
    told, text = LESSONS[name], words(student)
    hidden = [
        part for question in told["questions"].values() for key in ("why", "say") for part in sentences(question[key])
    ]
    hidden += [
        part for q in told["questions"].values() for trap in q.get("wrong", ()) for part in sentences(trap["hint"])
    ]
    hidden += [part for row in told["plan"] for part in sentences(row["teacher"])] + told["mistakes"]
    assert len(hidden) > 20
    assert [part for part in hidden if part in text] == []


@pytest.mark.parametrize("name", LESSONS)
def test_no_answer_is_in_the_students_copies(name: str, student: Path) -> None:
    """No place is named, no number stands in its question or in the prose, no option is said to be right."""
    kept = json.loads((student / f"{name}.questions.json").read_text())["questions"]
    prose = " ".join(cell.source for cell in nbformat.read(student / f"{name}.ipynb", as_version=4).cells)
    for key, question in LESSONS[name]["questions"].items():
        shown = {part: kept[key].get(part, "") for part in ("ask", "hints", "fields", "limits")}
        right = str(question.get("answer", question.get("example")))
        assert "answer" not in kept[key]
        assert "example" not in kept[key]
        if question["kind"] == "choice":
            option = question["options"][ord(right) - ord("a")]
            assert kept[key]["options"] == question["options"]
            assert not [text for text in (json.dumps(shown), prose) if option in text]
        elif question["kind"] == "place":
            assert right not in words(student)
        elif question["kind"] == "number":
            exact = rf"(?<![\d.]){re.escape(right)}(?![\d.])"
            assert not re.search(exact, " ".join(re.split(r'"sealed"', json.dumps(shown))[:1])), key
            assert "." not in right or not re.search(exact, prose), key


def test_students_get_no_output_no_truth_and_no_instructor(student: Path) -> None:
    """The copies are unexecuted, bear no cell for the instructor, and neither the truth nor the page of a recording."""
    for path in student.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert not [cell for cell in cells if cell.get("outputs") or "instructor" in cell.metadata.get("tags", [])]
        assert '"data/' in " ".join(cell.source for cell in cells)
    assert not [path for path in student.rglob("*") if path.name in ("ground-truth.json", "README.md")]
    assert not list(student.glob("*.yaml"))


def test_the_instructor_has_every_answer_below_its_question(instructor: dict[str, bytes]) -> None:
    """Each question of the instructor's copy is followed by its answer and explanation; a plan lies beside it."""
    for name, told in LESSONS.items():
        cells = nbformat.reads(instructor[f"{name}.ipynb"].decode(), as_version=4).cells
        after = {cell.id.removeprefix("answer-"): cell.source for cell in cells if cell.id.startswith("answer-")}
        assert list(after) == list(told["questions"])
        assert all(told["questions"][key]["why"] in text for key, text in after.items())
        assert f"{name}.plan.md" in instructor


def test_the_same_lessons_give_the_same_bytes(student: Path) -> None:
    """Made again, an edition is the same byte for byte: a student who has not begun yet loses nothing."""
    before = {path: path.read_bytes() for path in student.rglob("*") if path.is_file()}
    editions(FOLDER, student)
    assert before == {path: path.read_bytes() for path in student.rglob("*") if path.is_file()}


def test_nobodys_work_is_overwritten(tmp_path: Path) -> None:
    """Where one notebook has been worked on, nothing at all is written, and the message names it."""
    begun = tmp_path / "02-startup-race.ipynb"
    begun.write_text("my notes")
    with pytest.raises(BadInput, match=r"02-startup-race\.ipynb is there already"):
        editions(FOLDER, tmp_path)
    assert list(tmp_path.iterdir()) == [begun]
    assert begun.read_text() == "my notes"


def test_a_folder_without_lessons_and_an_unknown_edition_are_refused(tmp_path: Path) -> None:
    """What cannot be copied is said, with what to give instead."""
    with pytest.raises(BadInput, match="--lessons FOLDER"):
        editions(tmp_path, tmp_path / "out")
    with pytest.raises(BadInput, match="student, instructor"):
        editions(FOLDER, tmp_path, edition="teacher")


def test_the_plans_are_those_of_the_lessons() -> None:
    """Each page of a plan is the one that its lesson gives now, and fits on one sheet."""
    for path, text in pages(FOLDER).items():
        assert path.read_text() == text, f"{path} is out of date: make recorded-notebooks"
        assert len(text.splitlines()) <= 40
        assert len(text) < 3200
