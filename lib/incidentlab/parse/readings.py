"""Values of metrics: CSV of times and numbers, or what Prometheus answers to a range query.

CSV is long (time, series, value) or wide (a time, then a column for each series). Prometheus' answer is read as its
HTTP API gives it: ``data.result``, each with its labels and its pairs of seconds and number.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/, "Range queries" and "Expression query result
formats": a matrix has ``values``, a vector one ``value``; a number is a text, which may be NaN or +Inf.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, exports, notes, shapes
from incidentlab.parse.cells import cells, header
from incidentlab.parse.evidence import Evidence, at, documents

_SERIES = ("series", "metric", "name")
_VALUES = ("value",)
_SERVICES = ("compose_service", "container_label_com_docker_compose_service", "service")
Row = dict[str, Any]


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is an answer of Prometheus.

    Examples
    --------
    >>> recognise({"status": "success", "data": {"resultType": "matrix", "result": []}})
    True
    """
    return at(document, "data", "resultType") in ("matrix", "vector")


def table(head: bytes) -> bool:
    r"""Return whether a text begins as a table of readings: times, and nothing but numbers beside them.

    Examples
    --------
    >>> table(b"time,p99\n0,0.1\n"), table(b"time,series,value\n"), table(b"time,level\n0,info\n")
    (True, True, False)
    """
    between, columns = header(head)
    if not any(name in columns for name in notes.TIMES) or set(columns) & set(exports.TEXTS):
        return False
    first = [row for _, row in islice(cells(head.decode("utf-8", "replace"), between), 1, 2)]
    wide = [cell for name, cell in zip(columns, first[0] if first else (), strict=False) if name not in notes.TIMES]
    return any(name in columns for name in _VALUES) or (bool(wide) and all(_number(c) is not None for c in wide))


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the readings of a file.

    Examples
    --------
    >>> parse(b"time,p99\n0,0.1\n15,0.9\n", file="x.csv").frames["readings"][["series", "value"]].values.tolist()
    [['p99', 0.1], ['p99', 0.9]]
    """
    if data.lstrip()[:1] == b"{":
        read = documents(data, shapes.PROMETHEUS)
        rows, notices = [row for line, _, answer in read.found for row in _answer(answer, line)], read.notes
    else:
        rows, notices = _table(data)
    placed = [row | {"order": order, "file": file} for order, row in enumerate(rows)]
    return Evidence({"readings": tables.rows(placed, tables.READINGS)}, notices)


def _table(data: bytes) -> tuple[list[Row], list[str]]:
    between, columns = header(data)
    when = next(name for name in notes.TIMES if name in columns)
    series = next((name for name in _SERIES if name in columns), None)
    wide = [name for name in columns if name != when] if "value" not in columns else []
    found, untimed, odd = [], [], []
    for line, row in islice(cells(data.decode("utf-8", "replace"), between), 1, None):
        named = dict(zip(columns, (cell.strip() for cell in row), strict=False))
        ns, _ = notes.time(named.get(when, ""))
        if ns == clock.NAT:
            untimed.append(line)
            continue
        for name in wide or ["value"]:
            value = _number(named.get(name, ""))
            odd += [line] if value is None else []
            called = name if wide else named.get(series or "", "") or "value"
            told = {"series": called, "service": named.get("service") or None, "value": value}
            found.append({"ts": clock.time(ns), "line": line, **told})
    strange = [f"{len(odd)} values are no numbers (line {odd[0]} the first)"] if odd else []
    return found, [*notes.timeless(untimed), *strange]


def _answer(answer: Row, line: int) -> list[Row]:
    """Return the readings of an answer; the labels that all of its series share tell nothing and are left out."""
    result = [one for one in at(answer, "data", "result") or [] if one.get("metric") is not None]
    labels = [one["metric"] for one in result]
    shared = {key for key in (labels or [{}])[0] if len({told.get(key) for told in labels}) == 1}
    found = []
    for place, (one, told) in enumerate(zip(result, labels, strict=True)):
        service = next((told[name] for name in _SERVICES if name in told), None)
        name = _called(told, shared)
        for at_, pair in enumerate(one.get("values") or [one.get("value") or []]):
            if len(pair) == 2 and isinstance(pair[0], int | float) and math.isfinite(pair[0]):
                ns = round(pair[0] * 1000) * 1_000_000  # Prometheus counts milliseconds
                row = {"series": name, "service": service, "value": _number(str(pair[1]))}
                pointer = f"/data/result/{place}/value{f's/{at_}' if 'values' in one else ''}"
                found.append({"ts": clock.time(clock.epoch(ns)), "line": line, "pointer": pointer, **row})
    return found


def _called(labels: dict[str, str], shared: set[str]) -> str:
    """Return what a series is called: its name and the labels that tell it from the others of its answer.

    Examples
    --------
    >>> _called({"__name__": "up", "job": "web", "instance": "a:80"}, {"__name__", "job"})
    'up{instance="a:80"}'
    """
    own = ",".join(f'{key}="{text}"' for key, text in sorted(labels.items()) if key not in {"__name__", *shared})
    return f"{labels.get('__name__', '')}{f'{{{own}}}' if own else ''}" or "value"


def _number(text: str) -> float | None:
    """Return a number; NaN for one that was not measured, None for a text that is none.

    Examples
    --------
    >>> _number("0.5"), _number(""), _number("fast"), _number("+Inf")
    (0.5, nan, None, nan)
    """
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else math.nan
