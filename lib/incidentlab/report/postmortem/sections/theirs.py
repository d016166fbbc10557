"""What people wrote that is no prose: severity, roles, numbers, reviews, whys, and a team's own fields, as tables."""

from __future__ import annotations

from incidentlab import tables
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.people.fields import MAPS, RECORDS, label
from incidentlab.report.postmortem.people.human import NAME, Human
from incidentlab.report.postmortem.statement import Cite, Entry, Grid, Node, Row, Section, Written

_GLANCE = ("severity", "incident_id", "tracker")


def glance(m: Material) -> Section:
    """Return severity, number, tracker, roles and a team's own fields, as far as they are written."""
    known = [(label(name), text) for name in _GLANCE if (text := m.human.get(name))]
    known += [(label(part), text) for part in MAPS["roles"][0] if (text := m.human.get(f"roles.{part}"))]
    known += [(field.question, text) for field in m.human.own if (text := m.human.get(f"own.{field.name}"))]
    return Section("At a glance", _pairs(known))


def numbers(m: Material) -> tuple[Node, ...]:
    """Return the impact in numbers."""
    return _pairs(
        [(part, text) for part in MAPS["impact_numbers"][0] if (text := m.human.get(f"impact_numbers.{part}"))]
    )


def whys(m: Material) -> tuple[Node, ...]:
    """Return the chain of whys, each the answer to why of the one before."""
    told = m.human.all("five_whys")
    parts = tuple(("And why" if place else "Why", text) for place, text in enumerate(told))
    return (Entry("Why, and why that", parts),) if told else ()


def recurrence(m: Material) -> Section:
    """Return when it came before, as people tell it."""
    return Section("Recurrence", m.people("recurrence", ask=False))


def reviews(m: Material) -> tuple[Node, ...]:
    """Return who read it, when, and what they said."""
    return tuple(grid(m, "reviews"))


def grid(m: Material, key: str) -> list[Grid]:
    """Return a list of records as a table of the parts that somebody filled in; empty where nobody did."""
    return grid_of(m.human, key)


def grid_of(human: Human, key: str) -> list[Grid]:
    """Return the same of what people wrote."""
    items = list(human.records(key))
    parts = [part for part in RECORDS[key][0] if any(part in item for item in items)]
    rows = [Row((_cite(next(iter(item.values()))),), tuple(item.get(part, "—") for part in parts)) for item in items]
    return [Grid(tuple(label(part) for part in parts), tuple(rows))] if rows else []


def _pairs(known: list[tuple[str, Written]]) -> tuple[Node, ...]:
    rows = tuple(Row((_cite(text),), (name, text)) for name, text in known)
    return (Grid(("what", "written by a person"), rows),) if rows else ()


def _cite(text: Written) -> Cite:
    return Cite(NAME, text.line, text.key, tables.NEVER, text.text)
