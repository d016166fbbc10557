"""What people wrote for the engine to do: the settings of a Compose file, the instructions of a Dockerfile."""

from __future__ import annotations

from incidentlab.tables.table import FLAG, TEXT, WHOLE, Column, Table, where

SETTINGS = Table(
    "settings",
    "one value in a Compose file",
    (
        Column("service", TEXT, "the service that it is of; NaN = of the whole project"),
        Column("key", TEXT, "its keys joined by dots, lists in the long form: depends_on.db.condition, ports.0.target"),
        Column("value", TEXT, "the value as text; a list of words as JSON; NaN = none is given"),
        Column("literal", FLAG, "it stands there as it is, without ${...}; NA = the file was resolved before"),
        *where(),
    ),
)

INSTRUCTIONS = Table(
    "instructions",
    "one instruction of a Dockerfile",
    (
        Column("stage", WHOLE, "number of its stage, from 1; NA = before the first"),
        Column("instruction", TEXT, "FROM, RUN, COPY, ..."),
        Column("flags", TEXT, "JSON list of its flags, as --chown=1001"),
        Column("arguments", TEXT, "JSON list of its arguments; a command in shell form is one"),
        Column("exec_form", FLAG, "the arguments are written as a JSON list: no shell is started"),
        *where(),
    ),
)

ENGINES = Table(
    "engines",
    "the engine that ran the containers",
    (
        Column("version", TEXT, "of the engine"),
        Column("architecture", TEXT, "as Go spells it: amd64, arm64"),
        Column("cpus", WHOLE, "of the host"),
        Column("memory_bytes", WHOLE, "of the host"),
        Column("store", TEXT, "the driver that keeps images: overlay2, overlayfs"),
        Column("log_driver", TEXT, "where containers log that do not say so themselves"),
        *where(),
    ),
)
