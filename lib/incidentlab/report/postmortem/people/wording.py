"""A check of what people wrote, by rules that can be read: no model, no opinion on style.

It looks for what makes a postmortem useless: a person named as the cause, "human error", what somebody should have
done, one single root cause, an action item that nobody can finish. Each remark has its place and a suggestion; it
never stops anything. What the rules cannot see, such as blame without these words, stays with the reviewers.

Sources: Google, Site Reliability Engineering, chapter 15 (blameless postmortems); S. Dekker, The Field Guide to
Understanding 'Human Error' (counterfactuals, single causes).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from incidentlab.report.postmortem.people.fields import KINDS, STATUSES
from incidentlab.report.postmortem.people.human import NAME, Human
from incidentlab.report.postmortem.statement import Written


@dataclass(frozen=True)
class Remark:
    """One place in human.yaml that a reviewer would stop at."""

    key: str
    line: int
    found: str
    suggestion: str

    def __str__(self) -> str:
        return f"{NAME}:{self.line} ({self.key}): {self.found}: {self.suggestion}"


_RULES = (
    (
        r"\b(?:human|operator|user|manual) error\b|\bcareless\w*|\bnegligen\w+|\bincompeten\w+|\bfat[- ]finger\w*",
        "say what made the act look right at that time, and what let it through",
    ),
    (
        r"\b(?:should|could|ought to|must) (?:not )?have\b|\bfailed to\b|\bneglected to\b|\bif only\b",
        "say what was done and known then, not what would have been better; put the better into an action item",
    ),
    (
        r"\bthe (?:\w+ )?root cause\b|\b(?:single|sole|only) (?:root )?(?:cause|reason)\b",
        "name several contributing factors: a single cause is where the search stopped",
    ),
)
_BLAME = re.compile(
    r"(?:caused by|because of|fault of|blame[sd]?(?: on)?|due to) @?(?P<after>[A-Z][a-z]+)\b(?!-)"
    r"|(?P<before>\b[A-Z][a-z]+) (?:forgot|overlooked|ignored|misread|mistyped|misconfigured|broke|deleted|pushed"
    r"|merged|deployed|made a mistake)\b"
)
_NO_PERSON = frozenset(
    {
        "We",
        "The",
        "This",
        "That",
        "It",
        "They",
        "Nobody",
        "Someone",
        "Somebody",
        "Compose",
        "Docker",
        "Engine",
        "Kernel",
        "Linux",
        "Node",
        "Postgres",
        "Redis",
        "Nginx",
        "Kubernetes",
        "Mysql",
        "Mongo",
        "Java",
        "Python",
        "Npm",
        "Trivy",
    }
)
_VAGUE = re.compile(
    r"(?i)(?:improve|investigate|consider|look into|be (?:more )?careful|pay attention|think|try|understand|ensure"
    r"|make sure|review|discuss|monitor|better|more|raise awareness|train)\b"
)
_NO_VERB = re.compile(r"(?i)(?:the|a|an|no|all|some|our|new)\b|\w+(?:tion|ness|ity|ing)\b")
_NAMES = (
    "authors",
    "reviewers",
    "milestones",
    "status",
    "roles",
    "own",
    "tracker",
    "incident_id",
    "severity",
    "refused",
)
_SHORT = (".owner", ".due", ".who", ".on", ".when", ".tracker", ".state", ".priority", ".verdict")
"""Fields, and parts of fields, that are names, days or links."""
_DUE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[\w-]+(?:/[\w.-]+)+|\b[\w-]+\.(?:log|jsonl?|ya?ml|js|py|sql)\b")


def wording(human: Human, *, services: Collection[str] = ()) -> list[Remark]:
    """Return what a reviewer would stop at, in the order of the file.

    Parameters
    ----------
    human
        What people wrote.
    services
        Names of services: they are no persons, and do not belong into the external edition.

    Examples
    --------
    >>> from incidentlab.report.postmortem.people.human import read
    >>> [remark.found for remark in wording(read("summary: It was human error; Bob should have waited."))]
    ["'human error'", "'should have'"]
    """
    people = _people(human)
    found = [remark for text in human.texts.values() for remark in _text(text, people, services)]
    found += _items(human)
    if human.status not in STATUSES[:2] and not human.all("action_items"):
        place = human.texts["status"].line
        found.append(Remark("status", place, f"{human.status} without action items", "write them, or go back to Draft"))
    return sorted(found, key=lambda remark: (remark.line, remark.key))


def _people(human: Human) -> set[str]:
    """Return the names that the file itself gives to people."""
    named = [*human.all("authors"), *human.all("reviewers")]
    named += [text for key, text in human.texts.items() if key.startswith("roles.") or key.endswith((".owner", ".who"))]
    return {part for text in named for part in re.findall(r"[A-Z][a-z]+", text.text)}


def _text(text: Written, people: set[str], services: Collection[str]) -> Iterator[Remark]:
    if text.key.startswith(_NAMES) or text.key.endswith(_SHORT):
        return
    for pattern, suggestion in _RULES:
        for hit in re.finditer(f"(?i){pattern}", text.text):
            yield Remark(text.key, text.line, repr(hit[0]), suggestion)
    for name in _blamed(text.text, people, services):
        yield Remark(
            text.key, text.line, f"{name!r} named as a cause", "name the role and what it could see, no person"
        )
    if text.key.startswith("external"):
        for word in [*_ADDRESS.findall(text.text), *(name for name in services if names(text.text, name))]:
            yield Remark(text.key, text.line, f"{word!r} in the external edition", "say it without internal names")


def _blamed(text: str, people: set[str], services: Collection[str]) -> list[str]:
    known = {name.lower() for name in services}
    hits = [hit["after"] or hit["before"] for hit in _BLAME.finditer(text)]
    suspects = [name for name in hits if name not in _NO_PERSON and name.lower() not in known]
    return list(dict.fromkeys([*suspects, *sorted(name for name in people if names(text, name))]))


def names(text: str, name: str) -> bool:
    """Tell whether a text has a name as a word of its own: ``app`` is not named by ``happened``, nor by ``app-2``."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _items(human: Human) -> Iterator[Remark]:
    for item in human.records("action_items"):
        any_part = next(iter(item.values()))
        key, line = any_part.key.partition(".")[0], any_part.line
        what = item["what"].text if "what" in item else ""
        if not what or _NO_VERB.match(what):
            yield Remark(
                key, line, f"{what!r} has no verb", "begin with what is to be done: Add, Remove, Set, Alert ..."
            )
        elif _VAGUE.match(what) or len(what.split()) < 2:
            yield Remark(key, line, f"{what!r} is vague", "say by what one sees that it is done")
        if "owner" not in item:
            yield Remark(key, line, f"{what!r} has no owner", "name one person or team")
        if "due" not in item or not _DUE.fullmatch(item["due"].text):
            yield Remark(key, line, f"{what!r} has no due date", "write it like 2026-01-31")
        if "kind" not in item or item["kind"].text not in KINDS:
            yield Remark(key, line, f"{what!r} has no kind", f"one of {', '.join(KINDS)}")
