"""human.yaml as a form: the same fields, the same file, and nobody's words lost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report.postmortem import draft, identity, people, read, template
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.people.edit import FIELDS, answers, edited
from incidentlab.report.postmortem.people.fields import CHOICES, GROUPS, MAPS, RECORDS
from incidentlab.report.postmortem.people.human import INCIDENT, NAME
from incidentlab.report.postmortem.widgets.desk import Desk, desk
from incidentlab.report.postmortem.widgets.form import Form, form, summary
from incidentlab.tables import BadInput

FOUND = investigate(load("auth-service-1  | Error: connect ECONNREFUSED 172.18.0.2:5432\n"))
ABOUT = f"incident: {identity(FOUND.incident)}\n"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(str.strip)
LINES = st.lists(TEXT.filter(bool), max_size=3)
ITEMS = st.lists(
    st.fixed_dictionaries({}, optional=dict.fromkeys(RECORDS["action_items"][0], TEXT.filter(bool))).filter(bool),
    max_size=2,
)
EXTERNAL = st.fixed_dictionaries({}, optional=dict.fromkeys(MAPS["external"][0], TEXT.filter(bool)))


@settings(max_examples=30)
@example(summary="a\x85b", lessons=["a\u2028b\nc"], action_items=[], external={"summary": "0\r0"})
@given(summary=TEXT, lessons=LINES, action_items=ITEMS, external=EXTERNAL)
def test_what_is_written_is_read(
    summary: str, lessons: list[str], action_items: list[object], external: object
) -> None:
    """Any answers, whatever characters they hold, are read from the file as they were written into it."""
    wanted = {"summary": summary, "lessons": lessons, "action_items": action_items, "external": external}
    found = answers(read(edited(template(), wanted)))
    assert {name: found[name] for name in wanted} == wanted


def test_taking_everything_back_gives_the_same_bytes() -> None:
    """A file that is filled in and emptied again is the file as it was."""
    full = edited(template(), {"status": "Closed", "lucky": ["a", "b\nc"], "action_items": [{"what": "Add x"}]})
    assert full != template()
    assert edited(full, answers(read(template()))) == template()


def test_only_the_changed_field_is_touched_and_its_comments_are_kept() -> None:
    """Every byte of the other fields stays, odd spacing included; a changed field's comments go above it."""
    above, below = "# mine\nsummary:   'x'   # why\n\n", "# about luck\nlucky: []\n"
    lessons = "lessons: # two\n  - one # first\n  # - old\n  - two\n"
    changed = edited(above + lessons + below, {"lessons": ["one", "three"]})
    assert changed == above + "# two\n# first\n# - old\nlessons:\n  - one\n  - three\n" + below


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("summary: |  # long\n  a # b\n  c\n\nlucky: []\n", "# long\nsummary: d\n\nlucky: []\n"),
        ("lucky: []\n", "lucky: []\n\n# In three sentences: what happened, to whom, for how long.\nsummary: d\n"),
        ("lucky: []\r\nsummary:\r\n", "lucky: []\r\nsummary: d\r\n"),
        ("", "# In three sentences: what happened, to whom, for how long.\nsummary: d\n"),
        ("---\nsummary: a\n...\n", "---\nsummary: d\n...\n"),
    ],
)
def test_one_text_in_many_files(text: str, result: str) -> None:
    """Blocks, absent fields, other line ends, an empty file and marks of a document are written as they should be."""
    assert edited(text, {"summary": "d"}) == result


@pytest.mark.parametrize("text", ["{lucky: []}", "lucky: &l [a]\nwent_well: *l\n"])
def test_a_file_that_cannot_take_an_answer_is_refused(text: str) -> None:
    """What this writer would damage it does not touch, and says what to do."""
    with pytest.raises(BadInput, match=r"summary|alias|lucky|no YAML"):
        edited(text, {"summary": "d", "lucky": []})


def test_the_form_has_the_fields_of_the_file() -> None:
    """Every field of human.yaml is in one group of the form, and every choice belongs to a field."""
    assert sorted(name for _, names in GROUPS for name in names) == sorted(FIELDS)
    parts = {part for fields, _ in RECORDS.values() for part in fields}
    assert set(CHOICES) <= {*FIELDS, *parts}
    assert set(yaml.safe_load(template())) == {*FIELDS, INCIDENT}


