"""The draft: every section in its order, the internal edition and, from the same material, the external one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from incidentlab.investigate import Investigation
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.people.human import Human
from incidentlab.report.postmortem.people.wording import Remark, wording
from incidentlab.report.postmortem.sections import account, modified, practice
from incidentlab.report.postmortem.sections.external import external
from incidentlab.report.postmortem.statement import Document, Grid, Prompt


class Picture(Protocol):
    """A matplotlib figure, as far as it is needed here."""

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """Write it into a file."""


@dataclass(frozen=True, eq=False)
class Draft:
    """A postmortem as far as it is written.

    Parameters
    ----------
    internal, external
        The two editions.
    milestones : MILESTONES
    metrics : METRICS
    remarks
        What the wording check found in human.yaml.
    """

    internal: Document
    external: Document
    milestones: pd.DataFrame
    metrics: pd.DataFrame
    remarks: tuple[Remark, ...]

    @property
    def prompts(self) -> list[Prompt]:
        """What people have yet to write."""
        nodes = [node for section in self.internal.sections for node in section.nodes]
        rows = [row for node in nodes if isinstance(node, Grid) for row in node.rows]
        return [node for node in (*nodes, *rows) if isinstance(node, Prompt)]


def draft(
    found: Investigation,
    human: Human | None = None,
    *,
    figure: Picture | None = None,
    before: Investigation | None = None,
) -> Draft:
    """Return the postmortem of an investigation.

    Parameters
    ----------
    found
        Its finding of rank 1 is told; the others stand beside it.
    human
        What people wrote; nothing by default.
    figure
        The timeline.
    before
        A capture of the time before a change: what was modified is drafted from the difference.
    """
    material = Material(found, human or Human(), before)
    remarks = [*wording(material.human, services=material.services), *modified.contradicted(material)]
    return Draft(
        _internal(material, remarks, _png(figure) if figure else None),
        external(material),
        material.milestones,
        material.metrics,
        tuple(remarks),
    )


def _png(figure: Picture) -> bytes:
    """Return a figure as PNG without the version of the program that drew it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _internal(m: Material, remarks: list[Remark], figure: bytes | None) -> Document:
    check = practice.wording_check(remarks)
    sections = [
        account.summary(m),
        account.impact(m),
        account.broke(m),
        account.why(m),
        practice.actions(m),
        practice.detection(m),
        practice.milestones(m),
        practice.timeline(m, figure),
        *account.incident(m),
        practice.changes(m),
        practice.items(m),
        *practice.learnt(m),
        practice.operations(m),
        account.commands(m),
        account.unknown(m),
        practice.people(m),
        *([check] if check else []),
    ]
    title = m.human.get("title")
    return Document(title.text if title else f"Postmortem: {m.found.incident.name}", m.human.status, tuple(sections))
