"""A postmortem as PDF, by the Typst wheel: no program to install, no system font, no time of day inside.

The document goes to Typst as JSON, never as markup: its strings are shown, not read, so no line of evidence can be a
command.
"""

from __future__ import annotations

import json
from pathlib import Path

from incidentlab.report.postmortem.pages.plain import figure_of, plain
from incidentlab.report.postmortem.statement import Document

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"


def pdf(document: Document) -> bytes:
    """Return a document as PDF; the same document gives the same bytes."""
    import typst  # a large library, and only the PDF needs it

    png = figure_of(document)
    given = plain(document) | {"figure": list(png) if png else None}
    made = typst.compile(
        _TEMPLATE.read_bytes(), sys_inputs={"document": json.dumps(given)}, ignore_system_fonts=True, timestamp=0
    )
    if not isinstance(made, bytes):
        raise TypeError(f"typst gave {type(made).__name__}, not one PDF")
    return made
