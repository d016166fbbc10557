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
_SECRETS = (
    (re.compile(r"(?<!github)(://[^/@:\s]*):[^/@\s]*@"), r"\1:***@"),
    (
        re.compile(r"(?i)([?&](?:[\w.-]*(?:token|key|secret|passw|credential|signature)[\w.-]*|sig|auth)=)[^&#\s]+"),
        r"\1***",
    ),
)
"""A password, and what signs a query, each with what is shown instead; ``github://OWNER:REPOSITORY@`` holds none."""
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


def shown(text: str) -> str:
    """Return an address, or a message that names one, without passwords and without what signs a query.

    Examples
    --------
    >>> shown("sftp://me:secret@host/incident")
    'sftp://me:***@host/incident'
    >>> shown("https://host/incident.zip?version=2&X-Amz-Signature=aa0")
    'https://host/incident.zip?version=2&X-Amz-Signature=***'
    """
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def secret(address: str) -> bool:
    """Say whether an address holds a password or a signature.

    Examples
    --------
    >>> secret("sftp://me:secret@host/incident"), secret("sftp://me@host/incident")
    (True, False)
    """
    return shown(address) != address


def named(address: str) -> None:
    """Refuse an address that may not stand in what a run leaves.

    Raises
    ------
    BadInput
        It holds a password or a signature.
    """
    if secret(address):
        raise BadInput(
            f"{shown(address)} would stand in the results with its password or signature; take that out and give it to "
            "fsspec by its configuration (FSSPEC_... or ~/.config/fsspec)"
        )


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
        raise BadInput(shown(f"{address}: a package is missing for this protocol: {error}")) from error
    except Exception as error:
        raise BadInput(shown(f"{address}: {error}; fsspec knows file, http, s3, gs, sftp and others")) from error
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
        raise BadInput(f"{shown(address)} is not there")
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
        raise BadInput(f"{shown(address)} is not there") from None
    except Exception as error:  # each protocol has errors of its own
        raise BadInput(shown(f"{address} cannot be reached: {type(error).__name__}: {error}")) from error


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
        raise BadInput(f"{shown(address)}: more than {MAX_MEMBERS} files; give the folder of one incident")
    return system, {str(inside(str(one.relative_to(below)), shown(address))): str(one) for one in found}


def hashes(address: str, *, max_bytes: int = MAX_BYTES) -> Iterator[tuple[str, str]]:
    """Give the name and the sha256 of each file, in order of the names.

    Raises
    ------
    BadInput
        As `fetch` does.
    """
    for name, chunks in _contents(address, max_bytes):
        digest = hashlib.sha256()
        for chunk in chunks:
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
    target = folder / inside(label(address), shown(address))
    for name, chunks in _contents(address, max_bytes):
        place = target / name
        with reached(address):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as written:
                for chunk in chunks:
                    written.write(chunk)
    if not target.exists():
        target.mkdir()  # an empty folder is one all the same
    return target


def _contents(address: str, max_bytes: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Give the name of each file and its content, which must be read before the next; all of them within a size."""
    system, found = files(address)
    left = max_bytes

    def chunks(path: str) -> Iterator[bytes]:
        nonlocal left
        with reached(address), system.open(path, "rb") as opened:
            while chunk := opened.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BadInput(
                        f"{shown(address)} has more than {max_bytes} bytes; if you trust it, fetch it yourself"
                    )
                yield chunk

    for name, path in found.items():
        yield name, chunks(path)
