"""What a category, or a rule of the audit, means: what proves it, what refutes it, what to do, and who says so."""

from __future__ import annotations

from difflib import get_close_matches

from incidentlab.knowledge.causes import CAUSES, instructions
from incidentlab.knowledge.rules import RULES
from incidentlab.report.answer import Section, shown
from incidentlab.report.show import Shown
from incidentlab.tables import BadInput


def explained(name: str) -> Shown:
    """Return what is known of a category or a rule.

    Parameters
    ----------
    name
        One of `incidentlab.tables.CATEGORIES`, or a rule of the audit.

    Raises
    ------
    BadInput
        There is neither; the message names what is spelt alike.

    Examples
    --------
    >>> print(explained("dns_failure").text.splitlines()[0])
    dns_failure
    """
    if name in CAUSES:
        return shown(_cause(name))
    if name in RULES:
        return shown(_rule(name))
    alike = get_close_matches(name, [*CAUSES, *RULES], n=3)
    hint = f"did you mean {', '.join(alike)}?" if alike else "`incidentlab explain` lists them all"
    raise BadInput(f"{name!r} is neither a category nor a rule; {hint}")


def everything() -> Shown:
    """Return all categories and rules, each with its meaning in a line."""
    causes = [f"{name}: {cause.means}" for name, cause in CAUSES.items()]
    rules = [f"{name}: {rule.condition}" for name, rule in RULES.items()]
    return shown([("Categories of `diagnose`", causes), ("Rules of `audit`", rules)])


def _cause(name: str) -> list[Section]:
    cause = CAUSES[name]
    remedy, verify = (instructions(steps, {}) for steps in (cause.remedy, cause.verify))
    sections = [
        (name, [cause.means]),
        ("What proves it", cause.proves),
        ("What refutes it", cause.refutes),
        ("What to change", _split(remedy)),
        ("How to see that it holds", _split(verify)),
        ("Sources", cause.sources),
    ]
    return [section for section in sections if section[1]]


def _rule(name: str) -> list[Section]:
    rule = RULES[name]
    sections = [
        (f"{name} ({rule.level})", [rule.condition, f"true for: {rule.versions}"]),
        ("What is needed to tell", rule.needs),
        ("What to change", _split(instructions(list(rule.remedy), {}))),
        ("Sources", rule.sources),
    ]
    return [section for section in sections if section[1]]


def _split(steps: list[str]) -> list[str]:
    """Return the lines of steps: those that begin with two blanks are to be copied as they stand."""
    return [line for step in steps for line in step.split("\n")]
