"""What the documents name exists."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from incidentlab.cli import app
from incidentlab.tables import CATEGORIES

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "lab/README.md", "notebooks/lessons/README.md"]
PAGES += ["docs/README.md", "docs/experiments.md", "docs/linters.md"]
PATH = re.compile(r"(?<![\w/])(?:notebooks|lib|lab|data|tests|\.ci)/[\w./-]*\w")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_named_exists(page: str) -> None:
    """A path of the repository that a page names is there; names in capitals are placeholders."""
    text = (ROOT / page).read_text()
    named = {path for path in PATH.findall(text) if not re.search(r"[A-Z]{2,}(?!ME)", path) and "build/" not in path}
    assert {path for path in named if not (ROOT / path).exists() and not (ROOT / "lab" / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_named_exists(page: str) -> None:
    """Each `incidentlab COMMAND` that a page names is a command, each `make TARGET` a target."""
    text = (ROOT / page).read_text()
    commands = set(re.findall(r"`(?:\.venv/bin/)?incidentlab ([a-z]+)", text))
    assert commands <= set(get_command(app).commands)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_the_lab_lists_every_recording() -> None:
    """Every folder of data/ has its row in the README of the lab."""
    text = (ROOT / "lab" / "README.md").read_text()
    recordings = {path.parent.name for path in (ROOT / "data").glob("*/manifest.json")}
    assert {name for name in recordings if f"`{name}`" not in text} == set()


def test_the_readme_lists_every_category() -> None:
    """Every category that a verdict may have stands in the README."""
    text = (ROOT / "README.md").read_text()
    assert {category for category in CATEGORIES if f"`{category}`" not in text} == set()


def test_the_readme_shows_what_diagnose_prints() -> None:
    """The page in the README consists of lines that the command prints."""
    from incidentlab.investigate import investigate
    from incidentlab.load import load
    from incidentlab.report.answer import page

    shown = re.search(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert shown is not None
    printed = page(investigate(load(ROOT / "data" / "startup-race")))
    excerpt = shown[1].replace("[...]\n", "")
    assert set(excerpt.split("\n")) <= set(printed.split("\n"))
