r"""How running text gives a secret away: an address, an assignment, a header, a command, a statement, a known format.

A rule is a pattern, whose group ``value`` is the secret and whose group ``name``, if it has one, must look like the
name of a secret; and a judge for what a pattern cannot tell. Text that a person wrote says "token" and "password" as well,
so what stands behind a colon or a blank in the middle of a sentence must also look made up (`made_up`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from incidentlab.redact.formats import FORMATS
from incidentlab.redact.names import can_be_secret, is_secret

Match = re.Match[bytes]

_NAME = rb"(?<![\w.-])(?P<name>(?=[\w.@-]{0,80}?(?i:pass|pwd|secret|token|cred|key|auth|cookie|sess|sid|senha|signature))[\w.@-]{2,80})"
_QUOTE = rb"\\*[\"']"
_QUOTED = rb"(?P<open>" + _QUOTE + rb")(?P<value>(?:(?!(?P=open))(?:\\.|[^\\\n]))+)(?P=open)"
_GAP = rb"(?:" + _QUOTE + rb")?[\s,\x1f]+(?:" + _QUOTE + rb")?"
"""What stands between two words of a command: a blank, or the quotes and the comma of a list."""
_WORD = rb"[^\s\"'<>,;\x1f]+"

_PROSE = re.compile(
    "an?|and|are|argument|cannot|environment|expired|flag|for|from|has|if|in|incorrect|invalid|is|it|may|missing|must"
    "|needs|not|on|only|option|or|required|requires|should|that|the|to|using|value|variable|was|when|will|with",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"[\d.:_-]+|[a-z]+([-_./]([a-z]+|\d{1,3}))+|[A-Z_]+|(\w+://|[/.~]).*|[\w.-]+:\d+|(0x)?[0-9a-f]{1,7}|v?\d+(\.\d+)+\S*|\w+\(.*",
)
_CODE = re.compile(r"(?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*[()\[\]]*|[A-Za-z_]\w*[(\[].*")
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_COOKIE = re.compile(rb"(?P<name>[^\s=;,\"'()]{1,60})=(?P<value>[^\s;,\"'<>]+)")
_ATTRIBUTES = {b"path", b"expires", b"max-age", b"domain", b"samesite", b"priority", b"version"}


@dataclass(frozen=True)
class Rule:
    """One way in which text gives a secret away; its pattern is compiled when it is first needed."""

    name: str
    source: bytes
    judge: Callable[[Match], bool]

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """What the text looks like."""
        return re.compile(self.source)


def text(value: bytes) -> str:
    """Return bytes of a log as text, whatever they are."""
    return value.decode("utf-8", "surrogateescape")


def made_up(value: str) -> bool:
    """Return whether a word looks made up: letters with digits or signs, and no address, number, path or version.

    Examples
    --------
    >>> [word for word in ("hunter2", "p@ss!x", "auth-service", "10.0.0.5", "v1.2.3", "expired") if made_up(word)]
    ['hunter2', 'p@ss!x']
    """
    letters = any(character.isalpha() for character in value)
    others = any(character.isdigit() or character in "!@#$%^&*+~?=" for character in value)
    return len(value) >= 6 and letters and others and not _PLAIN.fullmatch(value) and can_be_secret(value)


def _any(found: Match) -> bool:
    return can_be_secret(text(found["value"]))


def _made_up(found: Match) -> bool:
    return made_up(text(found["value"]).rstrip(".:"))


def _named(found: Match) -> bool:
    name, value = text(found["name"]), text(found["value"])
    if name.lower() in (
        value.lower().rstrip(")]}"),
        "cookie",
        "set-cookie",
    ):  # `cookies` tells their names from their values
        return False
    if name.lower() in ("pwd", "pass", "passwd"):
        return can_be_secret(value) and not value.isdigit() and not re.match(r"[/~]|\w:\\", value)
    return is_secret(name, value)


def _spaced(found: Match) -> bool:
    """Judge `name = value` and `name: value`: a setting stands at the begin of a line or a list, and ends there."""
    value = text(found["value"])
    if not _named(found) or _CODE.fullmatch(value) or _PROSE.fullmatch(value):
        return False
    before, after = found.string[: found.start()].rstrip(b" \"'\\-"), found.string[found.end() :].lstrip(b" \"'\\")
    setting = (not before or before[-1:] in b"\n{[(,;|&\x1f") and (not after or after[:1] in b"\n}]),;&")
    return setting or made_up(value)


def _option(found: Match) -> bool:
    return _named(found) and not _PROSE.fullmatch(text(found["value"]).rstrip(".:"))


def _word(found: Match) -> bool:
    return _any(found) and not _PROSE.fullmatch(text(found["value"]).rstrip(".:"))


def _random(found: Match) -> bool:
    value = text(found["value"])
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))


def decoded(value: bytes) -> bytes | None:
    """Return what base64 text says, None where that is no text.

    Examples
    --------
    >>> decoded(b"dXNlcjpodW50ZXIy"), decoded(b"auth-service")
    (b'user:hunter2', None)
    """
    try:
        plain = base64.b64decode(
            value.translate(_URLSAFE).rstrip(b"=") + b"=" * (-len(value.rstrip(b"=")) % 4), validate=True
        )
        return plain if plain.decode().isprintable() or b"\n" in plain else None
    except (binascii.Error, ValueError):
        return None


def _basic(found: Match) -> bool:
    return b":" in (decoded(found["value"]) or b"")


def cookies(header: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the values stand in a header with cookies.

    Examples
    --------
    >>> list(cookies(b"sid=a1b2; lang=en; Path=/"))
    [(4, 8)]
    """
    for found in _COOKIE.finditer(header):
        telling = len(found["value"]) >= 8 or re.search(rb"\d", found["value"])  # no theme=dark, no lang=en
        if telling and found["name"].lower() not in _ATTRIBUTES and _any(found):
            yield found.span("value")


