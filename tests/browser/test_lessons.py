"""The lessons as a newcomer takes them: the students' copy, by clicking."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from incidentlab.teach.editions import editions

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
LESSONS = ROOT / "notebooks" / "lessons"
NAMES = sorted(path.stem for path in LESSONS.glob("[0-9]*.ipynb"))
RACE = "02-startup-race"


@pytest.fixture(scope="module")
def copied(lab: Any) -> Path:
    """Make the students' copy of the lessons, beside the notebooks."""
    editions(LESSONS, lab.folder / "lessons", data=ROOT / "data")
    return Path(lab.folder / "lessons")


def taught(name: str) -> dict[str, Any]:
    """Return the questions of a lesson, as the instructor has them."""
    known: dict[str, Any] = yaml.safe_load((LESSONS / f"{name}.yaml").read_text())["questions"]
    return known


def answer(form: Any, question: dict[str, Any], given: Any) -> None:
    """Click on an option or type an answer, then click on Check."""
    if question["kind"] == "choice":
        form.get_by_role("radio").nth("abcdef".index(given)).check()
    else:
        form.get_by_role("textbox").fill(str(given))
    form.get_by_role("button", name="Check").click()


@pytest.mark.parametrize("name", [name for name in NAMES if name != RACE])
def test_a_lesson_opens_with_its_clock_and_questions(name: str, copied: Path, desk: Any) -> None:
    """Each question of the students' copy is a form to click on, each clock a button, and no cell fails."""
    desk.open(f"lessons/{name}.ipynb")
    desk.run_all()
    source = "\n".join(cell.source for cell in nbformat.read(copied / f"{name}.ipynb", as_version=4).cells)
    desk.page.locator(".incidentlab-question").nth(len(re.findall(r"lesson\.ask\(", source)) - 1).wait_for()
    assert desk.page.locator(".incidentlab-clock").count() == len(re.findall(r"lesson\.clock\(", source))
    desk.photograph(f"lesson-{name}")


def test_a_newcomer_takes_lesson_2_by_clicking(copied: Path, desk: Any) -> None:
    """The clock shows what was known and when; a wrong answer gets a hint, a right one its reason; all are counted."""
    assert (copied / f"{RACE}.ipynb").exists()
    desk.open(f"lessons/{RACE}.ipynb")
    desk.run_all()
    page = desk.page
    clocks, known = page.locator(".incidentlab-clock"), taught(RACE)
    for place in range(clocks.count()):
        clocks.nth(place).get_by_role("button").click()
        clocks.nth(place).get_by_text("what became known").wait_for()
        assert clocks.nth(place).locator("img").evaluate("(image) => image.naturalWidth") > 0
    assert "ready to accept connections" not in str(clocks.nth(0).text_content())
    for name, question in known.items():
        form = page.locator(f".question-{name}")
        answer(form, question, question["wrong"][0]["answer"])
        form.get_by_text("Not yet.").wait_for()
        assert question["wrong"][0]["hint"] in str(form.text_content())
        answer(form, question, question["answer"])
        form.get_by_text("Right.").wait_for()
    score = page.locator(".jp-CodeCell", has_text="lesson.score()")
    score.click()
    page.get_by_role("button", name="Run this cell and advance").click()
    score.get_by_text(f"{len(known)} of {len(known)} answered").wait_for()
    desk.photograph(f"lesson-{RACE}")
