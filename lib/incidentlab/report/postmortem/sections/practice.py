"""What the practice of postmortems asks for beside the account: actions, changes, lessons, images, commands, people."""

from __future__ import annotations

import pandas as pd

from incidentlab import tables
from incidentlab.report.beside import answers
from incidentlab.report.postmortem.material import Material, Record, name, times
from incidentlab.report.postmortem.people.fields import label
from incidentlab.report.postmortem.people.human import question
from incidentlab.report.postmortem.people.wording import Remark
from incidentlab.report.postmortem.sections import modified, theirs
from incidentlab.report.postmortem.sections.fix import proposals
from incidentlab.report.postmortem.statement import (
    Cite,
    Entry,
    Excerpt,
    Grid,
    Node,
    Section,
    Statement,
    Written,
)

_ACTS = {"pause": "paused", "unpause": "unpaused", "restart": "restarted", "stop": "stopped"}


def actions(m: Material) -> Section:
    """Return what was done by hand, as the engine saw it, and what people add."""
    said: list[Node] = []
    lived = m.found.lifetimes[m.found.lifetimes["brought_by"].eq("human")]
    for who, rows in lived.groupby("service", sort=True):
        told = tables.records(rows)
        since = [row | {"ts": row["start_event"]} for row in told]
        said.append(m.say(f"{who} was started by hand {times(len(rows))}{m.during(since)}.", told))
    unknown = m.found.lifetimes[m.found.lifetimes["run"].gt(1) & m.found.lifetimes["brought_by"].isna()]
    for run in tables.records(unknown):
        when = m.during([run | {"ts": run["started"]}])
        said.append(m.say(f"{run['service']} was started again{when}; by whom the evidence does not say.", [run]))
    events = m.found.timeline[(m.found.timeline["source"] == "events") & m.found.timeline["what"].isin(_ACTS)]
    for (service, what), rows in events.groupby(["service", "what"], sort=True):
        acts = tables.records(rows)
        said.append(m.say(f"{service} was {_ACTS[str(what)]} {times(len(rows))}{m.during(acts)}.", acts))
    said += [m.say(f"A deploy at {m.clock(row['ts'])}: {row['detail']}.", [row]) for row in answers(m.found)]
    none = [] if said or m.quiet else [Statement(m.ledger, "No act by hand is in the evidence.")]
    return Section("Actions taken", (*said, *none, *m.people("actions_taken")))


def changes(m: Material) -> Section:
    """Return what was changed: as two captures show it, and as people tell it, with reason, price and check."""
    written = [entry(item) for item in m.human.records("modifications")]
    asked = [] if written or (m.quiet and m.change is None) else [question("modifications")]
    return Section("Modifications and rationale", (*modified.drafted(m), *written, *asked))


def entry(item: dict[str, Written]) -> Entry:
    """Return a change as a person tells it: what, and below it change, reason, price and check."""
    parts = tuple((label(part).capitalize(), text) for part, text in item.items() if part != "what")
    first = next(iter(item.values()))
    return Entry(item["what"].text if "what" in item else first.key, parts)


def items(m: Material) -> Section:
    """Return the action items, and those that the evidence calls for and nobody decided on yet."""
    grid = theirs.grid(m, "action_items")
    offered = [m.row((what, kind, source), rows) for what, kind, source, rows in proposals(m)]
    proposed = [Grid(("proposed, to accept or to refuse", "kind", "from"), tuple(offered))] if offered else []
    asked = [] if grid or m.quiet else [question("action_items")]
    return Section("Action items", (*grid, *proposed, *asked))


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
    reviewers = m.people("reviewers", ask=m.human.status != "Draft")
    return Section("Authors and reviewers", (*m.people("authors"), *reviewers, *theirs.reviews(m)))


def operations(m: Material) -> Section:
    """Return the image of the service that broke, and what people add for who runs it."""
    seen = m.found.incident.containers
    own = seen.loc[seen["service"].eq(m.verdict["service"]), "image_id"].dropna()
    images = m.found.incident.images
    rows = tables.records(images[images["image_id"].isin(own) & images["size_bytes"].notna()].head(1))
    who, users = m.verdict["service"], [name(row["user"], "") or "root" for row in rows]
    said = [
        m.say(f"{who} ran as {user}; its image has {row['size_bytes'] / 1e6:.1f} MB.", [row | {"what": row["image"]}])
        for row, user in zip(rows, users, strict=True)
    ]
    return Section("Operational notes", (*said, *m.people("operational_notes", ask=False)))


def images(m: Material) -> list[Section]:
    """Return all images that ran, with their size and user, for the appendix."""
    known = tables.records(m.found.incident.images.drop_duplicates("image"))
    rows = tuple(m.row(_image(row), [row | {"what": row["image"]}]) for row in known if pd.notna(row["size_bytes"]))
    return [Section("Images", (Grid(("image", "size", "user", "platform"), rows),))] if rows else []


def commands(m: Material) -> Section:
    """Return the commands that show, in this very stack, whether it works now."""
    rows = m.evidence(1)
    said: list[Node] = [Excerpt(m.cites(rows), tuple(_checks(m)))]
    check = name(m.verdict["remedy"], "").partition("Verify: ")[2]
    if check and not m.quiet:
        said.append(m.say(f"It holds if: {' '.join(check.split()).partition('. ')[0].rstrip('.')}.", rows))
    return Section("Commands to verify", (*said, *modified.checked(m), *m.people("commands_to_verify", ask=False)))


def _checks(m: Material) -> list[str]:
    who = [str(m.verdict[key]) for key in ("service", "dependency") if pd.notna(m.verdict[key])]
    if m.quiet or not who:
        return ["docker compose ps"]
    seen = m.found.incident.containers
    names = seen.loc[seen["service"].eq(who[0]) & seen["container"].notna(), "container"]
    container = str(names.iloc[-1]) if len(names) else f"$(docker compose ps -q {who[0]})"
    images = seen.loc[seen["service"].eq(who[0]) & seen["image"].notna(), "image"]
    image = str(images.iloc[-1]).partition(":")[0] if len(images) else ""
    lines = [
        f"docker compose up -d --no-deps --build {who[0]}",
        f"docker compose logs {who[0]} --follow",
        "docker compose ps",
    ]
    lines += [f"docker inspect --format='{{{{json .State.Health}}}}' {container}"]
    lines += [f"docker images {image}"] if image else []
    return [*lines, *(f"docker compose logs {other}" for other in who[1:])]


def wording_check(remarks: list[Remark]) -> Section | None:
    """Return what the wording check found in human.yaml; None where it found nothing."""
    said = [
        Statement((Cite("human.yaml", r.line, r.key, tables.NEVER, r.found),), f"{r.key}: {r.found}: {r.suggestion}.")
        for r in remarks
    ]
    return Section("Wording check", tuple(said)) if said else None


def _image(row: Record) -> tuple[str, ...]:
    return (
        row["image"],
        f"{row['size_bytes'] / 1e6:.1f} MB",
        name(row["user"], "") or "root",
        f"{name(row['os'], '?')}/{name(row['architecture'], '?')}",
    )
