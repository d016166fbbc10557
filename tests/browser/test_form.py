"""human.yaml filled in by clicking, and read where it is exported."""

import re
from pathlib import Path
from typing import Any

import pytest

from incidentlab.report.postmortem import read

pytestmark = pytest.mark.browser
NOTEBOOK = "notebooks/10-write-the-postmortem.ipynb"


def opened(desk: Any) -> Any:
    """Run the notebook, and return its form."""
    desk.open(NOTEBOOK)
    desk.run_all()
    return desk.page.locator(".incidentlab-form")


def open_group(form: Any, title: str) -> None:
    """Click on the title of a group of fields."""
    form.locator(".jupyter-widget-Collapse-header", has_text=title).click()


def test_the_form_is_filled_in_by_clicking(desk: Any) -> None:
    """A status and an action item that are clicked and typed stand in the file and, run again, in the exported page."""
    folder: Path = desk.lab.folder / "build" / "postmortem"
    form = opened(desk)
    form.get_by_role("combobox", name="status").select_option("In review")
    open_group(form, "What comes")
    form.get_by_role("button", name="Add to action items").click()
    form.get_by_role("textbox", name="action items: what").fill("Add a healthcheck over TCP to postgres")
    form.get_by_role("textbox", name="action items: owner").fill("Platform team")
    form.get_by_role("combobox", name="action items: kind").select_option("prevent")
    form.get_by_role("textbox", name="action items: due").fill("soon")
    form.get_by_text("has no due date").wait_for()
    desk.photograph("form-remark", form)
    form.get_by_role("textbox", name="action items: due").fill("2026-12-24")
    form.get_by_text("has no due date").wait_for(state="detached")
    form.get_by_role("button", name="Save").click()
    form.get_by_text("Saved: status, action items").wait_for()
    human = read((folder / "human.yaml").read_text())
    assert human.status == "In review"
    assert [item["due"].text for item in human.records("action_items")] == ["2026-12-24"]
    desk.run_all()
    exported = (folder / "postmortem.html").read_text()
    assert re.search(r'class="status">In review<', exported)
    assert "Add a healthcheck over TCP to postgres" in exported


def test_a_file_that_changed_meanwhile_is_not_written_over(desk: Any) -> None:
    """Save says that somebody else wrote the file; Read the file again brings both sides together."""
    path: Path = desk.lab.folder / "build" / "postmortem" / "human.yaml"
    form = opened(desk)
    path.write_text(path.read_text().replace("lucky: []", "lucky: [It was noon]"))
    open_group(form, "What happened")
    form.get_by_role("textbox", name="summary", exact=True).fill("The shop was closed for six seconds.")
    form.get_by_text("Not saved yet.").wait_for()
    form.get_by_role("button", name="Save").click()
    form.get_by_text("was changed on disk after it was read here").wait_for()
    assert "The shop was closed" not in path.read_text()
    form.get_by_role("button", name="Read the file again").click()
    form.get_by_text("Kept from here, not saved yet: summary").wait_for()
    open_group(form, "What we learnt")
    desk.photograph("form-read-again", form)
    assert form.get_by_role("textbox", name="lucky").input_value() == "It was noon"
    form.get_by_role("button", name="Save").click()
    form.get_by_text("Saved: summary").wait_for()
    human = read(path.read_text())
    assert human.texts["summary"].text == "The shop was closed for six seconds."
    assert human.texts["lucky[1]"].text == "It was noon"
