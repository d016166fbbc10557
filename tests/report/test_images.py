"""Images and scans in words: sizes, dates, and what was not looked at."""

from collections.abc import Callable
from pathlib import Path

from incidentlab import report
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load

SCANS = Path(__file__).parents[2] / "data" / "scans"
Investigated = Callable[[str], Investigation]


def test_an_image_is_one_line(investigated: Investigated) -> None:
    """Size, user, hidden bytes and what it carries; a layer that two images share is counted once."""
    text = " ".join(report.images_said(investigated("image-single-stage")).text.split())
    assert "payflow/auth-service:single: 299.9 MB (overlay2), runs as root; 2.1 MB hidden by later layers" in text
    assert "602.2 MB on disk" in text


def test_what_was_not_captured_is_not_called_clean(investigated: Investigated) -> None:
    """Without the files of its layers nothing is said of what an image carries."""
    text = " ".join(report.images_said(investigated("fixed")).text.split())
    assert "what is in its layers is not known (capture --images)" in text
    assert "nothing that it does not need" not in text


def test_a_scan_says_how_old_its_data_are_and_what_was_left_out() -> None:
    """Six findings, and one that somebody chose not to see."""
    text = " ".join(report.scans_said(investigate(load(SCANS / "after.json"))).text.split())
    assert "6 vulnerabilities, 0 secrets; 1 more left out by an ignore file" in text
    assert "data of 2030-03-16" in text


def test_no_scan_is_no_all_clear(investigated: Investigated) -> None:
    """Nothing was looked at, and that is what is said."""
    assert "says nothing about what is in the images" in report.scans_said(investigated("fixed")).text


def test_two_scans_are_compared_in_words() -> None:
    """Gone, new, still there and left out are counted; what can be fixed now is named with its version."""
    both = [investigate(load(SCANS / f"{name}.json")) for name in ("before", "after")]
    text = report.scan_change_said(*both).text
    assert "7 gone, 1 new, 5 still there, 1 left out now" in text
    assert "two images" in text
    assert "in shelllike: 5.4" in text
    assert "the same image" in report.scan_change_said(both[0], both[0]).text
