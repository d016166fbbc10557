"""How long an incident takes in a batch, and in stock papermill: both in this run, on this machine.

python benchmarks/batch.py [--incidents 20] [--stock 4] [--jobs N] [--notebook PATH]

The batch does more than papermill: it also writes a page, a verdict and a row for each incident, and an index. It is
timed whole, with the start of its processes; stock papermill is called from Python, its own import not counted.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from incidentlab.run import batch
from incidentlab.run.generate import generate
from incidentlab.tables import CATEGORIES

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Generate incidents, run both, print seconds for each incident and their ratio."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--incidents", type=int, default=20, help="incidents of the batch")
    ask.add_argument("--stock", type=int, default=4, help="of them, how many stock papermill runs")
    ask.add_argument("--jobs", type=int, default=None, help="runs at once; one for each CPU by default")
    ask.add_argument("--notebook", type=Path, default=ROOT / "notebooks" / "01-what-happened.ipynb")
    given = ask.parse_args()
    with TemporaryDirectory(prefix="incidentlab-") as name:
        folder = Path(name)
        sources = []
        for number in range(given.incidents):
            category = CATEGORIES[number % len(CATEGORIES)]
            sources.append(folder / f"{number:03}-{category}.log")
            sources[-1].write_text(generate(category, seed=number).text)
        t0 = time.perf_counter()
        ended = batch(given.notebook, map(str, sources), output=folder / "out", jobs=given.jobs)
        ours = (time.perf_counter() - t0) / given.incidents
        stock = papermill_s(given.notebook, sources[: given.stock], folder)
    told = (
        f"batch            {ours:6.2f} s for each of {given.incidents} incidents ({ended.failed} failed)",
        f"stock papermill  {stock:6.2f} s for each of {given.stock} incidents, one after the other",
        f"ratio            {ours / stock:6.2f}  (aim: at most 0.20)",
    )
    print(*told, sep="\n")


def papermill_s(notebook: Path, sources: list[Path], folder: Path) -> float:
    """Return the seconds that stock papermill takes for each source."""
    import papermill
    from traitlets.config import Config

    config = Config(KernelManager={"transport": "ipc", "connection_file": str(folder / "kernel.json")})
    options = {"kernel_name": "python3", "progress_bar": False, "cwd": str(notebook.parent), "config": config}
    t0 = time.perf_counter()
    for source in sources:
        given = {"source": str(source)}
        papermill.execute_notebook(str(notebook), str(folder / "stock.ipynb"), parameters=given, **options)
    return (time.perf_counter() - t0) / len(sources)


if __name__ == "__main__":
    main()
