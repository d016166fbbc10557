"""The notebook over many incidents, over the results of a batch."""

from collections.abc import Callable
from pathlib import Path

from incidentlab.investigate import Investigation
from incidentlab.report.document import document
from incidentlab.run.one import run
from incidentlab.run.results import table

ROOT = Path(__file__).parent.parent.parent
NAMES = ("startup-race", "startup-race-down", "fixed")


def test_the_results_of_a_batch_are_compared(investigated: Callable[[str], Investigation], tmp_path: Path) -> None:
    """With `results`, the verdicts are those of the batch, what failed is left out, and its sources are measured."""
    rows = [{"incident": "broken", "status": "failed", "source": "/nowhere"}]
    for name in NAMES:
        told = document(investigated(name), name)["verdict"]
        rows.append({"incident": name, "status": "done", "source": str(ROOT / "data" / name), **told})
    results = tmp_path / "results.parquet"
    table(rows).to_parquet(results, index=False)
    notebook = ROOT / "notebooks" / "20-across-incidents.ipynb"
    text = run(notebook, "nowhere", parameters={"results": str(results)}, output=tmp_path).page.read_text()
    assert "startup-race-down, startup-race" in text, "the cause that came back, with its incidents"
    assert text.count("data:image/png") == 2, "the curve of the starts, and each of them"
    assert "broken" not in text
    assert "bad-password" not in text, "the source is not used"
