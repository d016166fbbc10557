from typing import Any

import pytest

from incidentlab.offline import Live


class Place:
    """Stands in for an output that a notebook shows and replaces."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, data: dict[str, str], *, raw: bool, display_id: bool) -> "Place":
        """Take the first form of the output."""
        assert raw
        assert display_id
        self.shown.append(data)
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        """Take the form that replaces it."""
        assert raw
        self.shown.append(data)


def test_what_is_recorded_holds_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """An open notebook gets the scripts with the output, which is then replaced by the output alone."""
    place: Any = Place()
    monkeypatch.setattr("IPython.display.display", place.display)
    Live("<table></table>", "a table")._ipython_display_()
    first, last = place.shown
    assert first["text/html"].startswith("<table></table><script>")
    assert last == {"text/html": "<table></table>", "text/plain": "a table"}


def test_a_terminal_shows_the_text() -> None:
    """Outside a notebook it is its text."""
    assert repr(Live("<p>x</p>", "x")) == "x"
