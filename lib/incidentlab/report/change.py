"""A change of a Compose file, as the lines of a diff: what stands there now, and what to write in its place.

The keys are in the long form, as `docker compose config` prints them, so that the change fits a file in either form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

_QUOTED = ("no", "yes", "on", "off", "true", "false", "null", "~", "")
"""What YAML 1.1 would not read as a text."""


def change_lines(service: str | None, change: Mapping[str, str | None], settings: pd.DataFrame) -> list[str]:
    r"""Return a change as lines of a unified diff.

    Parameters
    ----------
    service
        None = keys of the whole file.
    change
        Key -> value; None = take it away.
    settings : SETTINGS
        What stands there now.

    Examples
    --------
    >>> from incidentlab import tables
    >>> now = tables.rows([{"service": "db", "key": "healthcheck.start_period", "value": "5s"}], tables.SETTINGS)
    >>> print("\n".join(change_lines("db", {"healthcheck.start_period": "30s"}, now)))
      services:
        db:
          healthcheck:
    -       start_period: 5s
    +       start_period: 30s
    """
    above = ["services", service] if service is not None else []
    lines = [_line(" ", depth, f"{name}:") for depth, name in enumerate(above)]
    told = list(above)
    for key, value in change.items():
        *parents, last = key.split(".")
        path = [*above, *parents]
        shared = next((at for at, pair in enumerate(zip(path, told, strict=False)) if pair[0] != pair[1]), len(above))
        shared = max(shared, min(len(path), len(told))) if path[: len(told)] == told else shared
        known = _below(service, ".".join(parents), settings)
        lines += [_line(" " if known else "+", at, f"{name}:") for at, name in enumerate(path) if at >= shared]
        told = path
        lines += [_line("-", len(path), f"{last}: {text}") for text in _present(service, key, settings)]
        if value is not None:
            lines.append(_line("+", len(path), f"{last}: {_quoted(value)}"))
    return lines


def _line(sign: str, depth: int, text: str) -> str:
    return f"{sign} {'  ' * depth}{text}"


def _own(service: str | None, settings: pd.DataFrame) -> pd.DataFrame:
    return settings[settings["service"].isna() if service is None else settings["service"].eq(service)]


def _below(service: str | None, parent: str, settings: pd.DataFrame) -> bool:
    keys = _own(service, settings)["key"]
    return not parent or bool(keys.str.startswith(f"{parent}.").any())


def _present(service: str | None, key: str, settings: pd.DataFrame) -> list[str]:
    """Return what stands at a key now: its value, or that there is something below it."""
    own = _own(service, settings)
    exact = own[own["key"].eq(key)]
    if len(exact):
        return [_quoted(str(value)) for value in exact["value"].fillna("").head(1)]
    return ["..."] if own["key"].str.startswith(f"{key}.").any() else []


def _quoted(value: str) -> str:
    if value.startswith("[") or value not in _QUOTED:
        return value
    return json.dumps(value)


def overlay(service: str | None, change: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what a change sets as a Compose file of its own, to be laid over the one that is there.

    Examples
    --------
    >>> overlay("db", {"healthcheck.start_period": "30s", "restart": None})
    {'services': {'db': {'healthcheck': {'start_period': '30s'}}}}
    """
    whole: dict[str, Any] = {}
    for key, value in change.items():
        if value is None:
            continue
        *parents, last = ([] if service is None else ["services", service]) + key.split(".")
        place = whole
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = json.loads(value) if value.startswith("[") else value
    return whole
