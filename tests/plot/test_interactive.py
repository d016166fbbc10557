import html
import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from incidentlab import plot, tables
from incidentlab.investigate import Investigation
from incidentlab.offline import Live
from incidentlab.plot import style
from incidentlab.plot.timeline import kind_of

T0 = pd.Timestamp("2026-11-23T09:00:00Z")
WINDOW = (T0, T0 + pd.Timedelta(seconds=60))
NO_PHASES = tables.empty(tables.PHASES)
HOSTILE = "</script><img src=x onerror=alert(1)> '\" {{7*7}} @{detail} ${x}{safe} \x1b[31m \u202e \u2066 end"


def given(shown: Live) -> dict[str, Any]:
    """Return what the script of the page reads, as a browser would read the attribute."""
    hit = re.search("data-figure='([^']*)'", shown.html)
    assert hit
    read: dict[str, Any] = json.loads(html.unescape(hit[1]))
    return read


def models(value: Any) -> list[dict[str, Any]]:
    """Return every part of the figure."""
    if isinstance(value, dict):
        inner = [part for item in value.values() for part in models(item)]
        return [value, *inner] if "attributes" in value else inner
    return [part for item in value for part in models(item)] if isinstance(value, list) else []


def source(shown: Live, name: str) -> dict[str, list[Any]]:
    """Return the columns of one source of the figure."""
    known = [m for m in models(given(shown)["item"]) if m["name"] == "ColumnDataSource"]
    (found,) = [m["attributes"]["data"] for m in known if m["attributes"]["name"] == name]
    return dict(found["entries"])


def happening(second: float, **values: Any) -> dict[str, Any]:
    """Return one thing that happened."""
    told = {"ts": T0 + pd.Timedelta(seconds=second), "service": "app", "what": "refused", "detail": "", "order": 1}
    return told | {"file": "app.log", "line": 3} | values


def draw(*rows: dict[str, Any], **options: Any) -> Live:
    """Return the figure of a few happenings."""
    return plot.interactive(tables.rows(list(rows), tables.TIMELINE), NO_PHASES, window=WINDOW, **options)


@pytest.mark.parametrize("name", ["startup-race", "crash-loop", "false-healthy", "oom"])
def test_its_data_are_the_rows_of_the_table(name: str, investigated: Callable[[str], Investigation]) -> None:
    """The marks are the rows that the static timeline marks: same time, service, text and place, in the same order."""
    found = investigated(name)
    window = (found.incident.start, found.incident.end)
    marks = source(plot.interactive(found.timeline, found.phases, window=window, refused=found.attempts), "marks")
    rows = [row for row in tables.records(found.timeline) if kind_of(row) and pd.notna(row["ts"])]
    assert marks["x"] == [row["ts"].value / 1e6 for row in rows]
    assert marks["service"] == [row["service"] for row in rows]
    assert marks["kind"] == [kind_of(row) for row in rows]
    assert [text[:50] for text in marks["detail"]] == [row["detail"][:50] for row in rows]
    assert [place.split(" ")[0] for place in marks["place"]] == [f"{row['file']}:{row['line']}" for row in rows]
    assert marks["colour"] == [style.MARKS[str(kind_of(row))][2] for row in rows]


@pytest.mark.parametrize("name", ["startup-race", "disk-full"])
def test_its_bars_are_those_of_the_static_timeline(name: str, investigated: Callable[[str], Investigation]) -> None:
    """Every phase of the table has a bar from its start to its end, in the colour of its kind."""
    found = investigated(name)
    window = (found.incident.start, found.incident.end)
    bars = source(plot.interactive(found.timeline, found.phases, window=window), "bars")
    rows = [row for row in tables.records(found.phases) if row["phase"] in style.PHASES and pd.notna(row["start"])]
    assert bars["left"] == [row["start"].value / 1e6 for row in rows]
    assert bars["right"] == [(window[1] if pd.isna(row["end"]) else row["end"]).value / 1e6 for row in rows]
    assert bars["fill"] == [style.PHASES[row["phase"]][1] for row in rows]
    assert sum("still open" in when for when in bars["when"]) == sum(pd.isna(row["end"]) for row in rows)


def test_the_refused_stretch_is_shaded_in_both_lanes() -> None:
    """From the first failed try to the success, the lanes of client and server are shaded."""
    tries = tables.rows(
        [
            {"service": "app", "dependency": "db", "ts": T0, "order": 1, "ok": False},
            {"service": "app", "dependency": "db", "ts": WINDOW[1], "order": 5, "ok": True},
        ],
        tables.ATTEMPTS,
    )
    shown = draw(happening(0), happening(1, service="db", what="start"), refused=tries)
    assert source(shown, "refused")["lane"] == ["app", "db"]
    assert ["■", "#F6D5C2", "dependency could not be reached"] in given(shown)["legend"]


def test_the_lanes_stand_in_the_order_of_the_static_timeline() -> None:
    """The chosen service stands at the top; a categorical axis counts from the bottom."""
    shown = draw(happening(1), happening(2, service="db", what="start"), first=["db"])
    (lanes,) = [m for m in models(given(shown)["item"]) if m["name"] == "FactorRange"]
    assert lanes["attributes"]["factors"] == ["app", "db"]


