"""What people write: human.yaml and the check of its wording."""

import pytest
import yaml

from incidentlab.report.postmortem import read, template, wording
from incidentlab.report.postmortem.people.fields import LISTS, MAPS, RECORDS, TEXTS
from incidentlab.report.postmortem.people.human import INCIDENT, Human
from incidentlab.tables import BadInput


def found(text: str) -> list[str]:
    """Return what the check stops at in a summary."""
    return [remark.found for remark in wording(read(f"summary: {text!r}"), services=["auth-service"])]


def test_the_empty_file_has_every_field_and_no_text() -> None:
    """The first human.yaml names every field once, each with its question, and reads as nothing written."""
    made = template()
    assert set(yaml.safe_load(made)) == {INCIDENT, *TEXTS, *LISTS, *RECORDS, *MAPS}
    assert read(made) == Human({})
    assert made.count("\n# ") >= len(TEXTS) + len(LISTS)


def test_every_text_keeps_its_line() -> None:
    """A text knows the field and the line where it stands."""
    human = read("summary: x\nlessons:\n  - one\n  - two\naction_items:\n  - what: Add a probe\n    due: 2026-01-31\n")
    assert (human.texts["lessons[2]"].text, human.texts["lessons[2]"].line) == ("two", 4)
    assert next(human.records("action_items"))["due"].text == "2026-01-31"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("outline: x", "human.yaml:1: no field 'outline' in the file; known: title, status, severity"),
        ("a: [", "no YAML"),
        ("summary: x\nsummary: y", "human.yaml:2: summary stands twice"),
        ("lessons: x", "lessons must be a list"),
        ("summary: [x]", "summary must be a text"),
        ("action_items: [{who: x}]", "no field 'who' in action_items\\[1\\]; known: what, owner, due, kind"),
        ("status: Done", "no status 'Done'; there are: Draft, In review, Reviewed, Closed"),
        ("milestones: {detected: soon}", "'soon' is no time"),
        ("milestones: {detected: 2026-01-01T10:00}", "has no zone"),
        ("- x", "must have fields"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, says: str) -> None:
    """A misspelt field, a wrong shape or a time without a zone is an error that says where and what is known."""
    with pytest.raises(BadInput, match=says):
        read(text)


@pytest.mark.parametrize(
    ("typed", "error"),
    [("2026-01-01T10:00:00Z", 1.0), ("2026-01-01T10:00Z", 60.0), ("2026-01-01 10:00+01:00", 60.0)],
)
def test_a_typed_time_is_as_exact_as_its_last_digit(typed: str, error: float) -> None:
    """A time to the minute has an error bar of a minute."""
    frame = read(f"milestones: {{detected: '{typed}'}}").milestones()
    assert frame["uncertainty_s"].tolist() == [error]


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("It was human error.", "'human error'"),
        ("Operator error again", "'Operator error'"),
        ("The on-call should have checked.", "'should have'"),
        ("The check could not have run.", "'could not have'"),
        ("The root cause was a typo.", "'The root cause'"),
        ("It had a single cause.", "'single cause'"),
        ("It was caused by Alice.", "'Alice' named as a cause"),
        ("Bob forgot the flag.", "'Bob' named as a cause"),
    ],
)
def test_the_check_stops_at(text: str, stops: str) -> None:
    """Blame, hindsight and single causes are found."""
    assert stops in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Postgres was not ready when auth-service started.",
        "We deployed version 2; its start took longer than the probe allows.",
        "Caused by three things: a slow disk, no retry, an early start.",
        "It was caused by Postgres, and Docker deleted the volume.",
    ],
)
def test_the_check_passes_over(text: str) -> None:
    """Programs are no persons, and plain facts pass."""
    assert found(text) == []


def test_people_of_the_file_are_no_causes() -> None:
    """Who is an author or an owner is known as a person, and is found where causes are told."""
    human = read("authors: [Carol Jones]\nsummary: Carol restarted it twice.")
    assert [remark.found for remark in wording(human)] == ["'Carol' named as a cause"]


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("{owner: A, due: 2026-01-31, kind: detect}", ["'' has no verb"]),
        ("{what: Better monitoring, owner: A, due: 2026-01-31, kind: detect}", ["'Better monitoring' is vague"]),
        ("{what: The retry loop, owner: A, due: 2026-01-31, kind: prevent}", ["'The retry loop' has no verb"]),
        ("{what: Add a retry, due: 2026-01-31, kind: prevent}", ["'Add a retry' has no owner"]),
        ("{what: Add a retry, owner: A, due: soon, kind: prevent}", ["'Add a retry' has no due date"]),
        ("{what: Add a retry, owner: A, due: 2026-01-31, kind: fix}", ["'Add a retry' has no kind"]),
        ("{what: Add a retry, owner: A, due: 2026-01-31, kind: prevent}", []),
    ],
)
def test_an_action_item_has_verb_owner_due_and_kind(item: str, says: list[str]) -> None:
    """What nobody can finish is found, each lack by itself."""
    assert [remark.found for remark in wording(read(f"action_items: [{item}]"))] == says


def test_external_texts_name_nothing_inside() -> None:
    """A service, an address or a file in a text for readers outside is found."""
    human = read("external: {summary: 'auth-service at 10.0.0.3, see server.js'}")
    words = {remark.found.split("'")[1] for remark in wording(human, services=["auth-service"])}
    assert words == {"auth-service", "10.0.0.3", "server.js"}


def test_a_closed_postmortem_has_action_items() -> None:
    """Closed without anything to do is worth a question."""
    assert [r.found for r in wording(read("status: Closed"))] == ["Closed without action items"]
