"""Layers of syslog and of the journal: a time, a host, a program and its number, a colon, the line.

`journalctl` writes the same line under several times (short, short-iso, short-full, short-unix, ...; systemd
`src/shared/logs-show.c`), rsyslog under RFC 3339, and over the network the forms of RFC 3164 and RFC 5424 add a
priority. The program is whose line it is, unless it only passes on what others say, as docker-compose or a shell does.
The short forms have neither year nor zone, so they give an order and no time.
"""

from __future__ import annotations

import re

from incidentlab.parse import clock
from incidentlab.parse.wrappers.wrapper import Peeled, Wrapper

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_SHORT = re.compile(
    rf"(?:<\d{{1,3}}>)?(?:(?P<short>{_MONTH} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{{1,6}})?)"
    rf"|(?:[A-Z][a-z]{{2}} )?(?P<iso>{_ISO})|(?P<unix>\d{{9,10}}\.\d{{6}})|\[ *\d+\.\d{{6}}\])"
    r" (?P<host>[A-Za-z0-9][\w.:-]*) (?P<program>[^\s:\[\]()]+)(?:\[(?P<pid>\d+)\])?: (?P<rest>.*)",
    re.DOTALL,
)
_RFC5424 = re.compile(
    rf"<\d{{1,3}}>1 (?P<iso>{_ISO}) (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) \S+ "
    r"(?:-|(?:\[[^\]]*\])+) ?(?:\ufeff)?(?P<rest>.*)",
    re.DOTALL,
)
_PASSING = re.compile(
    r"(?:docker|podman|nerdctl)(?:[-_]compose)?|compose|dockerd|containerd(?:-shim.*)?|conmon|kernel|systemd(?:-\w+)?"
    r"|(?:ba|da|z|k)?sh|env|sudo|su|make|init|cron|CRON|crond|sshd|logger|ansible.*|python[\d.]*|node|java|ruby|php|perl"
    r"|root|-"
)
"""Programs that pass on what others say, or speak of the whole machine."""

_LEVELS = re.compile(r"(?i:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|fatal|crit(?:ical)?|alert|emerg)")


def owner(program: str) -> str | None:
    """Return the container, or the service, that a program's name in the journal stands for; None for none.

    Docker's drivers take a tag: the container's id, or whatever its owner asked for, often ``docker/NAME``.

    Examples
    --------
    >>> owner("docker/shop-web-1"), owner("docker-compose"), owner("wallet")
    ('shop-web-1', None, 'wallet')
    """
    name = program.rpartition("/")[2].removesuffix(".service")
    return None if not name or _PASSING.fullmatch(name) else name


def _short(text: str) -> Peeled | None:
    match = _SHORT.fullmatch(text)
    if match is None or _LEVELS.fullmatch(match["host"]):
        return None
    if not (match["short"] or match["pid"] or match["program"] in ("kernel", "systemd")):
        return None
    return _line(match, _time(match))


def _rfc5424(text: str) -> Peeled | None:
    match = _RFC5424.fullmatch(text)
    return _line(match, clock.rfc3339(match["iso"])) if match else None


def _time(match: re.Match[str]) -> int:
    if match["unix"]:
        return clock.epoch(match["unix"].replace(".", "") + "000")
    return clock.rfc3339(match["iso"]) if match["iso"] else clock.NAT


def _line(match: re.Match[str], stamp: int) -> Peeled:
    return Peeled(match["rest"], stamp, container=owner(match["program"]))


WRAPPERS = (
    Wrapper("syslog", _rfc5424),
    Wrapper("syslog or the journal", _short),
)
