"""The scripts of a page, and the policy that lets these run and nothing else.

BokehJS is 1.3 MB. A page holds it once, packed to 0.5 MB; `timeline.js` unpacks it and hands it to the browser, which
checks its hash like that of every other script.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from incidentlab.tables import IncidentlabError

TIMELINE = "incidentlab-timeline"
"""The class of the places where `timeline.js` draws."""
TABLES = "incidentlab-tables"
"""The class of a note that asks for `tables.js`; a page with a table asks by that."""
_BOKEH = ("server", "static", "js", "bokeh.min.js")


def tags(body: str) -> str:
    """Return the scripts that a page needs, as elements to stand at its end; nothing where it needs none.

    Examples
    --------
    >>> tags("<p>Nothing to sort, nothing to draw.</p>")
    ''
    """
    return "".join(f"<script>{script}</script>" for script in _elements(body))


def policy(body: str) -> str:
    """Return the content security policy of a page: no request, no script but those of `tags`, by their hash.

    Examples
    --------
    >>> policy("<p>Nothing to sort, nothing to draw.</p>")
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    """
    return policy_for(*_elements(body), *([_bokeh()] if TIMELINE in body else []))


def policy_for(*allowed: str) -> str:
    """Return the content security policy of a page in which these scripts stand.

    Examples
    --------
    >>> policy_for("1")
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src \
'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
    """
    hashes = "".join(f" '{_hash(script)}'" for script in allowed)
    return "default-src 'none'; img-src data:; style-src 'unsafe-inline'" + (f"; script-src{hashes}" if allowed else "")


def _elements(body: str) -> list[str]:
    drawn = [_packed(), _own("timeline.js")] if TIMELINE in body else []
    sorted_ = TABLES in body or "</table>" in body
    return [*drawn, *([_own("tables.js")] if sorted_ else [])]


@cache
def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


@cache
def _own(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


@cache
def _packed() -> str:
    """Return a script that gives the page BokehJS as text, to be unpacked when it is first needed."""
    packed = gzip.compress(_bokeh().encode(), 9, mtime=0)
    return f'"use strict";window.incidentlabBokeh="{base64.b64encode(packed).decode("ascii")}";'


@cache
def _bokeh() -> str:
    """Return BokehJS as the installed package brings it, without importing the package."""
    spec = find_spec("bokeh")
    if spec is None or spec.origin is None:
        raise IncidentlabError("no package bokeh: install incidentlab with its dependencies (make demo does)")
    return Path(spec.origin).parent.joinpath(*_BOKEH).read_text(encoding="utf-8")
