"""What was changed, drafted from two captures: no typing for what the evidence shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from incidentlab.cli import app
from incidentlab.investigate import Investigation
from incidentlab.report.postmortem import Document, draft, read, uncited
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.statement import Grid

DATA = Path(__file__).parents[2] / "data"
Investigated = Callable[[str], Investigation]


def section(document: Document, title: str) -> str:
    """Return the Markdown of one section."""
    return markdown(document).partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_reference_change_needs_no_typing(investigated: Investigated) -> None:
    """Image, user, PATH, healthcheck and size stand there with before and after; the reason stays a question."""
    made = draft(investigated("image-distroless"), before=investigated("image-single-stage"))
    text = section(made.internal, "Modifications and rationale")
    assert "| auth-service | user | — | 1001:1001 |" in text
    assert "| auth-service | size | 299.9 MB | 102.9 MB |" in text
    assert "| auth-service | healthcheck.start_period | 5s | 30s |" in text
    assert "> **?** What was changed, why" in text
    assert uncited(made.internal) == []


def test_the_commands_stand_beside_what_they_showed(investigated: Investigated) -> None:
    """Each command that verifies the change has its answer; one is not known, and says so."""
    made = draft(investigated("image-distroless"), before=investigated("image-distroless-no-path"))
    text = section(made.internal, "Commands to verify")
    assert "its healthcheck passes" in text
    assert text.count("| yes |") == 4
    assert text.count("| not known |") == 1


def test_what_came_of_it_is_told_after_the_change(investigated: Investigated) -> None:
    """The health and the verdict before and after are sentences with their evidence."""
    made = draft(investigated("image-distroless"), before=investigated("image-distroless-no-path"))
    text = section(made.internal, "Modifications and rationale")
    assert "Auth-service: its health was unhealthy and is healthy" in text
    assert "The verdict was" in text
    assert "and is benign" in text


def test_without_a_capture_before_nothing_is_drafted(investigated: Investigated) -> None:
    """One capture cannot show a change: the section is the question alone."""
    made = draft(investigated("startup-race"))
    (told,) = [one for one in made.internal.sections if one.title == "Modifications and rationale"]
    assert not [node for node in told.nodes if isinstance(node, Grid)]


@pytest.mark.parametrize(
    ("grew", "words", "remarked"),
    [
        (True, "The image was reduced by pruning.", True),
        (True, "We optimized the size of the image", True),
        (True, "We reduced the number of retries.", False),
        (False, "The image was reduced by pruning.", False),
    ],
)
def test_a_claim_that_the_sizes_contradict_gets_a_remark(
    grew: bool, words: str, remarked: bool, investigated: Investigated
) -> None:
    """Who calls an image smaller that grew is told so, with both sizes; other words are left alone."""
    small, large = investigated("image-distroless"), investigated("image-single-stage")
    after, before = (large, small) if grew else (small, large)
    made = draft(after, read(f"summary: {words}\n"), before=before)
    said = [remark for remark in made.remarks if "197.0 MB larger" in remark.suggestion]
    assert bool(said) == remarked


def test_the_command_takes_the_capture_before(tmp_path: Path) -> None:
    """`--before` drafts the section in the page that is written."""
    sources = [str(DATA / "image-distroless"), "--before", str(DATA / "image-distroless-no-path")]
    done = CliRunner().invoke(app, ["postmortem", *sources, "-o", str(tmp_path)])
    assert done.exit_code == 0
    assert "build.target" in (tmp_path / "postmortem.md").read_text()
