"""The house rules of notebooks, so that each stays thin and readable."""

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from incidentlab.run.parameters import declared

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted([*FOLDER.glob("[0-9]*.ipynb"), *FOLDER.glob("lessons/[0-9]*.ipynb")])
STATEMENTS = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.Lambda, ast.With)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def book(request: pytest.FixtureRequest) -> Any:
    """Each committed notebook."""
    return nbformat.read(request.param, as_version=4)


def code(book: Any) -> list[Any]:
    """Return the code cells."""
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_exactly_one_cell_declares_typed_parameters(book: Any) -> None:
    """One cell is tagged `parameters`; each line of it is typed, and has a literal and a help text."""
    known = declared(book)
    assert "source" in known
    assert all(parameter.help for parameter in known.values())


def test_code_cells_are_short_and_flat(book: Any) -> None:
    """A notebook has at most 15 code cells of at most 6 lines, with no definition, branch or loop."""
    assert len(code(book)) <= 15
    for cell in code(book):
        assert len(cell.source.split("\n")) <= 6, cell.source
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, STATEMENTS)], cell.source


def test_more_prose_than_code(book: Any) -> None:
    """A notebook explains more than it computes: its prose is longer than its code."""
    prose = sum(len(cell.source) for cell in book.cells if cell.cell_type == "markdown")
    assert prose > sum(len(cell.source) for cell in code(book))


def test_prose_holds_no_result(book: Any) -> None:
    """No verdict and no measured time is typed into prose: they come from `report`."""
    prose = " ".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "startup_race" not in prose
    assert "ECONNREFUSED" not in prose


def test_outputs_of_the_default_run_are_committed(book: Any) -> None:
    """The committed notebook bears the outputs of its default run: a stripped one would pass nbval unseen."""
    assert any(cell.outputs for cell in code(book))
    assert not [out for cell in code(book) for out in cell.outputs if out.output_type == "error"]


def test_outputs_are_small_and_name_no_place_on_this_machine(book: Any) -> None:
    """The outputs are under 1 MB and hold no absolute path of the machine that made them."""
    outputs = "".join(str(cell.outputs) for cell in code(book))
    assert len(outputs) < 1_000_000
    assert str(Path.cwd()) not in outputs
    assert "widget-view" not in outputs, "a widget has a random id: run it with make recorded-notebooks"


def test_no_output_holds_a_script(book: Any) -> None:
    """What a script draws is recorded without the script: the page adds it, and JupyterLab gets it on a new run."""
    shown = [out.get("data", {}).get("text/html", "") for cell in code(book) for out in cell.outputs]
    assert not [text[:80] for text in shown if "<script" in text]
