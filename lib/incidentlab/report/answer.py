"""The answer in words: the verdict, how sure it is, what it caused, what to change, what is not known.

One list of sections serves the notebook (HTML) and the terminal (text), so that both say the same. Nothing is worked
out here: every figure comes from a result table.
"""

from __future__ import annotations

import html
import re
import textwrap
from itertools import groupby
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.diagnosis.wording import parties, sentence
from incidentlab.investigate import Investigation
from incidentlab.report import beside
from incidentlab.report.arguments import arguments
from incidentlab.report.compose_diff import compose_diff
from incidentlab.report.headline import named, next_step, state_now
from incidentlab.report.moment import span
from incidentlab.report.show import Shown, visible

_PRE = "white-space:pre-wrap;word-break:normal;overflow-wrap:break-word"
"""A narrow window breaks a line to copy between words; what is copied is one line still."""

_WIDTH, _NARROWEST = 100, 40
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_MOST_BURSTS = 5
"""Bursts of errors that are told on the first screen; all stand in the timeline."""

_REACHING = ("startup_race", "wrong_host", "dns_failure", "network_timeout")
"""What a client seems to suffer from while the server that it needs is broken by something else."""

Section = tuple[str, list[str]]


def answer(investigation: Investigation, *, timezone: str = "UTC") -> Shown:
    """Return the state now, the cause, the next command, what followed and what to change, to be shown first.

    Parameters
    ----------
    investigation
        Its finding of rank 1 is the verdict.
    timezone
        The zone in which times are shown.

    Returns
    -------
    Shown
    """
    told = (_harmed(investigation), _beside(investigation, timezone), _chain(investigation), _remedy(investigation))
    return shown([_verdict(investigation, timezone), *_optional(*told)])


def how_sure(investigation: Investigation, *, timezone: str = "UTC") -> Shown:
    """Return what speaks for the verdict, what speaks against it and what is missing, each with its place."""
    return shown([("How sure", arguments(investigation, timezone=timezone))])


def unknowns(investigation: Investigation) -> Shown:
    """Return what the evidence cannot answer, source by source."""
    return shown([("What we do not know", ledger_lines(investigation))])


