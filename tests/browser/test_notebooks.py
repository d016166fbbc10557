"""Every notebook in JupyterLab, as a reader runs it."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
DRAWN = ".jp-OutputArea-output img"
ASKEW = "(all) => all.filter((c) => getComputedStyle(c).textAlign !== 'left').map((cell) => cell.textContent)"
TELLING = ".jp-CodeCell:has(.jp-Cell-outputArea :is(table:visible, .incidentlab-form))"
"""A cell that shows a table, or a form, which is a table where nobody can fill it in."""
WIDTHS = "(images) => images.map((image) => image.naturalWidth)"


def committed(path: Path, kind: str, mark: str = "") -> int:
    """Return how many cells of the committed notebook bear an output of a kind."""
    book = nbformat.read(path, as_version=4)
    cells = [[out.get("data", {}) for out in cell.get("outputs", [])] for cell in book.cells]
    return sum(any(mark in str(one[kind]) for one in data if kind in one) for data in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_figures_and_tables(path: Path, desk: Any) -> None:
    """Run All ends without an error, and shows as many figures and tables as the committed notebook, aligned left."""
    desk.open(f"notebooks/{path.name}")
    desk.run_all()
    page = desk.page
    figures = [width for width in page.locator(DRAWN).evaluate_all(WIDTHS) if width > 0]
    assert len(figures) >= committed(path, "image/png")
    assert page.locator(TELLING).count() == committed(path, "text/html", "<table")
    assert page.locator("td:visible").evaluate_all(ASKEW) == []
    desk.photograph(path.stem)


def test_a_cell_that_fails_is_seen(desk: Any) -> None:
    """What the test of each notebook relies on: a cell that raises is not passed over."""
    book = nbformat.v4.new_notebook(metadata=nbformat.read(NOTEBOOKS[0], as_version=4).metadata)
    book.cells = [nbformat.v4.new_code_cell(text) for text in ("1", "1 / 0", "2")]
    nbformat.write(book, desk.lab.folder / "fails.ipynb")
    desk.open("fails.ipynb")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        desk.run_all()
