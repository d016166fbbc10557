"""What stands beside the logs: what people noted, what was deployed, what was measured, and how the clocks stand."""

from __future__ import annotations

from incidentlab.tables.table import REAL, TEXT, TIME, WHOLE, Column, Table, where

BESIDE = ("notes", "readings")
"""The tables of what stands beside the logs; a row of the timeline bears the name of its own."""
NOTE_KINDS = ("note", "deploy", "alarm")

NOTES = Table(
    "notes",
    "one thing that was written down: a note, a deploy, an alarm",
    (
        Column("ts", TIME, "when, on the clock of the evidence; NaT = no time with a zone is written"),
        Column(
            "error_s",
            REAL,
            "error bar of `ts`, to both sides, as exact as it is written; that of its clock comes on top",
        ),
        Column("order", WHOLE, "position in the source, from 0"),
        Column("service", TEXT, "which service it is about; NaN where it does not say"),
        Column("author", TEXT, "who wrote it; NaN where it does not say"),
        Column("kind", TEXT, "what it is", NOTE_KINDS),
        Column("text", TEXT, "as it is written"),
        *where(),
    ),
    ("ts", "order"),
)

READINGS = Table(
    "readings",
    "one value of a metric",
    (
        Column("ts", TIME, "when, on the clock of the evidence"),
        Column("order", WHOLE, "position in the source, from 0"),
        Column("series", TEXT, "name of the metric, with the labels that tell it from others"),
        Column("service", TEXT, "which service it is about; NaN where it does not say"),
        Column("value", REAL, "in the unit of the metric; NaN = none was measured"),
        Column("most", REAL, "declared limit: above it is a breach; NaN = none"),
        Column("least", REAL, "declared limit: below it is a breach; NaN = none"),
        *where(),
    ),
    ("series", "ts", "order"),
)

CLOCKS = Table(
    "clocks",
    "how the clock of one file stands to that of the evidence; its times are moved already",
    (
        Column("source", TEXT, "the file whose clock it is"),
        Column("ahead_s", REAL, "seconds that it showed too much; below 0 = too little"),
        Column("drift_ppm", REAL, "seconds that it gained in a million, counted from its first time; 0 = none"),
        Column("error_s", REAL, "error bar of `ahead_s`, to both sides"),
        Column("by", TEXT, "a person said so, or pairs of events allow nothing else", ("declared", "inferred")),
        Column("pairs", WHOLE, "pairs of events that bound it; NA = declared"),
        Column("because", TEXT, "the two pairs that bound it closest, in words; NaN = declared"),
        *where(),
    ),
    ("source",),
)

BREACHES = Table(
    "breaches",
    "one time that a metric left where it was: a declared limit passed, or a step that was measured",
    (
        Column("series", TEXT, "the metric"),
        Column("service", TEXT, "which service it is about; NaN where it does not say"),
        Column("kind", TEXT, "by what it is told", ("limit", "step")),
        Column("ts", TIME, "first reading beyond"),
        Column("error_s", REAL, "time since the reading before: it may have come at any moment in it"),
        Column("until", TIME, "first reading back again; NaT = never in these readings"),
        Column("limit", REAL, "the declared limit, or the bound that was computed from the readings before"),
        Column("before", REAL, "median of the readings before"),
        Column("worst", REAL, "the value farthest beyond"),
        Column("readings", WHOLE, "how many readings lie beyond"),
        Column("detail", TEXT, "in words, with its figures"),
        *where(),
    ),
    ("ts", "series"),
)
