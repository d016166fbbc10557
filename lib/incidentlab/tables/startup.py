"""What the start of a project was made of: who waited for whom, and how long."""

from __future__ import annotations

from incidentlab.tables.table import FLAG, REAL, TEXT, TIME, Column, Table, where

START_WAITS = Table(
    "start_waits",
    "the first start of one service, and the dependency that it waited for longest",
    (
        Column("service", TEXT, "the service"),
        Column("waited_for", TEXT, "the dependency whose condition came true last before its start; NaN = none"),
        Column("condition", TEXT, "what it waited for, as depends_on says"),
        Column("met", TIME, "when that came true"),
        Column("started", TIME, "when the service was started"),
        Column("ready", TIME, "when it was ready first; NaT = never seen"),
        Column("waited_s", REAL, "from the first start of the project to its own"),
        Column("ready_s", REAL, "from its start until it was ready; NaN = never seen"),
        Column("critical", FLAG, "it lies on the way to the service that was ready last"),
        *where(),
    ),
    ("started", "service"),
)
