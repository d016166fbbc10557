"""All patterns as one automaton: whatever is known of lines is looked for in a single pass over the text.

Hyperscan tells which patterns may fit and where such a match ends; it knows no groups and takes the line ends between
texts for ordinary characters. So what it finds are candidates: each is confirmed, and its groups are cut out, with RE2.
It never misses a line that RE2 takes: both read UTF-8, ``.`` stops at line ends in both, ``^`` and ``$`` hold at every
line end here.

Compiling takes a second, so the automaton is kept in the user's cache directory under the hash of the patterns and the
version of Hyperscan. A kept one that is cut off, of another processor, or that somebody else may write is not used.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import hyperscan
import numpy as np
import numpy.typing as npt
import platformdirs
import pyarrow as pa
import pyarrow.compute as pc

from incidentlab.knowledge.patterns import Pattern

_BLOCK = 8 << 20
"""Bytes of text that are copied and scanned at once."""

_NUMBER_BITS = 16
"""A match is kept as one whole number: where it ends, and in the lowest bits, which pattern it is."""

_YOUNGEST = 8
"""So many automata are kept: two or three of a version, a megabyte each."""

_GREEDY_LAST_BUT_ONE = re.compile(r"(?<!\\)(\\[SwdW])\+(?=\|[^()|]*\)+$)")
_GREEDY_TAIL = re.compile(r"(?<!\\)(\.|\\[SwdW]|\[(?:[^\]\\]|\\.)+\])(\*|\+|\{1,\d*\})(\)*)$")
_TEXT = pa.large_string()

Places = npt.NDArray[np.int64]


def candidates(texts: pa.Array, patterns: tuple[Pattern, ...]) -> tuple[Places, Places]:
    """Return which texts may fit which patterns.

    Parameters
    ----------
    texts
        Texts of the type large_string, none of them missing.
    patterns
        What is looked for.

    Returns
    -------
    tuple of numpy.ndarray
        Places in `texts` and in `patterns`, sorted by pattern, then text, each pair once. Every pair of which RE2 says
        that it fits is there; some are there that do not fit.

    Examples
    --------
    >>> from incidentlab.knowledge import asked
    >>> texts = pa.array(["hello world", "connected"], pa.large_string())
    >>> [places.tolist() for places in candidates(texts, asked("success"))]
    [[1], [2]]
    """
    count = max(len(texts), 1)
    database = _database(patterns)
    blocks = list(_blocks(texts))
    with ThreadPoolExecutor() if len(blocks) > 1 else nullcontext() as pool:  # Hyperscan lets other threads run
        parts = list((pool.map if pool else map)(lambda block: _pairs(database, block[0], block[1], count), blocks))
    pairs = np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)
    return pairs % count, pairs // count


def simplified(pattern: str) -> str:
    r"""Return a pattern without group names, and without the tails that would make a match end at every character.

    Whatever fits `pattern` fits this one, too.

    Examples
    --------
    >>> simplified(r"panic: (?P<subject>.+)"), simplified(r"code (\d+|-)")
    ('panic: (?:.)', 'code (\\d|-)')
    """
    bare = _GREEDY_LAST_BUT_ONE.sub(r"\1", re.sub(r"\(\?P<\w+>", "(?:", pattern))
    tail = _GREEDY_TAIL.search(bare)
    if tail is None:
        return bare
    return bare[: tail.start()] + ("" if tail[2] == "*" else tail[1]) + tail[3]


def _blocks(texts: pa.Array) -> Iterator[tuple[int, pa.Array]]:
    """Yield the texts in blocks of about `_BLOCK` bytes, each with the place of its first text."""
    ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    wanted = np.arange(ends[0] + _BLOCK, ends[-1], _BLOCK) if len(texts) else ends[:0]
    cuts = [0, *np.searchsorted(ends, wanted).tolist(), len(texts)]
    for begin, end in pairwise(cuts):
        if end > begin:
            yield begin, texts.slice(begin, end - begin)


def _pairs(database: Any, begin: int, texts: pa.Array, count: int) -> Places:
    """Return the candidates of one block, each as pattern * count + place."""
    joined = pc.binary_join_element_wise(texts, pa.scalar("\n", _TEXT), pa.scalar("", _TEXT))
    _, offsets, data = joined.buffers()
    ends = np.frombuffer(offsets, np.int64)[1 : len(texts) + 1]
    found = array("q")

    def note(pattern: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append(end << _NUMBER_BITS | pattern)

    database.scan(data.slice(0, int(ends[-1])), match_event_handler=note, scratch=hyperscan.Scratch(database))
    hits = np.frombuffer(found, np.int64)
    places = begin + np.searchsorted(ends, hits >> _NUMBER_BITS)
    pairs = np.sort((hits & ((1 << _NUMBER_BITS) - 1)) * count + places)
    return pairs[np.diff(pairs, prepend=-1) > 0]


@cache
def _database(patterns: tuple[Pattern, ...]) -> Any:
    expressions = [simplified(row.pattern).encode() for row in patterns]
    return database(expressions, hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_MULTILINE)


def database(expressions: list[bytes], flags: int = 0) -> Any:
    """Return the automaton for fixed patterns, which are found by their places; it is kept for the next process.

    What must not be written to a disk, a secret for instance, must not be among them.
    """
    given = [version("hyperscan").encode(), b"%d" % flags, *expressions]
    name = hashlib.sha256(b"\0".join(given)).hexdigest()
    path = platformdirs.user_cache_path("incidentlab") / f"patterns-{name[:32]}.hyperscan"
    kept = _kept(path)
    if kept is not None:
        return kept
    made = hyperscan.Database()
    made.compile(expressions=expressions, ids=list(range(len(expressions))), flags=flags)
    _keep(path, hyperscan.dumpb(made))
    return made


def _kept(path: Path) -> Any:
    """Return the automaton that is kept there; None where there is none that can be trusted and used."""
    try:
        about = path.lstat()
        mine = not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o022)
        if not (stat.S_ISREG(about.st_mode) and mine):
            return None
        return hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        return None


def _keep(path: Path, content: bytes) -> None:
    """Write the automaton whole, for this user only; where that cannot be, the next process compiles it again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _tidy(path.parent)
    except OSError:
        return


def _tidy(folder: Path) -> None:
    """Delete the automata of earlier versions, but for the youngest."""
    kept = sorted(folder.glob("patterns-*.hyperscan"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in kept[_YOUNGEST:]:
        path.unlink(missing_ok=True)
