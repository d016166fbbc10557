"""Which layers a text has, and the text without them."""

from __future__ import annotations

from collections.abc import Iterable

from incidentlab.parse import clock, names
from incidentlab.parse.dialect import survey
from incidentlab.parse.wrappers import json_lines, plain, prefixes, syslog
from incidentlab.parse.wrappers.wrapper import NOTHING, Peeled, Wrapper, matcher

Layer = Wrapper
"""A wrapper that was found around a text."""

WRAPPERS: tuple[Wrapper, ...] = (*json_lines.WRAPPERS, *prefixes.WRAPPERS, *syslog.WRAPPERS, *plain.WRAPPERS)
"""Every kind of layer, the most exact first."""

_ENGINE = Wrapper("the engine", matcher(rf"(?P<stamp>{clock.STAMP}) ?(?P<rest>.*)"))

_DEEPEST = 5
"""More layers than that are nobody's log."""


def layers(texts: Iterable[str]) -> list[Layer]:
    """Return the layers around the lines of a sample, the outermost first; none for a text as containers wrote it.

    Examples
    --------
    >>> [layer.name for layer in layers(["10:00:01 [pod/web-7f9c-abcde/web] ready"])]
    ['a time', 'kubectl --prefix']
    """
    return _layers([text for text in texts if text.strip()], 0) or []


def _layers(texts: list[str], depth: int) -> list[Layer] | None:
    """Return the layers around some lines; None where nothing says that these are lines of a known form."""
    if not texts or depth > _DEEPEST:
        return None
    known = _known(texts, depth)
    if known is not None:
        return known
    for wrapper in WRAPPERS:
        peeled = [found for text in texts if (found := wrapper.peel(text)) is not None]
        if not peeled or len(peeled) < wrapper.share * len(texts) or not wrapper.fits(peeled):
            continue
        inner = _layers([found.rest for found in peeled if found.rest.strip()], depth + 1)
        if inner is not None or wrapper.alone:
            return [wrapper, *(inner or [])]
    return None


def _known(texts: list[str], depth: int) -> list[Layer] | None:
    """Return the layers of lines that bear Compose's prefix or the engine's stamp; None for others.

    Both are the business of the reader of logs, but for the stamp of lines of which an outer layer says whose they are.
    A word that merely stands before a bar is no prefix.
    """
    dialect = survey(texts)
    if not dialect.prefixed:
        return ([_ENGINE] if depth else []) if dialect.stamped else None
    numbered = any(map(names.numbered, dialect.names))
    sure = not dialect.foreman and (numbered or len(dialect.names) > 1 or dialect.stamped)
    return [] if sure else None


def peel(text: str, found: list[Layer]) -> Peeled:
    """Return a line without its layers, and what they say of it.

    Examples
    --------
    >>> line = "Jun 01 09:00:10 edge docker-compose[900]: web-1  | ready"
    >>> peel(line, layers([line])).rest
    'web-1  | ready'
    """
    outer = NOTHING._replace(rest=text)
    for layer in found:
        inner = layer.peel(outer.rest)
        if inner is None:
            break
        outer = inner.within(outer)
    return outer
