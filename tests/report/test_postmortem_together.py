"""One document over several incidents, and whether a fix holds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from incidentlab.cli import app
from incidentlab.investigate import Investigation
from incidentlab.report.postmortem import Told, draft, uncited, write_together
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.tables import BadInput

DATA = Path(__file__).parents[2] / "data"
Investigated = Callable[[str], Investigation]


@pytest.fixture
def pair(investigated: Investigated) -> list[Told]:
    """Return two incidents, each with the capture after its fix."""
    fixed = {"startup-race": "fixed", "image-distroless-no-path": "image-distroless"}
    return [Told(name, investigated(name), investigated(after)) for name, after in fixed.items()]


def test_each_incident_stands_below_the_general_part(pair: list[Told], tmp_path: Path) -> None:
    """The document begins with all incidents in a table and what people say; each incident follows with its proof."""
    made, files = write_together(pair, tmp_path)
    titles = [(section.level, section.title) for section in made.sections]
    assert titles[0] == (2, "Summary")
    incidents = [title for level, title in titles if title.startswith("Incident: ")]
    assert incidents[0] == "Incident: auth-service tried postgres before it was ready and failed 6 times"
    assert len(incidents) == 2
    assert (3, "Why it broke") in titles
    assert uncited(made) == []
    assert set(files) >= {"human.yaml", "postmortem.md", "postmortem.html", "postmortem.pdf"}
    assert (tmp_path / "startup-race" / "human.yaml").exists()


def test_rows_of_two_incidents_have_notes_of_their_own(pair: list[Told], tmp_path: Path) -> None:
    """The same line of the same file in two incidents is two notes, each with the incident before its place."""
    made, _ = write_together(pair, tmp_path)
    places = [cite.place for cite in made.cites]
    assert any(place.startswith("startup-race/events.jsonl:") for place in places)
    assert any(place.startswith("image-distroless-no-path/containers.jsonl:") for place in places)
    assert len({cite.id for cite in made.cites}) == len(places)


def test_another_set_of_incidents_is_refused_in_the_same_folder(pair: list[Told], tmp_path: Path) -> None:
    """The general part belongs to its incidents, in whatever order they are given, and to no others."""
    write_together(pair, tmp_path)
    human = tmp_path / "human.yaml"
    human.write_text(human.read_text().replace("title:", "title: Two races", 1))
    write_together(pair[::-1], tmp_path)
    with pytest.raises(BadInput, match="is about together-"):
        write_together(pair[:1], tmp_path)


def test_a_fix_is_verified_by_the_capture_after_it(investigated: Investigated) -> None:
    """Beside the fixed stack, the race says: 0 refused tries after; beside one that fails, that it is not verified."""
    race = investigated("startup-race")
    good = markdown(draft(race, after=investigated("fixed")).internal)
    assert "Verified in a capture after the change: auth-service worked at 14:39:35.486" in good
    assert "after 0 refused tries" in good
    assert "| auth-service | depends_on.postgres.condition | service_started | service_healthy |" in good
    bad = markdown(draft(race, after=investigated("startup-race-down")).internal)
    assert "Not verified: " in bad


def test_the_command_takes_several_incidents(tmp_path: Path) -> None:
    """Two sources make one document; more captures after than incidents are one clear line."""
    sources = [str(DATA / "startup-race"), str(DATA / "image-distroless-no-path")]
    done = CliRunner().invoke(app, ["postmortem", *sources, "--after", str(DATA / "fixed"), "-o", str(tmp_path)])
    assert done.exit_code == 0
    assert "# Postmortem: 2 incidents" in (tmp_path / "postmortem.md").read_text()
    refused = CliRunner().invoke(app, ["postmortem", sources[0], "--after", "a", "--after", "b", "-o", str(tmp_path)])
    assert "2 times --after for 1 incidents" in str(refused.exception)