def page(investigation: Investigation, *, width: int = _WIDTH, colour: bool = False, every: bool = False) -> str:
    """Return the whole answer as a page for a terminal: same evidence, same bytes.

    Parameters
    ----------
    investigation
        Its finding of rank 1 is the verdict.
    width
        Columns of the terminal; lines are broken there, and never wider than 100, which is hard to read.
    colour
        Let titles stand out (ECMA-48, SGR): no letter is another.
    every
        Show every row that speaks for or against the verdict, instead of one line for each fact.
    """
    gaps = ledger_lines(investigation)[:-1]
    sections = [
        _verdict(investigation, "UTC"),
        *_optional(_harmed(investigation), _beside(investigation, "UTC")),
        ("Evidence", arguments(investigation, every=every)),
        *_optional(_chain(investigation), _others(investigation), _remedy(investigation)),
        *_optional(("What we do not know", gaps)),
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


def at(row: dict[str, Any]) -> str:
    """Return where a row stands, in brackets, to be set behind what is said of it; nothing where it is not known."""
    return f" [{place(row)}]" if place(row) else ""


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
    return "<ul>" + "".join(f"<li>{_marked(line)}</li>" for line in lines) + "</ul>"


def _marked(line: str) -> str:
    """Return a line with what stands between back-ticks as code; all of it is escaped before."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(visible(line)))


def _block(lines: list[str]) -> str:
    return f'<pre style="{_PRE}">' + "\n".join(html.escape(visible(line)) for line in lines) + "</pre>"


def _optional(*sections: Section) -> list[Section]:
    return [section for section in sections if section[1]]


def _verdict(investigation: Investigation, timezone: str) -> Section:
    first = tables.records(investigation.findings)[0]
    who = parties(first)
    name = f"{first['category']}{f' ({who})' if who else ''}, confidence {first['confidence']:.2f}"
    step = next_step(investigation)
    following = ["Next, and it harms nothing:", f"  {step}"] if step else []
    return state_now(investigation, timezone=timezone), [str(first["sentence"]), *following, f"Called {name}."]


def _harmed(investigation: Investigation) -> Section:
    """Return who was harmed and how, and the bursts of errors, where no cause is named."""
    if investigation.findings["category"].iloc[0] != "unknown":
        return "What was harmed", []
    harms = tables.records(investigation.harms)
    happenings = investigation.timeline
    bursts = tables.records(happenings[happenings["what"] == "errors"].head(_MOST_BURSTS))
    said = [f"{sentence(harm)}{at(harm)}" for harm in harms]
    whose = (f"{row['service']}: " if pd.notna(row["service"]) else "" for row in bursts)
    return "What was harmed", [
        *said,
        *(f"{who}{row['detail']}{at(row)}" for who, row in zip(whose, bursts, strict=True)),
    ]


def _beside(investigation: Investigation, timezone: str) -> Section:
    """Return what was measured, deployed and alarmed."""
    told = beside.every(investigation, timezone)
    return "Beside the logs", [f"{one.text}.{''.join(dict.fromkeys(map(at, one.rows)))}" for one in told]


def _chain(investigation: Investigation) -> Section:
    """Return what the verdict caused, step by step, each step once, and whom the same cause hit as well."""
    findings = tables.records(investigation.findings)
    lines = [_effect(investigation, row) for row in findings if row["rank"] in _consequences(findings)]
    lines += [_rest(finding, findings[0]) for finding in findings if finding["rank"] in _victims(findings)]
    return "What followed from it", lines


def _consequences(findings: list[dict[str, Any]]) -> set[int]:
    reached = {1}
    for finding in findings[1:]:
        if pd.notna(finding["follows"]) and int(finding["follows"]) in reached:
            reached.add(int(finding["rank"]))
    return reached - {1}


def _victims(findings: list[dict[str, Any]]) -> set[int]:
    """Return the findings of the same cause at the same dependency: others that it hit, and no other causes."""
    first = findings[0]
    return {
        int(finding["rank"])
        for finding in findings[1:]
        if pd.isna(finding["follows"])
        and pd.notna(first["dependency"])
        and all(finding[name] == first[name] for name in ("category", "dependency"))
    }


def _effect(investigation: Investigation, finding: dict[str, Any]) -> str:
    """Return a consequence in words: who did not reach whom needs no reason of its own, the verdict is one."""
    if finding["category"] not in _REACHING or pd.isna(finding["service"]) or pd.isna(finding["dependency"]):
        return str(finding["sentence"])
    rows = investigation.evidence[investigation.evidence["rank"].eq(finding["rank"])]
    when = span(rows["ts"].min(), rows["ts"].max(), day=investigation.incident.end)
    return f"{finding['service']} did not reach {finding['dependency']}{f', {when}' if when else ''}."


def _rest(finding: dict[str, Any], first: dict[str, Any]) -> str:
    """Return the sentence of a finding without the parts that the verdict says already."""
    known = str(first["sentence"]).removesuffix(".").split("; ")
    parts = str(finding["sentence"]).removesuffix(".").split("; ")
    new = "; ".join(part for part in parts if part not in known)
    return f"{new}." if new else str(finding["sentence"])


def _others(investigation: Investigation) -> Section:
    findings = tables.records(investigation.findings)
    told = {1, *_consequences(findings), *_victims(findings)}
    lines = [
        f"{finding['category']} ({finding['confidence']:.2f}): {finding['sentence']}"
        for finding in findings
        if finding["rank"] not in told and pd.isna(finding["follows"])
    ]
    return "Other hypotheses", lines


def _remedy(investigation: Investigation) -> Section:
    first = tables.records(investigation.findings)[0]
    words = [] if pd.isna(first["remedy"]) else named(str(first["remedy"]), investigation).split("\n")
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
        "\n".join([f"{bold}{textwrap.fill(visible(title), width)}{plain}", *_wrapped(lines, width)])
        for title, lines in sections
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
