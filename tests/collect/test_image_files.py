"""The files of layers out of an archive: both layouts, links, marks, and archives that were made to do harm."""

import hashlib
import tarfile
from pathlib import Path

import pytest

from incidentlab.collect import image_files
from incidentlab.tables import EngineTrouble

from ..analyse.images.archive import diff_id, layer, save

BASE = layer(
    ("etc", "directory", None, 0o755), ("etc/motd", "file", "hello"), ("bin/sh", "symlink", "../lib/dash", 0o777)
)
TOP = layer(
    ("etc/motd", "whiteout", None),
    ("app", "opaque", None),
    ("app/run", "file", "#!", 0o755),
    ("app/two", "hardlink", "app/run"),
)


@pytest.mark.parametrize("oci", [False, True], ids=["docker", "oci"])
def test_a_layer_is_read_once_with_all_that_it_holds(tmp_path: Path, oci: bool) -> None:
    """Two images that share a base give three layers' worth of files once each, marks and links told apart."""
    archive = save(tmp_path / "images.tar", [BASE, TOP], [BASE], oci=oci)
    found = {one["diff_id"]: one["files"] for one in image_files.layers(archive)}
    assert list(found) == [diff_id(BASE), diff_id(TOP)]
    hello = hashlib.sha256(b"hello").hexdigest()[:16]
    assert found[diff_id(BASE)] == [
        ["/etc", "directory", 0, 0o755, 0, 0, None, None],
        ["/etc/motd", "file", 5, 0o644, 0, 0, None, hello],
        ["/bin/sh", "symlink", 11, 0o777, 0, 0, "../lib/dash", None],
    ]
    kinds = [(path, kind, target) for path, kind, _, _, _, _, target, _ in found[diff_id(TOP)]]
    assert kinds == [
        ("/etc/motd", "whiteout", None),
        ("/app", "opaque", None),
        ("/app/run", "file", None),
        ("/app/two", "hardlink", "/app/run"),
    ]


def test_a_name_that_climbs_stays_inside_the_image(tmp_path: Path) -> None:
    """Nothing is unpacked, and a path with `..` in it is told as the path in the image to which it leads."""
    archive = save(tmp_path / "images.tar", [layer(("../../etc/shadow", "file", "x"))])
    assert [entry[0] for one in image_files.layers(archive) for entry in one["files"]] == ["/etc/shadow"]


def test_a_file_that_the_layer_cuts_off_is_no_file(tmp_path: Path) -> None:
    """A layer that ends inside a file is damaged: what is there of it has no digest of its own."""
    cut = layer(("app/run", "file", "x" * 2000))[:1024]
    with pytest.raises(EngineTrouble, match="unexpected end of data"):
        list(image_files.layers(save(tmp_path / "images.tar", [cut])))


@pytest.mark.parametrize("damage", ["cut", "empty", "no manifest", "loop", "missing"])
def test_an_archive_that_cannot_be_read_is_one_line(tmp_path: Path, damage: str) -> None:
    """A damaged archive is an error of ours that says what could not be read, never a traceback of tarfile's."""
    place = save(tmp_path / "images.tar", [BASE])
    if damage == "cut":
        place.write_bytes(place.read_bytes()[:700])
    elif damage == "empty":
        place.write_bytes(b"")
    else:
        with tarfile.open(place, "w") as tar:
            link = tarfile.TarInfo("a" if damage == "no manifest" else "manifest.json")
            link.type, link.linkname = tarfile.SYMTYPE, "manifest.json" if damage == "loop" else "gone"
            tar.addfile(link)
    with pytest.raises(EngineTrouble, match="what `docker save` wrote cannot be read"):
        list(image_files.layers(place))
