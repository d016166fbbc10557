"""A postmortem as Markdown (CommonMark with tables), to be kept beside the code and read in a diff."""

from __future__ import annotations

import re
from typing import Any

from incidentlab.report.postmortem.pages.plain import plain
from incidentlab.report.postmortem.statement import Document

_SPECIAL = re.compile(r"[\\`*\[\]|~$#]|(?<!\w)_|_(?!\w)|^[-+=]|^\d+(?=[.)] )")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "://": "&#58;//", "www.": "www&#46;"}


def markdown(document: Document, *, figure: str | None = None) -> str:
    """Return a document as Markdown.

    Parameters
    ----------
    document
        One edition.
    figure
        Name of the picture's file, beside the Markdown.
    """
    page = plain(document)
    lines = [f"# {escaped(page['title'])}", "", f"Status: {page['status']}", "", f"*{page['legend']}*", ""]
    for section in page["sections"]:
        lines += [f"{'#' * section['level']} {escaped(section['title'])}", ""]
        for node in section["nodes"]:
            lines += [*_node(node, figure), ""]
    return "\n".join([*lines, *_appendix(page)])


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no markup, no tag, no link, no mention.

    Examples
    --------
    >>> escaped("<b> `x` [y](z) a_b")
    '&lt;b&gt; \\`x\\` \\[y\\](z) a_b'
    """
    marked = _SPECIAL.sub(lambda hit: f"\\{hit[0]}" if not hit[0].isdigit() else f"{hit[0]}\\", text)
    return re.sub(r"[&<>@]|://|www\.", lambda hit: _ENTITIES[hit[0]], marked)


def _node(node: dict[str, Any], figure: str | None) -> list[str]:
    match node["kind"]:
        case "statement":
            return [f"- {escaped(node['text'])} {_links(node['ids'])}"]
        case "excerpt":
            fence = _fence(node["lines"])
            return [f"{fence}text", *node["lines"], fence, "", f"- {_links(node['ids'])}"]
        case "prompt":
            return [_prompt(node)]
        case "written":
            return [f"- ✎ {'<br>'.join(escaped(line) for line in node['lines'])}"]
        case "figure":
            return [f"![{node['text']}]({figure})"] if figure else []
    return _grid(node)


def _fence(lines: list[str]) -> str:
    """Return a fence longer than every run of backticks in the lines."""
    runs = [len(run) for line in lines for run in re.findall("`+", line)]
    return "`" * max(3, 1 + max(runs, default=0))


def _grid(node: dict[str, Any]) -> list[str]:
    header = [*node["header"], "evidence"]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    rows = [row for row in node["rows"] if row["kind"] == "row"]
    lines += [f"| {' | '.join(escaped(cell) for cell in row['cells'])} | {_links(row['ids'])} |" for row in rows]
    rest = [row for row in node["rows"] if row["kind"] != "row"]
    return [*lines, *(line for row in rest for line in ("", *_node(row, None)))]


def _prompt(node: dict[str, Any]) -> str:
    return f"> **To be written by a person:** {escaped(node['text'])} (human.yaml: `{node['key']}`)"


def _links(ids: list[str]) -> str:
    return " ".join(f"[{name}](#{name})" for name in ids)


def _appendix(page: dict[str, Any]) -> list[str]:
    columns = ["place", "time", "text"] if page["internal"] else ["time"]
    lines = ["## Appendix: evidence", "", f"| id | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row in page["appendix"]:
        cells = " | ".join(escaped(row[column]) for column in columns)
        lines.append(f'| <a id="{row["id"]}"></a>{row["id"]} | {cells} |')
    return [*lines, ""]
