"""Any source becomes an `Incident`: the only module that knows the parsers.

A source is a bundle (a folder or an archive), a folder of files, a file, any of these at an address of fsspec
(`s3://...`), `-` or an open file, a pasted text, or a live Compose project (`compose:NAME`); or several of these, of
one incident: a log, and what was deployed and measured. What a file is, is told by its content (or by the bundle's
manifest), and `PARSERS` says who reads it. Every source leaves a row in the ledger: what it covers, how it is
incomplete, what it cannot answer. Nothing that can be read is lost because something beside it cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from incidentlab import bundle
from incidentlab.bundle import address, loose, stream
from incidentlab.incident import Incident
from incidentlab.load import reading, whole
from incidentlab.load.reading import HINT, PARSERS, Found
from incidentlab.parse import compose_file, lines
from incidentlab.parse.kinds import kind_of
from incidentlab.redact import Redactor, shown
from incidentlab.tables import BadInput
from incidentlab.whole import scratch

__all__ = ["PARSERS", "kind_of", "load", "load_all", "together"]

Source = str | Path | bytes | IO[Any]


def load(source: Source | Sequence[Source], *, name: str | None = None, service: str | None = None) -> Incident:
    r"""Return the incident that a source, or several together, tell of.

    Parameters
    ----------
    source
        Path of a bundle (folder, .zip, .tar, .tar.gz, .tgz), of a folder with files, or of a file, or an address of one
        that fsspec knows (``s3://bucket/incident``); ``-`` for standard input; an open file; the text itself (bytes, or
        a string with a line end in it); ``compose:NAME`` for a project on the local engine, which is captured into
        a bundle that is then forgotten. Several of one incident are a list, or paths with `` + `` between them:
        ``app.log + deploys.csv + p99.json``.
    name
        What to call the incident; by default the project's or the first file's name.
    service
        Whose log a text is that does not say so itself.

    Raises
    ------
    BadInput
        The source is not there, is empty, or is nothing that can be read; the message says what to do.

    Notes
    -----
    Beside logs may stand what people noted, what was deployed and what was measured (`parse.notes`, `parse.readings`),
    and in ``sources.yaml`` how the clocks stand and which limits hold (`parse.declared`).

    Examples
    --------
    >>> load("web-1  | ready\nweb-1 exited with code 1\n").events["exit_code"].tolist()
    [1]
    >>> load(["web-1  | ready\n", b"time,deploy\n2026-01-31T09:24Z,web 1.4\n"]).notes["text"].tolist()
    ['web 1.4']
    """
    several = together(source)
    if not several:
        raise BadInput(f"there is no source in the list; {HINT}")
    redactor = shown.redactor()
    pooled = {place: files for place, one in enumerate(several) if (files := _content(one)) is not None}
    found = {
        place: _one(one, redactor, name=name, service=service)
        for place, one in enumerate(several)
        if place not in pooled and isinstance(one, str | Path)
    }
    if pooled:
        found[min(pooled)] = reading.texts(_named(pooled), redactor, name=name, service=service)
    return whole.incident(name or found[min(found)].name, [found[place] for place in sorted(found)], redactor)


def together(source: Source | Sequence[Source]) -> list[Source]:
    r"""Return the sources of one incident, one by one.

    Examples
    --------
    >>> together("app.log + deploys.csv"), together("a + b\n")
    (['app.log', 'deploys.csv'], ['a + b\n'])
    """
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        return [one for several in source for one in together(several)]
    return [*loose.several(source)] if isinstance(source, str) else [source]


def load_all(folder: str | Path) -> list[Incident]:
    """Return the incident of each bundle in a folder, in the order of their names; of any other source its one.

    Raises
    ------
    BadInput
        The folder is not there, or there is no evidence in it.
    """
    bundles = sorted(_there(folder).glob(f"*/{bundle.MANIFEST}")) if len(together(folder)) == 1 else []
    if not bundles:
        return [load(folder)]
    return [load(manifest.parent, name=manifest.parent.name) for manifest in bundles]


Files = list[tuple[str, lines.Text]]


def _content(source: Source) -> Files | None:
    """Return the name and the content of a source that is one file or text; None for any other."""
    if isinstance(source, bytes):
        return [("text", source)]
    if not isinstance(source, str | Path):
        if not hasattr(source, "read"):
            raise BadInput(f"load takes paths, texts and open files, no {type(source).__name__}")
        return [("stdin", lines.encode(stream.bounded(source, "the file")))]
    if source == "-":
        return [("stdin", stream.bounded(sys.stdin.buffer, "standard input"))]
    if isinstance(source, str) and "\n" in source:
        return [("text", lines.encode(source))]
    if isinstance(source, str) and (source.startswith("compose:") or address.is_address(source)):
        return None
    path = _there(source)
    return None if path.is_dir() or path.name.endswith(loose.ARCHIVES) else _file(path)


def _file(path: Path) -> Files:
    """Return a file, and with a Compose file the Dockerfiles that it names."""
    own = (loose.shown(path.name), loose.read(path))
    beside = compose_file.dockerfiles(own[1][:]) if path.suffix in (".yml", ".yaml") else []
    return [own, *loose.beside(path, beside)]


def _named(pooled: dict[int, Files]) -> Files:
    """Return files and texts as one folder would hold them: what nobody named is told apart by its place."""
    known: set[str] = set()
    told: Files = []
    for place, files in pooled.items():
        for name, data in files:
            called = f"{name}-{place + 1}" if name in known and name in ("text", "stdin") else name
            if called in known:
                raise BadInput(f"two sources are called {called}; rename one, so that each can be cited")
            known.add(called)
            told.append((called, data))
    return told


def _one(source: str | Path, redactor: Redactor, *, name: str | None, service: str | None) -> Found:
    """Read a source that is no single file."""
    if isinstance(source, str) and source.startswith("compose:"):
        return _live(source.removeprefix("compose:"), redactor, name=name)
    if isinstance(source, str) and address.is_address(source):
        return _at(source, redactor, name=name, service=service)
    return _path(_there(source), redactor, name=name, service=service)


def _there(source: str | Path) -> Path:
    if source == "":  # an unset variable of a shell; as a path it would be the folder that one stands in
        raise BadInput(f"the source is an empty text; {HINT}")
    return loose.there(Path(source))


def _path(path: Path, redactor: Redactor, *, name: str | None, service: str | None) -> Found:
    if (path / bundle.MANIFEST).is_file():
        with bundle.read(path) as opened:
            return reading.bundled(opened, redactor, name=name)
    if path.name.endswith(loose.ARCHIVES):
        with loose.unpacked(path) as folder:
            inner = [place for place in folder.iterdir() if place.is_dir()]
            packed = next((place for place in (folder, *inner[:1]) if (place / bundle.MANIFEST).is_file()), None)
            name = name or (None if packed else loose.shown(path.name))
            return _path(packed or folder, redactor, name=name, service=service)
    if not path.is_dir():
        return reading.texts(_file(path), redactor, name=name, service=service)
    files, troubles = loose.gather(path)
    if not files and not troubles:
        raise BadInput(f"{path} holds no {bundle.MANIFEST} and no log file; {HINT}")
    name = name or loose.shown(path.resolve().name)
    return reading.texts(files, redactor, name=name, service=service, troubles=troubles)


def _live(project: str, redactor: Redactor, *, name: str | None) -> Found:
    from incidentlab.collect import capture  # the engine's client is only taken in where an engine is asked for

    with scratch() as folder:
        capture(project, folder / "bundle")
        with bundle.read(folder / "bundle") as opened:
            return reading.bundled(opened, redactor, name=name)


def _at(source: str, redactor: Redactor, *, name: str | None, service: str | None) -> Found:
    """Load what is at an address, by way of a folder that is then forgotten."""
    if (here := address.local(source)) is not None:
        return _path(_there(here), redactor, name=name, service=service)
    with scratch() as folder:
        place = address.fetch(source, folder)
        try:
            return _path(place, redactor, name=name, service=service)
        except BadInput as error:
            known = address.shown(source)
            text = str(error).replace(str(place), known)
            raise BadInput(text if known in text else f"{known}: {text}") from None
