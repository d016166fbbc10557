"""human.yaml as a form in JupyterLab; without a screen, what stands in it and how to write to it.

The form and the file are the same thing twice: the form has the fields that `human` knows, reads the file when it is
made, and writes what a person changes while it is typed: nothing is lost by running the cells again, or by the end of a
kernel. It never writes over what somebody else wrote meanwhile.
"""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from incidentlab.report.postmortem.export import people
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.people.edit import FIELDS, Answers, answers, edited
from incidentlab.report.postmortem.people.fields import GROUPS, label
from incidentlab.report.postmortem.people.human import NAME, named, read
from incidentlab.report.postmortem.people.identity import identity
from incidentlab.report.postmortem.people.own import check, declared
from incidentlab.report.postmortem.people.wording import Remark, wording
from incidentlab.report.postmortem.sections.fix import Proposal, proposals
from incidentlab.report.screen import watched
from incidentlab.report.show import Shown, table, visible
from incidentlab.tables import BadInput
from incidentlab.whole import put

if TYPE_CHECKING:
    from incidentlab.investigate import Investigation
    from incidentlab.report.postmortem.widgets.field import Field

_PLACE = re.compile(rf"^{re.escape(NAME)}:\d+: ")
_OPEN: dict[Path, int | None] = {}
"""Which group of a file's form is open, for the form that takes its place when the cell runs again."""


