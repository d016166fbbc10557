"""Result tables as words: sentences, tables to read, the terminal page, the JSON of `diagnose`."""

from incidentlab.report.across import across, open_actions, pages, patterns, recurring, trend
from incidentlab.report.answer import answer, decisive, how_sure, unknowns
from incidentlab.report.audit import audited
from incidentlab.report.chosen import chosen, of
from incidentlab.report.compare import compared
from incidentlab.report.critical_path import path_said, starts_compared
from incidentlab.report.health import health_said
from incidentlab.report.images import images_said
from incidentlab.report.replayed import replay
from incidentlab.report.replays import (
    as_it_was,
    facts,
    measured,
    readiness,
    recommended,
    restarts_said,
    retries_said,
    whatif_said,
)
from incidentlab.report.scans import scan_change_said, scans_said
from incidentlab.report.second_road import second_road
from incidentlab.report.show import table
from incidentlab.report.side_by_side import causes, excluded, side_by_side
from incidentlab.report.sortable import sortable
from incidentlab.report.verified import verified

__all__ = [
    "across",
    "answer",
    "as_it_was",
    "audited",
    "causes",
    "chosen",
    "compared",
    "decisive",
    "excluded",
    "facts",
    "health_said",
    "how_sure",
    "images_said",
    "measured",
    "of",
    "open_actions",
    "pages",
    "path_said",
    "patterns",
    "readiness",
    "recommended",
    "recurring",
    "replay",
    "restarts_said",
    "retries_said",
    "scan_change_said",
    "scans_said",
    "second_road",
    "side_by_side",
    "sortable",
    "starts_compared",
    "table",
    "trend",
    "unknowns",
    "verified",
    "whatif_said",
]
