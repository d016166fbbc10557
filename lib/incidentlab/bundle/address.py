"""Evidence at an address, such as ``s3://bucket/incident``: read through fsspec, within the limits of an archive.

An address is whatever fsspec takes: ``PROTOCOL://...``, also chained with ``::``. One that means this machine
(``file://...``) is a path and nothing else. What is fetched is a file or a whole folder; its names may not lead out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from incidentlab.bundle.archive import MAX_BYTES, MAX_MEMBERS
from incidentlab.bundle.format import inside
from incidentlab.tables import BadInput

_ADDRESS = re.compile(r"[A-Za-z][\w+.:-]*://")
_PASSWORD = re.compile(r"(://[^/@:]*):[^/@]*@")
_CHUNK = 1 << 20


def is_address(source: str) -> bool:
    """Say whether a source is an address rather than a path.

    Examples
    --------
    >>> is_address("s3://bucket/incident"), is_address("compose:payflow"), is_address("data/startup-race")
    (True, False, False)
    """
    return _ADDRESS.match(source) is not None


def local(address: str) -> Path | None:
    """Return the path that an address on this machine means; None for any other.

    Examples
    --------
    >>> local("file:///tmp/incident").as_posix(), local("s3://bucket/incident")
    ('/tmp/incident', None)
    """
    if not address.startswith(("file://", "local://")):
        return None
    return Path(filesystem(address)[1])


def password(address: str) -> bool:
    """Say whether an address holds a password.

    Examples
    --------
    >>> password("sftp://me:secret@host/incident"), password("sftp://me@host/incident")
    (True, False)
    """
    return _PASSWORD.search(address) is not None


def filesystem(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address, and the path on it.

    Raises
    ------
    BadInput
        fsspec does not know the protocol, or needs a package for it that is not there.
    """
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(address)
    except ImportError as error:
        raise BadInput(f"{_shown(address)}: a package is missing for this protocol: {error}") from error
    except Exception as error:
        raise BadInput(f"{_shown(address)}: {error}; fsspec knows file, http, s3, gs, sftp and others") from error
    return system, str(path)


def expand(address: str) -> list[str]:
    """Return the addresses that one with ``*`` stands for, in order of their names; any other stands for itself.

    Raises
    ------
    BadInput
        Nothing is there, or it cannot be reached.
    """
    if "*" not in address:
        return [address]
    system, path = filesystem(address)
    with reached(address):
        found = sorted(str(system.unstrip_protocol(name)) for name in system.glob(path))
    if not found:
        raise BadInput(f"{_shown(address)} is not there")
    return found


def label(address: str) -> str:
    """Return the last part of the path of an address, without a query."""
    return PurePosixPath(re.split(r"[?#]", filesystem(address)[1])[0]).name or "source"


@contextmanager
def reached(address: str) -> Iterator[None]:
    """Turn whatever a remote system raises into one line that names the address.

    Raises
    ------
    BadInput
        Nothing is there, or it cannot be reached.
    """
    try:
        yield
    except BadInput:
        raise
    except FileNotFoundError:
        raise BadInput(f"{_shown(address)} is not there") from None
    except Exception as error:  # each protocol has errors of its own
        raise BadInput(f"{_shown(address)} cannot be reached: {type(error).__name__}: {error}") from error


def files(address: str) -> tuple[Any, dict[str, str]]:
    """Return the file system, and the path of each file by its name below the address; a file alone is named ``.``.

    Raises
    ------
    BadInput
        Nothing is there, it cannot be reached, or there are too many files.
    """
    system, path = filesystem(address)
    with reached(address):
        info = system.info(path)
        if info["type"] != "directory":
            return system, {".": path}
        below = PurePosixPath(str(info["name"]).rstrip("/") or path)
        found = sorted(map(PurePosixPath, system.find(path)))
    if len(found) > MAX_MEMBERS:
        raise BadInput(f"{_shown(address)}: more than {MAX_MEMBERS} files; give the folder of one incident")
    return system, {str(inside(str(one.relative_to(below)), address)): str(one) for one in found}


def hashes(address: str) -> Iterator[tuple[str, str]]:
    """Give the name and the sha256 of each file, in order of the names."""
    system, found = files(address)
    for name, path in found.items():
        digest = hashlib.sha256()
        with reached(address):
            for chunk in _chunks(system, path):
                digest.update(chunk)
        yield name, digest.hexdigest()


def fetch(address: str, folder: Path, *, max_bytes: int = MAX_BYTES) -> Path:
    """Copy a file or a folder into a folder of this machine; return where it is.

    Parameters
    ----------
    address
        Of the file or folder.
    folder
        Exists, and is the caller's to remove.
    max_bytes
        Size up to which it is fetched.

    Raises
    ------
    BadInput
        It is not there, cannot be reached, or is too much.
    """
    system, found = files(address)
    target = folder / inside(label(address), address)
    target.parent.mkdir(exist_ok=True)
    if "." not in found:
        target.mkdir()
    left = max_bytes
    for name, path in found.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with reached(address), place.open("wb") as written:
            for chunk in _chunks(system, path):
                left -= len(chunk)
                if left < 0:
                    raise BadInput(
                        f"{_shown(address)} has more than {max_bytes} bytes; if you trust it, fetch it yourself"
                    )
                written.write(chunk)
    return target


def _shown(address: str) -> str:
    return _PASSWORD.sub(r"\1:***@", address)


def _chunks(system: Any, path: str) -> Iterator[bytes]:
    with system.open(path, "rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk
