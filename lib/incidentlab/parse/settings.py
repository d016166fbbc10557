"""Every value of a Compose file with its line: the user's own file, or what `docker compose config` made of it.

JSON is YAML, so one reader serves both. Merge keys and anchors are followed: a value bears the line on which it is
written, wherever it is used. Short forms are told in the long form: what is a list of names, of ``NAME=VALUE`` or of
words in the one file and a mapping in the other has the same key here. Values stay text, as they are written.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
import yaml

from incidentlab import tables
from incidentlab.parse.evidence import step
from incidentlab.tables.documents import yaml_node

_LARGEST = 1 << 20
_MOST = 20_000
"""Values that are read of one file; an attempt to have anchors multiply ends here."""
_DEEPEST = 30
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_PAIRS = ("environment", "labels", "args", "sysctls")


class Value(NamedTuple):
    """One value with the keys that lead to it."""

    keys: tuple[str, ...]
    value: str | None
    line: int


def settings(text: str, *, file: str, resolved: bool) -> pd.DataFrame:
    r"""Return the values of a Compose file.

    Parameters
    ----------
    text
        YAML or JSON. What is neither, or too large, has none.
    file
        Its name, for the rows.
    resolved
        `docker compose config` has put the variables in already.

    Returns
    -------
    pandas.DataFrame
        SETTINGS.

    Examples
    --------
    >>> text = "services:\n  web:\n    depends_on: [db]\n    restart: no\n"
    >>> settings(text, file="compose.yaml", resolved=False)[["service", "key", "value", "line"]].values.tolist()
    [['web', 'depends_on.db.condition', 'service_started', 3], ['web', 'restart', 'no', 4]]
    """
    rows = [_row(value, resolved) | {"file": file} for value in _values(text)]
    return tables.rows(rows, tables.SETTINGS)


def _values(text: str) -> list[Value]:
    if len(text) > _LARGEST:
        return []
    try:
        root = yaml_node(text, name="the file")
    except tables.BadInput:
        return []
    found: list[Value] = []
    for value in _walk(root, (), 1):
        if len(found) >= _MOST:
            break
        if not value.keys[0].startswith("x-"):
            found.append(value)
    return found


def _row(value: Value, resolved: bool) -> dict[str, Any]:
    own = value.keys[0] == "services" and len(value.keys) > 2
    keys = value.keys[2:] if own else value.keys
    plain = "$" not in (value.value or "").replace("$$", "")
    return {
        "service": value.keys[1] if own else None,
        "key": ".".join(keys),
        "value": value.value,
        "literal": None if resolved else plain,
        "line": value.line,
        "pointer": "/" + "/".join(map(step, value.keys)),
    }


def _walk(node: Any, keys: tuple[str, ...], line: int) -> Iterator[Value]:
    """Yield the values at and below a node."""
    if len(keys) > _DEEPEST:
        return
    if isinstance(node, yaml.MappingNode):
        for name, (key, inner) in _members(node).items():
            yield from _walk(inner, (*keys, name), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        yield from _listed(node, keys, line)
    elif keys:
        yield Value(keys, _scalar(node, keys), line)


def _members(node: yaml.MappingNode, depth: int = 0) -> dict[str, tuple[Any, Any]]:
    """Return the members of a mapping, those that it merges in included; its own win, then the first merged."""
    merged: dict[str, tuple[Any, Any]] = {}
    own: dict[str, tuple[Any, Any]] = {}
    for key, inner in node.value:
        if key.tag == _MERGE and depth < _DEEPEST:
            several = inner.value if isinstance(inner, yaml.SequenceNode) else [inner]
            for one in several:
                if isinstance(one, yaml.MappingNode):
                    merged = _members(one, depth + 1) | merged
        elif isinstance(key, yaml.ScalarNode):
            own[str(key.value)] = (key, inner)
    return merged | own


def _listed(node: yaml.SequenceNode, keys: tuple[str, ...], line: int) -> Iterator[Value]:
    """Yield what a list tells, in the long form."""
    words = all(isinstance(item, yaml.ScalarNode) for item in node.value)
    if words and keys[-1] in _PAIRS:
        for item in node.value:
            name, given, value = str(item.value).partition("=")
            yield Value((*keys, name), value if given else None, item.start_mark.line + 1)
    elif words and keys[-1] == "depends_on":
        for item in node.value:
            yield Value((*keys, str(item.value), "condition"), "service_started", item.start_mark.line + 1)
    elif words and node.value and keys[-1] not in ("ports", "volumes"):
        yield Value(keys, json.dumps([str(item.value) for item in node.value]), line)
    else:
        for place, item in enumerate(node.value):
            yield from _walk(item, (*keys, str(place)), item.start_mark.line + 1)


def _scalar(node: Any, keys: tuple[str, ...]) -> str | None:
    if node.tag == _NULL:
        return None
    text = str(node.value)
    if keys[-2:] == ("healthcheck", "test"):
        return json.dumps(["NONE"] if text == "NONE" else ["CMD-SHELL", text])
    return json.dumps(_split(text)) if keys[-1] in ("command", "entrypoint") else text


def _split(text: str) -> list[str]:
    """Return the words of a command, as Compose splits one: by the rules of a shell, without starting one."""
    try:
        return shlex.split(text)
    except ValueError:
        return [text]
