"""Bundles that arrive in a folder."""

from pathlib import Path
from threading import Event

import pytest

from incidentlab.run.arrivals import arrivals
from incidentlab.tables import BadInput


class Looks(Event):
    """An event that is waited for a few times only, with something done before each look."""

    def __init__(self, *acts: object) -> None:
        super().__init__()
        self._acts = list(acts)

    def wait(self, timeout: float | None = None) -> bool:
        """Do the next act; at the end, be set."""
        del timeout
        if not self._acts:
            return True
        act = self._acts.pop(0)
        if callable(act):
            act()
        return False


def test_what_has_come_whole_is_taken_once_and_again_when_it_changed(tmp_path: Path) -> None:
    """A file that still grows waits; one that is there is taken; a change takes it again; nothing new takes nothing."""
    (tmp_path / "old.log").write_text("a\n")
    (tmp_path / ".hidden").write_text("a\n")
    new, taken = tmp_path / "new", list[list[str]]()

    def grow() -> None:
        new.mkdir(exist_ok=True)
        with (new / "web.log").open("a") as file:
            file.write("line\n")

    stop = Looks(grow, grow, None, None, grow, None, None)
    arrivals([str(tmp_path)], lambda sources: taken.append([Path(source).name for source in sources]), stop=stop)
    assert taken == [["old.log"], ["new", "old.log"], ["new", "old.log"]]


def test_only_a_folder_can_be_watched(tmp_path: Path) -> None:
    """A file, an address and what is not there are refused in one line."""
    for given in (str(tmp_path / "none"), "s3://bucket/incidents"):
        with pytest.raises(BadInput, match="is no folder that can be watched"):
            arrivals([given], lambda _: None, stop=Event())
