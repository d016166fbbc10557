"""Writing: both editions in three forms, the evidence as JSON, and human.yaml where there is none yet.

Every file is written whole: beside its place first, then renamed. The same evidence and the same human.yaml give the
same bytes; nothing in them tells when they were written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from incidentlab import tables
from incidentlab.investigate import Investigation
from incidentlab.offline import Live
from incidentlab.report.document import values
from incidentlab.report.postmortem.draft import Draft, Picture, draft
from incidentlab.report.postmortem.material import Material
from incidentlab.report.postmortem.pages.markdown import markdown
from incidentlab.report.postmortem.pages.page import page
from incidentlab.report.postmortem.pages.plain import figure_of, plain
from incidentlab.report.postmortem.pages.typeset import pdf
from incidentlab.report.postmortem.people.human import NAME, Human, read, template
from incidentlab.report.postmortem.people.identity import belongs, identity
from incidentlab.report.postmortem.people.own import check, declared
from incidentlab.report.postmortem.statement import Document
from incidentlab.report.postmortem.together import identity_of, together
from incidentlab.tables import BadInput
from incidentlab.tables.extras import there
from incidentlab.whole import put_all, put_first

FIGURE = "timeline.png"


@dataclass(frozen=True, eq=False)
class Written:
    """What was written: the draft, and the files by name."""

    draft: Draft
    folder: Path
    files: tuple[str, ...]


def write(
    found: Investigation,
    folder: Path,
    *,
    figure: Picture | None = None,
    interactive: Live | None = None,
    before: Investigation | None = None,
    after: Investigation | None = None,
) -> Written:
    """Write the postmortem of an investigation into a folder.

    Parameters
    ----------
    found
        An investigated incident.
    folder
        Made if needed. Its human.yaml is read and never changed; without one, an empty one is made.
    figure
        The timeline.
    interactive
        The same to zoom and to filter, for the internal HTML page.
    before
        A capture of the time before a change.
    after
        A capture of the time after the fix.

    Raises
    ------
    BadInput
        human.yaml cannot be used or is about another incident, or the folder cannot be written to; nothing else has
        been written then.
    """
    made = draft(found, people(folder, found), figure=figure, before=before, after=after)
    files = _files(made, interactive)
    with _writable(folder):
        put_all(folder, files)
    return Written(made, folder, (NAME, *files))


@dataclass(frozen=True, eq=False)
class Told:
    """One incident among several.

    Parameters
    ----------
    name
        Of its folder, and of its files where they are cited.
    found
        Its investigation.
    after
        A capture of the time after its fix.
    """

    name: str
    found: Investigation
    after: Investigation | None = None


def write_together(
    told: list[Told], folder: Path, *, before: Investigation | None = None, after: Investigation | None = None
) -> tuple[Document, tuple[str, ...]]:
    """Write one document over several incidents, and return it with the names of its files.

    Parameters
    ----------
    told
        The incidents, in the order in which they are told.
    folder
        Its human.yaml is the general part; that of each incident stands in a folder of its own in it.
    before, after
        The oldest and the newest capture, where what changed between them is to be told once for all.

    Raises
    ------
    BadInput
        As `write`.
    """
    human = human_of(folder, identity_of([identity(one.found.incident) for one in told]))
    incidents = [
        Material(one.found, people(folder / one.name, one.found), after=one.after, prefix=f"{one.name}/")
        for one in told
    ]
    change = Material(after, human, before, prefix="after/") if before is not None and after is not None else None
    made = together(incidents, human, change)
    texts = {"postmortem.md": markdown(made), "postmortem.html": page(made)}
    files = {name: text.encode() for name, text in texts.items()}
    if there("pages"):
        files["postmortem.pdf"] = pdf(made)
    with _writable(folder):
        put_all(folder, files)
    return made, (NAME, *files)


def people(folder: Path, found: Investigation) -> Human:
    """Return what people wrote into human.yaml of a folder; make the file, with every field empty, if there is none.

    Parameters
    ----------
    folder
        Of the postmortem.
    found
        What it is about.

    Raises
    ------
    BadInput
        The file cannot be read or is about another incident, or the folder cannot be written to.
    """
    return human_of(folder, identity(found.incident))


def human_of(folder: Path, incident: str) -> Human:
    """Return the same of what has this name."""
    path = folder / NAME
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            put_first(path, template(incident).encode())
    try:
        human = read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8: byte {error.start}; save it as UTF-8") from error
    belongs(human, incident, path)
    own = declared(folder)
    check(human.texts, own, NAME)
    return replace(human, own=own)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{folder} cannot be written to: {error.strerror}; give another folder") from error


def _files(made: Draft, interactive: Live | None) -> dict[str, bytes]:
    png = figure_of(made.internal)
    texts = {
        "postmortem.md": markdown(made.internal, figure=FIGURE if png else None),
        "postmortem.html": page(made.internal, interactive=interactive),
        "external.md": markdown(made.external),
        "external.html": page(made.external),
        "evidence.json": json.dumps(_evidence(made), indent=2, ensure_ascii=True) + "\n",
    }
    files = {name: text.encode() for name, text in texts.items()}
    if there("pages"):
        files |= {"postmortem.pdf": pdf(made.internal), "external.pdf": pdf(made.external)}
    return files | ({FIGURE: png} if png else {})


def _evidence(made: Draft) -> dict[str, Any]:
    """Return what programs need: each id with its row, the milestones and the metrics."""
    cites = [
        values({"id": c.id, "file": c.file, "line": c.line, "pointer": c.pointer, "ts": c.ts, "text": c.text})
        for c in made.internal.cites
    ]
    frames = {"milestones": made.milestones, "metrics": made.metrics}
    told = {name: [values(row) for row in tables.records(frame)] for name, frame in frames.items()}
    return {"status": made.internal.status, "evidence": cites, **told, "sections": plain(made.internal)["sections"]}
