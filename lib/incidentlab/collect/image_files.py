"""The files of an image's layers, from what `docker save` writes: paths, sizes, modes, owners and hashes, no contents.

An archive may have been made to do harm, and is large. Nothing is unpacked: a layer is read as a stream, member by
member, and of each member only a hash is kept. Two layouts are read: that of Docker up to 24 (a folder per layer with a
``layer.tar``, which engine 20.10 writes as a symbolic link where another image of the archive has the same layer) and
the OCI layout (``blobs/sha256/...``, plain or compressed). In both, ``manifest.json`` names the configuration and the
layers in order, the base first, and the configuration names the diff id of each.

Sources: moby `image/tarexport/save.go`; OCI image-spec `image-layout.md` and `layer.md` (whiteouts).
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from incidentlab.tables import EngineTrouble

MANIFEST = "manifest.json"
WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
MAX_DOCUMENT = 16 << 20
"""Bytes up to which a manifest or a configuration is read; the largest seen has 40 KB."""
MAX_MEMBERS = 2_000_000
"""Members of a layer up to which it is read."""
_CHUNK = 1 << 20


def layers(archive: Path) -> Iterator[dict[str, Any]]:
    """Yield each layer of the images in an archive once: ``{"diff_id", "files"}``.

    Parameters
    ----------
    archive
        What ``docker save`` wrote, plain.

    Yields
    ------
    dict
        ``files`` has one list per member: path, kind, size in bytes, mode, uid, gid, target, digest.

    Raises
    ------
    EngineTrouble
        It is no archive of images, is damaged, or names layers that are not in it.
    """
    try:
        with tarfile.open(archive, "r:") as tar:
            members = {posixpath.normpath(member.name): member for member in tar}
            seen: set[str] = set()
            for image in _document(tar, members, MANIFEST):
                config = _document(tar, members, image["Config"])
                for path, diff_id in zip(image["Layers"], config["rootfs"]["diff_ids"], strict=True):
                    if diff_id not in seen:
                        seen.add(diff_id)
                        with _opened(tar, members, path) as file:
                            yield {"diff_id": diff_id, "files": list(_files(file))}
    except (tarfile.TarError, OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise EngineTrouble(f"what `docker save` wrote cannot be read ({type(error).__name__}: {error})") from error


def _document(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo], path: str) -> Any:
    with _opened(tar, members, path) as file:
        return json.loads(file.read(MAX_DOCUMENT))


def _opened(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo], path: str) -> IO[bytes]:
    """Open a member; a link leads to another member of the same archive, and only once."""
    member = members[posixpath.normpath(path)]
    if member.issym() or member.islnk():
        place = posixpath.dirname(member.name) if member.issym() else ""
        member = members[posixpath.normpath(posixpath.join(place, member.linkname))]
    file = tar.extractfile(member) if member.isfile() else None
    if file is None:
        raise ValueError(f"{path} is no file")
    return file


def _files(layer: IO[bytes]) -> Iterator[list[Any]]:
    with tarfile.open(fileobj=layer, mode="r:*") as tar:
        for number, member in enumerate(tar):
            if number >= MAX_MEMBERS:
                raise ValueError(f"a layer has more than {MAX_MEMBERS} members")
            yield _entry(tar, member)
            tar.members = []  # type: ignore[attr-defined]  # tarfile keeps every member that it has seen


def _entry(tar: tarfile.TarFile, member: tarfile.TarInfo) -> list[Any]:
    path = posixpath.normpath("/" + member.name.lstrip("/"))
    folder, name = posixpath.split(path)
    if name == OPAQUE:
        path, kind = folder, "opaque"
    elif name.startswith(WHITEOUT):
        path, kind = posixpath.join(folder, name.removeprefix(WHITEOUT)), "whiteout"
    else:
        kind = _kind(member)
    size = {"file": member.size, "symlink": len(member.linkname.encode("utf-8", "surrogateescape"))}.get(kind, 0)
    target = {"symlink": member.linkname, "hardlink": posixpath.normpath("/" + member.linkname)}.get(kind)
    digest = _digest(tar, member) if kind == "file" else None
    return [_valid(path), kind, size, member.mode, member.uid, member.gid, target and _valid(target), digest]


def _kind(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return "directory"
    if member.issym():
        return "symlink"
    if member.islnk():
        return "hardlink"
    return "file" if member.isfile() else "special"


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest, left = hashlib.sha256(), member.size
    file = cast("IO[bytes]", tar.extractfile(member) if member.issparse() else tar.fileobj)
    if not member.issparse():  # what `extractfile` puts around a file takes longer than a small file
        file.seek(member.offset_data)
    while left and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    if left:
        raise tarfile.ReadError("unexpected end of data")
    return digest.hexdigest()[:16]


def _valid(text: str) -> str:
    """Return a name that JSON can hold: a byte that is no UTF-8 is replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
