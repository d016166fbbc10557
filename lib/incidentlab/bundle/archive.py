"""Unpacking an archive that may have been made to do harm: no way out of the folder, no links, no bombs."""

from __future__ import annotations

import stat
import tarfile
import zipfile
import zlib
from pathlib import Path

from incidentlab.bundle.format import inside
from incidentlab.tables import BadInput

MAX_BYTES = 8 << 30
"""Unpacked size up to which an archive is read."""
MAX_MEMBERS = 20_000
MAX_RATIO = 200
"""Unpacked bytes per packed byte: logs reach 30, a decompression bomb 1000."""
ALWAYS_FINE = 64 << 20
"""Unpacked size below which the ratio does not matter."""


def unpack(archive: Path, target: Path, *, max_bytes: int = MAX_BYTES) -> None:
    """Unpack a .zip or .tar, plain or compressed, into an empty folder.

    Raises
    ------
    BadInput
        It is no archive, is damaged, is suspiciously large, or has a member that is not a plain file inside it.
    """
    limit = min(max_bytes, max(ALWAYS_FINE, MAX_RATIO * archive.stat().st_size))
    try:
        if zipfile.is_zipfile(archive):
            _unzip(archive, target, limit)
        elif tarfile.is_tarfile(archive):
            _untar(archive, target, limit)
        else:
            raise BadInput(f"{archive}: no incident bundle; give a bundle folder, .zip, .tar or .tar.gz")
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise BadInput(f"{archive}: cannot be unpacked ({error}); fetch it again from its source") from error


def _untar(archive: Path, target: Path, limit: int) -> None:
    with tarfile.open(archive) as tar:
        left = limit
        for number, member in enumerate(tar):
            left -= _within(archive, member.name, member.size, number=number, left=left)
            if not (member.isfile() or member.isdir()):
                raise BadInput(f"{archive}: {member.name} is a link or device; do not trust this archive")
            tar.extract(member, target, filter="data")


def _unzip(archive: Path, target: Path, limit: int) -> None:
    with zipfile.ZipFile(archive) as packed:
        left = limit
        for number, member in enumerate(packed.infolist()):
            left -= _within(archive, member.filename, member.file_size, number=number, left=left)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise BadInput(f"{archive}: {member.filename} is a link or device; do not trust this archive")
            packed.extract(member, target)


def _within(archive: Path, name: str, size: int, *, number: int, left: int) -> int:
    """Return the size of an archive member, after refusing what leads out of the folder or is too much."""
    if name.rstrip("/") != ".":  # the folder itself, as `tar -C DIR -c .` packs it
        inside(name, str(archive))
    if number >= MAX_MEMBERS:
        raise BadInput(f"{archive}: more than {MAX_MEMBERS} members; unpack it yourself and give the folder")
    if size > left:
        raise BadInput(f"{archive}: unpacks to suspiciously much; if you trust it, unpack it and give the folder")
    return size
