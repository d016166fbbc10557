"""The blocks of what people wrote (see `people.prose`), and the inlines of any sentence, as HTML and as Markdown."""

from __future__ import annotations

import html
import re
from typing import Any

Data = dict[str, Any]

_SPECIAL = re.compile(r"[\\`*\[\]|~$#]|(?<!\w)_|_(?!\w)|^[-+=]|^\d+(?=[.)] )")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "://": "&#58;//", "www.": "www&#46;"}
_TAGS = {"strong": "strong", "em": "em", "strike": "s", "span": "span"}
_MARKS = {"strong": "**", "em": "*", "strike": "~~", "span": ""}


def html_blocks(blocks: list[Data]) -> str:
    """Return blocks as HTML, every text escaped."""
    return "".join(_html_block(block) for block in blocks)


def html_inlines(inlines: list[Data]) -> str:
    """Return inlines as HTML, every text escaped.

    Examples
    --------
    >>> html_inlines([{"type": "code", "text": "<b>"}])
    '<code>&lt;b&gt;</code>'
    """
    return "".join(_html_inline(one) for one in inlines)


def markdown_blocks(blocks: list[Data]) -> list[str]:
    """Return blocks as lines of Markdown; none begins a heading, and no HTML is in it."""
    lines: list[str] = []
    for block in blocks:
        lines += ["", *_markdown_block(block)] if lines else _markdown_block(block)
    return lines


def markdown_inlines(inlines: list[Data], *, line_end: str = "<br>") -> str:
    """Return inlines as one line of Markdown."""
    return "".join(_markdown_inline(one, line_end) for one in inlines)


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no markup, no tag, no link, no mention.

    Examples
    --------
    >>> escaped("<b> `x` [y](z) a_b")
    '&lt;b&gt; \\`x\\` \\[y\\](z) a_b'
    """
    marked = _SPECIAL.sub(lambda hit: f"\\{hit[0]}" if not hit[0].isdigit() else f"{hit[0]}\\", text)
    return re.sub(r"[&<>@]|://|www\.", lambda hit: _ENTITIES[hit[0]], marked)


def fenced(lines: list[str], language: str = "text") -> list[str]:
    """Return lines as a block of code, in a fence longer than every run of back-ticks in them."""
    runs = [len(run) for line in lines for run in re.findall("`+", line)]
    fence = "`" * max(3, 1 + max(runs, default=0))
    return [f"{fence}{language or 'text'}", *lines, fence]


def _html_block(block: Data) -> str:
    match block["type"]:
        case "code":
            return f"<pre>{html.escape(chr(10).join(block['lines']))}</pre>"
        case "list":
            items = "".join(f"<li>{_html_item(item)}</li>" for item in block["items"])
            start = f' start="{block["start"]}"' if block["ordered"] and block["start"] != 1 else ""
            return f"<ol{start}>{items}</ol>" if block["ordered"] else f"<ul>{items}</ul>"
        case "quote":
            return f"<blockquote>{html_blocks(block['blocks'])}</blockquote>"
        case "table":
            head = "".join(f"<th>{html_inlines(cell)}</th>" for cell in block["header"])
            rows = ("".join(f"<td>{html_inlines(cell)}</td>" for cell in row) for row in block["rows"])
            body = "".join(f"<tr>{row}</tr>" for row in rows)
            return f'<table class="theirs"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        case "heading":
            return f'<p class="theirs"><strong>{html_inlines(block["inlines"])}</strong></p>'
    return f'<p class="theirs">{html_inlines(block["inlines"])}</p>'


def _html_item(item: list[Data]) -> str:
    """Return an entry of a list; one that is a single paragraph stands without its margins."""
    if item and item[0]["type"] == "paragraph":
        return html_inlines(item[0]["inlines"]) + html_blocks(item[1:])
    return html_blocks(item)


def _html_inline(one: Data) -> str:
    match one["type"]:
        case "text":
            return html.escape(one["text"])
        case "code":
            return f"<code>{html.escape(one['text'])}</code>"
        case "break":
            return "<br>"
        case "link":
            return f'<a href="{html.escape(one["href"])}" rel="noreferrer">{html_inlines(one["inlines"])}</a>'
    tag = _TAGS[one["type"]]
    return f"<{tag}>{html_inlines(one['inlines'])}</{tag}>"


def _markdown_block(block: Data) -> list[str]:
    match block["type"]:
        case "code":
            return fenced(block["lines"], block["language"])
        case "list":
            marks = (
                f"{block['start'] + place}. " if block["ordered"] else "- " for place in range(len(block["items"]))
            )
            return [
                line for mark, item in zip(marks, block["items"], strict=True) for line in _markdown_item(mark, item)
            ]
        case "quote":
            return [f"> {line}".rstrip() for line in markdown_blocks(block["blocks"])]
        case "table":
            rows = [[markdown_inlines(cell) for cell in row] for row in (block["header"], *block["rows"])]
            told = [f"| {' | '.join(row)} |" for row in rows]
            return [told[0], f"|{'---|' * len(block['header'])}", *told[1:]]
        case "heading":
            return [f"**{markdown_inlines(block['inlines'])}**"]
    return markdown_inlines(block["inlines"], line_end="\\\n").split("\n")


def _markdown_item(mark: str, item: list[Data]) -> list[str]:
    lines = markdown_blocks(item) or [""]
    return [mark + lines[0], *(f"{' ' * len(mark)}{line}".rstrip() for line in lines[1:])]


def _markdown_inline(one: Data, line_end: str) -> str:
    match one["type"]:
        case "text":
            return escaped(one["text"])
        case "code":
            return _code(one["text"], cell=line_end == "<br>")
        case "break":
            return line_end
        case "link":
            href = re.sub(r"[<>\s\\]", lambda hit: f"%{ord(hit[0]):02X}", one["href"])
            return f"[{markdown_inlines(one['inlines'], line_end=' ')}](<{href}>)"
    mark = _MARKS[one["type"]]
    return f"{mark}{markdown_inlines(one['inlines'], line_end=line_end)}{mark}"


def _code(text: str, *, cell: bool) -> str:
    """Return a code span; in a cell of a table, a bar would end it."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    shown = text.replace("|", "\\|") if cell else text
    return f"{fence}{pad}{shown}{pad}{fence}"
