"""The page that puts linters and the audit side by side says what the audit says today."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "linters.md").read_text()
OURS = ("audit of the file", "audit of the recording")


@pytest.fixture(scope="module")
def linters() -> ModuleType:
    """Import the script, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("linters", ROOT / "benchmarks" / "linters.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows() -> dict[str, list[str]]:
    """Return the cells of the page by what stands in the first of its row."""
    cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line[:3] == "| `")
    return {name.strip("`"): rest for name, *rest in cells}


@pytest.mark.parametrize("name", ["false-healthy", "oom", "slow-init"])
def test_the_page_says_what_the_audit_says(linters: ModuleType, name: str) -> None:
    """What the audit finds in a broken stack only is what the page has, with evidence and without."""
    assert rows()[name][-2:] == linters.news(name, *OURS)


def test_every_broken_stack_and_every_linter_is_on_the_page() -> None:
    """Each scenario with an overlay has its row, and each linter was run when the page was written."""
    scenarios = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "lab" / "scenarios").glob("*.yaml")}
    assert {name for name, scenario in scenarios.items() if scenario["overlay"]} <= rows().keys()
    run = re.search(r"^Run: (.*)\.$", PAGE, re.M)
    assert run is not None
    assert re.sub(r" [\d.]+", "", run[1]).split(", ") == ["hadolint", "trivy", "checkov", "dclint"]
