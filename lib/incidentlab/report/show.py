"""Tables and texts that can be shown: as HTML in a notebook, as plain text in a terminal.

All evidence is hostile. Whatever comes from a log is escaped here and nowhere else; a control character becomes its
visible picture (U+2400 to U+241F), so that no escape sequence reaches a terminal and no tag reaches a browser.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from incidentlab.offline import visible

__all__ = ["Shown", "table", "visible"]

_TABLE_STYLE = "border-collapse:collapse;font-size:12px;text-align:left"
_CELL_STYLE = (
    "padding:3px 8px;border-bottom:1px solid rgba(128,128,128,.35);vertical-align:top;text-align:left;white-space:"
)
_PROSE = {"message", "fact", "detail", "output", "sentence", "hypothesis", "for", "against", "not known"}
_PROSE |= {
    "truncated",
    "because",
    "setting",
    "gap",
    "error",
    "names",
    "missing",
    "remedy",
    "largest",
    "created_by",
    "shows",
    "claim",
    "command",
}
"""Columns whose text may be long and is wrapped; all others stay on one line."""

_PROSE_STYLE = "pre-wrap;overflow-wrap:break-word;min-width:16em;max-width:44em"
_WRAPPED = {"file": "normal;min-width:14em", "names": "normal;min-width:16em"}
"""Columns that break at hyphens and blanks only, so that what stands right of them is still in the window."""


@dataclass(frozen=True)
class Shown:
    """Something to be shown: `html` for a notebook, `text` for a terminal. Both are escaped already."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def table(  # what is shown, how much of it, and where it leads
    frame: pd.DataFrame,
    *,
    columns: list[str] | None = None,
    limit: int = 40,
    timezone: str = "UTC",
    source: str | None = None,
    links: dict[str, list[str]] | None = None,
) -> Shown:
    """Return a table to read: times in `timezone` to the microsecond, missing values blank, everything escaped.

    Parameters
    ----------
    frame
        Any table of `incidentlab.tables`.
    columns
        Those to show, in this order; all by default.
    limit
        At most so many rows; how many were left out is said below.
    timezone
        The zone in which times are shown; the tables themselves stay UTC.
    source
        The path that was loaded: each ``file`` is then a link to the file, at the line, which JupyterLab opens.
    links
        Column -> where each of its cells leads; an empty text is no link. Only relative paths become links.

    Examples
    --------
    >>> table(pd.DataFrame({"message": ["<b>", "x"]}), limit=1)
    message
    <b>
    (1 more row)
    """
    chosen = frame if columns is None else frame[columns]
    names = [str(name) for name in chosen.columns]
    cells = [[visible(_cell(value, timezone)) for value in row] for row in chosen.head(limit).itertuples(index=False)]
    rest = len(chosen) - len(cells)
    more = f"({rest} more row{'s' if rest > 1 else ''})" if rest else "" if cells else "(no rows)"
    leading = links or ({"file": _places(chosen, source)} if source and {"file", "line"} <= set(names) else {})
    hrefs = [[leading[name][row] if name in leading else "" for name in names] for row in range(len(cells))]
    return Shown(_html(names, cells, more, hrefs), _text(names, cells, more))


def _places(frame: pd.DataFrame, source: str) -> list[str]:
    """Return where each row stands, as JupyterLab opens it: the file, and the line as a fragment."""
    whole = not Path(source).is_dir()
    files = [source if whole else f"{source}/{file}" if pd.notna(file) else "" for file in frame["file"]]
    lines = ["" if pd.isna(line) else f"#line={int(line) - 1}" for line in frame["line"]]
    return [f"{file}{line}" if file else "" for file, line in zip(files, lines, strict=True)]


def _linked(text: str, href: str) -> str:
    """Return a cell that leads somewhere: a path below or beside this one, never an address with a scheme."""
    if not href or href.startswith("/"):
        return text
    return f'<a href="{html.escape(quote(href, safe="/#=.-_~"))}">{text}</a>'


def _cell(value: Any, timezone: str) -> str:
    if isinstance(value, pd.Timestamp):
        return value.tz_convert(timezone).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, float) and not pd.isna(value):
        return f"{value:.3f}"
    return "" if pd.isna(value) else str(value)


def _html(names: list[str], cells: list[list[str]], more: str, hrefs: list[list[str]]) -> str:
    style = [_CELL_STYLE + _WRAPPED.get(name, _PROSE_STYLE if name in _PROSE else "nowrap") for name in names]
    head = "".join(f'<th style="{_CELL_STYLE}nowrap">{html.escape(name)}</th>' for name in names)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{look}">{_linked(html.escape(cell), href)}</td>'
            for look, cell, href in zip(style, row, leads, strict=True)
        )
        + "</tr>"
        for row, leads in zip(cells, hrefs, strict=True)
    )
    foot = f"<p>{more}</p>" if more else ""
    whole = f'<table style="{_TABLE_STYLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div style="overflow-x:auto;max-width:100%">{whole}</div>{foot}'  # a narrow window scrolls, and loses none


def _text(names: list[str], cells: list[list[str]], more: str) -> str:
    lines = [names, *cells]
    width = [max(len(line[place]) for line in lines) for place in range(len(names))]
    padded = ["  ".join(cell.ljust(size) for cell, size in zip(line, width, strict=True)).rstrip() for line in lines]
    return "\n".join([*padded, *([more] if more else [])])
