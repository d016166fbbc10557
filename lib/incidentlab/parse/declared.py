"""What a person declares of the sources: sources.yaml beside them. Their clocks, and the limits of their metrics.

```yaml
app.log:
  ahead_s: 2.5      # its clock shows 2.5 s too much
  drift_ppm: 40     # and gains 40 s in a million, counted from its first time
  error_s: 0.2      # how exact that is known; 0.1 if it is not said
gateway.log:
  clock: unknown    # it is inferred from the calls that another log shows too; without these its times are none
latency.csv:
  most: 0.5         # above it is a breach; or, for some of its series, {p99: 0.5}
  least: 0          # below it is one
```
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypedDict, cast

import pandas as pd
import yaml

from incidentlab import tables
from incidentlab.tables import BadInput
from incidentlab.tables.documents import Odd, shaped, yaml_node
from incidentlab.tables.yaml_values import value

NAME = "sources.yaml"
ERROR_S = 0.1
"""Error bar of a clock of which none is declared: a busy host reads a line late, and NTP holds hosts within it."""

_CLOCK = ("ahead_s", "drift_ppm", "error_s")
_LIMITS = ("most", "least")
_UNKNOWN = frozenset(("unknown",))
_SHAPE = {
    str: {"clock": _UNKNOWN, **dict.fromkeys(_CLOCK, float), **dict.fromkeys(_LIMITS, (float, {str: float}))},
}
_DAY_S = 86_400
"""A clock that is further off than a year, or gains more than a tenth, is no clock."""
_FARTHEST = {"ahead_s": 366.0 * _DAY_S, "drift_ppm": 100_000.0, "error_s": 366.0 * _DAY_S}


class Source(TypedDict, total=False):
    """What is declared of one source."""

    line: int
    clock: str
    ahead_s: float
    drift_ppm: float
    error_s: float
    most: float | dict[str, float]
    least: float | dict[str, float]


def read(text: str) -> dict[str, Source]:
    """Return what is declared of each source.

    Raises
    ------
    BadInput
        It is no YAML, or says what cannot be declared; the message says where.

    Examples
    --------
    >>> read("app.log: {ahead_s: 2}")
    {'app.log': {'line': 1, 'ahead_s': 2}}
    """
    root = yaml_node(text, name=NAME)
    if root is None:
        return {}
    named = isinstance(root, yaml.MappingNode) and all(isinstance(key, yaml.ScalarNode) for key, _ in root.value)
    if not named:
        raise BadInput(f"{NAME} must name sources: 'app.log: {{ahead_s: 2.5}}'")
    wrong = "holds what is no number"
    found = [(key, value(given, name=NAME, but=wrong)) for key, given in root.value]  # 0x10 names a file, and no 16
    return {key.value: _source(key.value, given, key.start_mark.line + 1) for key, given in found}


def _source(name: str, given: Any, line: int) -> Source:
    where, known = f"{NAME}:{line}: {name}", ("clock", *_CLOCK, *_LIMITS)
    if not isinstance(given, dict):
        raise BadInput(f"{where} has nothing declared; it takes {', '.join(known)}")
    strange = [str(key) for key in given if key not in known]
    if strange:
        raise BadInput(f"{where} declares {strange[0][:40]!r}; it takes {', '.join(known)}")
    odd = Odd()
    fit = shaped({name: given}, _SHAPE, odd)[name]
    if odd.count:
        raise BadInput(f"{where}: {odd.first}; write a number, like ahead_s: 2.5, or clock: unknown")
    if "clock" in fit and any(key in fit for key in _CLOCK):
        raise BadInput(f"{where} has a clock that is declared and unknown; say one of the two")
    wild = [key for key, most in _FARTHEST.items() if abs(fit.get(key) or 0) > most]
    if wild or (fit.get("error_s") or 0) < 0:
        raise BadInput(
            f"{where}: {wild[0] if wild else 'error_s'} is no property of a clock: {fit[(wild or ['error_s'])[0]]}"
        )
    kept = {key: value for key, value in fit.items() if value is not None}
    return cast("Source", {"line": line, **kept})


def known(declared: dict[str, Source], files: Iterable[str]) -> None:
    """Let pass what is declared of files that there are.

    Raises
    ------
    BadInput
        A source is not there.
    """
    there = sorted(set(files))
    for name, source in declared.items():
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(there[:8]) or 'none'}"
            raise BadInput(f"{NAME}:{source['line']}: {name[:80]} is none of the sources; {hint}")


def clocks(declared: dict[str, Source]) -> pd.DataFrame:
    """Return CLOCKS: the sources of which a clock is declared."""
    rows = [
        {
            "source": name,
            "ahead_s": float(source.get("ahead_s", 0.0)),
            "drift_ppm": float(source.get("drift_ppm", 0.0)),
            "error_s": float(source.get("error_s", ERROR_S)),
            "by": "declared",
            "file": NAME,
            "line": source["line"],
        }
        for name, source in declared.items()
        if any(key in source for key in _CLOCK)
    ]
    return tables.rows(rows, tables.CLOCKS)


def unknown(declared: dict[str, Source]) -> dict[str, int]:
    """Return the sources of which it is declared that nobody knows their clock, with the line that says so."""
    return {name: source["line"] for name, source in declared.items() if source.get("clock")}


def limited(readings: pd.DataFrame, declared: dict[str, Source]) -> pd.DataFrame:
    """Return READINGS with the limits that are declared for their files.

    Raises
    ------
    BadInput
        A limit is declared for a series that the file does not have.
    """
    told = {name: readings[name].copy() for name in _LIMITS}
    for file, source in declared.items():
        own = readings["file"].eq(file)
        series = sorted(readings.loc[own, "series"].unique())
        for name in _LIMITS:
            given = source.get(name)
            limits = given if isinstance(given, dict) else dict.fromkeys(series, given)
            strange = [one for one in limits if one not in series]
            if strange or (given is not None and not series):
                named = f"no series {strange[0][:40]!r}" if strange else "no series at all"
                has = f"; it has {', '.join(series[:8])}" if series else ", and a limit is of a metric"
                raise BadInput(f"{NAME}:{source['line']}: {file} has {named}{has}")
            for one, limit in limits.items():
                if limit is not None:
                    told[name] = told[name].mask(own & readings["series"].eq(one), limit)
    return tables.check(readings.assign(**told), tables.READINGS)
