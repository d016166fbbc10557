"""The draft: every section in its order, the internal edition and, from the same material, the external one."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd

from incidentlab.investigate import Investigation
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.people.fields import STATUSES
from incidentlab.report.postmortem.people.human import Human
from incidentlab.report.postmortem.people.wording import Remark, wording
from incidentlab.report.postmortem.sections import account, modified, moments, practice, theirs, weighed
from incidentlab.report.postmortem.sections.external import external
from incidentlab.report.postmortem.statement import Document, Prompt, Section


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
        return self.internal.prompts


def draft(
    found: Investigation,
    human: Human | None = None,
    *,
    figure: Picture | None = None,
    before: Investigation | None = None,
    after: Investigation | None = None,
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
    after
        A capture of the time after the fix: the same, and whether the fix holds.
    """
    material = Material(found, human or Human(), before, after)
    remarks = [*wording(material.human, services=material.services), *modified.contradicted(material)]
    drawn = _png(figure) if figure else None
    made = _internal(material, remarks, drawn)
    if still_open := _open(made, material.human):
        remarks += still_open
        made = _internal(material, remarks, drawn)
    return Draft(
        made,
        external(material),
        material.milestones,
        material.metrics,
        tuple(remarks),
    )


def _open(made: Document, human: Human) -> list[Remark]:
    """Return the remark on a status that says that the work is done, while questions are open."""
    if made.status == human.status:
        return []
    keys = ", ".join(prompt.key for prompt in made.prompts[:4])
    advice = f"answer them ({keys}, ...), or go back to {STATUSES[1]}"
    return [Remark("status", human.texts["status"].line, made.status, advice)]


def _png(figure: Picture) -> bytes:
    """Return a figure as PNG without the version of the program that drew it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def _internal(m: Material, remarks: list[Remark], figure: bytes | None) -> Document:
    title = m.human.get("title")
    day = f", {m.found.incident.start:%Y-%m-%d}" if pd.notna(m.found.incident.start) else ""
    shown = title.text if title else f"Postmortem: {m.found.incident.name}{day}"
    sections = _quiet(m) if m.quiet else told(m, figure)
    check = practice.wording_check(remarks)
    appendix = [*weighed.alternatives(m), *moments.whole(m), *practice.images(m)]
    kept = tuple(section for section in sections if section.nodes)
    made = Document(shown, m.human.status, (*kept, *([check] if check else [])), () if m.quiet else tuple(appendix))
    return replace(made, status=_standing(made))


def _standing(made: Document) -> str:
    """Return the status and, where it says that the work is done, how many questions are open all the same."""
    count = len(made.prompts)
    if made.status not in STATUSES[2:] or not count:
        return made.status
    return f"{made.status}, with {count} open question{'s' if count > 1 else ''}"


def told(m: Material, figure: bytes | None) -> list[Section]:
    """Return the sections in the order of the reference, and where the practice asks for more, beside it."""
    well, wrong, lucky, lessons, steps = practice.learnt(m)
    return [
        account.summary(m),
        theirs.glance(m),
        account.impact(m),
        account.broke(m),
        account.why(m),
        moments.timeline(m, figure),
        practice.actions(m),
        moments.detection(m),
        moments.milestones(m),
        *account.incident(m),
        theirs.recurrence(m),
        practice.changes(m),
        practice.items(m),
        well,
        wrong,
        lucky,
        lessons,
        steps,
        practice.operations(m),
        practice.commands(m),
        account.unknown(m),
        practice.people(m),
    ]


def _quiet(m: Material) -> list[Section]:
    """Return half a page: nothing failed. What people wrote all the same stands in it."""
    learnt = practice.learnt(m)
    return [
        account.summary(m),
        practice.changes(m),
        *learnt,
        practice.commands(m),
        account.unknown(m),
        practice.people(m),
    ]
