"""Action items that the evidence calls for, each to be accepted or refused by a click."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from incidentlab.report.postmortem.sections.fix import Proposal
from incidentlab.report.show import visible

Take = Callable[[Proposal], None]


class Offers:
    """Proposed action items on a screen.

    Parameters
    ----------
    accept, refuse
        Called with the proposal that was clicked on.

    Attributes
    ----------
    box
        To be shown; empty where nothing is proposed.
    """

    def __init__(self, accept: Take, refuse: Take) -> None:
        self._accept, self._refuse = accept, refuse
        self.box = widgets.VBox(layout={"margin": "0 0 10px 0"})

    def show(self, offered: list[Proposal]) -> None:
        """Show what is proposed and not decided on yet."""
        head = [widgets.HTML("<b>Proposed action items</b> &ensp;Take them over, or say that they are not taken.")]
        self.box.children = [*(head if offered else []), *map(self._row, offered)]

    def _row(self, offer: Proposal) -> Any:
        what, kind, source, _ = offer
        text = f"{html.escape(visible(what))} <small>({html.escape(kind)}, from: {html.escape(source)})</small>"
        told = widgets.HTML(text, layout={"flex": "1 1 0"})
        return widgets.HBox(
            [
                told,
                _button("Accept", "check", what, lambda: self._accept(offer)),
                _button("Refuse", "times", what, lambda: self._refuse(offer)),
            ]
        )


def _button(name: str, icon: str, what: str, act: Callable[[], None]) -> Any:
    made = widgets.Button(description=name, icon=icon, tooltip=f"{name}: {visible(what)}", layout={"width": "auto"})
    made.on_click(lambda _: act())
    return made
