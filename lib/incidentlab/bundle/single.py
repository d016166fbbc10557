"""A bundle as one file, to send or to keep: a zip that is there whole or not at all, with the same bytes each time."""

from __future__ import annotations

import os
import secrets
import zipfile
from pathlib import Path

from incidentlab.bundle.disk import to_disk
from incidentlab.tables import BadInput

ENDING = ".zip"
_STAMP = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can bear: the files' own times say nothing of the evidence."""


def pack(folder: Path, target: Path, *, overwrite: bool = False) -> Path:
    """Write a bundle's folder into one zip.

    Parameters
    ----------
    folder
        Of the bundle.
    target
        The file; must not exist.
    overwrite
        Replace a zip that stands there (never anything else).

    Raises
    ------
    BadInput
        Something stands at `target`.
    """
    refuse_to_replace(target, overwrite=overwrite)
    partial = target.with_name(f".{target.name}.partial-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                    name = f"{target.name.removesuffix(ENDING)}/{path.relative_to(folder).as_posix()}"
                    info = zipfile.ZipInfo(name, _STAMP)
                    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as inner:
                        while chunk := source.read(1 << 20):
                            inner.write(chunk)
            to_disk(file)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def refuse_to_replace(target: Path, *, overwrite: bool) -> None:
    """Refuse a place where something stands; a zip may be asked to be replaced.

    Raises
    ------
    BadInput
        Something stands there.
    """
    if target.exists() and not (overwrite and zipfile.is_zipfile(target)):
        raise BadInput(f"{target}: exists already; choose another place{', or ask to overwrite it' * (not overwrite)}")
