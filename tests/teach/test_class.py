"""A class: progress that survives the kernel, its table, and help to write a lesson."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from incidentlab.cli import app
from incidentlab.tables import BadInput
from incidentlab.teach.check import faults
from incidentlab.teach.collect import as_csv, as_page, collect
from incidentlab.teach.editions import editions
from incidentlab.teach.lesson import lesson
from incidentlab.teach.progress import ENDING, Progress, proof, read

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks" / "lessons"
DATA = ROOT / "data"
NAME = "07-killed-for-memory"
RACE = DATA / "oom"


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the students' copies once."""
    target = tmp_path_factory.mktemp("copies")
    editions(FOLDER, target)
    return target


def student(copies: Path, folder: Path) -> Path:
    """Give a student the questions of one lesson."""
    folder.mkdir()
    (folder / f"{NAME}.questions.json").write_bytes((copies / f"{NAME}.questions.json").read_bytes())
    return folder


def test_what_was_answered_survives_the_kernel(copies: Path, tmp_path: Path) -> None:
    """A lesson that is opened again knows its answers and goes on with the hints where it was."""
    folder = student(copies, tmp_path / "ada")
    first = lesson(NAME, RACE, folder=folder, forms=False)
    hints = [first.check("lasted", wrong).text for wrong in (1, 2)]
    first.check("two-lines", "d")
    again = lesson(NAME, RACE, folder=folder, forms=False)
    assert again.score().text.startswith("1 of 7 answered")
    assert again.check("lasted", 3).text == hints[1] != hints[0]


def test_in_the_source_of_the_lessons_nothing_is_kept() -> None:
    """Whoever runs the lessons where they are written leaves no file there."""
    lesson(NAME, RACE, folder=FOLDER, forms=False).check("two-lines", "d")
    assert not list(FOLDER.glob(f"*{ENDING}"))


@pytest.mark.parametrize("harm", ["drop", "change", "forge"])
def test_progress_that_was_edited_says_so(harm: str, copies: Path, tmp_path: Path) -> None:
    """A wrong try that is taken out breaks the chain; a right one that is made up lacks its proof."""
    folder = student(copies, tmp_path / "eve")
    at_work = lesson(NAME, RACE, folder=folder, forms=False)
    for answer in ("a", "b", "d"):
        at_work.check("two-lines", answer)
    file = folder / f"{NAME}{ENDING}"
    lines = file.read_text().splitlines()
    if harm == "forge":
        made_up = Progress(file)
        made_up.add("exit-code", right=True, proof=proof(NAME, "exit-code", "a"))
    else:
        lines[1:2] = [] if harm == "drop" else [lines[1].replace("false", "true")]
        file.write_text("".join(f"{line}\n" for line in lines))
    (row,) = collect([folder], FOLDER)
    assert ("without proof of the answer: exit-code" if harm == "forge" else "edited by hand") in row["remark"]


def test_the_table_of_a_class(copies: Path, tmp_path: Path) -> None:
    """Each student is a row, also one who answered nothing; a name is no formula and no markup."""
    folders = [student(copies, tmp_path / name) for name in ("ada", "=1+1", "<b>bob")]
    for folder in folders[:2]:
        at_work = lesson(NAME, RACE, folder=folder, forms=False)
        at_work.check("lasted", 5.8)
        at_work.check("proof", "events.jsonl:34")
        at_work.check("two-lines", "a")
    rows = collect(folders, FOLDER)
    told = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [(row["student"], row["answered"], row["wrong_tries"]) for row in told] == [
        ("ada", "2", "1"),
        ("'=1+1", "2", "1"),
        ("<b>bob", "", ""),
    ]
    assert [row["remark"] for row in told] == ["", "", "nothing answered"]
    page = as_page(rows)
    assert "&lt;b&gt;bob" in page
    assert "default-src 'none'" in page
    with pytest.raises(BadInput, match="is no folder"):
        collect([tmp_path / "nobody"], FOLDER)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"at": 1}', "null\n" * 3, "[" * 5000])
def test_a_file_of_progress_may_hold_anything(text: str) -> None:
    """What is no try is none, and the file counts as edited."""
    tries, whole, _ = read(text)
    assert tries == []
    assert whole == (text == "")


def test_a_new_lesson_is_begun_and_checked(tmp_path: Path) -> None:
    """The skeleton has questions that the evidence answers; all that is left to say is what is to be written."""
    run = CliRunner().invoke
    done = run(app, ["lessons", "new", str(DATA / "oom"), "--name", "09-memory", "-o", str(tmp_path)])
    assert done.exit_code == 0
    written = yaml.safe_load((tmp_path / "09-memory.yaml").read_text())
    assert written["questions"]["killed-place"]["answer"] == "events.jsonl:34"
    found = faults(tmp_path / "09-memory.yaml", DATA)
    assert found
    assert all(fault.endswith("still to be written") for fault in found)
    at_work = lesson("09-memory", DATA / "oom", folder=tmp_path, forms=False)
    assert at_work.check("killed-place", "events.jsonl:34").text.startswith("Right.")
    assert run(app, ["lessons", "check", str(tmp_path / "09-memory.yaml")]).exit_code == 1
    assert run(app, ["lessons", "check", str(FOLDER / f"{NAME}.yaml")]).exit_code == 0


def test_all_that_is_wrong_is_said_by_line(tmp_path: Path) -> None:
    """Unknown keys, wrong types, an hour of another length, a question that is never asked: each with its line."""
    text = (FOLDER / f"{NAME}.yaml").read_text()
    (tmp_path / "a.yaml").write_text(
        text.replace("recording: oom", "recordings: oom").replace("minutes: 5", "minutes: x")
    )
    found = faults(tmp_path / "a.yaml", DATA)
    assert [fault.split(": ")[0].rsplit(":", 1)[1] for fault in found][:1] == ["2"]
    assert len(found) == 3
    (tmp_path / "b.yaml").write_text(
        text.replace("recording: oom", "recording: gone")
        .replace("fact: killed_place", "fact: kiled")
        .replace("minutes: 5", "minutes: 6")
    )
    book = json.loads((FOLDER / f"{NAME}.ipynb").read_text())
    book["cells"] = [cell for cell in book["cells"] if 'ask("twice")' not in "".join(cell["source"])]
    (tmp_path / "b.ipynb").write_text(json.dumps(book))
    told = "\n".join(faults(tmp_path / "b.yaml", DATA))
    for part in ("b.yaml:2: no recording 'gone'", "no fact is called 'kiled'", "take 61 minutes", "never asks 'twice'"):
        assert part in told
    assert "is not there" in faults(tmp_path / "c.yaml", DATA)[0]
