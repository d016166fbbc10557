"""Tables that sort and filter: a later layer over the tables that already stand in the notebook."""

from __future__ import annotations

from incidentlab.offline import Live
from incidentlab.offline.scripts import TABLES

_NOTE = "Click a heading to sort a table, type words to filter a longer one: once this cell has run, and in an export."


def sortable() -> Live:
    """Return the note that makes every table of an open notebook, and of its exported page, sortable and filterable."""
    return Live(f'<p class="{TABLES}">{_NOTE}</p>', _NOTE)
