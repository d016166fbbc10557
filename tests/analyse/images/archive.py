"""Layers and archives of images, made for tests: what `docker save` writes, in both layouts."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

Member = tuple[str, str, Any] | tuple[str, str, Any, int]
"""Path, kind (file, directory, symlink, hardlink, whiteout, opaque), content or target, and mode."""


def layer(*members: Member) -> bytes:
    """Return a layer's tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, kind, what, *mode in members:
            info = tarfile.TarInfo(path.lstrip("/"))
            info.mode = mode[0] if mode else 0o644
            content = b""
            if kind == "directory":
                info.type = tarfile.DIRTYPE
            elif kind in ("symlink", "hardlink"):
                info.type = tarfile.SYMTYPE if kind == "symlink" else tarfile.LNKTYPE
                info.linkname = what if kind == "symlink" else what.lstrip("/")
            elif kind in ("whiteout", "opaque"):
                folder, _, name = info.name.rpartition("/")
                info.name = f"{folder}/" * bool(folder) + (f".wh.{name}" if kind == "whiteout" else "")
                info.name = f"{path.strip('/')}/.wh..wh..opq" if kind == "opaque" else info.name
            else:
                content = what.encode()
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def save(place: Path, *images: list[bytes], oci: bool = False) -> Path:
    """Write an archive of images, each given as its layers; engine 20.10 links a layer that comes again."""
    with tarfile.open(place, "w") as tar:
        listed, first = [], dict[str, str]()
        for number, layers in enumerate(images):
            config = json.dumps({"rootfs": {"diff_ids": [diff_id(one) for one in layers]}}).encode()
            paths = []
            for depth, one in enumerate(layers):
                name = f"blobs/sha256/{diff_id(one)[7:]}" if oci else f"image{number}-{depth}/layer.tar"
                paths.append(name)
                if diff_id(one) not in first:
                    first[diff_id(one)] = name
                    _add(tar, name, one)
                elif not oci:
                    link = tarfile.TarInfo(name)
                    link.type, link.linkname = tarfile.SYMTYPE, f"../{first[diff_id(one)]}"
                    tar.addfile(link)
            _add(tar, f"config{number}.json", config)
            listed.append({"Config": f"config{number}.json", "RepoTags": None, "Layers": paths})
        _add(tar, "manifest.json", json.dumps(listed).encode())
    return place


def diff_id(one: bytes) -> str:
    """Return the diff id of a layer."""
    return "sha256:" + hashlib.sha256(one).hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
