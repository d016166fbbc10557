"""Forms: something to click on where somebody can click, a static text elsewhere, the same bytes in every run."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from incidentlab.teach.lesson import Lesson, lesson

ROOT = Path(__file__).parents[2]


def race(*, forms: bool | None = None) -> Lesson:
    """Return the lesson on the startup race."""
    return lesson("02-startup-race", ROOT / "data" / "startup-race", folder=ROOT / "notebooks" / "lessons", forms=forms)


def find(box: Any, kind: str) -> Any:
    """Return the first widget of a kind inside a box."""
    return next(child for child in box.children if type(child).__name__ == kind)


def test_without_a_frontend_a_question_is_text() -> None:
    """Headless, a question shows its options and the call that answers it, without any widget or random id."""
    bundle = race().ask("refused-means")._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert bundle == race().ask("refused-means")._repr_mimebundle_()
    assert "lesson.check('refused-means', 'a letter')" in bundle["text/plain"]


def test_where_a_frontend_runs_the_cell_it_is_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a frontend has asked for the cell, by its name, the same cell is a widget."""
    asked = {"metadata": {"cellId": "question"}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda _: asked))
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    at_work = race()
    for control in (at_work.ask("refused-means"), at_work.clock(1.5)):
        assert "application/vnd.jupyter.widget-view+json" in control._repr_mimebundle_()


def test_a_choice_is_answered_by_clicking() -> None:
    """A click on Check without a choice asks for one; a wrong choice gets its hint, the right one its explanation."""
    form = race(forms=True).ask("refused-means").widget()
    button, radio, said = find(form, "Button"), find(form, "RadioButtons"), form.children[-1]
    heard = []
    for letter in (None, "c", "b"):
        radio.value = letter
        button.click()
        heard.append(said.value)
    assert "Nothing is chosen yet." in heard[0]
    assert "somebody has to be there to read it" in heard[1]
    assert "Right." in heard[2]


def test_what_is_typed_is_escaped() -> None:
    """An answer that cannot be read is shown as the text that it is, never as markup."""
    form = race(forms=True).ask("early-ready").widget()
    find(form, "Text").value = "<script>alert(1)</script>"
    find(form, "Button").click()
    assert "<script>" not in form.children[-1].value
    assert "&lt;script&gt;" in form.children[-1].value


def test_the_clock_is_run_by_clicking_and_never_ahead() -> None:
    """Each click shows the next step and no later row; after the last one the button rests."""
    clock = race(forms=True).clock(1.5, 8).widget()
    view, button = clock.children
    assert "ECONNREFUSED" not in view.value
    assert button.description == "Next: T+1.5 s"
    button.click()
    assert "ECONNREFUSED" in view.value
    assert "init process complete" not in view.value
    assert button.description == "Next: T+8 s"
    button.click()
    assert "init process complete" in view.value
    assert "data:image/png" in view.value
    assert button.disabled


def test_a_clock_goes_on_where_the_one_before_it_stopped() -> None:
    """The second clock of a lesson shows what is new, and says how much was there before."""
    at_work = race(forms=False)
    first, second = at_work.clock(1.5), at_work.clock(2.2)
    assert "initdb" not in first.static().text
    assert "T+2.2 s: what became known (30 earlier ones are above)" in second.static().text
    assert "auth-service listening" in first.static().text


def test_run_again_a_clock_shows_the_same() -> None:
    """A cell that is run twice, or out of order, shows the same rows."""
    at_work = race(forms=False)
    before = [at_work.clock(step).static().text for step in (1.5, 2.2)]
    assert [at_work.clock(step).static().text for step in (1.5, 2.2)] == before


def test_a_step_after_the_end_of_a_shorter_incident_is_left_out() -> None:
    """A live run that was shorter than the recording has fewer steps, and its end."""
    clock = race(forms=False).clock(5, 500, "end")
    assert "T+500 s" not in clock.static().text
    assert "the end: what became known" in clock.static().text


def test_a_step_with_very_many_rows_says_that_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a step has more rows than are shown, the title tells how many there are."""
    monkeypatch.setattr("incidentlab.teach.clock._MOST", 5)
    text = race(forms=False).clock(1.5).static().text
    assert text.startswith("T+1.5 s: what became known (only the last 5 of 30 rows)")
    assert "auth-service listening" not in text
