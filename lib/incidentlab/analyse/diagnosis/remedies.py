"""What to change for a finding, and how to verify it: the steps of `knowledge.causes`, with what the evidence names.

A name that stands in a command was read from evidence, and evidence is hostile: only what can be no more than a name
is put in. Where a name is not known, the step that does without it is told.
"""

from __future__ import annotations

import re

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis
from incidentlab.knowledge.causes import CAUSES, PROBES, instructions

_SAFE = {
    "service": r"[A-Za-z0-9][\w.-]*",
    "dependency": r"[A-Za-z0-9][\w.-]*",
    "project": r"[a-z0-9][a-z0-9_-]*",
    "host": r"[A-Za-z0-9][\w.-]*",
    "port": r"\d{1,5}",
    "holder": r"[A-Za-z0-9][\w.-]*",
    "meant": r"[A-Za-z0-9][\w.-]*",
    "image": r"[A-Za-z0-9][\w./:@-]*",
    "role": r"[A-Za-z_][\w-]*",
    "path": r"/[\w./-]+",
    "program": r"[\w.-]+",
}
"""What a name in a command may be made of."""

_LONGEST = 120
"""Characters of a subject that are told."""


def remedy(case: Case, hypothesis: Hypothesis) -> str:
    """Return what to change, and how to verify it."""
    cause = CAUSES[hypothesis.category]
    names, holds = _names(case, hypothesis), _conditions(case, hypothesis)
    verify = instructions(cause.verify, names, holds)
    return "\n".join([*instructions(cause.remedy, names, holds), *(f"Verify: {step}" for step in verify)])


def _names(case: Case, hypothesis: Hypothesis) -> dict[str, str]:
    subject = hypothesis.subject or ""
    rows = case.containers[case.containers["service"] == hypothesis.service]
    given = {
        "service": hypothesis.service,
        "dependency": hypothesis.dependency,
        "project": _project(rows),
        "host": hypothesis.host or hypothesis.dependency,
        "port": hypothesis.port,
        "holder": hypothesis.holder,
        "meant": hypothesis.meant,
        "image": next(iter(rows["image"].dropna()), None),
        "role": subject,
        "path": subject,
        "program": subject.rpartition("/")[2],
    }
    names = {name: str(text) for name, text in given.items() if re.fullmatch(_SAFE[name], str(text or ""))}
    probe = PROBES.get(case.kinds.get(hypothesis.dependency or hypothesis.service or "", ""))
    beside = {"probe": probe, "subject": subject[:_LONGEST].strip()}
    return names | {name: text for name, text in beside.items() if text}


def _project(rows: pd.DataFrame) -> str | None:
    """Return the project that the name of a container begins with: PROJECT-SERVICE-NUMBER."""
    for container, service in zip(rows["container"], rows["service"], strict=True):
        found = re.fullmatch(rf"(.+)[-_]{re.escape(str(service))}[-_]\d+", str(container))
        if found:
            return found[1]
    return None


def _conditions(case: Case, hypothesis: Hypothesis) -> set[str]:
    """Return what holds: the kind of the failure, the kind of the server, a healthcheck of the dependency."""
    server = case.kinds.get(hypothesis.dependency or "") or case.kinds.get(hypothesis.service or "")
    held = {hypothesis.kind, server, "healthcheck" if hypothesis.dependency in case.probed else None}
    return {condition for condition in held if condition}
