"""A postmortem as one HTML page that makes no request and runs no script."""

from __future__ import annotations

import base64
from pathlib import Path

import jinja2

from incidentlab.report.postmortem.plain import figure_of, plain
from incidentlab.report.postmortem.statement import Document

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document) -> str:
    """Return a document as a whole HTML page; its policy forbids every request and script, whatever it holds."""
    return _render(document, "page.html.j2")


def fragment(document: Document) -> str:
    """Return the same without head and body, to be shown in a notebook."""
    return _render(document, "body.html.j2")


def _render(document: Document, template: str) -> str:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    png = figure_of(document)
    picture = base64.b64encode(png).decode("ascii") if png else ""
    return environment.get_template(template).render(page=plain(document), picture=picture)
