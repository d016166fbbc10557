"""What code hosts and CI take: SARIF, workflow commands, and the exit status."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from incidentlab import tables
from incidentlab.cli import app
from incidentlab.report.code_hosts import Annotation, github, sarif

RACE = """\
app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432
app-1 exited with code 1
db-1   | LOG:  listening on IPv4 address "0.0.0.0", port 5432
db-1   | LOG:  database system is ready to accept connections
app-1  | Error: connect ECONNREFUSED 172.18.0.2:5432
app-1  | database connected
"""


@pytest.fixture
def race(tmp_path: Path) -> Path:
    """Write the log of a race."""
    path = tmp_path / "race.log"
    path.write_text(RACE)
    return path


def test_an_accusation_stands_at_its_lines(race: Path) -> None:
    """The SARIF log has one result, at the first line that proves it, and its rule is explained there."""
    told = json.loads(CliRunner().invoke(app, ["diagnose", str(race), "--format", "sarif"]).output)
    (result,) = told["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert result["ruleId"] == "startup_race"
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("race.log", 1)
    assert {rule["id"] for rule in told["runs"][0]["tool"]["driver"]["rules"]} == set(tables.CATEGORIES)


def test_benign_is_no_annotation(tmp_path: Path) -> None:
    """Where nothing failed nothing is printed for GitHub, and CI goes on."""
    path = tmp_path / "quiet.log"
    path.write_text("web-1  | listening on port 80\nweb-1  | GET / 200\n")
    done = CliRunner().invoke(app, ["diagnose", str(path), "--format", "github", "--fail-on", "0"])
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.parametrize(("level", "status"), [("0.3", 1), ("1", 0)])
def test_ci_fails_from_a_confidence_on(race: Path, level: str, status: int) -> None:
    """The exit status is 1 if a cause is named with at least the confidence that was asked for."""
    assert CliRunner().invoke(app, ["diagnose", str(race), "--fail-on", level]).exit_code == status


def test_a_line_of_a_log_gives_github_no_command() -> None:
    """A message with line ends, percent signs and commands of its own stays one command; so does a file's name."""
    hostile = Annotation("oom", "error", "100 %\n::set-output name=x::y\x1b[31m", [("a,b:c\n.log", 2)])
    told = github([hostile])
    assert told.count("\n") == 1
    assert told.startswith("::error file=a%2Cb%3Ac%0A.log,line=2,title=oom::100 %25%0A::set-output")
    assert "\x1b" not in told


def test_further_places_are_related() -> None:
    """The first place decides where a result stands; at most ten others are named beside it."""
    (result,) = sarif({}, [Annotation("oom", "note", "x", [("a", line) for line in range(1, 30)])])["runs"][0][
        "results"
    ]
    assert len(result["locations"]) == 1
    assert len(result["relatedLocations"]) == 10


def test_an_unknown_form_is_refused(race: Path) -> None:
    """A form that does not exist is said with those that do."""
    done = CliRunner().invoke(app, ["diagnose", str(race), "--format", "xml"])
    assert str(done.exception) == "--format is one of text, json, sarif, github"