@pytest.fixture
def opened(tmp_path: Path) -> Form:
    """Open a form over a new human.yaml."""
    return Form(tmp_path, FOUND)


def shown(made: Form, name: str) -> str:
    """Return what the form remarks on a field."""
    return str(made.fields[name]._note.value)


def typed(made: Form, name: str, part: str, text: object, line: int = 0) -> None:
    """Type into an input, as a person does."""
    made.fields[name]._lines[line][part].value = text


def test_what_is_typed_is_saved(opened: Form, tmp_path: Path) -> None:
    """What is typed stands in human.yaml at once, with a row added by its button, and nobody pressed Save."""
    typed(opened, "status", "status", "In review")
    opened.fields["action_items"].add.click()
    given = {"what": "Add a probe", "owner": "Ops", "due": date(2026, 12, 1), "kind": "prevent"}
    for part, answer in given.items():
        typed(opened, "action_items", part, answer)
    assert f"Saved in {tmp_path / NAME}" in opened.said.value
    human = read((tmp_path / NAME).read_text())
    assert human.status == "In review"
    assert {part: text.text for part, text in next(human.records("action_items")).items()}["due"] == "2026-12-01"


def test_a_form_made_anew_shows_what_was_typed(opened: Form, tmp_path: Path) -> None:
    """After all cells ran again, the new form has the words of the old one, and the same group is open."""
    parts = opened.box.children[0]
    parts.selected_index = 3
    opened.fields["lucky"].add.click()
    typed(opened, "lucky", "lucky", "It was noon")
    made = Form(tmp_path, FOUND)
    assert made.answers()["lucky"] == ["It was noon"]
    assert made.box.children[0].selected_index == 3


def test_one_bad_answer_keeps_no_other_from_being_saved(opened: Form, tmp_path: Path) -> None:
    """A time that is half typed is told and waits; the other fields are saved."""
    typed(opened, "milestones", "detected", "2026-01-")
    typed(opened, "summary", "summary", "The shop was closed.")
    assert "milestones is not saved: &#x27;2026-01-&#x27; is no time" in opened.said.value
    found = answers(read((tmp_path / NAME).read_text()))
    assert (found["summary"], found["milestones"]) == ("The shop was closed.", {})
    typed(opened, "milestones", "detected", "2026-01-31T09:24Z")
    assert answers(read((tmp_path / NAME).read_text()))["milestones"] == {"detected": "2026-01-31T09:24Z"}


def test_a_file_about_another_incident_is_refused(tmp_path: Path) -> None:
    """A human.yaml of another incident, or with words about one that it does not name, is not opened or changed."""
    for text in ("incident: payflow-00000000\nlucky: []\n", "lucky: [It was noon]\n"):
        (tmp_path / NAME).write_text(text)
        with pytest.raises(BadInput, match=f"and this evidence is of {identity(FOUND.incident)}; nothing was written"):
            Form(tmp_path, FOUND)
        assert (tmp_path / NAME).read_text() == text


def test_an_empty_file_takes_the_name_of_its_incident(tmp_path: Path) -> None:
    """A file in which nothing is written yet is about any incident, and bears its name from the first word on."""
    (tmp_path / NAME).write_text("# ours\nsummary:\n")
    typed(Form(tmp_path, FOUND), "summary", "summary", "x")
    assert read((tmp_path / NAME).read_text()).incident == identity(FOUND.incident)
    assert "# ours\n" in (tmp_path / NAME).read_text()


def test_a_row_can_be_taken_away(tmp_path: Path) -> None:
    """The button of a row takes away that row and no other."""
    (tmp_path / NAME).write_text(ABOUT + "lucky: [one, two, three]\n")
    made = Form(tmp_path, FOUND)
    made.fields["lucky"]._rows.children[1].children[-1].click()
    made.save.click()
    assert answers(read((tmp_path / NAME).read_text()))["lucky"] == ["one", "three"]


