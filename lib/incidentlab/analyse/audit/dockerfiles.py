"""What stands in the Dockerfiles themselves: those of the services, and one that was given alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found, Record, words

_ROOT = ("0", "root")


def secrets(case: Case) -> Iterator[Found]:
    """Yield the values of ENV and ARG that are secrets: they stand in the history of every image made of it."""
    for row in tables.records(case.instructions):
        hidden = [word for word in words(row["arguments"]) if tables.HIDDEN.search(word)]
        if row["instruction"] in ("ENV", "ARG") and hidden:
            keys = ", ".join(word.partition("=")[0] for word in hidden)
            yield Found("secret-in-dockerfile", row, None, {"keys": keys, "instruction": row["instruction"]})


def user(case: Case) -> Iterator[Found]:
    """Yield the Dockerfiles without a Compose file that end as root, or of which only the base could tell."""
    for row, last in _alone(case):
        users = [one for one in last if one["instruction"] == "USER"]
        name = {"service": "what is built from it"}
        if users and words(users[-1]["arguments"])[:1] and words(users[-1]["arguments"])[0].partition(":")[0] in _ROOT:
            yield Found("runs-as-root", users[-1], None, name)
        elif not users:
            scratch = words(row["arguments"])[:1] == ["scratch"]
            yield Found("runs-as-root", row, None, name, (), None if scratch else "the user of its base image")


def shell_form(case: Case) -> Iterator[Found]:
    """Yield the Dockerfiles without a Compose file that start a shell as process 1."""
    for _, last in _alone(case):
        started = [one for one in last if one["instruction"] in ("CMD", "ENTRYPOINT")]
        text = " ".join(words(started[-1]["arguments"])) if started else ""
        if text and not started[-1]["exec_form"] and not text.startswith("exec "):
            missing = "how long it needs to stop (a recording of a stop)"
            yield Found("shell-swallows-stop", started[-1], None, {"service": "it", "shell": text}, (), missing)


def _alone(case: Case) -> Iterator[tuple[Record, list[Record]]]:
    """Yield the last FROM and what follows it, of each Dockerfile that no service is built from."""
    if case.services:
        return
    rows = tables.records(case.instructions)
    for _, several in groupby(rows, key=lambda row: row["file"]):
        known = [row for row in several if pd.notna(row["stage"])]
        last = [row for row in known if row["stage"] == known[-1]["stage"]]
        if last:
            yield last[0], last[1:]
