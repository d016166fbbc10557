"""One layer around a line: what it looks like, and what it says beside the line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from incidentlab.parse import clock


class Peeled(NamedTuple):
    """What a layer gives back of one line.

    Attributes
    ----------
    rest
        The line that it enclosed.
    stamp
        Nanoseconds, or `clock.NAT` where the layer gives no time or one without a zone.
    service, replica
        Whose line it is, where the layer names the service itself.
    container
        Whose line it is, where it names the container.
    stream
        stdout or stderr.
    level
        What it states of the line's severity.
    """

    rest: str
    stamp: int = clock.NAT
    service: str | None = None
    replica: int | None = None
    container: str | None = None
    stream: str | None = None
    level: str | None = None

    @property
    def owner(self) -> str | None:
        """Whose line it is, by container or else by service and number."""
        numbered = f"{self.service}-{self.replica}" if self.service and self.replica is not None else self.service
        return self.container or numbered

    def within(self, outer: Peeled) -> Peeled:
        """Return it with what only an outer layer says; of two times or names the inner is nearer to the source.

        Examples
        --------
        >>> Peeled("ready", stamp=5).within(Peeled("", stamp=6, container="web-1"))[:5]
        ('ready', 5, None, None, 'web-1')
        """
        owner = self if self.owner else outer
        return Peeled(
            self.rest,
            outer.stamp if self.stamp == clock.NAT else self.stamp,
            owner.service,
            owner.replica,
            owner.container,
            self.stream or outer.stream,
            self.level or outer.level,
        )


NOTHING = Peeled("")
"""What is known beside a line that no layer encloses."""


@dataclass(frozen=True)
class Wrapper:
    """One kind of layer.

    Attributes
    ----------
    name
        Where it comes from, in words for the ledger.
    peel
        Takes it off a line; None where the line does not bear it.
    alone
        No program prints this shape of itself: it is a layer whatever it encloses.
    share
        On how many of the lines it must stand.
    fits
        A last look at all that it gave back from a sample, where the shape alone does not decide.
    """

    name: str
    peel: Callable[[str], Peeled | None]
    alone: bool = True
    share: float = 0.5
    fits: Callable[[list[Peeled]], bool] = bool


def matcher(pattern: str, **facts: str | Callable[[re.Match[str]], object]) -> Callable[[str], Peeled | None]:
    r"""Return a function that peels by a pattern with the groups `rest` and, where given, `stamp`.

    Parameters
    ----------
    pattern
        Must match the whole line.
    **facts
        Field of `Peeled` -> a group's name, or a function of the match.

    Examples
    --------
    >>> matcher(r"(?P<who>\w+): (?P<rest>.*)", container="who")("web: ready")[:5]
    ('ready', -9223372036854775808, None, None, 'web')
    """
    compiled = re.compile(pattern, re.DOTALL)
    told = {"stamp": _stamp, **facts} if "(?P<stamp>" in pattern else facts

    def peel(text: str) -> Peeled | None:
        match = compiled.fullmatch(text)
        if match is None:
            return None
        values = {field: match[read] if isinstance(read, str) else read(match) for field, read in told.items()}
        return Peeled(match["rest"] or "", **values)  # type: ignore[arg-type]  # the fields are those of the pattern

    return peel


def _stamp(match: re.Match[str]) -> int:
    return clock.rfc3339(match["stamp"])
