"""Secrets become stable tokens before anything is written.

`<secret:3f2a91c0>` stands for one value throughout one bundle, so that "the service uses another password than
the database" can still be proved. The token is an HMAC under a random key that is never in the bundle: whoever has the
bundle cannot try out passwords against it, nor compare tokens of two bundles. The key lives only in this object, or,
for a recording that may have to go on after a kill, in a file that its owner alone may read (`key`).

What counts as a secret: the value of a variable or command-line option whose *name* looks secret (`looks_secret`), the
password in a URL, what running text assigns to such a name (`places`), and wherever else such a value stands word for
word: in log lines, command lines, probe output, configuration.
A value that is short, a common word or also the name of a service, user or database is hidden only where it is
assigned: to blot out every "postgres" would destroy the evidence and hide nothing.

Everything written goes through `Redactor.json` or `Redactor.lines`; deeper redaction belongs behind the same two.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

from incidentlab.redact import places
from incidentlab.redact.names import is_secret, looks_public, looks_secret

__all__ = ["LONGEST", "Redactor", "is_secret", "looks_secret"]

SHORTEST = 6
"""Characters from which a value is looked for everywhere."""

BLOCK, LONGEST = 1 << 16, 1 << 20
"""Bytes of log that are treated at once, and bytes of one line that are held at most."""

COMMON = re.compile(
    "admin|administrator|database|default|development|docker|example|guest|localhost|master|mongodb|nobody|password"
    "|postgres|postgresql|production|public|rabbitmq|secrets?|service|string|testing|token|undefined|unknown|username",
    re.IGNORECASE,
)
"""Words that are used as passwords and mean something else almost everywhere."""

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z )")
_LONG_LINE = re.compile(rb"^[^\n]{16384,}", re.MULTILINE)


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
        self._names: set[str] = set()
        self._pattern: re.Pattern[bytes] | None = None
        self._tokens: dict[bytes, bytes] = {}
        self.replaced = 0

    @cached_property
    def _key(self) -> bytes:
        return self._given() if callable(self._given) else self._given or secrets.token_bytes(32)

    @property
    def secrets(self) -> int:
        """How many different values are looked for everywhere."""
        return len(self._wanted())

    def token(self, value: str) -> str:
        """Return the token that stands for `value` in this bundle."""
        digest = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), "sha256").hexdigest()
        return f"<secret:{digest[:8]}>"

    def learn(self, document: Any) -> None:
        """Note every secret, and every user, host and database name, that a JSON document assigns."""
        self._pattern = None
        for name, value in _assignments(document):
            if is_secret(name, value):
                self._values.add(value)
            elif looks_public(name):
                self._names.add(value)
            self._values.update(places.secrets(value.encode("utf-8", "surrogatepass")))

    def keep(self, names: Iterable[str]) -> None:
        """Never replace these words (services, containers, networks) where they merely occur."""
        self._pattern = None
        self._names.update(names)

    def text(self, text: str) -> str:
        """Return `text` without the secrets."""
        return self.raw(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def raw(self, data: bytes) -> bytes:
        """Return `data` without the secrets: the same lines, and the engine's time stamps untouched."""
        if not self._finds(data):
            return data
        parts = _STAMP.split(data)
        parts[::2] = [self._hide(part) for part in parts[::2]]
        return b"".join(parts)

    def json(self, value: Any) -> Any:
        """Return a JSON value without the secrets. Keys, numbers and times stay as they are."""
        if isinstance(value, dict):
            return {key: self._member(key, member) for key, member in value.items()}
        if isinstance(value, list):
            return [self._member(option, member) for option, member in _arguments(value)]
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
                yield self._block(bytes(held[:end]))
                del held[:end]
        if held:
            yield self._block(bytes(held))

    def _block(self, block: bytes) -> bytes:
        return self.raw(_LONG_LINE.sub(self._whole_if_secret, block))

    def _whole_if_secret(self, line: re.Match[bytes]) -> bytes:
        _, joined = _join(line[0])
        return joined if self._finds(joined) else line[0]

    def _seam(self, line: bytes) -> int:
        """Return where an endless line can be cut without cutting a secret."""
        blank = line.rfind(b" ", 0, len(line) - BLOCK // 2)
        seam = blank if blank > 0 else len(line) - BLOCK // 2
        return next((m.start() for m in self._search().finditer(line) if m.start() < seam < m.end()), seam)

    def _member(self, key: str, value: Any) -> Any:
        if not isinstance(value, str) or not is_secret(key, value):
            return self.json(value)
        self.replaced += 1
        return self.token(value)

    def _finds(self, data: bytes) -> bool:
        return self._search().search(data) is not None or next(places.secrets(data), None) is not None

    def _hide(self, data: bytes) -> bytes:
        in_place, count = places.replace(data, self.token)
        self.replaced += count
        return self._search().sub(self._verbatim, in_place)

    def _verbatim(self, found: re.Match[bytes]) -> bytes:
        if found["token"]:
            return found[0]
        self.replaced += 1
        return self._tokens[found[0]]

    def _wanted(self) -> set[str]:
        lines = {line.strip() for value in self._values for line in value.splitlines()}
        return {
            line
            for line in lines - self._names
            if len(line) >= SHORTEST and not COMMON.fullmatch(line) and line not in "<secret:" and line[:5] != "-----"
        }

    def _search(self) -> re.Pattern[bytes]:
        if self._pattern is None:
            self._tokens = {
                form.encode("utf-8", "surrogatepass"): self.token(value).encode()
                for value in sorted(self._wanted())
                for form in _forms(value)
            }
            longest_first = sorted(self._tokens, key=lambda form: (-len(form), form))
            self._pattern = re.compile(b"|".join([rb"(?P<token><secret:[0-9a-f]{8}>)", *map(_literal, longest_first)]))
        return self._pattern


def _assignments(document: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, value) of everything that a JSON document assigns; the name is empty where it gives none."""
    if isinstance(document, dict):
        for key, member in document.items():
            yield from _assignments(member, key)
    elif isinstance(document, list):
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
    }


def _literal(form: bytes) -> bytes:
    """Return a pattern for `form`; digits only must not be a part of a longer number."""
    return rb"(?<!\d)" + form + rb"(?!\d)" if form.isdigit() else re.escape(form)


def _join(line: bytes) -> tuple[bytes, bytes]:
    """Return the time stamp of a line, and the line without the repetitions of it."""
    found = _STAMP.match(line)
    stamp = found[1] if found else b""
    return stamp, stamp + line[len(stamp) :].replace(stamp, b"") if stamp else line
