"""Values of metrics: CSV of times and numbers, or what Prometheus answers to a range query.

CSV is long (time, series, value) or wide (a time, then a column for each series, to which the pointer of a reading
leads as if the row were an object). Prometheus' answer is read as its HTTP API gives it: ``data.result``, each with its
labels and its pairs of seconds and number.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/, "Range queries" and "Expression query result
formats": a matrix has ``values``, a vector one ``value``; a number is a text, which may be NaN or +Inf.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, exports, lines, notes, shapes
from incidentlab.parse.cells import cells, header, unread
from incidentlab.parse.evidence import Evidence, at, documents, step

_SERIES = ("series", "metric", "name")
_VALUE = "value"
_SERVICES = ("compose_service", "container_label_com_docker_compose_service", "service")
_LAST_S = 10_000_000_000
"""Seconds since 1970: what is later is no time in seconds."""
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
    measured = [cell for name, cell in zip(columns, first[0] if first else (), strict=False) if name in _wide(columns)]
    return _VALUE in columns or (bool(measured) and all(_number(cell.strip()) is not None for cell in measured))


def _wide(columns: list[str]) -> list[str]:
    """Return the columns of a wide table that are series each; a column without a name counts its rows."""
    return [name for name in dict.fromkeys(columns) if name and name not in (*notes.TIMES, "service")]


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the readings of a file.

    Examples
    --------
    >>> parse(b"time,p99\n0,0.1\n15,0.9\n", file="x.csv").frames["readings"][["series", "value"]].values.tolist()
    [['p99', 0.1], ['p99', 0.9]]
    """
    if lines.begin(data) in (b"{", b"["):
        read = documents(data, shapes.PROMETHEUS)
        every = [row for line, pointer, answer in read.found for row in _answer(answer, line, pointer)]
        rows, odd = [row for row in every if "ts" in row], [row["line"] for row in every if "ts" not in row]
        notices = [*read.notes, *_strange(odd, "pairs are no time and number")]
    else:
        rows, notices = _table(lines.decode(data)[:])
    placed = [row | {"order": order, "file": file} for order, row in enumerate(rows)]
    return Evidence({"readings": tables.rows(placed, tables.READINGS)}, notices)


def _table(data: bytes) -> tuple[list[Row], list[str]]:
    between, columns = header(data)
    when = next(name for name in notes.TIMES if name in columns)
    series = next((name for name in _SERIES if name in columns), None)
    wide = _wide(columns) if _VALUE not in columns else []
    found, untimed, odd = [], [], []
    lost: list[int] = []
    for line, row in islice(cells(data.decode("utf-8", "replace"), between, lost=lost), 1, None):
        named = dict(zip(columns, (cell.strip() for cell in row), strict=False))
        ns, _ = notes.time(named.get(when, ""))
        if ns == clock.NAT:
            untimed.append(line)
            continue
        for name in wide or [_VALUE]:
            value = _number(named.get(name, ""))
            odd += [line] if value is None else []
            called = name if wide else named.get(series or "", "") or _VALUE
            told = {"series": called, "service": notes.service(named.get("service")), "value": value}
            pointer = f"/{step(name)}" if len(wide) > 1 else None
            found.append({"ts": clock.time(ns), "line": line, "pointer": pointer, **told})
    return found, [*notes.timeless(untimed), *_strange(odd, "values are no numbers"), *unread(lost)]


def _strange(places: list[int], what: str) -> list[str]:
    return [f"{len(places)} {what} (line {places[0]} the first)"] if places else []


def _answer(answer: Row, line: int, above: str) -> list[Row]:
    """Return the readings of an answer, one without a time for each that is none.

    The labels that all of its series share tell nothing and are left out.
    """
    result = [(at_, one) for at_, one in enumerate(at(answer, "data", "result") or []) if one.get("metric") is not None]
    labels = [one["metric"] for _, one in result]
    shared = {key for key in (labels or [{}])[0] if len({told.get(key) for told in labels}) == 1}
    found = []
    for place, one in result:
        told = one["metric"]
        several = one["values"] if isinstance(one.get("values"), list) else None
        service = notes.service(next((told[name] for name in _SERVICES if name in told), None))
        row = {"series": _called(told, shared), "service": service, "line": line}
        for at_, pair in enumerate([one.get("value")] if several is None else several):
            pointer = f"{above}/data/result/{place}/value{'' if several is None else f's/{at_}'}"
            found.append({**row, **_pair(pair), "pointer": pointer})
    return found


def _pair(pair: Any) -> Row:
    """Return the time and the value of a pair; none of what is no pair.

    Examples
    --------
    >>> _pair([0.5, "NaN"]), _pair([1e300, "1"])
    ({'ts': Timestamp('1970-01-01 00:00:00.500000+0000', tz='UTC'), 'value': nan}, {})
    """
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], int | float):
        return {}
    value = _number(str(pair[1]))
    if not 0 <= pair[0] < _LAST_S or value is None:
        return {}
    return {"ts": clock.time(round(pair[0] * 1000) * 1_000_000), "value": value}  # Prometheus counts milliseconds


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
