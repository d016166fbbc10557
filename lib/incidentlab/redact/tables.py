"""The second door: what is loaded is masked before anybody reads it, so that whatever is made of it is masked too.

Each text of each table passes once, a text that occurs often only once altogether. Rows, lines and pointers stay.
"""

from __future__ import annotations

import pandas as pd

from incidentlab.redact import Redactor

_PUBLIC = ("service", "container", "network", "image", "user", "action", "state")


def masked(frames: dict[str, pd.DataFrame], redactor: Redactor) -> dict[str, pd.DataFrame]:
    """Return the tables of one incident with each secret in their texts replaced by its token; rows and order stay.

    Examples
    --------
    >>> logs = pd.DataFrame({"message": ["postgres://u:hunter2@db/x", "ready"]}, dtype="str")
    >>> masked({"logs": logs}, Redactor(b"key"))["logs"]["message"].tolist()
    ['postgres://u:<secret:05d210d8>@db/x', 'ready']
    """
    redactor.keep(
        name
        for frame in frames.values()
        for column in _PUBLIC
        if column in frame.columns
        for name in frame[column].dropna().unique()
    )
    return {name: _table(frame, redactor) for name, frame in frames.items()}


def _table(frame: pd.DataFrame, redactor: Redactor) -> pd.DataFrame:
    texts = {name: _column(frame[name], redactor) for name in frame.columns if frame[name].dtype == "str"}
    return frame.assign(**{name: column for name, column in texts.items() if column is not None})


def _column(values: pd.Series[str], redactor: Redactor) -> pd.Series[str] | None:
    """Return the column without the secrets; None where it has none."""
    replaced = {text: hidden for text in values.dropna().unique() if (hidden := redactor.text(text)) != text}
    return values.replace(replaced) if replaced else None
