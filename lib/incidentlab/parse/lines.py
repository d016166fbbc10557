"""Bytes become lines: split at LF only, numbered from 1, and readable.

A carriage return is no line end: Compose writes its status lines as CR, ESC[K, text, and a reader with universal
newlines would shift the number of every later line. UTF-16 (what PowerShell's `>` writes) is decoded first and
its lines are counted after decoding. Nothing here can fail: bytes that are no UTF-8 become U+FFFD.
"""

from __future__ import annotations

import codecs
import mmap
import re

import numpy as np

from incidentlab.parse.buffer import AHEAD, Bytes, Whole, places_of, table

Text = bytes | mmap.mmap
"""What a file holds; a large one in memory of its own, which is given back as it is read."""

PIECE = 16_384
"""The engine cuts longer lines into pieces of this many bytes (docker/moby `daemon/logger/copier.go`)."""

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements, erasing
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links
    r"|\x1b[ -/]*[0-~]?"  # the other, short ones; or an ESC that was cut off
)
_ORPHAN = re.compile(r"\[\d{1,3}(?:;\d{1,3})*m")
"""A colour whose ESC was lost when the text was copied."""


_PARAMETERS = 24
"""No colour has more signs between ESC [ and its last letter."""

_PARAMETER, _FINAL = table("0123456789:;<=>?"), table("".join(map(chr, range(64, 127))))


