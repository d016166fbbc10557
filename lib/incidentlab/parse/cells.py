"""Cells of CSV, whatever stands between them, each row with the line on which it begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator


def header(head: bytes) -> tuple[str, list[str]]:
    r"""Return what stands between the cells of a table, and the names of its columns in small letters; none of no CSV.

    Examples
    --------
    >>> header(b"Time;Value\n1;2\n"), header(b"web-1  | ready")
    ((';', ['time', 'value']), ('', []))
    """
    first = head.partition(b"\n")[0].decode("utf-8", "replace").strip().lower()
    between = next((mark for mark in ",;\t" if mark in first), "")
    names = next(cells(first, between), None) if between else None  # none of a line that is no CSV
    return (between, [name.strip() for name in names[1]]) if names else ("", [])


def cells(text: str, between: str, *, lost: list[int] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins; a cell may run over several.

    A cell of more than 128 KiB, as behind a quote that nobody closes, ends the table: `lost` is given the line of it.
    """
    table = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    line = 1
    try:
        for row in table:
            if row:
                yield line, row
            line = table.line_num + 1
    except csv.Error:
        if lost is not None:
            lost.append(line)


def unread(lost: list[int]) -> list[str]:
    """Return the words of the ledger for a table that ended too soon.

    Examples
    --------
    >>> unread([7])
    ['a cell that begins in line 7 has no end: what stands from there on is not read']
    """
    return [f"a cell that begins in line {line} has no end: what stands from there on is not read" for line in lost]
