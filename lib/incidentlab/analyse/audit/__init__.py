"""The audit: every rule of `knowledge.rules`, asked of the files, the images and what was measured of the containers.

A rule that needs a measurement says nothing, or what is missing, where the measurement is not there: a file by itself
does not prove that something went wrong, and a source that is cut off proves nothing at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit import dockerfiles, drift, files, images, order, probes, resources, runs, times
from incidentlab.analyse.audit.case import Case, Found
from incidentlab.knowledge.causes import instructions
from incidentlab.knowledge.rules import RULES

__all__ = ["QUESTIONS", "Case", "Found", "audit"]

QUESTIONS: tuple[Callable[[Case], Iterator[Found]], ...] = (
    order.waits_in_vain,
    order.waits_for_start,
    order.before_the_schema,
    order.never_asked,
    probes.program_missing,
    probes.socket_only,
    probes.alive_not_ready,
    times.period_too_short,
    times.start_interval,
    times.close_to_timeout,
    times.nobody_watches,
    times.too_slow_to_see,
    runs.stayed_down,
    runs.masked_crashes,
    runs.wrong_exit_code,
    runs.killed_at_stop,
    runs.shell_first,
    resources.near_memory_limit,
    resources.swap_beside,
    resources.no_memory_limit,
    resources.throttled_start,
    resources.logs_without_end,
    resources.anonymous_volume,
    images.other_architecture,
    images.runs_as_root,
    images.from_the_context,
    images.deleted_secret,
    images.caches,
    images.build_tools,
    images.copied_by_chown,
    drift.not_what_is_written,
    drift.moved_tag,
    drift.unheard_port,
    drift.fixes_known,
    files.secrets,
    dockerfiles.secrets,
    dockerfiles.user,
    dockerfiles.shell_form,
    files.two_policies,
    files.dead_keys,
    files.version_key,
)
"""One function per question, in the order in which a reader wants the answers."""


def audit(case: Case) -> pd.DataFrame:
    """Return every rule that is broken, and those of which that cannot be told.

    Parameters
    ----------
    case
        The tables.

    Returns
    -------
    pandas.DataFrame
        AUDIT: what is found first, the worst level first.

    Examples
    --------
    >>> row = {"key": "version", "value": "3", "file": "compose.yaml", "line": 1}
    >>> found = audit(Case(settings=tables.rows([row], tables.SETTINGS)))
    >>> found[["rule", "level", "file", "line"]].values.tolist()
    [['obsolete-version', 'note', 'compose.yaml', 1]]
    """
    found = [_row(one) for question in QUESTIONS for one in question(case)]
    found.sort(key=lambda row: (row["state"] != "found", tables.LEVELS.index(row["level"])))
    return tables.rows(found, tables.AUDIT)


def _row(found: Found) -> dict[str, object]:
    rule = RULES[found.rule]
    said = instructions([rule.sentence], found.names, found.holds)
    mended = instructions([rule.remedy], found.names, found.holds)
    return {
        "rule": found.rule,
        "level": rule.level,
        "state": "not known" if found.missing else "found",
        "service": found.service,
        "sentence": rule.condition if found.missing else said[0],
        "missing": found.missing,
        "remedy": mended[0] if mended else None,
        "change": json.dumps(found.change) if found.change else None,
        **{name: found.place[name] for name in ("file", "line", "pointer")},
    }