def test_the_wording_is_checked_while_typing(opened: Form) -> None:
    """A remark stands at its field before anything is saved, and goes when its reason goes."""
    typed(opened, "summary", "summary", "It was human error, because of <b>Bob</b>")
    assert "&#x27;human error&#x27;" in shown(opened, "summary")
    typed(opened, "summary", "summary", "Postgres was not ready")
    assert shown(opened, "summary") == ""
    opened.fields["external"]._lines[0]["summary"].value = "auth-service was down"
    assert "internal names" in shown(opened, "external")


def test_what_is_no_answer_is_not_saved(opened: Form, tmp_path: Path) -> None:
    """A time without a zone is refused in words, at once and at Save, and the file stays."""
    before = (tmp_path / NAME).read_bytes()
    typed(opened, "milestones", "detected", "2026-01-31T09:24:00")
    assert "has no zone; write it with one" in opened.said.value
    opened.save.click()
    assert "has no zone; write it with one" in opened.said.value
    assert (tmp_path / NAME).read_bytes() == before


def test_nobodys_words_are_lost(opened: Form, tmp_path: Path) -> None:
    """A file changed meanwhile is not written over; read again, both sides stand in the form, and Save joins them."""
    (tmp_path / NAME).write_text(edited(ABOUT, {"lucky": ["it was noon"], "summary": "theirs"}))
    theirs = (tmp_path / NAME).read_bytes()
    typed(opened, "summary", "summary", "mine")
    typed(opened, "impact", "impact", "no logins")
    assert "was changed on disk after it was read here; nothing was written" in opened.said.value
    assert (tmp_path / NAME).read_bytes() == theirs
    opened.again.click()
    assert "The file has another summary: &#x27;theirs&#x27;" in opened.said.value
    typed(opened, "title", "title", "A title")
    found = answers(read((tmp_path / NAME).read_text()))
    assert (found["summary"], found["impact"], found["title"]) == ("theirs", "no logins", "A title")
    opened.save.click()
    found = answers(read((tmp_path / NAME).read_text()))
    assert (found["summary"], found["lucky"]) == ("mine", ["it was noon"])


def test_a_file_that_is_no_text_any_more_is_not_written_over(opened: Form, tmp_path: Path) -> None:
    """Where somebody saved the file in another encoding meanwhile, Save says so and leaves it."""
    (tmp_path / NAME).write_bytes(b"summary: caf\xe9\n")
    opened.save.click()
    assert "is not UTF-8: byte 12; save it as UTF-8" in opened.said.value
    assert (tmp_path / NAME).read_bytes() == b"summary: caf\xe9\n"


def test_a_file_that_cannot_be_read_again_is_told_in_the_form(opened: Form, tmp_path: Path) -> None:
    """Where no file stands in its place any more, both buttons say why, and what was typed is kept."""
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    typed(opened, "summary", "summary", "The shop was closed.")
    for button in (opened.again, opened.save):
        button.click()
        assert "Is a directory" in opened.said.value
    assert opened.answers()["summary"] == "The shop was closed."


def test_saving_keeps_what_kind_of_file_it_is(tmp_path: Path) -> None:
    """A link stays a link, and the file keeps its permissions; nothing is left beside it."""
    (tmp_path / "kept").mkdir()
    real = tmp_path / "kept" / NAME
    real.write_text(template(identity(FOUND.incident)))
    real.chmod(0o640)
    (tmp_path / NAME).symlink_to(real)
    made = Form(tmp_path, FOUND)
    typed(made, "title", "title", "Six seconds without logins")
    made.save.click()
    assert (tmp_path / NAME).is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert answers(read(real.read_text()))["title"] == "Six seconds without logins"
    assert sorted(path.name for path in real.parent.iterdir()) == [NAME]


def test_an_answer_that_is_no_choice_is_shown_and_kept(tmp_path: Path) -> None:
    """A kind that the form does not know stands in it as it stands in the file."""
    (tmp_path / NAME).write_text(ABOUT + "action_items:\n  - what: Add x\n    kind: fix\n")
    made = Form(tmp_path, FOUND)
    assert made.answers()["action_items"][0]["kind"] == "fix"
    assert "has no kind" in shown(made, "action_items")


