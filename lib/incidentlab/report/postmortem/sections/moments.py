"""When: how it was noticed, the milestones, the timeline: what matters is shown, the whole is in the appendix."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.beside import alarms
from incidentlab.report.postmortem.material import Material, Record, moment, name, span
from incidentlab.report.postmortem.people.human import NAME
from incidentlab.report.postmortem.statement import (
    Cite,
    Figure,
    Grid,
    Node,
    Passage,
    Prompt,
    Row,
    Section,
    Statement,
    Written,
)

_MOST = 60
"""Rows of the whole timeline that are shown; of a longer one both ends."""
_KEY = 8
"""Moments that are shown where it is read."""
_PLAIN = ("create", "destroy", "stopping")
"""What happens in every start and end, and tells nothing here."""
_BEFORE = ("start", "temporary_server", "kill", "stop", "pause", "disconnect")
"""What is shown of the time before it began."""
_ORDERS = {
    "after": "known",
    "unknown": "unknown: inside the error bar",
    "before": "the second came before the first",
    "same": "one and the same row",
}
_WORDS = {
    "die": "ended",
    "start": "was started",
    "ready": "ready",
    "temporary_server": "temporary server",
    "success": "worked",
    "probe_pass": "first passed probe",
    "probe_fail": "failed probe",
    "health": "health",
    "kill": "was sent a signal",
    "disk_full": "no space left",
    "dns": "name not found",
    "reset": "cut off",
}


def detection(m: Material) -> Section:
    """Return how a person or an alarm learned of it; a container's end is told as the signal that it is."""
    row, signal = m.named["detected"], m.signal
    said: list[Node] = []
    if pd.notna(row["source"]):
        who = "A person noted it" if row["source"] == "person" else f"An alarm told it ({row['what']})"
        said = [m.say(f"{who} at {m.clock(row['ts'])}.", [row])]
    elif told := alarms(m.found, m.clock):
        said = [m.say(f"{one.text}.", one.rows) for one in told]
    elif signal is not None:
        text = f"No alarm is in the evidence; one could have hung on {name(signal['service'])}: {_said(signal)}"
        said = [m.say(f"{text}{m.during([signal])}.", [signal])]
    return Section("Detection", (*said, *m.people("detection")))


def milestones(m: Material) -> Section:
    """Return the durations between the milestones that are known, and ask for those that only people know."""
    spans = [row for row in tables.records(m.metrics) if pd.notna(row["duration_s"])]
    told = [_metric(m, row) for row in spans]
    none = Statement(m.ledger, "No duration can be given: the evidence does not show both ends of any.")
    known = m.quiet or m.named["detected"]["source"] == "person"
    asked = [] if known else [Prompt("When did a person notice it, and take it up?", "milestones")]
    return Section("Milestones", (Passage(tuple(told)) if told else none, *asked))


def timeline(m: Material, figure: bytes | None) -> Section:
    """Return the picture and, without one, or where people noted more, the moments that matter as a table."""
    own = _own(m)
    beside = [
        (row["ts"], _moment(m, row)) for row in tables.records(own[own["source"].isin(tables.BESIDE)].head(_MOST))
    ]
    noted = [*_noted(m), *beside]
    rows = tables.records(own[~own["source"].isin(tables.BESIDE)]) if noted or figure is None else []
    kept = [(row["ts"], _moment(m, row)) for row in _key(m, rows)]
    told = sorted([*kept, *noted], key=lambda pair: (pd.isna(pair[0]), pair[0] if pd.notna(pair[0]) else 0))
    nodes: list[Node] = [Figure(figure)] if figure else []
    if told:
        nodes.append(Grid(("time", "who", "what"), tuple(row for _, row in told)))
    return Section("Timeline", tuple(nodes) or (Statement(m.ledger, "No row of the evidence tells of a change."),))


def whole(m: Material) -> list[Section]:
    """Return the milestones with their definitions, and the whole timeline, for the appendix."""
    known = [_milestone(m, row) for row in m.named.values() if pd.notna(row["source"])]
    spans = [_span(m, row) for row in tables.records(m.metrics) if pd.notna(row["duration_s"])]
    nodes: list[Node] = []
    if known:
        nodes.append(Grid(("milestone", "time", "what the row shows", "definition", "error bar"), tuple(known)))
    if spans:
        nodes.append(Grid(("metric", "from and to", "duration", "order"), tuple(spans)))
    sections = [Section("Milestones: definitions and error bars", tuple(nodes))] if nodes else []
    rows = tables.records(_own(m))
    half = _MOST // 2
    shown = rows if len(rows) <= _MOST else [*rows[:half], *rows[-half:]]
    left: list[Node] = (
        [m.say(f"{len(rows) - len(shown)} rows in the middle are left out.", rows[half:-half])]
        if len(rows) > len(shown)
        else []
    )
    listed = tuple(_listed(m, row) for row in shown)
    if listed:
        sections.append(Section("The whole timeline", (*left, Grid(("time", "service", "what", "detail"), listed))))
    return sections


