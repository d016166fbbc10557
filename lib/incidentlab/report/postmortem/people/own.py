"""A team's own fields: declared in fields.yaml beside human.yaml, each with its question and its type.

```yaml
region:
  question: Which region?
  type: choice
  among: [eu, us]
customers:
  question: How many customers?
  type: number
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from incidentlab.report.postmortem.statement import Written
from incidentlab.tables import BadInput
from incidentlab.tables.documents import yaml_node
from incidentlab.tables.yaml_values import value

NAME = "fields.yaml"
_PATTERNS = {
    "text": r".*",
    "number": r"-?\d[\d_ ]*(\.\d+)?%?",
    "date": r".*",
    "choice": r".*",
    "yes_no": r"yes|no",
    "link": r"https?://\S+",
}
TYPES = tuple(_PATTERNS)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class OwnField:
    """One field that a team declared.

    Parameters
    ----------
    name, question, type
        As declared; the type is one of `TYPES`.
    among
        The answers of a choice.
    """

    name: str
    question: str
    type: str = "text"
    among: tuple[str, ...] = ()

    def refuses(self, text: str) -> str:
        """Return why a text is no answer; empty where it is one.

        Examples
        --------
        >>> OwnField("customers", "How many?", "number").refuses("many")
        "'many' is no number"
        """
        good = re.fullmatch(_PATTERNS[self.type], text, re.DOTALL) is not None
        if self.type == "choice":
            good = text in self.among
        if self.type == "date":
            good = day(text) is not None
        if good:
            return ""
        wanted = {"choice": f"one of {', '.join(self.among)}", "yes_no": "yes or no", "date": "a day like 2026-01-31"}
        told = wanted.get(self.type)
        return f"{text!r} is not {told}" if told else f"{text!r} is no {self.type}"


def declared(folder: Path) -> tuple[OwnField, ...]:
    """Return the fields that a team declared beside human.yaml; none without such a file.

    Raises
    ------
    BadInput
        The file is no YAML, or a field has no question or a type that there is not.
    """
    path = folder / NAME
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8: byte {error.start}; save it as UTF-8") from error
    found = value(yaml_node(text, name=str(path)), name=str(path)) or {}
    if not isinstance(found, dict):
        raise BadInput(f"{path} must hold fields: 'name: {{question: ..., type: number}}'")
    return tuple(_field(str(name), given, path) for name, given in found.items())


def _field(name: str, given: Any, path: Path) -> OwnField:
    if not _NAME.fullmatch(name):
        raise BadInput(f"{path}: {name!r} is no name of a field; write it in small letters, like customers_lost")
    if not isinstance(given, dict) or not given.get("question"):
        raise BadInput(f"{path}: {name} has no question; write '{name}: {{question: ..., type: text}}'")
    kind, among = str(given.get("type", "text")), given.get("among") or ()
    if kind not in TYPES:
        raise BadInput(f"{path}: {name} has the type {kind!r}; there are: {', '.join(TYPES)}")
    if kind == "choice" and not (isinstance(among, list) and among):
        raise BadInput(f"{path}: {name} is a choice and says not among what; write 'among: [one, other]'")
    return OwnField(name, str(given["question"]), kind, tuple(str(one) for one in among))


def check(texts: dict[str, Written], fields: tuple[OwnField, ...], file: str) -> None:
    """Let pass what was answered to a team's own fields.

    Raises
    ------
    BadInput
        A field is not declared, or an answer is not of its type; the message says where.
    """
    known = {field.name: field for field in fields}
    for key, text in texts.items():
        if not key.startswith("own."):
            continue
        name = key.removeprefix("own.")
        if name not in known:
            raise BadInput(
                f"{file}:{text.line}: no field {name!r} in own; {NAME} declares: {', '.join(known) or 'none'}"
            )
        if why := known[name].refuses(text.text):
            raise BadInput(f"{file}:{text.line}: {why} (own.{name})")


def day(text: str) -> date | None:
    """Return a day that is written like 2026-01-31; None where a text is none.

    Examples
    --------
    >>> day("2026-01-31"), day("2026-01-32"), day("soon")
    (datetime.date(2026, 1, 31), None, None)
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return pd.Timestamp(text).date()
    except ValueError:
        return None
