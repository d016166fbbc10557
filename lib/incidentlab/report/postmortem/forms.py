"""human.yaml as a form in JupyterLab; without a screen, what stands in it and how to write to it.

The form and the file are the same thing twice: the form has the fields that `human` knows, reads the file when it is
made, and writes only what a person changed. It never writes over what somebody else wrote meanwhile.
"""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from incidentlab.report.postmortem.edit import FIELDS, Answers, answers, edited
from incidentlab.report.postmortem.export import people
from incidentlab.report.postmortem.human import GROUPS, NAME, read
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.wording import Remark, wording
from incidentlab.report.screen import watched
from incidentlab.report.show import Shown, table, visible
from incidentlab.tables import BadInput

if TYPE_CHECKING:
    from incidentlab.report.investigation import Investigation
    from incidentlab.report.postmortem.inputs import Field

_PLACE = re.compile(rf"^{re.escape(NAME)}:\d+: ")


class Sheet:
    """human.yaml of a folder as it was read.

    Parameters
    ----------
    folder
        The file is made, with every field empty, if there is none.
    """

    def __init__(self, folder: Path) -> None:
        people(folder)
        self.path = (folder / NAME).resolve()
        self.text = self._stands()
        self.answers = answers(read(self.text))

    def save(self, wanted: Answers) -> list[str]:
        """Write other answers, whole or not at all, and return the names of the fields that changed.

        Raises
        ------
        BadInput
            The file is no longer what was read, or an answer is none.
        """
        if self._stands() != self.text:
            raise BadInput(f"{NAME} was changed on disk after it was read here; nothing was written. Read it again")
        text = edited(self.text, wanted)
        if text != self.text:
            partial = self.path.with_name(f".{NAME}.partial")
            partial.write_bytes(text.encode())
            shutil.copymode(self.path, partial)
            partial.replace(self.path)
        before, self.text, self.answers = self.answers, text, answers(read(text))
        return [name for name in FIELDS if self.answers[name] != before[name]]

    def _stands(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise BadInput(f"{self.path} is not UTF-8: byte {error.start}; save it as UTF-8") from error


class Form:
    """human.yaml on a screen.

    Parameters
    ----------
    folder
        Of the postmortem.
    services
        Names of services, for the wording check.

    Attributes
    ----------
    box
        The widget.
    save, again
        Its buttons: write the file, and read it again.
    fields
        Field by name.
    said
        The message below the buttons.
    """

    def __init__(self, folder: Path, *, services: Collection[str] = ()) -> None:
        import ipywidgets as widgets

        from incidentlab.report.postmortem.inputs import Field

        self._folder, self._services = folder, services
        self._sheet, self._alone = Sheet(folder), threading.RLock()  # JupyterLab sends clicks to a thread of their own
        self.fields: dict[str, Field] = {name: Field(name, lambda: self._locked(self._check)) for name in FIELDS}
        groups = [widgets.VBox([self.fields[name].box for name in names]) for _, names in GROUPS]
        parts = widgets.Accordion(groups, titles=[title for title, _ in GROUPS], selected_index=0)
        self.save = widgets.Button(description="Save", button_style="primary", icon="save")
        self.again = widgets.Button(description="Read the file again", icon="refresh", layout={"width": "auto"})
        self.save.on_click(lambda _: self._locked(self._save))
        self.again.on_click(lambda _: self._locked(self._read_again))
        self.said = widgets.HTML()
        self.box = widgets.VBox([parts, widgets.HBox([self.save, self.again]), self.said]).add_class("incidentlab-form")
        self._show(self._sheet.answers)
        self._say(f"Read from {folder / NAME}. Nothing is written before you press Save.")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)

    def answers(self) -> Answers:
        """Return what stands in the form."""
        return {name: field.get() for name, field in self.fields.items()}

    def _locked(self, act: Callable[[], None]) -> None:
        with self._alone:
            act()

    def _show(self, found: Answers) -> None:
        for name, field in self.fields.items():
            field.set(found[name])
        self._check()

    def _check(self) -> None:
        """Show beside each field what the wording check stops at, and below what cannot be saved."""
        try:
            human = read(edited(self._sheet.text, self.answers()))
        except BadInput as error:
            self._say(f"Not to be saved like this: {_PLACE.sub('', str(error))}.", bad=True)
            return
        remarks = wording(human, services=self._services)
        by_field: dict[str, list[str]] = {}
        for remark in remarks:
            by_field.setdefault(re.split(r"[\[.]", remark.key)[0], []).append(_remark(remark))
        for name, field in self.fields.items():
            field.note(by_field.get(name, []))
        self._say("Not saved yet." if answers(human) != self._sheet.answers else "Nothing is to be saved.")

    def _mine(self) -> Answers:
        """Return the answers that differ from the file as it was read."""
        wanted = answers(read(edited(self._sheet.text, self.answers())))
        return {name: value for name, value in wanted.items() if value != self._sheet.answers[name]}

    def _save(self) -> None:
        try:
            changed = self._sheet.save(self.answers())
        except (BadInput, OSError) as error:
            self._say(f"{_PLACE.sub('', str(error))}.", bad=True)
            return
        names = ", ".join(name.replace("_", " ") for name in changed)
        self._say(f"Saved: {names}. Run all cells again to see it in the draft." if changed else "Nothing to save.")

    def _read_again(self) -> None:
        """Take in what stands in the file now, and keep what was typed here."""
        try:
            before, mine = self._sheet.answers, self._mine()
            self._sheet = Sheet(self._folder)
        except (BadInput, OSError) as error:
            self._say(f"{error}.", bad=True)
            return
        now = self._sheet.answers
        self._show(now | mine)
        both = [name for name in mine if now[name] not in (before[name], mine[name])]
        theirs = "".join(f" The file has another {name.replace('_', ' ')}: {now[name]!r}." for name in both)
        kept = f" Kept from here, not saved yet: {', '.join(mine).replace('_', ' ')}." if mine else ""
        self._say(f"Read again.{kept}{theirs}", bad=bool(both))

    def _say(self, text: str, *, bad: bool = False) -> None:
        colour = "#a40000" if bad else "#333333"
        self.said.value = f'<span style="color:{colour}">{html.escape(visible(text))}</span>'


def form(folder: Path, found: Investigation | None = None) -> Form | Shown:
    """Return human.yaml as a form, or, where nobody can click, what stands in it and how to write to it.

    Parameters
    ----------
    folder
        Of the postmortem; its human.yaml is made if there is none.
    found
        What the postmortem is about: the wording check then knows the names of its services.
    """
    services = Material(found).services if found else []
    return Form(folder, services=services) if watched() else summary(folder)


def summary(folder: Path) -> Shown:
    """Return what is written in human.yaml of a folder, and how to write more."""
    human = people(folder)
    written = [name for name, value in answers(human).items() if value]
    rows = [(text.line, text.key, text.text) for text in human.texts.values()]
    shown = table(pd.DataFrame(rows, columns=["line", "field", "sentence"]), limit=60)
    text = visible(
        f"{len(written)} of {len(FIELDS)} fields of {folder / NAME} are written. Open it in an editor, answer the "
        "questions beside its fields, and run this again. In JupyterLab, a form for the same file stands here."
    )
    return Shown(f"<p>{html.escape(text)}</p>{shown.html}", f"{text}\n{shown.text}")


def _remark(remark: Remark) -> str:
    """Return a remark for a place that the reader is looking at: without the line."""
    return f"{remark.found}: {remark.suggestion}."
