"""Documents that people and recorders write, broken in shape: one clear line each, never a traceback."""

from pathlib import Path

import pytest

from incidentlab.bundle import disk
from incidentlab.parse import declared
from incidentlab.report.postmortem.people import edit, own
from incidentlab.tables import BadInput
from incidentlab.teach import check, written

ODD = (
    "!!timestamp soon",
    "!!int many",
    "!!float x",
    "!!python/object:os.system x",
    "\t- x",
    "[",
    "&a [*a]",
)
"""Values that YAML cannot make, or that no program should."""


@pytest.mark.parametrize("odd", ODD)
def test_a_value_of_a_wrong_kind_is_one_line(tmp_path: Path, odd: str) -> None:
    """What a tag before it does not fit is refused by every reader of a person's YAML."""
    place = tmp_path / own.NAME
    place.write_text(f"lost: {odd}\n", encoding="utf-8")
    for read in (
        lambda: own.declared(tmp_path),
        lambda: declared.read(f"app.log: {odd}\n"),
        lambda: written.read(place),
        lambda: edit.edited(f"status: {odd}\nlucky: {odd}\n", {"status": "Closed"}),
    ):
        with pytest.raises(BadInput) as told:
            read()
        assert "\n" not in str(told.value)


def test_a_lesson_of_a_strange_form_is_one_line(tmp_path: Path) -> None:
    """Bytes that are no text, and a list for a key, are told by the reader and by the check of a lesson."""
    place = tmp_path / "01-x.yaml"
    for data in (b"recording: \xff\n", b"? [a]\n: x\n"):
        place.write_bytes(data)
        with pytest.raises(BadInput):
            written.read(place)
        assert check.faults(place, tmp_path)


def test_a_damaged_file_of_a_recording_is_named(tmp_path: Path) -> None:
    """A recorder that goes on says which line of which file it cannot read."""
    place = tmp_path / "events.0001.jsonl"
    place.write_text('{"a": 1}\n{"a"\n')
    with pytest.raises(BadInput, match=r"events\.0001\.jsonl:2: is damaged"):
        disk.documents(place)