def test_two_figures_of_the_same_tables_are_the_same_bytes() -> None:
    """Nothing in a figure counts on from the figure before, or is drawn by lot."""
    assert draw(happening(1), happening(2)).html == draw(happening(1), happening(2)).html


def test_hostile_text_stays_text() -> None:
    """A log line ends no script and no attribute, has no control character, and is no template of ours."""
    shown = draw(happening(1, detail=HOSTILE, service="<b>'x'", file="a'b<c>"))
    assert re.fullmatch(r"(?s)<div class=\"[\w-]+\" data-figure='[^'<>]*'><p>[^<>]*</p></div>", shown.html)
    assert not re.search(r"[\x00-\x1f\x7f\u202e\u2066]|\\u00(?:0|1)", shown.html)
    marks = source(shown, "marks")
    assert marks["detail"][0].startswith("</script><img src=x onerror=alert(1)>")
    assert marks["lane"][0][0] == "<b>'x'"


def test_what_a_mark_says_is_escaped_by_bokeh() -> None:
    """No value of a mark goes into the page unescaped: the template asks for no `safe` one."""
    pointers = [
        m["attributes"]["tooltips"] for m in models(given(draw(happening(1)))["item"]) if m["name"] == "HoverTool"
    ]
    assert pointers
    assert not [text for text in pointers if "safe" in text]


def test_a_mark_tells_time_service_kind_line_and_place() -> None:
    """What is pointed at tells its time to the millisecond with its zone, and its place as file:line."""
    marks = source(draw(happening(1.2345, detail="connect ECONNREFUSED")), "marks")
    told = [marks[name][0] for name in ("when", "service", "words", "detail", "place")]
    words = "failed try or error: refused"
    assert told == ["2026-11-23 09:00:01.234 UTC", "app", words, "connect ECONNREFUSED", "app.log:3"]


def test_a_zone_moves_the_clock_and_not_the_story() -> None:
    """In another zone the axis, its label and the times that marks tell move together."""
    shown = draw(happening(1), timezone="Europe/Berlin")
    marks, (axis,) = source(shown, "marks"), [m for m in models(given(shown)["item"]) if m["name"] == "DatetimeAxis"]
    assert marks["x"] == [(T0.value + 3601 * 10**9) / 1e6]
    assert marks["when"] == ["2026-11-23 10:00:01.000 Europe/Berlin"]
    assert axis["attributes"]["axis_label"] == "time on 2026-11-23 (Europe/Berlin, UTC+0100)"


def test_without_times_the_axis_is_the_order() -> None:
    """A pasted text without times is drawn by position, and no time is made up."""
    nothing = (pd.NaT, pd.NaT)
    rows = tables.rows([happening(1, ts=None, order=4), happening(1, ts=None, order=9)], tables.TIMELINE)
    shown = plot.interactive(rows, NO_PHASES, window=nothing)  # type: ignore[arg-type]
    marks = source(shown, "marks")
    assert marks["x"] == [4.0, 9.0]
    assert marks["when"][0] == "position 4, no time given"
    assert "DatetimeAxis" not in json.dumps(given(shown))


def test_without_times_the_axis_begins_before_the_first_bar() -> None:
    """A phase that begins before the first mark is drawn whole."""
    phase = {"service": "app", "phase": "starting", "start_order": 1, "end_order": 40, "file": "app.log", "line": 1}
    rows = tables.rows([happening(1, ts=None, order=40)], tables.TIMELINE)
    shown = plot.interactive(rows, tables.rows([phase], tables.PHASES), window=(pd.NaT, pd.NaT))  # type: ignore[arg-type]
    (reach,) = [part["attributes"] for part in models(given(shown)["item"]) if part["attributes"].get("name") == "time"]
    assert reach["start"] < 1 < 40 < reach["end"]


def test_a_long_story_keeps_both_ends_and_says_so() -> None:
    """Of too many marks both ends are drawn, and how many are left out is said."""
    shown = draw(*(happening(second) for second in range(11)), most=4)
    assert [x / 1000 - T0.timestamp() for x in source(shown, "marks")["x"]] == [0, 1, 9, 10]
    assert given(shown)["note"] == "7 marks and bars in the middle are left out; the tables have them."


def test_a_long_line_is_cut_and_its_length_said() -> None:
    """A line of many thousand characters does not fill the page."""
    assert source(draw(happening(1, detail="x" * 9000)), "marks")["detail"][0].endswith("… (9000 characters)")


def test_an_empty_story_is_drawn() -> None:
    """Tables without rows give a figure without marks."""
    shown = plot.interactive(tables.empty(tables.TIMELINE), NO_PHASES, window=(pd.NaT, pd.NaT))  # type: ignore[arg-type]
    assert source(shown, "marks")["x"] == []


def test_the_name_of_a_character_is_each_shape_of_the_style() -> None:
    """Every kind of mark has a shape in the figure and a character in its legend."""
    stories = [happening(i, what=kind) for i, kind in enumerate(style.MARKS) if kind != "die_zero"]
    legend = given(draw(*stories, happening(99, what="die", detail="exit code 0")))["legend"]
    assert [words for _, _, words in legend] == [words for words, _, _ in style.MARKS.values()]


def test_without_a_script_the_place_says_where_it_is_drawn() -> None:
    """Where no script runs, a sentence stands in place of the figure."""
    assert "open the exported page" in draw(happening(1)).html
