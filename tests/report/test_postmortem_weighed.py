"""The alternatives that a postmortem weighs."""

from collections.abc import Callable

import pytest

from incidentlab.analyse import whatif
from incidentlab.investigate import Investigation
from incidentlab.report.postmortem import Row, Statement, draft
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.people.human import Human
from incidentlab.report.postmortem.sections.weighed import FIX, alternatives, weighed
from incidentlab.report.postmortem.statement import Grid, Passage
from incidentlab.report.replays import as_it_was, facts

Investigated = Callable[[str], Investigation]


def said(found: Investigation) -> list[str]:
    """Return the sentences on the alternatives."""
    passages = [node for node in weighed(Material(found, Human())) if isinstance(node, Passage)]
    return [said.text for passage in passages for said in passage.statements]


def assumed(found: Investigation) -> list[str]:
    """Return the sentences that stand above the table of alternatives."""
    nodes = [node for section in alternatives(Material(found, Human())) for node in section.nodes]
    return [node.text for node in nodes if isinstance(node, Statement)]


def rows(found: Investigation) -> list[Row]:
    """Return the rows of the table of alternatives."""
    sections = alternatives(Material(found, Human()))
    grids = [node for section in sections for node in section.nodes if isinstance(node, Grid)]
    return [row for grid in grids for row in grid.rows if isinstance(row, Row)]


@pytest.mark.parametrize("name", ["startup-race", "startup-race-down", "false-healthy"])
def test_the_table_is_the_replay_of_each_setting(name: str, investigated: Investigated) -> None:
    """Each setting has one row, and it says whether, when and after how many tries the replay recovers."""
    found = investigated(name)
    pair = (found.findings["service"].iloc[0], found.findings["dependency"].iloc[0])
    replayed = whatif.replays(facts(found, *pair), whatif.alternatives(as_it_was(found, *pair)))
    shown = rows(found)
    assert [row.cells[0] for row in shown] == [name.replace("the same", FIX) for name in replayed["value"]]
    assert [not row.cells[1].startswith("no: ") for row in shown] == replayed["recovers"].tolist()
    assert [row.cells[3] for row in shown] == [str(count) for count in replayed["failed_tries"]]


def test_the_fix_is_one_of_the_settings(investigated: Investigated) -> None:
    """The proposed fix is replayed like the others, and its sentence says how it comes off."""
    found = investigated("startup-race-down")
    assert FIX in [row.cells[0] for row in rows(found)]
    assert any(
        sentence.startswith("Replayed with the Compose change and a probe over TCP, auth-service ")
        for sentence in said(found)
    )


def test_the_fewest_failed_tries_are_a_reason(investigated: Investigated) -> None:
    """Where no setting that recovers fails less often than the fix, this is said as a reason for it."""
    sentence = next(text for text in said(investigated("startup-race")) if text.startswith("Replayed with"))
    assert "with 0 failed tries, the fewest of those that recover" in sentence


def test_what_an_incident_did_not_show_is_said(investigated: Investigated) -> None:
    """A figure that the lab lends to the replay is named as assumed."""
    assert any(sentence.startswith("Assumed in the replay: ") for sentence in assumed(investigated("false-healthy")))


def test_each_row_rests_on_the_tries_that_were_measured(investigated: Investigated) -> None:
    """The rows cite lines of the service and of its dependency."""
    cited = {cite.file for row in rows(investigated("startup-race")) for cite in row.evidence}
    assert {file for file in cited if "auth-service" in file}
    assert {file for file in cited if "postgres" in file}


@pytest.mark.parametrize("name", ["oom", "fixed", "redis-kill", "bad-password", "dependency-unhealthy"])
def test_nothing_is_replayed_where_no_start_waited(name: str, investigated: Investigated) -> None:
    """Another retry is no remedy for another cause: the section weighs nothing then."""
    assert weighed(Material(investigated(name), Human())) == []


def test_a_dependency_that_was_never_seen_to_start_is_not_replayed(investigated: Investigated) -> None:
    """Without the start of the dependency there is no clock to replay on, and the draft is made all the same."""
    found = investigated("startup-race")
    alone = Investigation(found.incident)
    vars(alone).update(vars(found), lifetimes=found.lifetimes[found.lifetimes["service"] != "postgres"])
    assert weighed(Material(alone, Human())) == []
    assert draft(alone).prompts
