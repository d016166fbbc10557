"""Every notebook in JupyterLab, as a reader runs it."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
DRAWN = ".jp-OutputArea-output img"
WIDTHS = "(images) => images.map((image) => image.naturalWidth)"


def committed(path: Path, kind: str, mark: str = "") -> int:
    """Return how many outputs of a kind the committed notebook bears."""
    book = nbformat.read(path, as_version=4)
    data = [out.get("data", {}) for cell in book.cells for out in cell.get("outputs", [])]
    return sum(mark in str(one[kind]) for one in data if kind in one)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_figures_and_tables(path: Path, desk: Any) -> None:
    """Run All ends without an error, and shows as many figures and tables as the committed notebook."""
    desk.open(f"notebooks/{path.name}")
    desk.run_all()
    page = desk.page
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_text_contents() == []
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_text_contents() == []
    figures = [width for width in page.locator(DRAWN).evaluate_all(WIDTHS) if width > 0]
    assert len(figures) >= committed(path, "image/png")
    tables = page.locator(".jp-OutputArea-output:has(table:visible)").count()
    assert tables == committed(path, "text/html", "<table")
    desk.photograph(path.stem)
