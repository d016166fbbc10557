"""Result tables as words: sentences, tables to read, the terminal page, the JSON of `diagnose`."""

from incidentlab.report.answer import answer, decisive, how_sure, unknowns
from incidentlab.report.chosen import chosen, of
from incidentlab.report.investigation import Investigation, investigate
from incidentlab.report.second_road import second_road
from incidentlab.report.show import table
from incidentlab.report.side_by_side import causes, side_by_side

__all__ = [
    "Investigation",
    "answer",
    "causes",
    "chosen",
    "decisive",
    "how_sure",
    "investigate",
    "of",
    "second_road",
    "side_by_side",
    "table",
    "unknowns",
]
