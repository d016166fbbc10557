"""The postmortem in a notebook: the draft, its milestones, what people have yet to write, the wording check."""

from __future__ import annotations

import pandas as pd

from incidentlab.report.postmortem.draft import Draft
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.pages.page import fragment
from incidentlab.report.postmortem.people.wording import Remark
from incidentlab.report.show import Shown, table


def drafted(made: Draft) -> Shown:
    """Return the internal edition as it stands now."""
    return Shown(fragment(made.internal), markdown(made.internal))


def milestones_said(made: Draft, *, timezone: str = "UTC") -> Shown:
    """Return the milestones and, below, the durations between them."""
    moments = table(made.milestones, columns=["name", "ts", "what", "source", "uncertainty_s"], timezone=timezone)
    spans = table(made.metrics, columns=["name", "definition", "duration_s", "uncertainty_s", "order"])
    return Shown(moments.html + spans.html, f"{moments.text}\n\n{spans.text}")


def prompts(made: Draft) -> Shown:
    """Return what people have yet to write: each question, and the field of human.yaml that takes the answer."""
    asked = dict.fromkeys((prompt.key, prompt.text) for prompt in made.prompts)
    return table(pd.DataFrame(list(asked), columns=["field", "sentence"]), limit=60)


def remarks(found: tuple[Remark, ...] | list[Remark]) -> Shown:
    """Return what the wording check found, each with its line in human.yaml."""
    rows = [(remark.line, remark.key, remark.found, remark.suggestion) for remark in found]
    return table(pd.DataFrame(rows, columns=["line", "field", "message", "sentence"]))