def encode(text: str | bytes) -> bytes:
    r"""Return text as bytes that can be decoded again, lone surrogates included; bytes are given back as they are.

    Examples
    --------
    >>> encode("h\u00e9")
    b'h\xc3\xa9'
    """
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def decode(data: Text) -> Text:
    r"""Return `data` as UTF-8 without a byte order mark; what is neither UTF-16 nor marked is left as it is.

    Examples
    --------
    >>> decode("web-1  | hé\r\n".encode("utf-16")).decode()
    'web-1  | hé\r\n'
    """
    if data[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8:
        return data[len(codecs.BOM_UTF8) :]
    wide = _utf16(data)
    if wide is None:
        return data
    return data[:].decode(wide, "replace").lstrip("\ufeff").encode("utf-8", "replace")


def split(data: Text) -> list[bytes]:
    r"""Return the lines of `data`, without their LF; a last line without an LF is a line.

    Examples
    --------
    >>> split(b"a\rb\n\nc")
    [b'a\rb', b'', b'c']
    """
    lines = data[:].split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def clean(line: bytes) -> str:
    r"""Return a line as text: no escapes, no CR at its ends, U+FFFD for NUL and for what is no UTF-8.

    Examples
    --------
    >>> clean(b"\r\x1b[Kweb-1 exited with code 1\r")
    'web-1 exited with code 1'
    """
    text = line.decode("utf-8", "replace")
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    text = text.strip("\r")
    if text.startswith("["):
        text = _ORPHAN.sub("", text, count=2) if _ORPHAN.match(text) else text
    return text


def without_colours(data: Bytes) -> Bytes:
    r"""Return a buffer of lines (see `buffer`) without what `clean` takes away, as far as that is simple.

    Escapes that set colours and the like go, and a CR at either end of a line. What is left of ESC, CR and NUL shows
    which lines only `clean` can read.

    Examples
    --------
    >>> text = np.frombuffer(b"\x1b[36mweb\x1b[0m\r\n" + bytes(AHEAD), np.uint8)
    >>> without_colours(text)[:4].tobytes()
    b'web\n'
    """
    begin = places_of(data[:-AHEAD] == ord("\x1b"))
    begin = begin[data[begin + 1] == ord("[")]
    last = begin + 2
    for _ in range(_PARAMETERS):
        inner = _PARAMETER[data[last]]
        if not inner.any():
            break
        last = last + inner
    closed = _FINAL[data[last]]
    data = _without(data, begin[closed], last[closed])
    cr = places_of(data[:-AHEAD] == ord("\r"))
    cr = cr[(data[cr + 1] == ord("\n")) | (cr == 0) | (data[np.maximum(cr - 1, 0)] == ord("\n"))]
    return _without(data, cr, cr)


def _without(data: Bytes, first: Whole, last: Whole) -> Bytes:
    """Return the bytes but for some that lie from `first` to `last`."""
    if not len(first):
        return data
    keep = np.ones(len(data), bool)
    for step in range(int((last - first).max()) + 1):
        keep[(first + step)[first + step <= last]] = False
    return data[keep]


def mend(line: bytes) -> bytes:
    """Return a line without the stamps that `-t` repeats between the pieces of a long one.

    A stamp is cut out only where the line's own stamp recurs `PIECE` bytes of payload after the last, or a little
    later: json-file makes three bytes of each byte that is no UTF-8, after the engine has cut.
    """
    stamp = _STAMP.search(line[:400]) if len(line) > PIECE else None
    if not stamp:
        return line
    mark, pieces, place = stamp.group(), [line[: stamp.end()]], stamp.end()
    while (end := line.find(mark, place + PIECE, place + 3 * PIECE + len(mark))) >= 0:
        pieces.append(line[place:end])
        place = end + len(mark)
    return b"".join([*pieces, line[place:]])


def readable(line: bytes) -> str:
    """Return a line whole and clean."""
    return clean(mend(line))


def begin(data: Text) -> bytes:
    """Return the first byte that is no blank; nothing where there is none."""
    found = _BLANK_BEFORE.match(data)
    return data[found.end() : found.end() + 1] if found else b""


_BLANK_BEFORE = re.compile(rb"[ \t\n\r\x0b\f]*")


def let_go(data: Text, start: int, stop: int) -> None:
    """Give back the memory of a part that has been read; it must not be read again."""
    if isinstance(data, mmap.mmap) and hasattr(data, "madvise"):  # not on Windows
        start, stop = (place - place % mmap.PAGESIZE for place in (start, stop))
        if stop > start:
            data.madvise(mmap.MADV_DONTNEED, start, stop - start)


def wrapped(data: Text) -> bool:
    """Return whether PowerShell captured the text: it never translates this word of its error records."""
    return data.find(b"CategoryInfo") >= 0


def unwrap(texts: list[str]) -> tuple[list[str], list[bool], list[bool]]:
    """Undo the hard wraps of a PowerShell capture.

    PowerShell writes what a program says on stderr as error records, wrapped at the width of its window: at a blank,
    which stays at the end of the line, or inside a word that is too long. The width is that of the longest line of
    the record's header. Longer lines came by stdout and are whole.

    Returns
    -------
    texts
        As long as before: the first line of a message holds all of it, the lines moved up into it are empty.
    moved
        Which lines were.
    begins
        Which lines begin an error record: with the name of what ran, before what it said.
    """
    moved, begins = [False] * len(texts), [False] * len(texts)
    result = list(texts)
    width, head, inside = 0, -1, ""
    for place, text in enumerate(texts):
        if POWERSHELL.match(text) and (found := _width(texts, place)):
            inside, width, begins[place], head = "message", max(found, width), True, -1
        elif inside == "message" and heads(text):
            inside = "header"
        elif inside == "header" and text.lstrip().startswith("+ "):
            head = place
        elif inside == "header" and not text.strip():
            inside = ""
        elif inside == "header" and head >= 0 and COMMAND.match(texts[head]):
            result[head] += text
            result[place], moved[place] = "", True
        elif inside != "header" and place and width and _continues(texts[place - 1], text, width, inside):
            head = head if moved[place - 1] else place - 1
            result[head] += text
            result[place], moved[place] = "", True
    return result, moved, begins


def heads(text: str) -> bool:
    """Return whether a line of an error record tells where the command stood, or of what category the error is.

    The first may itself be wrapped, the second, which is never translated, begins a line.
    """
    return bool(POSITION.match(text)) or "+ CategoryInfo" in text


POWERSHELL = re.compile(r"^(?:[A-Za-z]:)?[\w.\\/-]+ : ")
"""How PowerShell begins an error record: the program's name, then what it said."""

POSITION = re.compile(r"^\D+:\s?\d+\s?\D*:\s?\d+\s*$")
"""Where the record says the command stood (`At line:1 char:1`), in the user's language."""

COMMAND = re.compile(r"^\s*\+ [^~]*(?:docker|podman|kubectl)")
"""The line of the record that shows the command, wrapped like all of it."""

_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ")


def _width(texts: list[str], start: int) -> int:
    """Return the width of the window: the longest line of the record that begins at `start`, or 0 for none."""
    header = texts[start : start + 80]
    ends = [i for i, text in enumerate(header) if not text.strip()]
    if not ends or not any(heads(text) for text in header[: ends[0]]):
        return 0
    return max(len(text) for text in header[: ends[0]])


def _continues(before: str, text: str, width: int, inside: str) -> bool:
    """Return whether `text` goes on with the message of the line before it."""
    if len(before) > width or len(text) > width or not text or not before.strip():
        return False
    if len(before) == width or inside == "message":
        return True
    return before.endswith(" ") and text[0] != " " and len(before) + len(text.split(" ", 1)[0]) > width


def _utf16(data: Text) -> str | None:
    """Return the name of the UTF-16 form, by its mark or by the NULs that ASCII leaves in it."""
    head = data[:2048]
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if len(head) < 8 or head.count(0) < len(head) * 0.4:
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 0.8 * len(head) / 2 and even < odd / 10:
        return "utf-16-le"
    return "utf-16-be" if even > 0.8 * len(head) / 2 and odd < even / 10 else None
