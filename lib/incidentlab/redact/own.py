r"""Rules of one's own: what else is to be hidden, one pattern a line in a file.

```text
# e-mail addresses
[\w.+-]+@[\w-]+\.[\w.]+
customer=(?P<value>\w+)
```

A pattern is a regular expression (Python's `re`); what its group `value` takes is hidden, or all that it takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from incidentlab.redact import Redactor
from incidentlab.tables import BadInput


def read(path: Path) -> list[re.Pattern[str]]:
    """Return the patterns of a file.

    Raises
    ------
    BadInput
        It cannot be read, or a line is no pattern or one that takes nothing; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            try:
                pattern = re.compile(line.strip())
            except re.error as error:
                raise BadInput(f"{path}:{number}: no pattern: {error}") from error
            if pattern.match(""):
                raise BadInput(f"{path}:{number}: the pattern takes an empty text; say what it must hold")
            found.append(pattern)
    return found


class Own:
    """A redactor with rules of one's own besides; each text is first treated by the known rules."""

    def __init__(self, redactor: Redactor, patterns: Iterable[re.Pattern[str]] = ()) -> None:
        self.redactor, self.patterns = redactor, tuple(patterns)

    def json(self, value: Any) -> Any:
        """Return a JSON value without secrets; keys stay."""
        return self._texts(self.redactor.json(value))

    def lines(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Return log bytes without secrets."""
        for block in self.redactor.lines(chunks):
            text = block.decode("utf-8", "surrogateescape")
            yield self._text(text).encode("utf-8", "surrogateescape")

    def _texts(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._texts(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._texts(inner) for inner in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        for pattern in self.patterns:
            text = pattern.sub(self._token, text)
        return text

    def _token(self, found: re.Match[str]) -> str:
        group: str | int = "value" if "value" in found.re.groupindex and found["value"] else 0
        self.redactor.replaced += 1
        self.redactor.rules["own rule"] += 1
        first, last = (place - found.start() for place in found.span(group))
        return f"{found[0][:first]}{self.redactor.token(found[group])}{found[0][last:]}"
