"""The files of the layers, as a capture keeps them: one layer per line, `{"diff_id", "files"}`.

Each file is a list: path, kind, size in bytes, mode, uid, gid, target, digest. An entry of another shape is left out
and counted: what a list of files does not hold must not look like something that is not in the image.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import shapes
from incidentlab.parse.evidence import Evidence, documents

_COLUMNS = ("path", "kind", "size_bytes", "mode", "uid", "gid", "target", "digest")
_KINDS = next(column.among for column in tables.IMAGE_FILES.columns if column.name == "kind")
_TYPES = (str, str, int, int, int, int, str | None, str | None)


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the files of each layer.

    Examples
    --------
    >>> line = b'{"diff_id": "sha256:a", "files": [["/bin/sh", "file", 9, 493, 0, 0, null, "e3b0"]]}\n'
    >>> parse(line, file="image_files.jsonl").frames["image_files"][["path", "size_bytes"]].values.tolist()
    [['/bin/sh', 9]]
    """
    read = documents(data, shapes.LAYER)
    parts, odd = [], 0
    for line, pointer, document in read.found:
        listed = document.get("files")
        entries = [entry for entry in listed if _is_entry(entry)] if isinstance(listed, list) else []
        odd += len(listed) - len(entries) if isinstance(listed, list) else 1
        where = {"diff_id": document.get("diff_id"), "file": file, "line": line, "pointer": pointer or None}
        parts.append(pd.DataFrame(entries, columns=list(_COLUMNS)).assign(**where))
    whole = pd.concat(parts, ignore_index=True) if parts else tables.empty(tables.IMAGE_FILES)
    notes = [f"{odd} entries of layers cannot be read"] if odd else []
    return Evidence({"image_files": tables.check(whole, tables.IMAGE_FILES)}, [*read.notes, *notes])


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is the list of a layer's files."""
    return isinstance(document.get("diff_id"), str) and isinstance(document.get("files"), list)


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, list) or len(entry) != len(_TYPES):
        return False
    if entry[1] not in _KINDS:
        return False
    typed = all(isinstance(value, kind) for value, kind in zip(entry, _TYPES, strict=True))
    return typed and all(0 <= number < 1 << 62 for number in entry[2:6])