def _own(m: Material) -> pd.DataFrame:
    """Return the rows of the services that the verdict names, or of all where it names none, and what stands beside."""
    who = {m.verdict[key] for key in ("service", "dependency") if pd.notna(m.verdict[key])}
    happened = m.found.timeline
    kept = happened["service"].isin(who) | happened["service"].isna() | happened["source"].isin(tables.BESIDE)
    return happened[kept] if who else happened


def _key(m: Material, rows: list[Record]) -> list[Record]:
    """Return the first and the last row of each kind of each service; of what was well before it began, only starts."""
    began = m.milestones["ts"].iloc[0]
    told = [row for row in rows if row["what"] not in _PLAIN and (not row["ts"] < began or row["what"] in _BEFORE)]
    firsts = {(row["service"], row["what"]): place for place, row in reversed(list(enumerate(told)))}
    lasts = {(row["service"], row["what"]): place for place, row in enumerate(told)}
    places = sorted({*firsts.values(), *lasts.values()})
    half = _KEY // 2
    return [told[place] for place in (places if len(places) <= _KEY else [*places[:half], *places[-half:]])]


def _moment(m: Material, row: Record) -> Row:
    names = [one["name"] for one in m.named.values() if (one["file"], one["line"]) == (row["file"], row["line"])]
    mark = f" ({', '.join(names)})" if names else ""
    when: str = f"{m.clock(row['ts'])}{_bar(row)}" if pd.notna(row["ts"]) else "—"
    return m.row((when, name(row["service"]), f"{_said(row)}{mark}"), [row])


def _listed(m: Material, row: Record) -> Row:
    order: str = " (whether before or after the row above is unknown)" if pd.notna(row["unordered_s"]) else ""
    when = f"{moment(row['ts'])}{_bar(row)}"
    return m.row((when, name(row["service"]), row["what"], f"{name(row['detail'], '')}{order}"), [row])


def _bar(row: Record) -> str:
    return f" ± {row['error_s']:g} s" if row["error_s"] > 0 else ""


def _said(row: Record) -> str:
    if row["source"] in tables.BESIDE:
        return f"{row['what']}: {row['detail']}"
    what = _WORDS.get(str(row["what"]), str(row["what"]).replace("_", " "))
    detail = str(row["detail"]) if pd.notna(row["detail"]) and row["source"] in ("events", "inspect") else ""
    return f"{what}, {detail}" if detail and what != "health" else f"{what} {detail}".strip() if detail else what


def _noted(m: Material) -> list[tuple[pd.Timestamp, Row]]:
    """Return what people entered into the timeline, and the milestones that they noted."""
    noted = [
        (row["ts"], m.row((m.clock(row["ts"]), "✎", str(row["name"])), [row]))
        for row in m.named.values()
        if row["source"] == "person"
    ]
    return [*noted, *((ts, _entry(m, ts, item)) for ts, item in m.human.entries())]


def _entry(m: Material, ts: pd.Timestamp, item: dict[str, Written]) -> Row:
    who = item["who"].text if "who" in item else ""
    what = item.get("what", "—")
    first = item["when"]
    return Row((Cite(NAME, first.line, first.key, ts, first.text),), (m.clock(ts), f"✎ {who}".strip(), what))


def _metric(m: Material, row: Record) -> Statement:
    error: str = f" ± {row['uncertainty_s']:.3f} s" if row["duration_s"] < 60 else ""
    lasted = f"{row['duration_s']:.3f} s" if row["duration_s"] < 60 else span(float(row["duration_s"]))
    return m.say(f"{row['name']} {lasted}{error}.", [m.named[row["begin"]], m.named[row["end"]]])


def _milestone(m: Material, row: Record) -> Row:
    error: str = "" if pd.isna(row["uncertainty_s"]) else f"± {row['uncertainty_s']:.3f} s"
    return m.row((row["name"], moment(row["ts"]), str(row["what"]), row["definition"], error), [row])


def _span(m: Material, row: Record) -> Row:
    duration = f"{row['duration_s']:.3f} s ± {row['uncertainty_s']:.3f} s"
    cells = (row["name"], row["definition"], duration, _ORDERS[row["order"]])
    return m.row(cells, [m.named[row["begin"]], m.named[row["end"]]])
