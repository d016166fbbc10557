"""What people write is Markdown: read into plain data, so that each form can show it, and nothing of it can act.

A text becomes blocks (paragraph, code, list, quote, table) of inlines (text, code, strong, em, strike, link, break),
each a dictionary of texts. HTML in it is text like any other; a link leads to the web or to a mailbox, or is no link;
a picture is a link to it, because a page makes no request. A line end is a line end, as in comments on code hosts.

Source: CommonMark 0.31 and the tables of GitHub Flavored Markdown, as markdown-it-py reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from incidentlab.report.show import visible

Data = dict[str, Any]

_CHUNK = 1000
_WEB = ("https://", "http://", "mailto:")
_SPANS = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}
_BOXES = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quote",
    "table_open": "table",
}


def blocks(text: str) -> list[Data]:
    r"""Return a text of Markdown as blocks.

    Examples
    --------
    >>> blocks("See `db`:\n\n- <b>one</b>")[1]["items"][0][0]["inlines"]
    [{'type': 'text', 'text': '<b>one</b>'}]
    >>> blocks("```sh\nls\n```")
    [{'type': 'code', 'language': 'sh', 'lines': ['ls']}]
    """
    found, _ = _blocks(_reader().parse(text), 0, "")
    return found


def inlines(text: str) -> list[Data]:
    """Return a text as what fits into one cell of a table: its blocks without their shape, a break between them."""
    told: list[Data] = []
    for one in _lines(blocks(text)):
        told += [{"type": "break"}, *one] if told else one
    return told


def whole(text: str) -> str:
    """Return what a person wrote, however long, without control characters: only evidence is cut."""
    return "".join(visible(text[start : start + _CHUNK]) for start in range(0, len(text), _CHUNK))


@cache
def _reader() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _blocks(tokens: Sequence[Any], at: int, end: str) -> tuple[list[Data], int]:
    """Return the blocks from a place to the token that ends them, and the place after it."""
    found: list[Data] = []
    while at < len(tokens) and tokens[at].type != end:
        token = tokens[at]
        if token.type in ("fence", "code_block"):
            found.append(_code(token))
        elif token.type in _BOXES:
            block, at = _box(tokens, at)
            found.append(block)
        at += 1
    return found, at


def _box(tokens: Sequence[Any], at: int) -> tuple[Data, int]:
    token, kind = tokens[at], _BOXES[tokens[at].type]
    closing = token.type.replace("_open", "_close")
    if kind in ("paragraph", "heading"):
        return {"type": kind, "inlines": _inlines(tokens[at + 1].children or [])}, at + 2
    if kind == "quote":
        inner, at = _blocks(tokens, at + 1, closing)
        return {"type": kind, "blocks": inner}, at
    if kind == "table":
        return _table(tokens, at + 1)
    items, at = [], at + 1
    while tokens[at].type != closing:
        inner, at = _blocks(tokens, at + 1, "list_item_close")
        items.append(inner)
        at += 1
    first = token.attrGet("start")
    return {"type": kind, "ordered": token.tag == "ol", "start": 1 if first is None else int(first), "items": items}, at


def _table(tokens: Sequence[Any], at: int) -> tuple[Data, int]:
    rows: list[list[list[Data]]] = []
    while tokens[at].type != "table_close":
        if tokens[at].type == "tr_open":
            rows.append([])
        elif tokens[at].type == "inline":
            rows[-1].append(_inlines(tokens[at].children or []))
        at += 1
    return {"type": "table", "header": rows[0], "rows": rows[1:]}, at


def _code(token: Any) -> Data:
    lines = [whole(line) for line in token.content.rstrip("\n").expandtabs(4).split("\n")]
    return {"type": "code", "language": "".join(c for c in token.info.split(" ")[0] if c.isalnum()), "lines": lines}


def _inlines(tokens: Sequence[Any]) -> list[Data]:
    told: list[Data] = []
    open_: list[list[Data]] = [told]
    for token in tokens:
        here = open_[-1]
        if token.type in ("text", "code_inline") and token.content:
            here.append({"type": "code" if token.type == "code_inline" else "text", "text": whole(token.content)})
        elif token.type in ("softbreak", "hardbreak"):
            here.append({"type": "break"})
        elif token.type == "image":
            here.append(_link(str(token.attrGet("src")), [{"type": "text", "text": whole(token.content or "picture")}]))
        elif token.type == "link_open":
            here.append(_link(str(token.attrGet("href")), []))
            open_.append(here[-1]["inlines"])
        elif token.type in _SPANS:
            here.append({"type": _SPANS[token.type], "inlines": []})
            open_.append(here[-1]["inlines"])
        elif token.type.endswith("_close"):
            open_.pop()
    return told


def _link(address: str, inner: list[Data]) -> Data:
    """Return a link, or, where it leads nowhere that a reader may be sent to, its text alone."""
    if address.lower().startswith(_WEB):
        return {"type": "link", "href": whole(address), "inlines": inner}
    return {"type": "span", "inlines": inner}


def _lines(found: list[Data]) -> list[list[Data]]:
    told: list[list[Data]] = []
    for block in found:
        match block["type"]:
            case "code":
                told += [[{"type": "code", "text": line}] for line in block["lines"] if line]
            case "list":
                told += [line for item in block["items"] for line in _lines(item)]
            case "quote":
                told += _lines(block["blocks"])
            case "table":
                told += [
                    [part for cell in row for part in (*cell, {"type": "text", "text": " "})]
                    for row in (block["header"], *block["rows"])
                ]
            case _:
                told.append(block["inlines"])
    return told
