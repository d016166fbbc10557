"""Result tables as words: sentences, tables to read, the terminal page, the JSON of `diagnose`."""

from incidentlab.report.answer import answer, decisive, how_sure, unknowns
from incidentlab.report.chosen import chosen, of
from incidentlab.report.replayed import replay
from incidentlab.report.replays import (
    as_it_was,
    facts,
    health_said,
    measured,
    readiness,
    recommended,
    restarts_said,
    retries_said,
    whatif_said,
)
from incidentlab.report.second_road import second_road
from incidentlab.report.show import table
from incidentlab.report.side_by_side import causes, side_by_side
from incidentlab.report.sortable import sortable

__all__ = [
    "answer",
    "as_it_was",
    "causes",
    "chosen",
    "decisive",
    "facts",
    "health_said",
    "how_sure",
    "measured",
    "of",
    "readiness",
    "recommended",
    "replay",
    "restarts_said",
    "retries_said",
    "second_road",
    "side_by_side",
    "sortable",
    "table",
    "unknowns",
    "whatif_said",
]
