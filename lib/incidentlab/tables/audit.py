"""What an audit says of a project's files, images and containers."""

from __future__ import annotations

from incidentlab.tables.table import TEXT, Column, Table, where

LEVELS = ("error", "warning", "note")
"""error: it cannot work so; warning: it broke something, or will; note: it can be better."""

AUDIT = Table(
    "audit",
    "one rule that a service or an image breaks, or of which that cannot be told",
    (
        Column("rule", TEXT, "name of the rule (see `incidentlab.knowledge.rules`)"),
        Column("level", TEXT, "how bad it is", LEVELS),
        Column("state", TEXT, "not known = a measurement is missing", ("found", "not known")),
        Column("service", TEXT, "the service; NaN = the project, or an image that several use"),
        Column("sentence", TEXT, "what is wrong, with its figures"),
        Column("missing", TEXT, "what would have to be known; NaN = it is known"),
        Column("remedy", TEXT, "what to change"),
        Column("change", TEXT, "JSON object: key of the Compose file -> value to write there, null = take it away"),
        *where(),
    ),
)

DIFFERENCES = Table(
    "differences",
    "one thing in which two captures of a project differ",
    (
        Column("area", TEXT, "configuration, image, layer, vulnerabilities, readiness, restarts, health, verdict"),
        Column("service", TEXT, "the service; NaN = the whole project"),
        Column("what", TEXT, "key of the Compose file, property of the image, or quantity"),
        Column("before", TEXT, "what it was; NaN = it was not there, or is not known"),
        Column("after", TEXT, "what it is; NaN = it is not there any more, or is not known"),
        Column("sentence", TEXT, "the difference in words, with its figures"),
        *where(),
    ),
)

VERIFICATIONS = Table(
    "verifications",
    "one command with which one checks that a change holds, what it showed, and whether that is so",
    (
        Column("service", TEXT, "the service"),
        Column("command", TEXT, "the command to run"),
        Column("claim", TEXT, "what it is to show"),
        Column("shows", TEXT, "what the evidence has in its place"),
        Column("holds", TEXT, "yes, no, not known"),
        *where(),
    ),
)
