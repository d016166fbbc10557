"""The index of a batch: one offline page to sort, filter and open its reports.

The page makes no request, and its policy lets one script run, named by its hash: what an evidence line may have
smuggled into a field stays text.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from incidentlab import offline

_TEMPLATES = Path(__file__).parent / "templates" / "index"
_HEADS = ("incident", "began (UTC)", "status", "cause", "service", "confidence", "what happened", "evidence", "run [s]",
          "files")  # fmt: skip


def page(results: pd.DataFrame, *, title: str) -> str:
    """Return the results of a batch as one HTML page.

    Parameters
    ----------
    results
        As `incidentlab.run.results.table` gives them.
    title
        What was run.
    """
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    script = (_TEMPLATES / "index.js").read_text(encoding="utf-8")
    rows = results.astype(object).where(results.notna(), None).to_dict("records")
    template = Environment(autoescape=True, loader=FileSystemLoader(_TEMPLATES)).get_template("index.html.j2")
    shown = template.render(
        title=title,
        rows=rows,
        heads=_HEADS,
        counts=results["status"].value_counts().to_dict(),
        script=Markup(script),  # noqa: S704 - our own file
        policy=Markup(offline.policy_for(script)),  # noqa: S704 - our own file
    )
    return offline.harmless(shown)
