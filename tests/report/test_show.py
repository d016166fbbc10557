from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.report.show import table, visible


@given(st.text())
def test_no_control_character_is_ever_shown(text: str) -> None:
    """Whatever a log holds, what is shown has no escape, no line end and no direction mark."""
    shown = visible(text)
    assert not any(ord(c) < 0x20 or c in "\x7f\u202e\u2066" for c in shown)


@given(st.text(alphabet="<>&\"'script/ ="))
def test_no_tag_of_a_log_line_reaches_the_page(text: str) -> None:
    """A cell's text never becomes markup."""
    frame = pd.DataFrame({"message": [text]})
    body = table(frame).html.partition("<tbody>")[2]
    inside = body.partition('44em">')[2].partition("</td>")[0]
    assert "<" not in inside


def test_very_long_text_is_cut_and_its_length_said() -> None:
    """A line of a gigabyte does not fill the page: what was cut is counted."""
    assert visible("x" * 5000).endswith("… (5000 characters)")


def test_times_are_shown_in_the_zone_asked_for() -> None:
    """A time of the table, which is UTC, is shown in the reader's zone."""
    frame = pd.DataFrame({"ts": pd.to_datetime(["2026-11-23T09:00:00.123456789Z"])})
    assert "10:00:00.123456" in table(frame, timezone="Europe/Berlin").text


def test_missing_values_are_blank() -> None:
    """NaT, NaN and NA are shown as nothing, not as words."""
    frame = pd.DataFrame({"a": [pd.NaT], "b": [float("nan")], "c": pd.array([pd.NA], dtype="Int64")})
    assert table(frame).text.split("\n")[1] == ""


def test_an_empty_table_says_so() -> None:
    """A table without rows is shown as such."""
    assert "(no rows)" in table(pd.DataFrame({"a": []})).html


def test_a_row_leads_to_its_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is a link below the source, at its line as JupyterLab counts; no scheme and no tag gets into it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    frame = pd.DataFrame({"file": ["logs/a.log", 'javascript:alert(1)//"><b>'], "line": [7, 1]})
    shown = table(frame, source="data").html
    assert '<a href="data/logs/a.log#line=6">logs/a.log</a>' in shown
    assert 'href="javascript:' not in shown
    assert "<b>" not in shown
    assert "<a" not in table(frame, source="/srv/data").html