def test_without_a_screen_the_form_is_words(tmp_path: Path) -> None:
    """Where no frontend asks, the cell shows what is written, escaped, and how to write more: no widget."""
    (tmp_path / NAME).write_text(ABOUT + "summary: <script>\nlucky: [a]\n")
    plain = form(tmp_path, FOUND)
    assert plain == summary(tmp_path, FOUND)
    assert f"2 of {len(FIELDS)} fields of" in repr(plain)
    assert "&lt;script&gt;" in plain._repr_html_()
    assert "<script>" not in plain._repr_html_()


def test_a_day_is_picked_and_one_that_is_none_is_kept(tmp_path: Path) -> None:
    """A day is asked for by a picker; what somebody wrote in its place is shown as it is, with a remark."""
    (tmp_path / NAME).write_text(ABOUT + "action_items:\n  - what: Add x\n    due: soon\n  - due: 2026-12-01\n")
    made = Form(tmp_path, FOUND)
    kinds = [type(line["due"]).__name__ for line in made.fields["action_items"]._lines]
    assert kinds == ["Textarea", "DatePicker"]
    assert [row["due"] for row in made.answers()["action_items"]] == ["soon", "2026-12-01"]
    assert "has no due date" in shown(made, "action_items")


def test_a_team_declares_fields_of_its_own(tmp_path: Path) -> None:
    """What fields.yaml declares is asked by its type, saved under own, and refused where it is no such answer."""
    region = "region:\n  question: Which region?\n  type: choice\n  among: [eu, us]\n"
    (tmp_path / "fields.yaml").write_text(f"{region}lost:\n  question: How many?\n  type: number\n")
    made = Form(tmp_path, FOUND)
    assert type(made.fields["own"]._lines[0]["region"]).__name__ == "Dropdown"
    typed(made, "own", "region", "eu")
    typed(made, "own", "lost", "many")
    assert "your own fields is not saved: &#x27;many&#x27; is no number" in made.said.value
    typed(made, "own", "lost", "120")
    assert answers(read((tmp_path / NAME).read_text()))["own"] == {"region": "eu", "lost": "120"}
    text = markdown(draft(FOUND, people(tmp_path, FOUND)).internal)
    assert "| Which region? | eu |" in text


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("region: {type: choice}", "region has no question"),
        ("region: {question: Which, type: colour}", "has the type 'colour'"),
        ("region: {question: Which, type: choice}", "is a choice and says not among what"),
        ("Region!: {question: Which}", "is no name of a field"),
        ("- a", "must hold fields"),
    ],
)
def test_a_bad_declaration_is_one_clear_line(fields: str, why: str, tmp_path: Path) -> None:
    """A field that cannot be asked is refused with its file and what to write."""
    (tmp_path / "fields.yaml").write_text(fields)
    with pytest.raises(BadInput, match=why):
        Form(tmp_path, FOUND)


def test_a_field_that_nobody_declared_is_refused(tmp_path: Path) -> None:
    """An answer to a field of a team's own that fields.yaml does not declare is told with its line."""
    (tmp_path / NAME).write_text(ABOUT + "own:\n  region: eu\n")
    with pytest.raises(BadInput, match=r"human.yaml:3: no field 'region' in own; fields.yaml declares: none"):
        people(tmp_path, FOUND)


def test_proposals_are_taken_by_a_click(tmp_path: Path, investigated: Callable[[str], Investigation]) -> None:
    """Accept adds the action item with its kind, Refuse keeps the proposal's words; neither is offered again."""
    found = investigated("startup-race")
    made = Form(tmp_path, found)
    offered = [row.children[0].value for row in made.offers.box.children[1:]]
    first, second = made.offers.box.children[1:3]
    first.children[1].click()
    second.children[2].click()
    written = answers(read((tmp_path / NAME).read_text()))
    assert [item["kind"] for item in written["action_items"]] == ["prevent"]
    assert len(written["refused"]) == 1
    assert [row.children[0].value for row in made.offers.box.children[1:]] == offered[2:]


def test_the_draft_follows_what_is_typed(tmp_path: Path) -> None:
    """What is typed stands in the draft below the form; where nobody can click, the cell is words and the draft."""
    made = Desk(tmp_path, FOUND)
    typed(made.form, "summary", "summary", "The shop was **closed**.")
    made.refresh()
    assert "The shop was <strong>closed</strong>." in made.shown.value
    plain = desk(tmp_path, FOUND)
    assert "✎ The shop was **closed**." in repr(plain)
