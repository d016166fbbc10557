"""A postmortem as Markdown (CommonMark with tables), to be kept beside the code and read in a diff."""

from __future__ import annotations

from typing import Any

from incidentlab.report.postmortem.pages.plain import plain
from incidentlab.report.postmortem.pages.written import escaped, fenced, markdown_blocks, markdown_inlines
from incidentlab.report.postmortem.statement import Document

Data = dict[str, Any]


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
    lines = [f"# {escaped(page['title'])}", "", f"Status: {escaped(page['status'])}", ""]
    lines += [f"*{escaped(page['legend'])}*", ""] if page["legend"] else []
    lines += [line for section in page["sections"] for line in _section(section, figure)]
    return "\n".join([*lines, *_appendix(page, figure)])


def _section(section: Data, figure: str | None) -> list[str]:
    lines = [f"{'#' * section['level']} {escaped(section['title'])}", ""]
    for node in section["nodes"]:
        lines += [*_node(node, figure), ""]
    return lines


def _node(node: Data, figure: str | None) -> list[str]:
    match node["kind"]:
        case "statement":
            return [_claim(node)]
        case "passage":
            return _passage(node)
        case "excerpt":
            return [*fenced(node["lines"]), *(["", _notes(node)] if node["notes"] else [])]
        case "prompt":
            return [f"> **?** {escaped(node['text'])} (`{node['key']}`)"]
        case "written":
            return _written(node)
        case "entry":
            return _entry(node)
        case "figure":
            return [f"![{escaped(node['text'])}]({figure})"] if figure else []
    return _grid(node)


def _passage(node: Data) -> list[str]:
    told = [_claim(one) for one in node["statements"]]
    return [f"{place}. {line}" for place, line in enumerate(told, 1)] if node["numbered"] else [" ".join(told)]


def _entry(node: Data) -> list[str]:
    told = [f"- ✎ **{markdown_inlines(node['title'])}**"]
    for part in node["parts"]:
        inner = markdown_blocks(_labelled(part["label"], part["blocks"]))
        told += ["", *(f"  {line}".rstrip() for line in inner)]
    return told


def _labelled(label: str, blocks: list[Data]) -> list[Data]:
    """Return the blocks of a part, begun by its label."""
    head: list[Data] = [{"type": "em", "inlines": [{"type": "text", "text": f"{label}:"}]}]
    if blocks and blocks[0]["type"] == "paragraph":
        first = {"type": "paragraph", "inlines": [*head, {"type": "text", "text": " "}, *blocks[0]["inlines"]]}
        return [first, *blocks[1:]]
    return [{"type": "paragraph", "inlines": head}, *blocks]


def _written(node: Data) -> list[str]:
    """Return what a person wrote, after a pen: an entry of a list as one of a list, a text as paragraphs."""
    lines = markdown_blocks(node["blocks"])
    alone = node["blocks"] and node["blocks"][0]["type"] in ("paragraph", "heading")
    lines = [f"✎ {lines[0]}", *lines[1:]] if alone else ["✎", "", *lines]
    return [f"- {lines[0]}", *(f"  {line}".rstrip() for line in lines[1:])] if node["item"] else lines


def _claim(node: Data) -> str:
    return f"{markdown_inlines(node['inlines'])} {_notes(node)}".rstrip()


def _grid(node: Data) -> list[str]:
    rows = [row for row in node["rows"] if row["kind"] == "row"]
    noted = any(row["notes"] for row in rows)
    header = [*node["header"], *(["note"] if noted else [])]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for row in rows:
        cells = [*(markdown_inlines(cell) for cell in row["cells"]), *([_notes(row)] if noted else [])]
        lines.append(f"| {' | '.join(cells)} |")
    rest = [row for row in node["rows"] if row["kind"] != "row"]
    return [*lines, *(line for row in rest for line in ("", *_node(row, None)))]


def _notes(node: Data) -> str:
    ranges = [
        f"[{one['first']}](#{one['id']})"
        + (f"–[{one['last']}](#{one['last_id']})" if one["last"] > one["first"] else "")
        for one in node["notes"]
    ]
    return f"\\[{', '.join(ranges)}\\]" if ranges else ""


def _appendix(page: Data, figure: str | None) -> list[str]:
    lines = ["## Appendix", ""] if page["appendix"] or page["notes"] else []
    for section in page["appendix"]:
        inner = [line for node in section["nodes"] for line in (*_node(node, figure), "")]
        lines += [f"<details><summary>{escaped(section['title'])}</summary>", "", *inner, "</details>", ""]
    if page["notes"]:
        rows = [
            f'| <a id="{row["id"]}"></a>{row["number"]} | {escaped(row["place"])} | {row["time"]} '
            f"| {escaped(row['text'])} | {row['id']} |"
            for row in page["notes"]
        ]
        head = ["| note | place | time | text | id |", "|---|---|---|---|---|"]
        lines += ["<details><summary>Evidence: the rows behind the notes</summary>", "", *head, *rows, "", "</details>"]
    return [*lines, ""]
