from collections.abc import Callable
from pathlib import Path

import pandas as pd

from incidentlab.investigate import Investigation
from incidentlab.report import across, open_actions, pages, patterns, recurring, table, trend

Investigated = Callable[[str], Investigation]
NAMES = ("startup-race", "startup-race-down", "budget-spent", "fixed")


def test_each_incident_is_a_row_with_its_day_its_verdict_and_its_durations(investigated: Investigated) -> None:
    """When it began, what it was, whether something was in trouble at the end, and the time to resolve if known."""
    rows = across([investigated(name) for name in NAMES], names=NAMES).set_index("incident")
    assert list(rows["began"]) == sorted(rows["began"])
    assert rows["category"].to_dict()["budget-spent"] == "startup_race"
    assert rows["in trouble at the end"].to_dict() == {
        "startup-race": 0,
        "startup-race-down": 0,
        "budget-spent": 1,
        "fixed": 0,
    }
    assert rows["TTR"].notna().to_dict()["startup-race"]
    assert rows["TTR"].isna().to_dict()["budget-spent"]


def test_what_came_back_has_its_days_and_its_names(investigated: Investigated) -> None:
    """The cause that three incidents share is one row; one that was quiet is none."""
    rows = across([investigated(name) for name in NAMES], names=NAMES)
    [again] = recurring(rows).to_dict("records")
    assert (again["category"], again["incidents"]) == ("startup_race", 3)
    assert set(again["names"].split(", ")) == set(NAMES[:3])
    assert trend(rows)["incidents"].sum() == len(NAMES)
    assert "came back: startup_race in auth-service, 3 times" in patterns(rows).text


def test_the_verdicts_of_a_batch_are_taken(investigated: Investigated) -> None:
    """What a batch said stands, in the place of what would be said today, and its pages are linked."""
    batch = pd.DataFrame(
        {"incident": ["fixed"], "category": ["unknown"], "service": [None], "dependency": [None], "confidence": [0.4]}
    ).assign(page=["fixed.html"])
    rows = across([investigated("fixed")], names=["fixed"], told=batch)
    assert rows["category"].tolist() == ["unknown"]
    links = pages(batch, "build/batch/results.parquet", rows)
    assert '<a href="build/batch/fixed.html">fixed</a>' in table(rows, links=links).html


def test_open_action_items_are_those_that_nobody_has_closed(tmp_path: Path) -> None:
    """Of two items the one that is done is left out; without a folder there are none."""
    folder = tmp_path / "race"
    folder.mkdir()
    items = "action_items:\n- what: Wait for health\n  due: 2026-12-31\n- what: Old\n  state: done\n"
    (folder / "human.yaml").write_text(items)
    found = open_actions(str(tmp_path))
    assert found[["postmortem", "what", "due"]].values.tolist() == [["race", "Wait for health", "2026-12-31"]]
    assert open_actions(None).empty


def test_nothing_read_is_said() -> None:
    """An empty folder has no patterns."""
    assert "nothing was read" in patterns(across([])).text
