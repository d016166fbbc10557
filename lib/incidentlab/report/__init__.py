"""Result tables as words: sentences, tables to read, the terminal page, the JSON of `diagnose`."""

from incidentlab.report.answer import answer
from incidentlab.report.investigation import Investigation, investigate
from incidentlab.report.show import table

__all__ = ["Investigation", "answer", "investigate", "table"]
