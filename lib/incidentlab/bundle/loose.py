"""Files that no manifest describes: a folder, or an archive, into which somebody put whatever there was.

What may hold evidence is read, the folders in it included; what is hidden, is a program's source, or speaks of the
project and not of the incident is passed over. A file that cannot be read is said to be so, and the others speak.
"""

from __future__ import annotations

import difflib
import gzip
import os
import posixpath
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from incidentlab.bundle.archive import ALWAYS_FINE, unpack
from incidentlab.bundle.format import MANIFEST
from incidentlab.bundle.stream import Content, content
from incidentlab.tables import BadInput
from incidentlab.whole import scratch

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_EVIDENCE = re.compile(
    r"(?:[^.]+|.*\.(?:log|logs|txt|out|err|json|jsonl|ndjson|csv|md|markdown|ya?ml)(?:\.\d{1,3})?)(?:\.gz)?",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    r"(?:readme|changelog|contributing|license|licence|copying|notice|makefile|gemfile|procfile|jenkinsfile"
    r"|package(?:-lock)?\.json|tsconfig.*\.json|composer\.json)(?:\..*)?",
    re.IGNORECASE,
)
_DOCKERFILE = re.compile(r"dockerfile|containerfile", re.IGNORECASE)
_LARGEST = 1 << 20
"""Bytes up to which a Dockerfile is read."""
MAX_FILES = 2_000
"""Files of a folder that are read: each is a text of its own, with its own names and clock."""
AND = " + "
"""Between sources of one incident, where they stand in one text."""

_PASSED = frozenset(("node_modules", "venv", "__pycache__", "site-packages"))


def found(path: Path) -> bool | None:
    """Say whether something is at a path; None for what can be none: too long, or with a NUL in it."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return None


def several(source: str) -> list[str]:
    r"""Return the sources of one incident that stand in one text: a parameter of a notebook is one.

    Examples
    --------
    >>> several("app.log + deploys.csv"), several("a + b\n")
    (['app.log', 'deploys.csv'], ['a + b\n'])
    """
    if AND not in source or "\n" in source or found(Path(source)):
        return [source]
    return [one.strip() for one in source.split(AND)]


def there(path: Path) -> Path:
    """Return a path at which something is.

    Raises
    ------
    BadInput
        There is nothing; the message names what is called alike.
    """
    if (known := found(path)) is None:
        raise BadInput(f"{str(path)[:40]!r}... is no path; a pasted text needs a line end in it")
    if known:
        return path
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = [str(path.parent / other) for other in difflib.get_close_matches(path.name, beside)]
    raise BadInput(f"{path} is not there" + (f"; did you mean {' or '.join(near)}?" if near else ""))


def read(path: Path) -> Content:
    """Return the content of a file, unpacked where gzip packed it.

    Raises
    ------
    BadInput
        It cannot be read, or unpacks to suspiciously much.
    """
    try:
        if path.suffix != ".gz":
            return content(path)
        with gzip.open(path) as packed:
            data = packed.read(ALWAYS_FINE + 1)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise BadInput(f"{path} cannot be unpacked: {error}") from error
    if len(data) > ALWAYS_FINE:
        raise BadInput(f"{path} unpacks to more than {ALWAYS_FINE} bytes; if you trust it, unpack it yourself")
    return data


def shown(name: str) -> str:
    r"""Return the name of a file as a text: bytes that are no UTF-8 become U+FFFD.

    Examples
    --------
    >>> shown("caf\udce9.log")
    'caf\ufffd.log'
    """
    return os.fsencode(name).decode("utf-8", "replace")


def gather(folder: Path) -> tuple[list[tuple[str, Content]], dict[str, str]]:
    """Return the files of a folder that may hold evidence, by their names in it, and why others could not be read.

    Raises
    ------
    BadInput
        There are too many, or the folder holds bundles: each is an incident of its own.
    """
    found: list[tuple[str, Content]] = []
    troubles: dict[str, str] = {}
    paths = list(islice(_files(folder), MAX_FILES + 1))
    if len(paths) > MAX_FILES:
        raise BadInput(f"{folder}: more than {MAX_FILES} files that may be logs; give the folder of one incident")
    for path in sorted(paths):
        name = shown(path.relative_to(folder).as_posix())
        if path.name == MANIFEST:
            raise BadInput(f"{folder} holds bundles ({name}); give one of them, or load all with `load_all`")
        try:
            if not path.is_file():
                raise BadInput("is a pipe or a device, no file")
            found.append((name.removesuffix(".gz"), read(path)))
        except BadInput as error:
            troubles[name] = str(error).replace(str(path), "").strip()
    return found, troubles


def beside(file: Path, names: list[str]) -> list[tuple[str, Content]]:
    """Return the Dockerfiles that a Compose file names, by the names that it gives them; those that are not there, not.

    Only what is called a Dockerfile is opened: a Compose file from elsewhere must not choose what is read here.
    """
    places = [(name, file.parent / name) for name in names if _DOCKERFILE.search(posixpath.basename(name))]
    return [
        (name, read(place))
        for name, place in places
        if place.is_file() and _DOCKERFILE.search(place.resolve().name) and place.stat().st_size <= _LARGEST
    ]


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """Give the folder that an archive was unpacked to, which is then forgotten."""
    with scratch() as folder:
        unpack(archive, folder)
        yield folder


def _files(folder: Path) -> Iterator[Path]:
    """Yield what may be evidence in a folder and in those in it; folders that are links are not entered."""
    inner = folder.resolve()
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED]
        for name in names:
            told = _EVIDENCE.fullmatch(name) and not _PROJECT.fullmatch(name) and not name.startswith(".")
            if (told or name == MANIFEST) and (Path(place) / name).resolve().is_relative_to(inner):
                yield Path(place) / name  # and no link that leads out of the folder
