"""What a person wrote around the evidence, and what was sent along that tells of no incident."""

from __future__ import annotations

from typing import Any

from incidentlab.parse import clock, lines, log_table
from incidentlab.parse.evidence import Evidence


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the lines of a person: they are kept, and nothing is concluded from them.

    Examples
    --------
    >>> parse(b"It fails like this:", file="issue.md").frames["logs"]["kind"].tolist()
    ['shell']
    """
    texts = [lines.readable(line) for line in lines.split(data)]
    return Evidence({"logs": log_table.build(["shell"] * len(texts), [clock.NAT] * len(texts), texts, file=file)})


def mute(_: bytes, *, what: str, **_ignored: Any) -> Evidence:
    """Return no rows, and in the ledger what the file is.

    Examples
    --------
    >>> mute(b"FROM debian:12", what="a Dockerfile").gap
    ['this is a Dockerfile: no incident in it']
    """
    return Evidence({}, [], [f"this is {what}: no incident in it"])
