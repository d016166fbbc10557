"""One field of human.yaml on a screen: its question, its inputs, and what the wording check says of it.

What a field is made of is read from `human`: a text has one input, a list or a record has rows that can be added and
taken away, and what takes one of a few answers is a choice. So the form has the fields of the file, by construction.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date
from typing import Any

import ipywidgets as widgets

from incidentlab.report.postmortem.people.fields import CHOICES, DATES, LISTS, MAPS, RECORDS, label, question
from incidentlab.report.postmortem.people.own import OwnField, day
from incidentlab.report.show import visible

_NARROW = dict.fromkeys(("owner", "due", "kind", "priority", "state"), "11%") | {"tracker": "12%"}
_NARROW |= {"when": "24%", "who": "16%", "on": "14%", "verdict": "14%", "status": "14%", "severity": "14%"}
_SHORT = ("title", "owner", "authors", "reviewers", "tracker", "incident_id", "when", "who", *MAPS["roles"][0])
_SHORT += MAPS["impact_numbers"][0]
"""What fits on one line; all else may be long."""
_HINTS = {"when": "2026-01-31T09:24:00Z", "milestones": "2026-01-31T09:24:00Z", "tracker": "https://"}
_REMARK = "color:#7a4b00;background:#fff6e0;padding:1px 6px;margin:2px 0;display:block"


class Field:
    """A field of human.yaml as widgets.

    Parameters
    ----------
    name
        As in human.yaml.
    changed
        Called after each change by the person.
    own
        A team's own fields, which are the parts of `own`.

    Attributes
    ----------
    box
        To be shown.
    """

    def __init__(self, name: str, changed: Callable[[], None], own: tuple[OwnField, ...] = ()) -> None:
        self.name, self._changed = name, changed
        self._own = {field.name: field for field in own} if name == "own" else {}
        self._many = name in LISTS or name in RECORDS
        self._parts = tuple({**RECORDS, **MAPS}.get(name, ((name,), ""))[0]) or tuple(self._own)
        self._flat = any(part in _NARROW for part in self._parts) and self._many
        self._lines: list[dict[str, Any]] = []
        self._rows, self._note = widgets.VBox(), widgets.HTML()
        self.add = widgets.Button(description=f"Add to {label(name)}", icon="plus")
        self.add.layout = {"width": "auto", "align_self": "flex-start", "margin": "2px 2px 2px 10px"}
        self.add.on_click(lambda _: self._grow())
        head = widgets.HTML(f"<b>{html.escape(_first_upper(label(name)))}</b> &ensp;{html.escape(question(name))}")
        below = [self.add] if self._many else []
        self.box = widgets.VBox([head, self._rows, *below, self._note], layout={"margin": "0 0 10px 0"})

    def get(self) -> Any:
        """Return what stands in the inputs, as `edit.answers` has it, empty rows and parts included."""
        texts = [{part: _text(item.value) for part, item in line.items()} for line in self._lines]
        if self.name in RECORDS:
            return texts
        if self.name in LISTS:
            return [line[self.name] for line in texts]
        return texts[0] if self.name in MAPS else texts[0][self.name]

    def set(self, value: Any) -> None:
        """Put an answer into the inputs."""
        rows = value if self._many else [value]
        self._lines = []
        for row in rows:
            self._new(row if isinstance(row, dict) else {self.name: row})
        self._draw()

    def note(self, remarks: list[str]) -> None:
        """Show what a reviewer would stop at."""
        said_here = [f'<span style="{_REMARK}">{html.escape(visible(remark))}</span>' for remark in remarks]
        self._note.value = "".join(said_here)

    def _new(self, texts: dict[str, str]) -> None:
        line = {part: self._input(part, texts.get(part, "")) for part in self._parts}
        for item in line.values():
            item.observe(lambda _: self._changed(), names="value")
        self._lines.append(line)

    def _input(self, part: str, text: str) -> Any:
        """Return the input of one part: what a team declared is asked by its type."""
        field = self._own.get(part)
        if field is None:
            return _input(self.name, part, text)
        answers = field.among if field.type == "choice" else ("yes", "no") if field.type == "yes_no" else ()
        return _input(self.name, part, text, choices=answers, picked=field.type == "date", short=field.type != "text")

    def _grow(self) -> None:
        self._new({})
        self._draw()

    def take(self, texts: dict[str, str]) -> None:
        """Add a row with these answers, as if the person had typed them."""
        self._new(texts)
        self._draw()
        self._changed()

    def _drop(self, line: dict[str, Any]) -> None:
        self._lines = [other for other in self._lines if other is not line]
        self._draw()
        self._changed()

    def _draw(self) -> None:
        above = [_headings(self._parts)] if self._flat and self._lines else []
        self._rows.children = [*above, *map(self._row, self._lines)]

    def _row(self, line: dict[str, Any]) -> Any:
        cells = list(line.values())
        if self.name in MAPS or (self.name in RECORDS and not self._flat):
            captioned = [widgets.HBox([_caption(part, "8em"), item]) for part, item in line.items()]
            cells = [widgets.VBox(captioned, layout={"flex": "1 1 0", "margin": "0 0 6px 0"})]
        if not self._many:
            return widgets.HBox(cells)  # in a vertical box they would share its height, which is none
        remove = widgets.Button(icon="trash", tooltip=f"Remove from {label(self.name)}", layout={"width": "36px"})
        remove.on_click(lambda _: self._drop(line))
        return widgets.HBox([*cells, remove])


def _first_upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _text(value: Any) -> str:
    """Return what stands in an input: a day as it is written."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _input(
    name: str, part: str, text: str, *, choices: tuple[str, ...] = (), picked: bool = False, short: bool = False
) -> Any:
    """Return the input of one text; its label has no width: it names the input for who cannot see what stands above."""
    named = label(name) if part == name else f"{label(name)}: {label(part)}"
    width, flex = (_NARROW[part], "0 0 auto") if part in _NARROW else ("auto", "1 1 0")
    look: dict[str, Any] = {
        "description": named,
        "style": {"description_width": "0px"},
        "layout": {"width": width, "flex": flex},
    }
    if answers := choices or CHOICES.get(part, ()):
        options = [(one or "—", one) for one in dict.fromkeys(["", *answers, text])]
        return widgets.Dropdown(options=options, value=text, **look)
    if (picked or part in DATES) and (not text or day(text)):
        return widgets.DatePicker(value=day(text), **look)
    look["placeholder"] = _HINTS.get(part, _HINTS.get(name, ""))
    if (short or part in _SHORT or name == "milestones") and "\n" not in text:
        return widgets.Text(text, **look)
    look["layout"] |= {"height": "auto"}
    tall = max(1 if name in (*LISTS, *RECORDS) else 3, 1 + text.count("\n"))
    return widgets.Textarea(text, rows=tall, **look)


def _headings(parts: tuple[str, ...]) -> Any:
    cells = [_caption(part, _NARROW.get(part, "auto"), "0 0 auto" if part in _NARROW else "1 1 0") for part in parts]
    return widgets.HBox([*cells, widgets.Box(layout={"width": "36px", "margin": "2px"})])


def _caption(part: str, width: str, flex: str = "0 0 auto") -> Any:
    return widgets.HTML(
        f"<small>{html.escape(label(part))}</small>", layout={"width": width, "flex": flex, "padding": "0 0 0 8px"}
    )
