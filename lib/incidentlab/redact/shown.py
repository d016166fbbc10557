"""Whether what is shown is masked: it is, unless the command was told otherwise by ``--no-redact``.

The command, and the kernels that it starts, learn it by a variable of their environment. Workers on other machines do
not, and mask.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from incidentlab.redact import Redactor, key

SWITCH = "INCIDENTLAB_NO_REDACT"


class Open(Redactor):
    """A redactor that hides nothing."""

    def learn(self, document: Any) -> None:
        """Note nothing."""

    def texts(self, texts: Iterable[str]) -> dict[str, str]:
        """Return each text as it is."""
        return {text: text for text in texts}

    def json(self, value: Any) -> Any:
        """Return the value as it is."""
        return value


def is_open() -> bool:
    """Say whether nothing is to be hidden."""
    return os.environ.get(SWITCH) == "1"


def redactor() -> Redactor:
    """Return what masks everything that is loaded.

    Examples
    --------
    >>> redactor().text("password=hunter2xyz") == "password=hunter2xyz"
    False
    """
    return Open() if is_open() else Redactor(key.own)
