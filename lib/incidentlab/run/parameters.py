"""The parameters of a notebook: read from its one tagged cell, and checked before a kernel starts.

Papermill only warns of a parameter that the notebook does not have, and checks no types. Here both are errors. The
cell is read as Python source and never executed: a parameter is a line ``name: type = literal  # help``.
"""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import TypeAdapter, ValidationError

from incidentlab.tables import BadInput, BadParameter

_TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "str | None": str | None,
    "int | None": int | None,
    "float | None": float | None,
    "list[str]": list[str],
}
_FLAGS = ("-p", "--parameter")
_OPTION = re.compile(r"-[^\d.]")


@dataclass(frozen=True)
class Parameter:
    """One parameter: name, type as written, default, and what it means."""

    name: str
    kind: str
    default: Any
    help: str


def declared(notebook: Mapping[str, Any], *, name: str = "the notebook") -> dict[str, Parameter]:
    """Return the parameters that a notebook declares.

    Parameters
    ----------
    notebook
        As nbformat reads it.
    name
        How messages call it.

    Raises
    ------
    BadInput
        There is not exactly one cell tagged ``parameters``, or a line of it is no ``name: type = literal``.
    """
    cells = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise BadInput(f"{name} has {len(cells)} cells tagged 'parameters'; tag exactly one")
    source = str(cells[0]["source"])
    lines = source.split("\n")
    return {
        parameter.name: parameter
        for node in ast.parse(source).body
        for parameter in (_parameter(node, lines[node.lineno - 1], name),)
    }


def checked(given: Mapping[str, Any], known: Mapping[str, Parameter], *, name: str = "the notebook") -> dict[str, Any]:
    """Return `given` with each value as its declared type; a string from a command line is read as that type.

    Raises
    ------
    BadParameter
        A name is not declared (the message names the nearest), or a value does not fit its type.

    Examples
    --------
    >>> checked({"tries": "3"}, {"tries": Parameter("tries", "int", 1, "")})
    {'tries': 3}
    """
    return {key: _value(value, _find(key, known, name)) for key, value in given.items()}


def paired(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of a command line with each ``-p name value``, as papermill has it, as ``-p name=value``.

    What begins with a dash is a value if it is a number, and else the next option.

    Examples
    --------
    >>> paired(["-p", "service", "db", "-p", "tries=3", "-p", "delay_s", "-1", "-o", "build"])
    ['-p', 'service=db', '-p', 'tries=3', '-p', 'delay_s=-1', '-o', 'build']
    """
    found, left = [], list(arguments)
    while left:
        found.append(left.pop(0))
        if found[-1] == "--":
            return found + left
        if found[-1] not in _FLAGS or not left:
            continue
        found.append(left.pop(0))
        if left and found[-1].isidentifier() and not _OPTION.match(left[0]):
            found[-1] += f"={left.pop(0)}"
    return found


def named(pairs: Iterable[str]) -> dict[str, str]:
    """Return what each ``name=value`` of a command line says.

    Raises
    ------
    BadParameter
        One is no such pair.

    Examples
    --------
    >>> named(["service=db", "query=a=b"])
    {'service': 'db', 'query': 'a=b'}
    """
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise BadParameter(f"-p {pair!r} has no name and value; write -p NAME VALUE or -p NAME=VALUE")
        found[name] = value
    return found


def trust() -> None:
    """Keep papermill from warning of a parameter that its own reading misses: `checked` has read them all."""
    logging.getLogger("papermill").addFilter(_foreseen)


def _foreseen(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Passed unknown parameter")


def _parameter(node: ast.stmt, line: str, name: str) -> Parameter:
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
        raise BadInput(f"{name}: the parameters cell holds {line.strip()!r}; write name: type = literal  # help")
    kind = ast.unparse(node.annotation)
    if kind not in _TYPES:
        raise BadInput(f"{name}: parameter {node.target.id} has type {kind}; use one of {', '.join(_TYPES)}")
    try:
        default = ast.literal_eval(node.value)
    except ValueError as error:
        raise BadInput(f"{name}: the default of {node.target.id} is no literal: {line.strip()!r}") from error
    return Parameter(node.target.id, kind, default, line.partition("  # ")[2].strip())


def _find(key: str, known: Mapping[str, Parameter], name: str) -> Parameter:
    if key in known:
        return known[key]
    near = get_close_matches(key, known, n=1)
    guess = f"; did you mean {near[0]}?" if near else "."
    raise BadParameter(f"{name} has no parameter {key!r}{guess} It has: {', '.join(known) or 'none'}")


def _value(value: Any, parameter: Parameter) -> Any:
    if value in ("", "None") and "None" in parameter.kind:
        return None
    try:
        return TypeAdapter(_TYPES[parameter.kind]).validate_python(value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise BadParameter(f"parameter {parameter.name} = {value!r} is no {parameter.kind}: {reason}") from error
