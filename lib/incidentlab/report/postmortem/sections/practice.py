"""What the practice of postmortems asks for beside the account: detection, milestones, timeline, actions, lessons."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.postmortem.material import Material, Record, at, moment, name
from incidentlab.report.postmortem.people.human import RECORDS, question
from incidentlab.report.postmortem.people.wording import Remark
from incidentlab.report.postmortem.sections import modified
from incidentlab.report.postmortem.statement import (
    Cite,
    Figure,
    Grid,
    Node,
    Prompt,
    Row,
    Section,
    Statement,
    Written,
)

_MOST = 60
"""Rows of the timeline that are shown; of a longer one both ends."""
_ACTS = {"pause": "paused", "unpause": "unpaused", "restart": "restarted", "stop": "stopped", "kill": "sent a signal"}
_ORDERS = {
    "after": "known",
    "unknown": "unknown: inside the error bar",
    "before": "the second came before the first",
    "same": "one and the same row",
}


def detection(m: Material) -> Section:
    """Return the first signal that an alarm can hang on, and how a person learned of it."""
    row = _named(m)["detected"]
    said: list[Node] = []
    if row["source"] == "person":
        said = [m.say(f"A person noted that it was detected {at(row['ts'])}.", [row])]
    elif pd.notna(row["source"]):
        said = [m.say(f"{name(row['service'])} gave the first signal {at(row['ts'])}: {row['what']}.", [row])]
    return Section("Detection", (*said, *m.people("detection")))


def milestones(m: Material) -> Section:
    """Return the six milestones with their definition and error bar, and the four durations between them."""
    rows = tuple(_milestone(m, row) for row in tables.records(m.milestones))
    grid = Grid(("milestone", "time", "what the row shows", "definition", "error bar"), rows)
    spans = [_metric(m, row) for row in tables.records(m.metrics) if pd.notna(row["duration_s"])]
    durations = (Grid(("metric", "from and to", "duration", "order"), tuple(spans)),) if spans else ()
    return Section("Milestones", (grid, *durations))


def timeline(m: Material, figure: bytes | None) -> Section:
    """Return the picture, and the rows of the services that the verdict names, each with its evidence."""
    who = {m.verdict[key] for key in ("service", "dependency") if pd.notna(m.verdict[key])}
    happened = m.found.timeline
    rows = tables.records(happened[happened["service"].isin(who)] if who else happened)
    half = _MOST // 2
    shown = rows if len(rows) <= _MOST else [*rows[:half], *rows[-half:]]
    nodes: list[Node] = [Figure(figure)] if figure else []
    if len(rows) > len(shown):
        nodes.append(m.say(f"{len(rows) - len(shown)} rows in the middle are left out.", rows[half:-half]))
    listed = tuple(m.row((moment(r["ts"]), name(r["service"]), r["what"], name(r["detail"], "")), [r]) for r in shown)
    if listed:
        nodes.append(Grid(("time", "service", "what", "detail"), listed))
    return Section("Timeline", tuple(nodes) or (Statement(m.ledger, "No row of the evidence tells of a change."),))


def actions(m: Material) -> Section:
    """Return what was done by hand and by the restart policy, as the engine saw it, and what people add."""
    said: list[Node] = []
    lived = m.found.lifetimes
    for (service, by), rows in lived.groupby(["service", "brought_by"], sort=True):
        if by in ("human", "policy"):
            who = "by hand" if by == "human" else "by its restart policy"
            said.append(m.say(f"{service} was started again {who}: {_count(len(rows))}.", tables.records(rows)))
    events = m.found.timeline[(m.found.timeline["source"] == "events") & m.found.timeline["what"].isin(_ACTS)]
    for (service, what), rows in events.groupby(["service", "what"], sort=True):
        times = f"first at {moment(rows['ts'].iloc[0])}"
        said.append(m.say(f"{service} was {_ACTS[str(what)]}: {_count(len(rows))}, {times}.", tables.records(rows)))
    return Section("Actions taken", (*said, *m.people("actions_taken")))


def changes(m: Material) -> Section:
    """Return what people changed, with reason, price and check."""
    return Section("Modifications and rationale", (*modified.drafted(m), _records(m, "modifications")))


def items(m: Material) -> Section:
    """Return the action items with owner, due and kind."""
    return Section("Action items", (_records(m, "action_items"),))


def learnt(m: Material) -> list[Section]:
    """Return what only people can say: well, wrong, lucky, lessons, next steps."""
    titles = {
        "went_well": "What went well",
        "went_wrong": "What went wrong",
        "lucky": "Where we were lucky",
        "lessons": "Lessons",
        "next_steps": "Next steps",
    }
    return [Section(title, m.people(key)) for key, title in titles.items()]


def people(m: Material) -> Section:
    """Return who wrote the postmortem, and who read it."""
    return Section("Authors and reviewers", (*m.people("authors"), *m.people("reviewers")))


def operations(m: Material) -> Section:
    """Return the images that ran, with their size and user, and what people add."""
    images = tables.records(m.found.incident.images.drop_duplicates("image"))
    rows = tuple(m.row(_image(row), [row | {"what": row["image"]}]) for row in images if pd.notna(row["size_bytes"]))
    grid = (Grid(("image", "size", "user", "platform"), rows),) if rows else ()
    return Section("Operational notes", (*grid, *m.people("operational_notes")))


def wording_check(remarks: list[Remark]) -> Section | None:
    """Return what the wording check found in human.yaml; None where it found nothing."""
    said = [
        Statement((Cite("human.yaml", r.line, r.key, tables.NEVER, r.found),), f"{r.key}: {r.found}: {r.suggestion}.")
        for r in remarks
    ]
    return Section("Wording check", tuple(said)) if said else None


def _named(m: Material) -> dict[str, Record]:
    return {row["name"]: row for row in tables.records(m.milestones)}


def _milestone(m: Material, row: Record) -> Row | Prompt:
    if pd.isna(row["source"]):
        asked = f"When was it {row['name']}? Looked for in the evidence: {row['definition']}."
        return Prompt(asked, f"milestones.{row['name']}")
    error = "" if pd.isna(row["uncertainty_s"]) else f"± {row['uncertainty_s']:.3f} s"
    return m.row((row["name"], moment(row["ts"]), str(row["what"]), row["definition"], error), [row])


def _metric(m: Material, row: Record) -> Row:
    known = _named(m)
    duration = f"{row['duration_s']:.3f} s ± {row['uncertainty_s']:.3f} s"
    return m.row(
        (row["name"], row["definition"], duration, _ORDERS[row["order"]]), [known[row["begin"]], known[row["end"]]]
    )


def _records(m: Material, key: str) -> Node:
    fields = RECORDS[key][0]
    rows: list[Row | Prompt | Written] = []
    for item in m.human.records(key):
        first = next(iter(item.values()))
        cells = (item[part].text if part in item else "—" for part in fields)
        rows.append(Row((Cite("human.yaml", first.line, first.key, tables.NEVER, first.text),), tuple(cells)))
    shown = tuple(part.replace("_", "-") for part in fields)
    return Grid(shown, tuple(rows)) if rows else question(key)


def _image(row: Record) -> tuple[str, ...]:
    return (
        row["image"],
        f"{row['size_bytes'] / 1e6:.1f} MB",
        name(row["user"], "") or "root",
        f"{name(row['os'], '?')}/{name(row['architecture'], '?')}",
    )


def _count(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
