"""Unpacking an archive that may have been made to do harm: no way out of the folder, no links, no bombs."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from pathlib import Path

from incidentlab.bundle.format import inside
from incidentlab.tables import BadInput

MAX_BYTES = 8 << 30
"""Unpacked size up to which an archive is read."""
MAX_MEMBERS = 20_000
MAX_RATIO = 200
"""Unpacked bytes per packed byte: logs reach 30, a decompression bomb 1000."""
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_LONGEST_HEADER = 1 << 20
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
        else:
            _untar(archive, target, limit)
    except BadInput:
        raise
    except Exception as error:  # each format, and each packing of it, has errors of its own
        why = str(error) or type(error).__name__
        raise BadInput(f"{archive}: cannot be unpacked ({why:.200}); fetch it again from its source") from error


class _Member(tarfile.TarInfo):
    """A member whose long name or other headers are short enough to be read into memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]  # private: there is no other way in


def _untar(archive: Path, target: Path, limit: int) -> None:
    with _opened(archive) as tar:
        left = limit
        for number, member in enumerate(tar):
            left -= _within(archive, member.name, member.size, number=number, left=left)
            if not (member.isfile() or member.isdir()):
                raise BadInput(f"{archive}: {member.name} is a link or device; do not trust this archive")
            _free(archive, member.name, target, again=member.isdir())
            tar.extract(member, target, filter="data")


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive, tarinfo=_Member)  # the caller closes it
    except tarfile.ReadError as error:
        raise BadInput(f"{archive}: no incident bundle; give a bundle folder, .zip, .tar or .tar.gz") from error


def _unzip(archive: Path, target: Path, limit: int) -> None:
    with zipfile.ZipFile(archive) as packed:
        left = limit
        for number, member in enumerate(packed.infolist()):
            left -= _within(archive, member.filename, member.file_size, number=number, left=left)
            if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise BadInput(f"{archive}: {member.filename} is a link or device; do not trust this archive")
            _free(archive, member.filename, target, again=member.is_dir())
            packed.extract(member, target)


def _free(archive: Path, name: str, target: Path, *, again: bool) -> None:
    """Refuse a second member of one name, also where the file system takes two names for one."""
    if not again and (target / name).exists():
        raise BadInput(
            f"{archive}: two members are called {name!r}, one would hide the other; do not trust this archive"
        )


def _within(archive: Path, name: str, size: int, *, number: int, left: int) -> int:
    """Return the size of an archive member, after refusing what leads out of the folder or is too much."""
    if name.rstrip("/") != ".":  # the folder itself, as `tar -C DIR -c .` packs it
        inside(name, str(archive))
    if number >= MAX_MEMBERS:
        raise BadInput(f"{archive}: more than {MAX_MEMBERS} members; unpack it yourself and give the folder")
    if size > left:
        raise BadInput(f"{archive}: unpacks to suspiciously much; if you trust it, unpack it and give the folder")
    return size
