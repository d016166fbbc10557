"""Secrets become stable tokens before anything is written, and before anything that was loaded is read.

`<secret:3f2a91c0>` stands for one value throughout one bundle, so that "the service uses another password than
the database" can still be proved. The token is an HMAC under a random key that is never in the bundle: whoever has the
bundle cannot try out passwords against it, nor compare tokens of two bundles. The key lives only in this object, or,
for a recording that may have to go on after a kill, in a file that its owner alone may read (`key`).

What counts as a secret: the value of a variable or command-line option whose *name* looks secret (`names`), what
running text gives away (`rules`, `formats`), and wherever else such a value stands word for word: in log lines,
command lines, probe output, configuration. A value that is short, a common word or also the name of a service, user or
database is hidden only where it is assigned: to blot out every "postgres" would destroy the evidence and hide nothing.

There are two doors. A capture writes through `Redactor.json` and `Redactor.lines`; what is loaded passes
`redact.tables.masked`. Both ask `places` the same question: where in this line stands a secret?
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any
from urllib.parse import quote, quote_plus

from incidentlab.redact import places
from incidentlab.redact.names import is_secret, looks_public, looks_secret
from incidentlab.redact.rules import made_up
from incidentlab.redact.scan import Scanner, literal

__all__ = ["LONGEST", "Redactor", "is_secret", "looks_secret"]

SHORTEST, SHORTEST_IN_BASE64 = 6, 8
"""Characters from which a value is looked for everywhere, and bytes from which within base64."""

LONGEST_VALUE = 2_000
"""Characters of a value that are looked for; a pattern of all its spellings is bounded (Hyperscan, 16 000 bytes)."""

BLOCK, LONGEST = 1 << 16, 1 << 20
"""Bytes of log that are treated at once, and bytes of one line that are held at most."""

COMMON = re.compile(
    "admin|administrator|database|default|development|docker|example|guest|localhost|master|mongodb|nobody|password"
    "|postgres|postgresql|production|public|rabbitmq|secrets?|service|string|testing|token|undefined|unknown|username",
    re.IGNORECASE,
)
"""Words that are used as passwords and mean something else almost everywhere."""

MOST_OVERHEARD = 200
"""So many values that running text gave away are looked for elsewhere as well."""

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z )")
_LONG_LINE = re.compile(rb"^[^\n]{16384,}", re.MULTILINE)
_URLSAFE = str.maketrans("+/", "-_")
_UNIT = "\x1f"
"""Stands between the words of a command that is a list; the rules know it."""
_HEADER = re.compile("(?i)authorization|(set-)?cookie")


class Redactor:
    """Replaces the secrets that it has learned by tokens, and counts the replacements.

    Parameters
    ----------
    key
        Key of the tokens, or what gives it when the first is needed; random unless a recording goes on, what is shown
        is to be the same again, or a test gives one.
    """

    def __init__(self, key: bytes | Callable[[], bytes] | None = None) -> None:
        self._given = key
        self._values: set[str] = set()
        self._overheard: set[str] = set()
        self._names: set[str] = set()
        self._known: re.Pattern[bytes] | None = None
        self._scanner, self._stale = Scanner([]), False
        self._tokens: dict[bytes, bytes] = {}
        self._key_text = places.Key()
        self.replaced = 0
        self.rules: Counter[str] = Counter()

    @cached_property
    def _key(self) -> bytes:
        return self._given() if callable(self._given) else self._given or secrets.token_bytes(32)

    @property
    def secrets(self) -> int:
        """How many different values are looked for everywhere."""
        return len(self._wanted())

    @property
    def overheard(self) -> int:
        """How many values running text has given away."""
        return len(self._overheard)

    def token(self, value: str) -> str:
        """Return the token that stands for `value` in this bundle."""
        digest = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
        return f"<secret:{digest[:8]}>"

    def learn(self, document: Any) -> None:
        """Note every secret, and every user, host and database name, that a JSON document assigns."""
        self._known = None
        for name, value in _assignments(document):
            if is_secret(name, value):
                self._values.add(value)
            elif looks_public(name):
                self._names.add(value)
            self._values.update(place.secret for place in places.places(_bytes(value)))

    def overhear(self, found: Iterable[places.Place]) -> None:
        """Note what running text gave away, to hide it elsewhere too, if it can be nothing but a secret.

        Notes
        -----
        A log line is hostile: it may call a word of the evidence a password to have it blotted out everywhere. Only
        what looks made up is believed, and no name that is kept.
        """
        new = {place.secret for place in found if len(place.secret) >= 8 and made_up(place.secret)}
        new -= self._overheard | self._values
        if new and len(self._overheard) < MOST_OVERHEARD:
            self._stale = True
            self._overheard |= new

    def refresh(self) -> None:
        """Look for what was overheard too; not in the midst of a block: to make the search anew takes its time."""
        if self._stale:
            self._known, self._stale = None, False

    def keep(self, names: Iterable[str]) -> None:
        """Never replace these words (services, containers, networks) where they merely occur."""
        self._known = None
        self._names.update(names)

    def text(self, text: str) -> str:
        """Return `text` without the secrets."""
        return self.texts([text])[text]

    def texts(self, texts: Iterable[str]) -> dict[str, str]:
        """Return each text without the secrets; what one of them gives away is looked for from the next call on."""
        self.refresh()
        hidden = {}
        for text in dict.fromkeys(texts):
            data = _bytes(text)
            shown = self._block(data, places.Key())
            hidden[text] = text if shown is data else shown.decode("utf-8", "surrogatepass")
        return hidden

    def raw(self, data: bytes, key: places.Key | None = None) -> bytes:
        """Return `data` without the secrets: the same lines, and the engine's time stamps untouched.

        Parameters
        ----------
        data
            Whole lines.
        key
            Follows a private key from one call to the next.
        """
        self.refresh()
        return self._block(data, key or places.Key())

    def suspects(self, data: Any, *, known: bool = False) -> list[tuple[int, int]]:
        """Return where in a buffer of bytes a rule may apply and which; as rule -1, where a known value may stand.

        Parameters
        ----------
        data
            Any bytes.
        known
            Only known values are asked for.
        """
        self._search()
        told = [] if known else places.suspected(data)
        return sorted([*told, *((end, -1) for end, _ in self._scanner.scan(data))])

    def json(self, value: Any) -> Any:
        """Return a JSON value without the secrets. Keys, numbers and times stay as they are."""
        if isinstance(value, dict):
            named = value.get("name") if isinstance(value.get("value"), str) else None
            return {
                key: self._member(named if key == "value" and isinstance(named, str) else key, member)
                for key, member in value.items()
            }
        if isinstance(value, list):
            return self._list(value)
        if not isinstance(value, str) or _TIME.fullmatch(value):
            return value
        found = _ASSIGNMENT.fullmatch(value)
        if found and is_secret(found[1], found[2]):
            return f"{found[1]}={self._member(found[1], found[2])}"
        return self.text(value)

    def lines(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Return log bytes, cut anywhere, as blocks of whole lines without the secrets, in bounded memory.

        Notes
        -----
        The engine repeats the time stamp inside a line every 16 KiB, perhaps amid a secret. A line that holds a secret,
        or is over 1 MiB, is therefore written with its first stamp only.
        """
        held, stamp = bytearray(), b""
        for chunk in chunks:
            held += chunk.replace(stamp, b"") if stamp else chunk
            if len(held) < BLOCK:
                continue
            if end := held.rfind(b"\n") + 1:
                stamp = b""
            elif len(held) > LONGEST:
                stamp, joined = _join(bytes(held)) if not stamp else (stamp, bytes(held))
                held[:] = joined
                end = self._seam(joined)
            if end:
                yield self._written(bytes(held[:end]))
                del held[:end]
        if held:
            yield self._written(bytes(held))

    def _written(self, block: bytes) -> bytes:
        self.refresh()
        return self._block(_LONG_LINE.sub(self._whole_if_secret, block), self._key_text)

    def _block(self, block: bytes, key: places.Key) -> bytes:
        suspects = self.suspects(block)
        if not suspects and not key.left:
            return block
        lines = block.split(b"\n")
        which = _by_line(suspects, lines)
        hidden = [
            self._line(line, which.get(place, ()), key) if place in which or key.left else line
            for place, line in enumerate(lines)
        ]
        return b"\n".join(hidden) if hidden != lines else block

    def _line(self, line: bytes, which: Iterable[int], key: places.Key) -> bytes:
        """Return one line without the secrets, by the rules that were suspected."""
        parts = _STAMP.split(line)
        parts[::2] = [self._hide(part, set(which), key) for part in parts[::2]]
        return b"".join(parts)

    def _whole_if_secret(self, line: re.Match[bytes]) -> bytes:
        _, joined = _join(line[0])
        return (
            joined
            if self._line(joined, {which for _, which in self.suspects(joined)}, places.Key()) != joined
            else line[0]
        )

    def _seam(self, line: bytes) -> int:
        """Return where an endless line can be cut without cutting a secret."""
        blank = line.rfind(b" ", 0, len(line) - BLOCK // 2)
        seam = blank if blank > 0 else len(line) - BLOCK // 2
        return next((m.start() for m in self._search().finditer(line) if m.start() < seam < m.end()), seam)

    def _list(self, value: list[Any]) -> list[Any]:
        """Return a list without the secrets; one of words is also read as the command that it may be."""
        members = [self._member(option, member) for option, member in _arguments(value)]
        if len(members) > 1 and all(isinstance(member, str) and _UNIT not in member for member in members):
            words = self.text(_UNIT.join(members)).split(_UNIT)
            members = words if len(words) == len(members) else members
        return members

    def _member(self, key: str, value: Any) -> Any:
        if not isinstance(value, str):
            return self.json(value)
        if is_secret(key, value):
            self.replaced += 1
            self.rules["name"] += 1
            return self.token(value)
        if _HEADER.fullmatch(key):
            return self.text(f"{key}: {value}").removeprefix(f"{key}: ")
        return self.json(value)

    def _hide(self, part: bytes, which: set[int], key: places.Key) -> bytes:
        found = key.places(part) or places.places(part, which - {-1})
        self.overhear(found)
        pieces, end = [], 0
        for place in found:
            pieces += [part[end : place.start], self.token(place.secret).encode()]
            end = place.end
            self.rules[place.rule] += 1
        self.replaced += len(found)
        return self._search().sub(self._verbatim, b"".join([*pieces, part[end:]]))

    def _verbatim(self, found: re.Match[bytes]) -> bytes:
        if found["token"]:
            return found[0]
        self.replaced += 1
        self.rules["known value"] += 1
        return self._tokens[found[0]]

    def _wanted(self) -> set[str]:
        every = self._values | self._overheard
        lines = {line.strip()[:LONGEST_VALUE] for value in every for line in value.splitlines()}
        return {
            line
            for line in lines - self._names
            if len(line) >= SHORTEST and not COMMON.fullmatch(line) and line not in "<secret:" and line[:5] != "-----"
        }

    def _search(self) -> re.Pattern[bytes]:
        if self._known is None:
            self._tokens = {
                form.encode("utf-8", "surrogatepass"): self.token(value).encode()
                for value in sorted(self._wanted())
                for form in _forms(value)
            }
            longest_first = sorted(self._tokens, key=lambda form: (-len(form), form))
            self._known = re.compile(b"|".join([rb"(?P<token><secret:[0-9a-f]{8}>)", *map(_literal, longest_first)]))
            self._scanner = Scanner(map(literal, longest_first))
        return self._known


def _assignments(document: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, value) of everything that a JSON document assigns; the name is empty where it gives none."""
    if isinstance(document, dict):
        named = document.get("name") if isinstance(document.get("value"), str) else None
        for key, member in document.items():
            yield from _assignments(member, named if key == "value" and isinstance(named, str) else key)
    elif isinstance(document, list):
        if len(document) > 1 and all(isinstance(member, str) for member in document):
            yield "", _UNIT.join(document)
        for option, member in _arguments(document):
            yield from _assignments(member, option)
    elif isinstance(document, str):
        found = _ASSIGNMENT.fullmatch(document)
        yield (found[1], found[2]) if found and not name else (name, document)


def _arguments(members: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the members of a list, each with the command-line option before it, or an empty name.

    Examples
    --------
    >>> list(_arguments(["redis-server", "--requirepass", "hunter2"]))[-1]
    ('--requirepass', 'hunter2')
    """
    before: Any = None
    for member in members:
        named = isinstance(before, str) and _OPTION.fullmatch(before) and not _OPTION.match(str(member))
        yield (before if named else ""), member
        before = member


def _forms(value: str) -> set[str]:
    """Return the ways in which a value is spelled: as it is, inside JSON, inside a URL."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe="", errors="surrogatepass"),
        quote_plus(value, errors="surrogatepass"),
    } | _in_base64(_bytes(value))


def _in_base64(value: bytes) -> set[str]:
    """Return how a value looks within base64, at each of the three places that a byte can take; none if it is short."""
    if len(value) < SHORTEST_IN_BASE64:
        return set()
    coded = [(lead, base64.b64encode(b"\0" * lead + value).decode().rstrip("=")) for lead in range(3)]
    inner = {text[(0, 2, 3)[lead] : len(text) - (((lead + len(value)) % 3) > 0)] for lead, text in coded}
    return inner | {text.translate(_URLSAFE) for text in inner} | {coded[0][1]}


def _by_line(suspects: Iterable[tuple[int, int]], lines: list[bytes]) -> dict[int, set[int]]:
    """Return, for each line with something suspected in it, the rules."""
    ends = list(accumulate(len(line) + 1 for line in lines))
    found: dict[int, set[int]] = {}
    for end, which in suspects:
        found.setdefault(bisect_left(ends, end), set()).add(which)
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _literal(form: bytes) -> bytes:
    """Return a pattern for `form`; digits only must not be a part of a longer number."""
    return rb"(?<!\d)" + form + rb"(?!\d)" if form.isdigit() else re.escape(form)


def _join(line: bytes) -> tuple[bytes, bytes]:
    """Return the time stamp of a line, and the line without the repetitions of it."""
    found = _STAMP.match(line)
    stamp = found[1] if found else b""
    return stamp, stamp + line[len(stamp) :].replace(stamp, b"") if stamp else line
