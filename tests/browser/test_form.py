"""human.yaml filled in by clicking, kept through whatever a reader does, and read where it is exported."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from incidentlab.load import load
from incidentlab.report.postmortem import folder_of, read
from incidentlab.report.postmortem.people.edit import FIELDS, answers
from incidentlab.report.postmortem.people.fields import CHOICES, DATES, GROUPS, LISTS, MAPS, RECORDS, label

pytestmark = pytest.mark.browser
NOTEBOOK = "notebooks/10-write-the-postmortem.ipynb"
TIMES = {"milestones": "2026-11-23T14:41:3{}Z", "when": "2026-11-23T14:41:3{}Z"} | dict.fromkeys(DATES, "2026-12-24")
LEAST_PX = 20
PATIENCE_S = 60


@pytest.fixture
def human(desk: Any) -> Path:
    """Return where the notebook's human.yaml stands, which no other test has written to."""
    incident = load(desk.lab.folder / "data" / "startup-race")
    path: Path = desk.lab.folder / "notebooks" / folder_of(incident) / "human.yaml"
    path.unlink(missing_ok=True)
    return path


def opened(desk: Any) -> Any:
    """Run the notebook, and return its form."""
    desk.open(NOTEBOOK)
    desk.run_all()
    return desk.page.locator(".incidentlab-form")


def open_group(form: Any, title: str) -> None:
    """Click on the title of a group of fields."""
    form.locator(".jupyter-widget-Collapse-header", has_text=title).click()


def stands(human: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the same fields as they stand in the file, as soon as they are the wanted ones."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = answers(read(human.read_text()))
        found = {name: found[name] for name in wanted}
        if found == wanted or time.monotonic() > until:
            return found
        time.sleep(0.05)


def fill(form: Any, shown: str, part: str, text: str) -> str:
    """Type into the last input of this label, which a reader must be able to see, and return what stands in it."""
    box = form.get_by_label(shown, exact=True).last
    assert box.bounding_box()["height"] >= LEAST_PX, shown
    if part in CHOICES:
        box.select_option(CHOICES[part][1])
        return str(CHOICES[part][1])
    box.fill(text)
    return text


def fill_field(form: Any, name: str) -> Any:
    """Fill in one field, each of its parts, and return the answer."""
    said = label(name)
    if name in LISTS or name in RECORDS:
        form.get_by_role("button", name=f"Add to {said}").click()
    parts = {**RECORDS, **MAPS}.get(name, ((name,), ""))[0]
    typed = {}
    for place, part in enumerate(parts):
        shown = said if part == name else f"{said}: {label(part)}"
        typed[part] = fill(form, shown, part, TIMES.get(part, TIMES.get(name, f"{said}, {part}")).format(place))
    if name in RECORDS:
        return [typed]
    if name in LISTS:
        return [typed[name]]
    return typed if name in MAPS else typed[name]


def test_every_field_can_be_filled_in_and_is_saved_as_one_types(desk: Any, human: Path) -> None:
    """Every field of every group is seen, takes what is typed, and stands in the file though nobody pressed Save."""
    form, wanted = opened(desk), {}
    for place, (title, names) in enumerate(GROUPS[:-1]):
        if place:
            open_group(form, title)
        for name in names:
            wanted[name] = fill_field(form, name)
        desk.photograph(f"form-group-{place + 1}", form)
    assert set(wanted) == {*FIELDS} - {"own"}  # no team declared fields of its own here
    assert stands(human, wanted) == wanted


def test_what_is_typed_outlives_a_run_a_reload_and_the_kernel(desk: Any, human: Path) -> None:
    """After Run All, a reload of the page and a new kernel the words are there; a form without a kernel says so."""
    form = opened(desk)
    open_group(form, "What we learnt")
    fill_field(form, "lessons")
    assert stands(human, {"lessons": ["lessons, lessons"]})["lessons"]
    desk.run_all()
    assert form.get_by_label("lessons", exact=True).input_value() == "lessons, lessons"
    assert form.get_by_label("lessons", exact=True).is_visible()  # its group is open as it was
    desk.reload()
    desk.run_all()  # the page was not saved, what was typed was
    assert form.get_by_label("lessons", exact=True).input_value() == "lessons, lessons"
    wanted = {"lessons": [fill(form, "lessons", "lessons", "typed after the reload")]}
    assert stands(human, wanted) == wanted
    desk.restart()
    asleep = desk.page.get_by_text("The form sleeps")
    asleep.wait_for()
    form.wait_for(state="hidden")
    desk.photograph("form-asleep", asleep.locator("xpath=ancestor::*[contains(@class,'jp-OutputArea')][1]"))
    desk.run_all()
    asleep.wait_for(state="hidden")
    assert form.get_by_label("lessons", exact=True).input_value() == "typed after the reload"
    assert stands(human, wanted) == wanted


def test_the_form_is_filled_in_by_clicking(desk: Any, human: Path) -> None:
    """A status and an action item that are clicked and typed stand in the file and, run again, in the exported page."""
    form = opened(desk)
    form.get_by_role("combobox", name="status").select_option("In review")
    open_group(form, "What comes")
    form.get_by_role("button", name="Add to action items").click()
    form.get_by_role("textbox", name="action items: what").fill("Add a healthcheck over TCP to postgres")
    form.get_by_role("textbox", name="action items: owner").fill("Platform team")
    form.get_by_role("combobox", name="action items: kind").select_option("prevent")
    form.get_by_text("has no due date").wait_for()
    desk.photograph("form-remark", form)
    form.get_by_label("action items: due", exact=True).fill("2026-12-24")
    form.get_by_text("has no due date").wait_for(state="detached")
    item = {"what": "Add a healthcheck over TCP to postgres", "owner": "Platform team", "due": "2026-12-24"}
    wanted = {"status": "In review", "action_items": [item | {"kind": "prevent"}]}
    assert stands(human, wanted) == wanted
    desk.run_all()
    exported = (human.parent / "postmortem.html").read_text()
    assert re.search(r'class="status">In review<', exported)
    assert "Add a healthcheck over TCP to postgres" in exported


def test_a_file_that_changed_meanwhile_is_not_written_over(desk: Any, human: Path) -> None:
    """The form says that somebody else wrote the file; Read the file again brings both sides together."""
    form = opened(desk)
    human.write_text(human.read_text().replace("lucky: []", "lucky: [It was noon]"))
    open_group(form, "What happened")
    form.get_by_role("textbox", name="summary", exact=True).fill("The shop was closed for six seconds.")
    form.get_by_text("was changed on disk after it was read here").wait_for()
    assert "The shop was closed" not in human.read_text()
    form.get_by_role("button", name="Read the file again").click()
    wanted = {"summary": "The shop was closed for six seconds.", "lucky": ["It was noon"]}
    assert stands(human, wanted) == wanted
    open_group(form, "What we learnt")
    desk.photograph("form-read-again", form)
    assert form.get_by_label(label("lucky"), exact=True).input_value() == "It was noon"
