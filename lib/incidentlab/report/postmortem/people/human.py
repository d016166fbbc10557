"""What people write: one file, human.yaml, kept apart from what the tool writes and changed by people alone.

The file has one empty field for everything that no evidence can tell. It is read node by node, not as Python values:
so every text keeps its line, a date stays the text that was typed, and a key that stands twice is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd
import yaml

from incidentlab import tables
from incidentlab.report.postmortem.people.fields import GROUPS, LISTS, MAPS, RECORDS, STATUSES, TEXTS
from incidentlab.report.postmortem.people.fields import question as asked
from incidentlab.report.postmortem.people.own import OwnField
from incidentlab.report.postmortem.statement import Prompt, Written
from incidentlab.tables import BadInput
from incidentlab.tables.documents import yaml_node

NAME = "human.yaml"
INCIDENT = "incident"
"""The field that the tool fills in: which incident the file is about."""

_PRECISION_S = ((r"T\d\d:\d\d:\d\d\.\d+", 0.001), (r"T\d\d:\d\d:\d\d", 1.0), (r"T\d\d:\d\d", 60.0))


@dataclass(frozen=True)
class Human:
    """What people wrote.

    Parameters
    ----------
    texts
        Every text by its key: ``summary``, ``lessons[1]``, ``action_items[1].owner``, ``external.summary``.
        Empty fields are not in it.
    incident
        What the file says that it is about (see `identity`); None where it does not say.
    own
        The fields that a team declared for itself.
    """

    texts: dict[str, Written] = field(default_factory=dict)
    incident: str | None = None
    own: tuple[OwnField, ...] = ()

    def get(self, key: str) -> Written | None:
        """Return one text, None where nobody wrote it."""
        return self.texts.get(key)

    def all(self, key: str) -> tuple[Written, ...]:
        """Return the entries of a list, or the one text."""
        return tuple(text for name, text in self.texts.items() if name == key or name.startswith(f"{key}["))

    def records(self, key: str) -> Iterator[dict[str, Written]]:
        """Yield the entries of a list of records, each as field -> text."""
        found: dict[str, dict[str, Written]] = {}
        for name, text in self.texts.items():
            head, dot, part = name.partition("].")
            if dot and head.startswith(f"{key}["):
                found.setdefault(head, {})[part] = text
        yield from found.values()

    @property
    def status(self) -> str:
        """Draft, unless somebody says otherwise."""
        written = self.get("status")
        return written.text if written else STATUSES[0]

    def milestones(self) -> pd.DataFrame:
        """Return the times that people wrote down, each as exact as it was typed: MILESTONES.

        Raises
        ------
        BadInput
            A text is no time, or has no zone.
        """
        rows = [
            {"name": name, "ts": _time(text), "uncertainty_s": _precision_s(text.text), "file": NAME, "line": text.line}
            for name in MAPS["milestones"][0]
            if (text := self.get(f"milestones.{name}"))
        ]
        return tables.rows(rows, tables.MILESTONES)

    def entries(self) -> list[tuple[pd.Timestamp, dict[str, Written]]]:
        """Return what people entered into the timeline, each with its time.

        Raises
        ------
        BadInput
            A time is none, or has no zone.
        """
        return [(_time(item["when"]), item) for item in self.records("timeline") if "when" in item]


def question(key: str) -> Prompt:
    """Return the question that a field of human.yaml answers."""
    return Prompt(asked(key), key)


def template(incident: str = "") -> str:
    """Return human.yaml with every field empty and its question beside it.

    Parameters
    ----------
    incident
        What it is about.
    """
    lines = [
        "# What only people can say. The tool makes this file once; only people change it, here or by the form.",
        named(incident),
        "",
    ]
    for title, keys in GROUPS:
        lines += [f"# --- {title}"]
        for key in keys:
            lines += _field(key)
        lines.append("")
    return "\n".join(lines)


@lru_cache(maxsize=8)
def read(text: str) -> Human:
    """Return what people wrote.

    Raises
    ------
    BadInput
        It is no YAML, a key is unknown or stands twice, or a value has the wrong shape; the message says where.

    Examples
    --------
    >>> read("lessons: [Probes can lie]").get("lessons[1]").text
    'Probes can lie'
    """
    root = yaml_node(text, name=NAME)
    written = {text.key: text for text in _root(root)}
    about = written.pop(INCIDENT, None)
    human = Human(written, about.text if about else None)
    if human.status not in STATUSES:
        raise BadInput(
            f"{NAME}:{human.texts['status'].line}: no status {human.status!r}; there are: {', '.join(STATUSES)}"
        )
    human.milestones()
    human.entries()
    return human


def named(incident: str) -> str:
    """Return the line that says which incident the file is about."""
    return f"{INCIDENT}: {incident}  # what the evidence is of; leave it as it is".replace(":   #", ":  #")


def _field(key: str) -> list[str]:
    above = f"# {asked(key)}"
    if key in RECORDS or key in MAPS:
        names = {**RECORDS, **MAPS}[key][0]
        marks = ["- ", "  "] if key in RECORDS else ["", ""]
        return [above, f"{key}:", *(f"  {marks[bool(place)]}{name}:" for place, name in enumerate(names))]
    return [above, f"{key}: {'[]' if key in LISTS else ''}".rstrip()]


def _root(root: yaml.Node | None) -> Iterator[Written]:
    known = [*TEXTS, *LISTS, *RECORDS, *MAPS, INCIDENT]
    for key, node in _pairs(root, "", known):
        if key in TEXTS or key == INCIDENT:
            yield from _text(node, key)
        elif key in LISTS:
            for place, item in enumerate(_items(node, key), 1):
                yield from _text(item, f"{key}[{place}]")
        else:
            yield from _nested(node, key)


def _nested(node: yaml.Node, key: str) -> Iterator[Written]:
    items = [(key, node)]
    if key in RECORDS:
        items = [(f"{key}[{place}]", item) for place, item in enumerate(_items(node, key), 1)]
    for name, item in items:
        known = None if key == "own" else list({**RECORDS, **MAPS}[key][0])
        for part, value in _pairs(item, name, known):
            yield from _text(value, f"{name}.{part}")


def _pairs(node: yaml.Node | None, where: str, known: list[str] | None) -> Iterator[tuple[str, yaml.Node]]:
    if node is None or _empty(node):
        return
    if not isinstance(node, yaml.MappingNode):
        raise BadInput(f"{NAME}:{_line(node)}: {where or 'the file'} must have fields: {', '.join(known or ['...'])}")
    seen: set[str] = set()
    for name, value in node.value:
        key = str(name.value)
        if known is not None and key not in known:
            raise BadInput(
                f"{NAME}:{_line(name)}: no field {key!r} in {where or 'the file'}; known: {', '.join(known)}"
            )
        if key in seen:
            raise BadInput(f"{NAME}:{_line(name)}: {key} stands twice in {where or 'the file'}; join the two")
        seen.add(key)
        yield key, value


def _items(node: yaml.Node, key: str) -> list[yaml.Node]:
    if _empty(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise BadInput(f"{NAME}:{_line(node)}: {key} must be a list: one entry a line, each after '- '")
    return list(node.value)


def _text(node: yaml.Node, key: str) -> Iterator[Written]:
    if not isinstance(node, yaml.ScalarNode):
        raise BadInput(f"{NAME}:{_line(node)}: {key} must be a text; put it in quotes if it holds ': ' or '[')")
    if not _empty(node) and node.value.strip():
        yield Written(node.value.strip(), key, _line(node))


def _empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _time(written: Written) -> pd.Timestamp:
    try:
        ts = pd.Timestamp(written.text)
    except ValueError as error:
        raise BadInput(f"{NAME}:{written.line}: {written.text!r} is no time; write 2026-01-31T09:24:00Z") from error
    if pd.isna(ts) or ts.tz is None:
        raise BadInput(f"{NAME}:{written.line}: {written.text!r} has no zone; write it with one, like Z or +01:00")
    return ts


def _precision_s(text: str) -> float:
    """Return how exact a typed time is: its last digit."""
    dense = text.replace(" ", "T", 1)
    return next((size for pattern, size in _PRECISION_S if re.search(pattern, dense)), 86400.0)
