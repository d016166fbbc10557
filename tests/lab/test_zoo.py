import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from incidentlab.tables import CATEGORIES

ZOO = Path(__file__).parent.parent.parent / "lab" / "zoo"


def load(name: str) -> ModuleType:
    """Import a script of lab/zoo, which belongs to no package."""
    spec = importlib.util.spec_from_file_location(name, ZOO / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cells, score = load("cells"), load("score")
MANIFEST = score.manifest()


def test_the_zoo_is_large() -> None:
    """At least 40 libraries or programs are in it, and at least 300 cells."""
    assert len({cell["cell"].partition("/")[0] for cell in MANIFEST}) >= 40
    assert len(MANIFEST) >= 300


def test_every_text_has_its_truth() -> None:
    """Each recorded text has its row in the manifest, and each row its text."""
    recorded = {str(path.relative_to(score.RECORDED).with_suffix("")) for path in score.RECORDED.rglob("*.log")}
    assert {cell["cell"] for cell in MANIFEST} == recorded


def test_the_manifest_says_what_the_tables_say() -> None:
    """The truth about a cell is the one of its fault in clients.yaml or programs.yaml."""
    planted = {cell.name: cell.truth for cell in cells.cells()}
    assert {cell["cell"]: {key: cell[key] for key in planted[cell["cell"]]} for cell in MANIFEST} == {
        cell["cell"]: planted[cell["cell"]] for cell in MANIFEST
    }


def test_every_truth_is_a_verdict() -> None:
    """The truth about each fault is a category that a verdict may have."""
    tables = [yaml.safe_load((ZOO / name).read_text())["faults"] for name in ("clients.yaml", "programs.yaml")]
    said = {fault["truth"]["category"] for table in tables for fault in table.values()}
    also = {category for table in tables for fault in table.values() for category in fault.get("also", [])}
    assert said | also <= set(CATEGORIES)


@pytest.mark.parametrize("cell", [cell for cell in MANIFEST if cell["category"] == "unknown"][:3])
def test_an_undecided_truth_takes_no_accusation(cell: dict[str, object]) -> None:
    """Where the text cannot tell the cause, `unknown` is right and an accusation is not."""
    assert score.outcome(cell, "unknown") == "right"
    assert score.outcome(cell, "auth_failure") == "wrong"
