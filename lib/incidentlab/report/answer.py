"""The answer in words: the verdict, how sure it is, what it caused, what to change, what is not known.

One list of sections serves the notebook (HTML) and the terminal (text), so that both say the same. Nothing is worked
out here: every figure comes from a result table.
"""

from __future__ import annotations

import html
import textwrap
from itertools import groupby
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.hypothesis import MORE
from incidentlab.analyse.diagnosis.wording import sentence
from incidentlab.investigate import Investigation
from incidentlab.report.compose_diff import compose_diff
from incidentlab.report.show import Shown, visible

_WIDTH, _NARROWEST = 100, 40
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_MOST_BURSTS = 5
"""Bursts of errors that are told on the first screen; all stand in the timeline."""

_ROLES = {"for": "for", "against": "against", "missing": "not known"}

Section = tuple[str, list[str]]


def answer(investigation: Investigation) -> Shown:
    """Return the verdict with its confidence, its consequences and its remedy, to be shown first.

    Parameters
    ----------
    investigation
        Its finding of rank 1 is the verdict.

    Returns
    -------
    Shown
    """
    told = (_harmed(investigation), _chain(investigation), _remedy(investigation))
    return shown([_verdict(investigation), *_optional(*told)])


def how_sure(investigation: Investigation) -> Shown:
    """Return what speaks for the verdict, what speaks against it and what is missing, each with its place."""
    return shown([("How sure", _arguments(investigation))])


def unknowns(investigation: Investigation) -> Shown:
    """Return what the evidence cannot answer, source by source."""
    return shown([("What we do not know", ledger_lines(investigation))])


def page(investigation: Investigation, *, width: int = _WIDTH, colour: bool = False) -> str:
    """Return the whole answer as a page for a terminal: same evidence, same bytes.

    Parameters
    ----------
    investigation
        Its finding of rank 1 is the verdict.
    width
        Columns of the terminal; lines are broken there, and never wider than 100, which is hard to read.
    colour
        Let titles stand out (ECMA-48, SGR): no letter is another.
    """
    sections = [
        _verdict(investigation),
        *_optional(_harmed(investigation)),
        ("Evidence", _arguments(investigation)),
        *_optional(_chain(investigation), _others(investigation), _remedy(investigation)),
        ("What we do not know", ledger_lines(investigation)),
    ]
    return _text(sections, width=max(_NARROWEST, min(width, _WIDTH)), colour=colour) + "\n"


def decisive(investigation: Investigation, *, rank: int = 1) -> pd.DataFrame:
    """Return the rows that speak for or against a finding, in order of time.

    Returns
    -------
    pandas.DataFrame
        Columns of EVIDENCE.
    """
    rows = investigation.evidence[investigation.evidence["rank"] == rank]
    return rows[rows["line"].notna()].sort_values(["ts", "order"], kind="stable", na_position="last")


def place(row: dict[str, Any]) -> str:
    """Return where a row stands, as ``file:line`` and, inside a JSON line, the pointer.

    Examples
    --------
    >>> place({"file": "events.jsonl", "line": 3, "pointer": None})
    'events.jsonl:3'
    """
    if pd.isna(row["file"]):
        return ""
    line = "" if pd.isna(row["line"]) else f":{row['line']}"
    return f"{row['file']}{line}" + ("" if pd.isna(row["pointer"]) else f" {row['pointer']}")


def ledger_lines(investigation: Investigation) -> list[str]:
    """Return one line for each source that is incomplete, or one line that says that none is known to be."""
    said = [
        f"{row['source']}: "
        + "; ".join(str(row[name]) for name in ("error", "truncated", "gap") if pd.notna(row[name]))
        for row in tables.records(investigation.incident.ledger)
        if any(pd.notna(row[name]) for name in ("error", "truncated", "gap"))
    ]
    whole = len(investigation.incident.ledger) - len(said)
    return [*said, f"{whole} of {len(investigation.incident.ledger)} sources complete as far as can be known"]


def shown(sections: list[Section]) -> Shown:
    """Return sections (a title and its lines) as something to show; all of it is escaped here.

    Lines that begin with two blanks are to be copied as they stand: they are set as one block.
    """
    parts = []
    for title, lines in sections:
        blocks = groupby(lines, key=lambda line: line.startswith("  "))
        parts.append(f"<h3>{html.escape(visible(title))}</h3>")
        parts += [_block(list(block)) if verbatim else _list(list(block)) for verbatim, block in blocks]
    return Shown("".join(parts), _text(sections))


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(visible(line))}</li>" for line in lines) + "</ul>"


def _block(lines: list[str]) -> str:
    return "<pre>" + "\n".join(html.escape(visible(line)) for line in lines) + "</pre>"


