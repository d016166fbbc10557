"""A postmortem as one HTML page that makes no request and runs no script but ours."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from incidentlab.offline import Live, harmless, policy, tags
from incidentlab.report.postmortem.pages.plain import figure_of, plain
from incidentlab.report.postmortem.pages.written import html_blocks, html_inlines
from incidentlab.report.postmortem.statement import Document

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document, *, interactive: Live | None = None) -> str:
    """Return a document as a whole HTML page that makes no request, whatever it holds.

    Parameters
    ----------
    document
        One edition. The internal one has tables that sort; the external one runs no script at all.
    interactive
        The timeline to zoom and to filter, to stand below the picture.
    """
    body = Markup(fragment(document, interactive=interactive))  # noqa: S704 - rendered with every text escaped
    needed = str(body) if document.internal else ""
    scripts = {"policy": Markup(policy(needed)), "scripts": Markup(tags(needed))}  # noqa: S704 - our own files
    return harmless(_render("page.html.j2", title=plain(document)["title"], body=body, **scripts))


def fragment(document: Document, *, interactive: Live | None = None) -> str:
    """Return the same without head, body and scripts, to be shown in a notebook."""
    png = figure_of(document)
    picture = base64.b64encode(png).decode("ascii") if png else ""
    drawn = Markup(interactive.html if interactive else "")  # noqa: S704 - escaped where it was made
    return _render("body.html.j2", page=plain(document), picture=picture, interactive=drawn)


def _render(template: str, **values: Any) -> str:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inlines"] = lambda data: Markup(html_inlines(data))  # noqa: S704 - every text escaped there
    environment.filters["blocks"] = lambda data: Markup(html_blocks(data))  # noqa: S704 - every text escaped there
    return environment.get_template(template).render(**values)
