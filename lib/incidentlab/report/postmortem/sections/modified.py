"""What was changed, drafted from two captures: settings and images before and after, what came of it, what verifies it.

The evidence shows that a setting or an image changed, and what the project did before and after. Why it was changed,
and what it costs, only people know: that stays a question. What they wrote of an image is held against its sizes.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import size
from incidentlab.investigate import Investigation, compare
from incidentlab.report.postmortem.material import Material, Record, name
from incidentlab.report.postmortem.people.wording import Remark
from incidentlab.report.postmortem.statement import Grid, Node

_CHANGED = ("configuration", "image", "layer")
_LONG = 160
_SMALLER = re.compile(
    r"(?i)\b(?:image|size|layer)s?\b[^.;]*\b(?:reduc|shr[iau]nk|smaller|slimm|minimi[sz]|optimi[sz])\w*"
    r"|\b(?:reduc|shr[iau]nk|slimm|minimi[sz]|optimi[sz])\w*[^.;]*\b(?:image|size)s?\b"
)
"""Words that say of an image that it became smaller."""


@lru_cache(maxsize=1)
def _differences(before: Investigation, after: Investigation) -> pd.DataFrame:
    return compare(before, after)


def drafted(m: Material) -> list[Node]:
    """Return what was changed and what came of it; empty without a capture of the time before."""
    if m.before is None:
        return []
    told = _differences(m.before, m.found)
    changed = tables.records(told[told["area"].isin(_CHANGED)])
    came = tables.records(told[~told["area"].isin(_CHANGED)])
    nodes: list[Node] = []
    if changed:
        header = ("service", "what", "before", "after")
        nodes.append(Grid(header, tuple(m.row(_cells(row), [row]) for row in changed)))
    else:
        nodes.append(m.say("Neither the Compose file nor an image differs between the two captures.", []))
    return [*nodes, *(m.say(f"{row['sentence'][0].upper()}{row['sentence'][1:]}.", [row]) for row in came)]


def _cells(row: Record) -> tuple[str, ...]:
    counted = row["area"] == "layer" or row["what"] == "size"
    told = [
        size(int(row[key])) if counted and pd.notna(row[key]) else name(row[key], "\u2014")
        for key in ("before", "after")
    ]
    values = (name(row["service"]), row["what"], *told)
    return tuple(value if len(value) <= _LONG else value[: _LONG - 1] + "\u2026" for value in map(str, values))


def checked(m: Material) -> list[Node]:
    """Return the commands that verify the change, with what each showed; empty without a capture before."""
    if m.before is None:
        return []
    told = _differences(m.before, m.found)
    services = told.loc[told["area"].isin(_CHANGED), "service"].dropna().unique()
    rows = [row for service in services for row in tables.records(m.found.verifications(service))]
    header = ("command", "is to show", "showed", "holds")
    listed = tuple(m.row((row["command"], row["claim"], row["shows"], row["holds"]), [row]) for row in rows)
    return [Grid(header, listed)] if listed else []


def contradicted(m: Material) -> list[Remark]:
    """Return where people call an image smaller, and it is not."""
    if m.before is None:
        return []
    told = _differences(m.before, m.found)
    sizes = tables.records(told[told["area"].eq("image") & told["what"].eq("size")].dropna(subset=["before", "after"]))
    grown = [row["sentence"] for row in sizes if int(row["after"]) > int(row["before"])]
    return [
        Remark(text.key, text.line, f"'{found[0]}'", f"the evidence says otherwise: {grown[0]}")
        for text in m.human.texts.values()
        if grown and (found := _SMALLER.search(text.text))
    ]