def _optional(*sections: Section) -> list[Section]:
    return [section for section in sections if section[1]]


def _verdict(investigation: Investigation) -> Section:
    first = tables.records(investigation.findings)[0]
    who = " -> ".join(str(first[name]) for name in ("service", "dependency") if pd.notna(first[name]))
    title = f"{first['category']}{f' ({who})' if who else ''}, confidence {first['confidence']:.2f}"
    return title, [str(first["sentence"])]


def _harmed(investigation: Investigation) -> Section:
    """Return who was harmed and how, and the bursts of errors, where no cause is named."""
    if investigation.findings["category"].iloc[0] != "unknown":
        return "What was harmed", []
    harms = tables.records(investigation.harms)
    happenings = investigation.timeline
    bursts = tables.records(happenings[happenings["what"] == "errors"].head(_MOST_BURSTS))
    said = [f"{sentence(harm)}{_at(harm)}" for harm in harms]
    whose = (f"{row['service']}: " if pd.notna(row["service"]) else "" for row in bursts)
    return "What was harmed", [
        *said,
        *(f"{who}{row['detail']}{_at(row)}" for who, row in zip(whose, bursts, strict=True)),
    ]


def _at(row: dict[str, Any]) -> str:
    return f" [{place(row)}]" if place(row) else ""


def _arguments(investigation: Investigation) -> list[str]:
    rows = tables.records(investigation.evidence[investigation.evidence["rank"] == 1])
    lines = []
    for role, words in _ROLES.items():
        same: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["role"] == role:
                same.setdefault(str(row["fact"]), []).append(row)
        lines += [f"{words}: {fact}{_shown(shown)}" for fact, shown in same.items()]
    return lines or ["no row speaks for or against it"]


def _shown(rows: list[dict[str, Any]]) -> str:
    """Return where rows that say the same stand, and what the first of them says."""
    first, last = rows[0], rows[-1]
    quoted = f": {first['message']}" if pd.notna(first["message"]) else ""
    if len(rows) == 1 or not place(first):
        return f" [{place(first)}]{quoted}" if place(first) else quoted
    often = "" if str(first["fact"]).endswith(MORE) else f", {len(rows)} times"
    return f"{often}, first [{place(first)}], last [{place(last)}]{quoted}"


def _chain(investigation: Investigation) -> Section:
    """Return what the verdict caused, step by step, each step once."""
    findings = tables.records(investigation.findings)
    lines: list[str] = []
    reached = {1}
    for finding in findings[1:]:
        if pd.notna(finding["follows"]) and int(finding["follows"]) in reached:
            reached.add(int(finding["rank"]))
            lines.append(f"then {finding['category']}: {finding['sentence']}")
    return "What followed from it", lines


def _others(investigation: Investigation) -> Section:
    lines = [
        f"{finding['category']} ({finding['confidence']:.2f}): {finding['sentence']}"
        for finding in tables.records(investigation.findings)[1:]
        if pd.isna(finding["follows"])
    ]
    return "Other hypotheses", lines


def _remedy(investigation: Investigation) -> Section:
    first = tables.records(investigation.findings)[0]
    words = [] if pd.isna(first["remedy"]) else str(first["remedy"]).split("\n")
    incident = investigation.incident
    change = compose_diff(first, incident.services, containers=incident.containers)
    return "What to change", _with(words, [f"  {line}" for line in change])


def _with(words: list[str], change: list[str]) -> list[str]:
    """Put the change of the user's own file in the place of the general one, or before the check."""
    if not change:
        return words
    general = [at for at, line in enumerate(words) if line.startswith("  ")] if "  services:" in words else []
    checks = [at for at, line in enumerate(words) if line.startswith("Verify: ")]
    place = general[0] if general else checks[0] if checks else len(words)
    head = [] if general else ["In your own Compose file:"]
    kept = [line for at, line in enumerate(words) if at not in general and at > place - 1]
    return [*words[:place], *head, *change, *kept]


def _text(sections: list[Section], *, width: int = _WIDTH, colour: bool = False) -> str:
    bold, plain = (_BOLD, _PLAIN) if colour else ("", "")
    return "\n\n".join(
        "\n".join([f"{bold}{visible(title)}{plain}", *_wrapped(lines, width)]) for title, lines in sections
    )


def _wrapped(lines: list[str], width: int) -> list[str]:
    """Wrap for a terminal, but never a line that is indented: it is to be copied as it stands."""
    wrapped = []
    for line in lines:
        clean = visible(line)
        if clean.startswith("  "):
            wrapped.append("    " + clean)
        else:
            wrapped += textwrap.wrap(
                clean,
                width,
                initial_indent="  - ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return wrapped
