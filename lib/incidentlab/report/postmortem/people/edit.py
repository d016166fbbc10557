"""Other answers in human.yaml: only the fields that change are written anew, every other byte stays as it is.

A field that is written anew keeps its comments, on lines of their own above it. Before anything reaches the disk the
new text is read once more, and must say exactly what was asked for.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from incidentlab.report.postmortem.people.fields import LISTS, MAPS, RECORDS, TEXTS, question
from incidentlab.report.postmortem.people.human import NAME, Human, read
from incidentlab.tables import BadInput
from incidentlab.tables.documents import yaml_node

Answers = dict[str, Any]
"""field -> what is written there: a text, a list of texts, a list of part -> text, or part -> text"""

FIELDS = (*TEXTS, *LISTS, *RECORDS, *MAPS)


def answers(human: Human) -> Answers:
    """Return what people wrote, one value for each field of human.yaml; an empty one where nothing is written.

    Examples
    --------
    >>> answers(read("lessons: [Probes can lie]"))["lessons"]
    ['Probes can lie']
    """
    found: Answers = {name: text.text if (text := human.get(name)) else "" for name in TEXTS}
    found |= {name: [text.text for text in human.all(name)] for name in LISTS}
    found |= {name: [{p: text.text for p, text in row.items()} for row in human.records(name)] for name in RECORDS}
    for name, (parts, _) in MAPS.items():
        given = parts or tuple(key.partition(".")[2] for key in human.texts if key.startswith(f"{name}."))
        found[name] = {part: text.text for part in given if (text := human.get(f"{name}.{part}"))}
    return found


def edited(text: str, wanted: Mapping[str, Any]) -> str:
    r"""Return the text of human.yaml with other answers.

    Parameters
    ----------
    text
        As it stands.
    wanted
        Answers by field; a field that is not given stays as it is.

    Raises
    ------
    BadInput
        The text cannot be read, an answer is none (a time without a zone), or this text cannot take it.

    Examples
    --------
    >>> print(edited("status: Draft # for now\nlucky: []\n", {"status": "Closed"}), end="")
    # for now
    status: Closed
    lucky: []
    """
    return _edited(text, json.dumps(wanted))


@lru_cache(maxsize=8)
def _edited(text: str, wanted: str) -> str:
    """Return the same; a form asks for one text several times while one letter is typed."""
    before = answers(read(text))
    after = before | {name: _stripped(value) for name, value in json.loads(wanted).items()}
    changed = [name for name in FIELDS if after[name] != before[name]]
    places, newline = _places(text), "\r\n" if "\r\n" in text else "\n"
    for name in sorted(changed, key=lambda name: places.get(name, (0, 0)), reverse=True):
        if name in places:
            start, end = places[name]
            field = _field(name, after[name], _comments(text[start:end]))
            text = text[:start] + field.replace("\n", newline) + text[end:]
    for name in (name for name in changed if name not in places):
        field = _field(name, after[name], [f"# {question(name)}"])
        text = f"{text.rstrip()}\n\n{field}\n".lstrip().replace("\r\n", "\n").replace("\n", newline)
    if answers(read(text)) != after:
        raise BadInput(f"{', '.join(changed)} cannot be written into {NAME} as it stands; write it there by hand")
    return text


def _stripped(value: Any) -> Any:
    """Return an answer without spaces around its texts and without what is empty."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {part: text.strip() for part, text in value.items() if text.strip()}
    return [kept for item in value if (kept := _stripped(item))]


def _places(text: str) -> dict[str, tuple[int, int]]:
    """Return where each field stands: from its name to the end of the last line of its value."""
    root = yaml_node(text, name=NAME, exact=True)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return {}
    starts = [key.start_mark.index for key, _ in root.value]
    names = [str(key.value) for key, _ in root.value]
    tokens = [(begin, end) for begin, end, _ in _tokens(text)]
    return {
        name: (start, _end(text, start, max(end for begin, end in tokens if start <= begin < until)))
        for name, start, until in zip(names, starts, [*starts[1:], len(text)], strict=True)
    }


def _end(text: str, start: int, last: int) -> int:
    """Return the end of the line on which the last token of a field ends; comments below it belong to the next one."""
    inside = start + len(text[start:last].rstrip())
    return inside + len(text[inside:].split("\n", 1)[0].rstrip())


def _comments(block: str) -> list[str]:
    """Return the comments of a field: what stands between its tokens, and behind the mark of a block of text."""
    found, last = [], 0
    for begin, end, block_mark in [*_tokens(block), (len(block), len(block), "")]:
        found += re.findall(r"#.*", block[last:begin]) + re.findall(r"#.*", block_mark)
        last = end
    return [comment.rstrip() for comment in found]


def _tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each token of YAML that takes room: its start, its end, and its first line if it is a block of text."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        begin, end = token.start_mark.index, token.end_mark.index
        if end > begin and not isinstance(token, yaml.DocumentStartToken | yaml.DocumentEndToken):
            literal = isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")
            yield begin, end, text[begin:end].split("\n", 1)[0] if literal else ""


def _field(name: str, value: Any, comments: list[str]) -> str:
    """Return a field as YAML, its comments above it, its empty parts kept to be filled in."""
    parts = {**RECORDS, **MAPS}.get(name, ((), ""))[0]
    if name in RECORDS:
        value = [{part: row.get(part) for part in parts} for row in value or [{}]]
    elif name in MAPS:
        value = {part: value.get(part) for part in parts or value} or None
    dumped = yaml.dump({name: value or None if name in TEXTS else value}, Dumper=_Dumper, **_LAYOUT)
    return "\n".join([*comments, dumped.rstrip("\n")])


_LAYOUT: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": math.inf}


_BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""YAML 1.1 reads these as line ends too, and not back as what they were, unless they are escaped."""


class _Dumper(yaml.SafeDumper):
    """Lists stand indented below their name, texts of several lines as blocks, nothing as nothing."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - never indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _BREAKS.search(text) else style)


def _nothing(dumper: yaml.SafeDumper, _: None) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)