def _rule(name: str, pattern: bytes, judge: Callable[[Match], bool] = _any) -> Rule:
    return Rule(name, pattern, judge)


def _command(programs: bytes, options: bytes, value: bytes = rb"(?P<value>" + _WORD + rb")") -> bytes:
    """Return a pattern for a program, anything that it is given, an option, and its argument."""
    return (
        rb"(?<![\w-])(?:"
        + programs
        + rb")(?:"
        + _GAP
        + rb"[^\n|;]{0,400}?)?"
        + _GAP
        + rb"(?:"
        + options
        + rb")"
        + value
    )


_PAIR = rb"[^\s\"'<>,:;\x1f]+:(?P<value>" + _WORD + rb")"
_SEP = rb"(?:=|" + _GAP + rb")"

RULES = (
    # addresses
    _rule("URL password", rb":\\?/\\?/[^\s/:@\"'<>]*:(?P<value>[^\s/?#\"'<>]+)(?=@)"),
    _rule("URL password", rb":\\?/\\?/[^\s/:@\"'<>]*:(?P<value>(?!\d{1,5}[/?#])[^\s\"'<>@:]+)(?=@)"),
    _rule("URL token", rb"://(?P<value>[\w-]{20,})(?=@)", _random),
    _rule("Oracle address", rb"(?i:jdbc:oracle:\w+:|sqlplus\s+(?:-\w+\s+)*)[\w$#]+/(?P<value>[^\s@/\"']+)(?=@)"),
    _rule("Go address", rb"(?<![\w/])[\w.-]+:(?P<value>[^\s/\"'<>]+)(?=@(?:tcp6?|unix)\()"),
    _rule("address", rb"(?<![\w/:@.-])[\w.-]+:(?P<value>[^\s:/@\"'<>]{4,})(?=@(?!sha\d)[A-Za-z][\w.-]*:\d{2,5}\b)"),
    _rule("query", rb"[?&;](?:amp;)?(?i:key|code|sig|auth|pass|pw|sid|session|(?:x-amz-|x-goog-)?signature)=(?P<value>[\w%.~+/=-]{16,})", _random),
    # assignments
    _rule("assignment", _NAME + rb"[\"'\\\])]{0,6}\s{0,8}(?:=>|:=|==?|:)\s{0,8}[bru]?" + _QUOTED, _named),
    _rule("assignment", _NAME + rb"=(?P<value>[^\s;&\"'<>,\x1f]+)", _named),
    _rule("setting", _NAME + rb"[\"'\\]{0,4}(?:\s{1,8}=>?\s{0,8}|\s{0,8}:=?\s{0,8})(?P<value>[^\s\"'<>,;=:{}()\[\]|][^\s\"'<>,;{}\x1f]*)", _spaced),
    _rule(
        "connection string",
        rb"(?i:(?<![\w-])(?:password|pwd|user\s?password|accountkey|sharedaccess(?:key|signature))\s{0,4}=\s{0,4})"
        rb"(?P<value>[^\s;\"'<>][^;\"'<>\n]*?)(?=\s*;)",
    ),
    _rule("named value", rb"(?i:(?:name|key)\\*[\"']?\s{0,4}[=:]\s{0,4}\\*[\"']?)" + _NAME + rb"\\*[\"']?[\s,]{1,12}\\*[\"']?(?i:value)\\*[\"']?\s{0,4}[=:]\s{0,4}" + _QUOTED, _named),
    _rule("element", rb"<" + _NAME + rb"(?:\s[^<>]{0,200})?>(?P<value>[^<>\n]+)(?=</)", _named),
    _rule("instruction", rb"\b(?i:env|arg|setenv|export|set)\s+" + _NAME + rb"[ \t]+(?P<value>[^\s\"'=<>][^\s\"'<>]*)", _option),
    # headers
    _rule("Authorization", rb"(?i:authorization)[\"'\\\]]{0,4}\s{0,4}(?:=>|[:=,])\s{0,4}[\"'\\\[]{0,4}(?:(?i:basic|bearer|token|apikey|key|negotiate|ntlm)\s+)?(?P<value>(?!(?i:basic|bearer|token|apikey|key|negotiate|ntlm|digest|aws4)\b)[\w.~+/=:-]{6,})", _random),
    _rule("Authorization", rb"(?i:\b(?:digest|aws4-hmac-sha256)\s[^\n]{0,600}?(?:response|signature)=\"?)(?P<value>[0-9a-f]{16,})"),
    _rule("bearer", rb"(?i:\bbearer\s+)(?P<value>[\w.~+/=-]{8,})", _random),
    _rule("basic", rb"(?i:\bbasic\s+)(?P<value>[\w+/-]{8,}={0,2})", _basic),
    _rule("registry", rb"(?i:auth)[\"'\\]{1,6}\s{0,4}:\s{0,4}[\"'\\]{1,6}(?P<value>[\w+/-]{8,}={0,2})", _basic),
    _rule("cookie", rb"(?i:cookie)[\"'\\\]]{0,4}\s{0,4}(?:=>|[:=,])\s{0,4}[\"'\\\[]{0,4}(?P<value>[^\s=;,\"'()]{1,60}=[^\n\"'<>]+)"),
    # commands
    _rule("option", rb"(?<![\w.-])--?(?P<name>[A-Za-z](?=[\w.-]{0,60}?(?i:ass|pwd|ecret|oken|red|ey|uth))[\w.-]*)" + _GAP + rb"(?P<value>(?!-)" + _WORD + rb")", _option),
    _rule("command", _command(rb"mysql\w*|mariadb[\w-]*", rb"-p")),
    _rule("command", _command(rb"redis-cli|valkey-cli|keydb-cli", rb"-a" + _SEP)),
    _rule("command", _command(rb"sshpass|mongo\w*|cqlsh|arangosh", rb"-p" + _SEP)),
    _rule("command", _command(rb"(?:docker|podman|nerdctl|helm\s+registry|oras|crane|skopeo|buildah|argocd)" + _GAP + rb"login", rb"-p" + _SEP)),
    _rule("command", _command(rb"ldap\w+", rb"-w" + _SEP)),
    _rule("command", _command(rb"sqlcmd|bcp|tsql|zip|unzip", rb"-P" + _SEP)),
    _rule("command", _command(rb"curl|wget|https?|xh|etcdctl", rb"(?:-u|-U|-a|-A|--user|--proxy-user|--auth)" + _SEP, _PAIR)),
    _rule("command", _command(rb"smbclient|rpcclient", rb"-U" + _SEP, rb"[^\s\"'%]+%(?P<value>" + _WORD + rb")")),
    _rule("command", rb"(?<![\w-])rabbitmqctl\b[^\n]{0,200}?(?:add_user|change_password|authenticate_user)" + _GAP + _WORD + _GAP + rb"(?P<value>" + _WORD + rb")"),
    _rule("command", rb"(?<![\w-])htpasswd\b[^\n]{0,100}?-\w*b\w*" + _GAP + _WORD + _GAP + _WORD + _GAP + rb"(?P<value>" + _WORD + rb")"),
    _rule("command", rb"(?i:\s-?-?pass(?:in|out)?[= ]pass:|\bchpasswd\b[^\n]{0,40}?\w:|\becho\s+[\"']?\w+:(?=[^\n]{1,80}\|\s*chpasswd))(?P<value>" + _WORD + rb")"),
    _rule("command", rb"\becho\s+(?:-n\s+)?\\*[\"']?(?P<value>[^\s\"'|]+)(?=\\*[\"']?\s*\|[^\n]{0,80}(?:--password-stdin|sudo\s+-S))"),
    _rule("command", rb"(?<![\w-])(?:keytool|jarsigner)\b[^\n]{0,300}?-(?:store|key)pass" + _GAP + rb"(?P<value>" + _WORD + rb")"),
    _rule("netrc", rb"(?i:\blogin\s+\S+\s+password\s+)(?P<value>" + _WORD + rb")"),
    _rule("pgpass", rb"(?<![\w.:/-])[\w.*-]+:(?:\d{4,5}|\*):[A-Za-z*](?=[\w*-]*[g-zG-Z*])[\w*-]*:[A-Za-z*][\w*-]*:(?P<value>[^\s:\"']+)(?=\s*$)"),
    # statements
    _rule("SQL", rb"(?i:\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?)" + _QUOTED),
    _rule("SQL", rb"(?i:\bpassword\s*[(\s]\s*)" + _QUOTED),
    _rule("Redis", rb"(?i:\b(?:requirepass|masterauth|auth-pass\s+\S+|sentinel-pass))" + _GAP + rb"(?P<value>" + _WORD + rb")", _word),
    _rule("Redis", rb"(?:\"(?i:auth)\"(?:\s+\"[^\"\s]+\")?\s+\")(?P<value>[^\"\s]+)(?=\"\s*$)"),
    _rule("Redis", rb"(?<![\w-])(?i:auth)(?:\s+default)?\s+(?P<value>" + _WORD + rb")(?=\s*[\"']?\s*$)", _made_up),
    _rule("Redis", rb"(?i:\buser\s+\S+\s+on\b[^\n]{0,200}?\s)>(?P<value>\S+)"),
    # sentences
    _rule("sentence", rb"(?i:\bpassword\s+is\s+generated\s+for\s+\S+:\s+)(?P<value>\S+)"),
    _rule("sentence", rb"(?i:\b(?:password|passphrase|secret|token)(?:\s+(?:is|was|of|as))?\s+[\"'`]?)(?P<value>[^\s\"'`<>,;]{6,})", _made_up),
    # keys
    _rule("private key", rb"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----(?P<value>(?:(?!-----END)[\w+/=:,\s\\.\x1f-]){1,20000})"),
    *(
        _rule(name, rb"(?<![0-9A-Za-z_-])(?P<value>" + pattern + rb")(?![0-9A-Za-z])")
        for name, pattern in FORMATS.items()
    ),
)  # fmt: skip
