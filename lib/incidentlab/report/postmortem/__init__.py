"""The postmortem: drafted from the evidence, completed by people, written as Markdown, HTML and PDF.

`draft` tells what the evidence shows; every sentence of it carries the ids of the rows that show it, and a sentence
without cannot be built (`statement`). What only people know stands in human.yaml (`human`), is checked for its wording
(`wording`) and comes in on each run. `write` leaves both editions in all forms.
"""

from incidentlab.report.postmortem.draft import Draft, draft
from incidentlab.report.postmortem.export import Told, people, write, write_together
from incidentlab.report.postmortem.notebook import drafted, milestones_said, prompts, remarks
from incidentlab.report.postmortem.people.human import Human, read, template
from incidentlab.report.postmortem.people.identity import folder_of, identity
from incidentlab.report.postmortem.people.wording import Remark, wording
from incidentlab.report.postmortem.statement import Cite, Document, Prompt, Row, Statement, uncited
from incidentlab.report.postmortem.widgets.desk import desk
from incidentlab.report.postmortem.widgets.form import form

__all__ = [
    "Cite",
    "Document",
    "Draft",
    "Human",
    "Prompt",
    "Remark",
    "Row",
    "Statement",
    "Told",
    "desk",
    "draft",
    "drafted",
    "folder_of",
    "form",
    "identity",
    "milestones_said",
    "people",
    "prompts",
    "read",
    "remarks",
    "template",
    "uncited",
    "wording",
    "write",
    "write_together",
]