class Sheet:
    """human.yaml of a folder as it was read.

    Parameters
    ----------
    folder
        The file is made, with every field empty, if there is none.
    found
        What it is about.
    """

    def __init__(self, folder: Path, found: Investigation) -> None:
        people(folder, found)
        self.path, self._incident = (folder / NAME).resolve(), identity(found.incident)
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
        if text != self.text and read(text).incident is None:
            text = f"{named(self._incident)}\n{text}"
        if text != self.text:
            put(self.path, text.encode())
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
    found
        What it is about; the wording check knows the names of its services.
    saved
        Called after each change that reached the file.

    Attributes
    ----------
    box
        The widget.
    save, again
        Its buttons: write the file over nobody's words, and read it again.
    fields
        Field by name.
    said
        The message below the buttons.
    """

    def __init__(self, folder: Path, found: Investigation, *, saved: Callable[[], None] = lambda: None) -> None:
        import ipywidgets as widgets

        from incidentlab.report.postmortem.widgets.field import Field
        from incidentlab.report.postmortem.widgets.offers import Offers

        self._saved = saved

        self._folder, self._found, self._services = folder, found, Material(found).services
        self._sheet, self._alone = Sheet(folder, found), threading.RLock()  # JupyterLab sends clicks to another thread
        self._disputed: set[str] = set()
        self._own = declared(folder)
        self.fields: dict[str, Field] = {
            name: Field(name, lambda: self._locked(self._typed), self._own) for name in FIELDS
        }
        shown = GROUPS if self._own else GROUPS[:-1]
        self.offers = Offers(self._accept, self._refuse)
        groups = [widgets.VBox([self.fields[name].box for name in names]) for _, names in shown]
        coming = next(place for place, (_, names) in enumerate(shown) if "action_items" in names)
        groups[coming].children = (self.offers.box, *groups[coming].children)
        opened = _OPEN.setdefault(self._sheet.path, 0)
        parts = widgets.Accordion(groups, titles=[title for title, _ in shown], selected_index=opened)
        parts.observe(lambda change: _OPEN.update({self._sheet.path: change["new"]}), names="selected_index")
        self.save = widgets.Button(description="Save", button_style="primary", icon="save")
        self.again = widgets.Button(description="Read the file again", icon="refresh", layout={"width": "auto"})
        self.save.on_click(lambda _: self._locked(self._save))
        self.again.on_click(lambda _: self._locked(self._read_again))
        self.said = widgets.HTML()
        self.box = widgets.VBox([parts, widgets.HBox([self.save, self.again]), self.said]).add_class("incidentlab-form")
        self._show(self._sheet.answers)
        self._say(f"Read from {folder / NAME}. What you type is saved there at once.")

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        display(HTML(_ASLEEP), self.box)

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
        self._offer()

    def _offer(self) -> None:
        """Offer the action items that nobody decided on yet."""
        self.offers.show(proposals(Material(self._found, read(self._sheet.text))))

    def _accept(self, offer: Proposal) -> None:
        self._locked(lambda: self.fields["action_items"].take({"what": offer[0], "kind": offer[1]}))
        self._offer()

    def _refuse(self, offer: Proposal) -> None:
        self._locked(lambda: self.fields["refused"].take({"refused": offer[0]}))
        self._offer()

    def _typed(self) -> None:
        self._check()
        self._save(but=self._disputed)

    def _check(self) -> None:
        """Show beside each field what the wording check stops at."""
        sound, _ = self._sound()
        remarks = wording(read(edited(self._sheet.text, sound)), services=self._services)
        by_field: dict[str, list[str]] = {}
        for remark in remarks:
            by_field.setdefault(re.split(r"[\[.]", remark.key)[0], []).append(_remark(remark))
        for name, field in self.fields.items():
            field.note(by_field.get(name, []))

    def _sound(self) -> tuple[Answers, dict[str, str]]:
        """Return what stands in the form and can be saved, and for each field that cannot be, why."""
        typed, bad = self.answers(), dict[str, str]()
        try:
            self._edited(typed)
        except BadInput:
            bad = {name: why for name in FIELDS if (why := self._refused(name, typed[name]))}
        return {name: value for name, value in typed.items() if name not in bad}, bad

    def _edited(self, wanted: Answers) -> None:
        """Let pass what the file, and a team's own fields, can take."""
        check(read(edited(self._sheet.text, wanted)).texts, self._own, NAME)

    def _refused(self, name: str, value: Any) -> str:
        try:
            self._edited({name: value})
        except BadInput as error:
            return _PLACE.sub("", str(error))
        return ""

    def _mine(self) -> Answers:
        """Return the answers that differ from the file as it was read."""
        wanted = answers(read(edited(self._sheet.text, self._sound()[0])))
        return {name: value for name, value in wanted.items() if value != self._sheet.answers[name]}

    def _save(self, *, but: Collection[str] = ()) -> None:
        """Write what was changed; what is no answer yet, or what somebody else wrote too, stays in the form alone."""
        sound, bad = self._sound()
        try:
            self._sheet.save({name: value for name, value in sound.items() if name not in but})
        except (BadInput, OSError) as error:
            self._say(f"Not saved: {_PLACE.sub('', str(error))}.", bad=True)
            return
        self._disputed &= set(but)
        waiting = [f"{_words([name])} is not saved: {why}." for name, why in bad.items()]
        waiting += [f"{_words(self._disputed)}: press Save to write yours over theirs."] if self._disputed else []
        self._say(" ".join(waiting) or f"Saved in {self._folder / NAME}.", bad=bool(waiting))
        self._saved()

    def _read_again(self) -> None:
        """Take in what stands in the file now, and keep what was typed here."""
        try:
            before, mine, bad = self._sheet.answers, self._mine(), self._sound()[1]
            typed = self.answers()
            self._sheet = Sheet(self._folder, self._found)
        except (BadInput, OSError) as error:
            self._say(f"{error}.", bad=True)
            return
        now = self._sheet.answers
        self._show(now | mine | {name: typed[name] for name in bad})
        self._disputed = {name for name in mine if now[name] not in (before[name], mine[name])}
        self._save(but=self._disputed)
        theirs = "".join(f" The file has another {_words([name])}: {now[name]!r}." for name in sorted(self._disputed))
        if theirs:
            self._say(f"Read again.{theirs} Yours is kept here; press Save to write it over theirs.", bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        colour = "var(--jp-error-color1, #a40000)" if bad else "inherit"
        self.said.value = f'<span style="color:{colour}">{html.escape(visible(text))}</span>'


_ASLEEP = """<style>
.incidentlab-asleep { display: none; padding: 6px 10px; border-left: 4px solid #e69f00 }
.jp-OutputArea:not(:has(.incidentlab-form:not(.jupyter-widgets-disconnected))) .incidentlab-asleep { display: block }
.jp-OutputArea:has(.incidentlab-asleep):not(:has(.incidentlab-form:not(.jupyter-widgets-disconnected)))
  [data-mime-type="application/vnd.jupyter.widget-view+json"],
.incidentlab-form.jupyter-widgets-disconnected { display: none !important }
</style><p class="incidentlab-asleep">The form sleeps: its kernel is gone. Run this cell, or all cells, to open it
again; what was typed into it stands in human.yaml.</p>"""
"""Shown in the place of a form that no kernel listens to any more, so that nobody types into it in vain."""


def form(folder: Path, found: Investigation) -> Form | Shown:
    """Return human.yaml as a form, or, where nobody can click, what stands in it and how to write to it.

    Parameters
    ----------
    folder
        Of the postmortem; its human.yaml is made if there is none.
    found
        What the postmortem is about.
    """
    return Form(folder, found) if watched() else summary(folder, found)


def summary(folder: Path, found: Investigation) -> Shown:
    """Return what is written in human.yaml of a folder, and how to write more."""
    human = people(folder, found)
    written = [name for name, value in answers(human).items() if value]
    rows = [(text.line, text.key, text.text) for text in human.texts.values()]
    shown = table(pd.DataFrame(rows, columns=["line", "field", "sentence"]), limit=60)
    text = visible(
        f"{len(written)} of {len(FIELDS)} fields of {folder / NAME} are written. Open it in an editor, answer the "
        "questions beside its fields, and run this again. In JupyterLab, a form for the same file stands here."
    )
    return Shown(f"<p>{html.escape(text)}</p>{shown.html}", f"{text}\n{shown.text}")


def _words(names: Iterable[str]) -> str:
    """Return names of fields as a person says them."""
    return ", ".join(sorted(map(label, names)))


def _remark(remark: Remark) -> str:
    """Return a remark for a place that the reader is looking at: without the line."""
    return f"{remark.found}: {remark.suggestion}."
