"""The file of questions: what is wrong in it is said with its line."""

from pathlib import Path

import pytest

from incidentlab.tables import BadInput
from incidentlab.teach.written import parsed, read

FOLDER = Path(__file__).parents[2] / "notebooks" / "lessons"
GOOD = """\
recording: startup-race
live: startup-race
service: auth-service
dependency: postgres
shows: [auth-service]
questions:
  tries:
    ask: How often?
    kind: number
    answer: 6
    why: One in each run.
    hints: [Count the ends.]
    wrong:
      - {answer: 7, hint: The last did not fail.}
plan:
  - {minutes: 60, teacher: Asks., students: Answer.}
mistakes: [Counting lines.]
"""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[0-9]*.yaml")), ids=lambda path: path.stem)
def test_the_lessons_keep_to_the_schema(path: Path) -> None:
    """Every lesson of the project is one that the schema takes."""
    assert read(path)["questions"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "teacher: Asks.",
            "instructor: Asks.",
            "a.yaml:16: no key 'instructor' is known here; there are minutes, teach",
        ),
        ("    why:", "    wyh:", "a.yaml:11: no key 'wyh' is known here; did you mean 'why'? there are ask, kind, why"),
        (", hint: The", ", hnit: The", "a.yaml:14: no key 'hnit' is known here; did you mean 'hint'?"),
        ("    why: One in each run.\n", "", "a.yaml:7: no 'why' of questions.tries; write it"),
        (
            "    answer: 6",
            "    anwser: 6",
            "a.yaml:10: no key 'anwser' is known here; did you mean 'answer'? there are",
        ),
        (
            "kind: number",
            "kind: numbre",
            "a.yaml:9: kind of questions.tries is wrong: Input should be 'choice', 'number'",
        ),
        ("minutes: 60", "minutes: an hour", "a.yaml:16: minutes of plan.0 is wrong: Input should be a valid integer"),
        ("questions:", "questions: [", "a.yaml:8: no YAML: "),
        ("    why:", "    ask:", "a.yaml:11: the key 'ask' stands twice"),
        (GOOD, "", "a.yaml:1: the file is wrong: "),
        (GOOD, "- a\n", "a.yaml:1: the file is wrong: "),
        (GOOD, "a: \x07", "a.yaml is no YAML: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, says: str) -> None:
    """A misspelt or missing key, a value of another type and broken YAML are one line each, and name theirs."""
    with pytest.raises(BadInput) as told:
        parsed(GOOD.replace(old, new), name="a.yaml")
    assert str(told.value).startswith(says)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A notebook without its questions is one line, no traceback."""
    with pytest.raises(BadInput, match="no questions at"):
        read(tmp_path / "07-mine.yaml")
