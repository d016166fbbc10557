"""How each container stands when the evidence ends."""

from __future__ import annotations

from incidentlab.tables.replayed import LOOP_END_REASONS
from incidentlab.tables.table import REAL, TEXT, TIME, WHOLE, Column, Table, where

STATES = Table(
    "states",
    "one container, and how it stands when the evidence ends, the worst first",
    (
        Column("service", TEXT, "Compose service"),
        Column("container", TEXT, "container name"),
        Column(
            "state",
            TEXT,
            "down = it ended and nobody asked for that; stopped = it was asked to end; done = exit code 0 by itself",
            (
                "down",
                "restarting",
                "unhealthy",
                "paused",
                "cut off",
                "never started",
                "stopped",
                "starting",
                "running",
                "healthy",
                "done",
            ),
        ),
        Column("since", TIME, "when that began: of a loop its first end, of a health state its first probe"),
        Column("until", TIME, "when it was last looked at: the end of the evidence"),
        Column("lasted_s", REAL, "until - since"),
        Column("exit_code", WHOLE, "of the last run that ended; NA = none, or it never ran"),
        Column("restarts", WHOLE, "restarts by policy since the last start by hand"),
        Column("policy", TEXT, "restart policy as Compose writes it: on-failure:3"),
        Column("reason", TEXT, "why its runs ended or go on, as in LOOP_ENDS; NaN = it never ended", LOOP_END_REASONS),
        *where(),
    ),
)
