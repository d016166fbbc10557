"""The example that a visitor reads first is what the tool makes of its human.yaml today."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from incidentlab.investigate import Investigation
from incidentlab.report.postmortem import Told, read, wording, write_together

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "postmortem"
FIXED = {"startup-race": "fixed", "image-distroless-no-path": "image-distroless"}


def test_the_example_is_what_the_tool_makes_today(investigated: Callable[[str], Investigation], tmp_path: Path) -> None:
    """From the committed human.yaml files and recordings come the committed Markdown and HTML, byte for byte."""
    for human in EXAMPLE.rglob("human.yaml"):
        copy = tmp_path / human.relative_to(EXAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(human, copy)
    told = [Told(name, investigated(name), investigated(after)) for name, after in FIXED.items()]
    made, _ = write_together(told, tmp_path, before=investigated("image-single-stage"), after=told[-1].after)
    for name in ("postmortem.md", "postmortem.html"):
        assert (tmp_path / name).read_text() == (EXAMPLE / name).read_text(), "run: make example"
    assert made.prompts == []
    humans = [read((EXAMPLE / name / "human.yaml").read_text()) for name in (".", *FIXED)]
    assert [remark for human in humans for remark in wording(human)] == []


def test_its_page_names_the_command_that_makes_it() -> None:
    """docs/README.md and `make example` give the same command, and each recording that it names is there."""
    page, make = (ROOT / "docs" / "README.md").read_text(), (ROOT / "Makefile").read_text()
    command = " ".join(page.partition("```bash\n")[2].partition("```")[0].replace("\\\n", " ").split())
    assert command in " ".join(make.replace("\\\n", " ").split())
    assert all((ROOT / source).is_dir() for source in re.findall(r"data/[\w-]+", command))
