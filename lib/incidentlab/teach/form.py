"""A question in a notebook: a form to click on, or the same to read, with the call that answers it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from incidentlab.report.show import Shown, visible
from incidentlab.tables import BadInput
from incidentlab.teach.frontend import Control
from incidentlab.teach.question import Field, Question

_CLOSE = '<div style="line-height:1.4">'
_WIDE = {"width": "auto", "max_width": "60em"}


class Form(Control):
    """A question to be answered.

    Parameters
    ----------
    question
        As the student has it.
    check
        What judges an answer.
    title
        What stands above it.
    forms
        Whether to show something to click on; by default where a frontend is there.
    """

    def __init__(
        self, question: Question, check: Callable[[Any], Shown], *, title: str = "Question", forms: bool | None = None
    ) -> None:
        super().__init__(forms)
        self._question, self._check, self._title = question, check, title

    def static(self) -> Shown:
        """Return the question, its options, and how to answer without a form."""
        question = self._question
        lines = [f"{letter}) {text}" for letter, text in _lettered(question)]
        lines += [_described(name, field) for name, field in question.fields.items()]
        call = f"lesson.check({question.name!r}, {_example(question)})"
        body = "".join(f"<li style='list-style:none'>{html.escape(visible(line))}</li>" for line in lines)
        head = f"<h4>{self._title}</h4><p>{html.escape(question.ask)}</p>"
        return Shown(
            f"{head}<ul>{body}</ul><p>Answer: <code>{html.escape(call)}</code></p>",
            "\n".join([f"{self._title}: {question.ask}", *(f"  {line}" for line in lines), f"Answer: {call}"]),
        )

    def widget(self) -> Any:
        """Return the form: the question, what takes the answer, a button, and what the check says."""
        import ipywidgets as widgets

        take, boxes = _inputs(self._question)
        said = widgets.HTML()
        button = widgets.Button(description="Check", button_style="primary")

        def answer(_: Any) -> None:
            try:
                said.value = f"{_CLOSE}{self._check(take()).html}</div>"
            except BadInput as error:
                said.value = f"<p>{html.escape(visible(str(error)))}</p>"

        button.on_click(answer)
        ask = widgets.HTML(f"{_CLOSE}<h4>{self._title}</h4>{html.escape(self._question.ask)}</div>", layout=_WIDE)
        box = widgets.VBox([ask, *boxes, button, said])
        return box.add_class("incidentlab-question").add_class(f"question-{self._question.name}")


def _inputs(question: Question) -> tuple[Callable[[], Any], list[Any]]:
    """Return what reads the answer, and the widgets that take it."""
    import ipywidgets as widgets

    if question.kind == "choice":
        options = [(f"{letter}) {text}", letter) for letter, text in _lettered(question)]
        radio = widgets.RadioButtons(options=options, value=None, layout=_WIDE)
        return lambda: _given(radio.value), [radio]
    if question.kind == "fields":
        parts = {name: _part(field) for name, field in question.fields.items()}
        return lambda: {name: part.value for name, part in parts.items()}, list(parts.values())
    place = (
        "file:line" if question.kind == "place" else f"a number, in {question.unit}" if question.unit else "a number"
    )
    text = widgets.Text(placeholder=place, layout={"width": "28em"})
    return lambda: _given(text.value.strip()), [text]


def _part(field: Field) -> Any:
    import ipywidgets as widgets

    label = {"description_width": "16em"}
    words = f"{field.label} ({field.unit})" if field.unit else field.label
    if field.options:
        return widgets.Dropdown(options=field.options, description=words, style=label, layout={"width": "32em"})
    if isinstance(field.start, str):
        return widgets.Textarea(value=field.start, description=words, style=label, layout={"width": "60em"})
    return widgets.FloatText(value=field.start, description=words, style=label, layout={"width": "26em"})


def _given(value: Any) -> Any:
    if value in (None, ""):
        raise BadInput("Nothing is chosen yet.")
    return value


def _lettered(question: Question) -> list[tuple[str, str]]:
    return [(chr(ord("a") + place), text) for place, text in enumerate(question.options)]


def _described(name: str, field: Field) -> str:
    unit = f" ({field.unit})" if field.unit else ""
    return f"{name}: {field.label}{unit}" + (f", one of {', '.join(field.options)}" if field.options else "")


def _example(question: Question) -> str:
    if question.kind == "fields":
        return "{" + ", ".join(f"{name!r}: {field.start!r}" for name, field in question.fields.items()) + "}"
    return {"choice": "'a letter'", "number": "number", "place": "'file:line'"}[question.kind]
