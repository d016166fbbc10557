"""Which names are those of secrets, and which values can be one."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET = re.compile(
    "(PASSWORD|PASSWD|PASSPHRASE|PASSCODE|PASSWORT|SENHA|CONTRASENA|SECRET|TOKEN|CREDENTIAL|APIKEY|ACCESSKEY"
    "|PRIVATEKEY|SECRETKEY|ACCOUNTKEY|AUTHKEY)S?(_|$)"
    "|(^|_)(ACCESS|ACCOUNT|API|APP|AUTH|CLIENT|CONSUMER|ENCRYPTION|HMAC|JWT|LICENSE|MASTER|PRIVATE|SECRET|SESSION"
    "|SHARED|SIGNING|SSH|STORAGE)_KEYS?(_|$)"
    "|_(PASS|PW|PWD|AUTH|COOKIE)$|(^|_)(AUTH_CONFIG|REQUIREPASS|MASTERAUTH)$"
    "|(PASSWORD|PASSWD|TOKEN|APIKEY)$|(^|_|J|ASP|PHP)(SESSION_?ID|SESS_?ID)$|^CONNECT_SID$|(^|_)SHARED_?ACCESS_?(KEY|SIGNATURE)$"
)
_NAME = "USER|USERNAME|DB|DATABASE|HOST|HOSTNAME|NAME|SCHEMA|SERVICE"
_PUBLIC = re.compile(f"(^|_)({_NAME})$")
_HARMLESS = re.compile(
    f"(^|_)({_NAME}|FILE|PATH|DIR|METHOD|URL|URI|PORT|TTL|IN|AGE|EXPIRY|EXPIRES|EXPIRATION|LENGTH|SIZE|MIN|MAX|TYPE"
    "|POLICY|ENABLED|REQUIRED|ALGORITHM|ALG|ISSUER|AUDIENCE|TIMEOUT|SECONDS|MINUTES|HOURS|DAYS|MS|COUNT|LIMIT)$"
    "|(^|_)(MAX|MIN|TOTAL|PROMPT|COMPLETION|INPUT|OUTPUT|CACHED|NUM|N|USED)_(NEW_)?TOKENS$"
)
_NO_SECRET = re.compile(
    r"[*•]*|x{3,}|\.{3}|true|false|yes|no|on|off|0|1|none|null|nil|undefined|nan|not|set|unset|empty|required|missing"
    r"|invalid|incorrect|expired|[\[(<{]?(?:redacted|filtered|masked|hidden|removed|sensitive|protected)[\])>}]?"
    r"|(?:<secret:[0-9a-f]{8}>)+|\$\{\w+\}|\$[A-Z_][A-Z0-9_]*|\$(?:env)?\(.*\)|\{\{.*\}\}|%\(?\w*\)?[sdvqr]|\?"
    r"|<[\w -]*>"
    r"|(?:/run/secrets|/etc|/var|/secrets?)/\S*|(?:process\.env|os\.environ|settings|config|self|this|args|opts)[.\[(].*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def looks_secret(name: str) -> bool:
    """Return whether a variable of this name holds a secret.

    Examples
    --------
    >>> [name for name in ("POSTGRES_PASSWORD", "apiKey", "POSTGRES_HOST_AUTH_METHOD", "DB_PASSWORD_FILE",
    ...                    "AUTH_SERVICE_URL", "AWS_ACCESS_KEY_ID", "PWD") if looks_secret(name)]
    ['POSTGRES_PASSWORD', 'apiKey', 'AWS_ACCESS_KEY_ID']
    """
    words = _words(name)
    return bool(_SECRET.search(words)) and not _HARMLESS.search(words)


def looks_public(name: str) -> bool:
    """Return whether a variable of this name holds a word that the evidence cannot do without.

    Examples
    --------
    >>> looks_public("POSTGRES_USER"), looks_public("POSTGRES_PASSWORD")
    (True, False)
    """
    return bool(_PUBLIC.search(_words(name)))


def can_be_secret(value: str) -> bool:
    """Return whether a value can be a secret: not empty, no flag, no reference to one, not hidden already.

    Examples
    --------
    >>> [can_be_secret(value) for value in ("hunter2", "", "yes", "****", "${PASSWORD}", "$env(PASSWORD)")]
    [True, False, False, False, False, False]
    """
    return not _NO_SECRET.fullmatch(value)


def is_secret(name: str, value: str) -> bool:
    """Return whether `name` looks secret and `value` can be one.

    Examples
    --------
    >>> is_secret("MYSQL_PASSWORD", "hunter2"), is_secret("ALLOW_EMPTY_PASSWORD", "yes")
    (True, False)
    """
    counted = value.isdigit() and name.lower().endswith("tokens")
    return looks_secret(name) and can_be_secret(value) and not counted


def _words(name: str) -> str:
    """Return the words of a variable's name in one spelling: `apiKey` as `API_KEY`."""
    return "_".join(_WORD.findall(name)).upper()
