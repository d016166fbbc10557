import io
import json
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from incidentlab import bundle
from incidentlab.bundle import archive
from incidentlab.tables import BadInput

LINE = b"2026-11-23T09:24:45.460907419Z broken \xff\xfe utf-8, no line end"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Write a bundle with one log."""
    target = tmp_path / "incident"
    with bundle.write(target, project="payflow") as out:
        out.log("logs/a-1.stdout.log", [LINE[:7], LINE[7:]], service="a", stream="stdout")
        out.log("logs/a-1.stderr.log", [], service="a", stream="stderr")
        out.jsonl("events.jsonl", [{"timeNano": 1795425730508346070}], kind="events")
        out.json("compose.json", {"services": {}}, kind="config")
        out.ledger.append(bundle.ledger_row("events", rows=1))
    return target


def manifest(folder: Path, **changes: object) -> None:
    """Change the manifest of a bundle."""
    place = folder / bundle.MANIFEST
    place.write_text(json.dumps(json.loads(place.read_text()) | changes))


def tarred(folder: Path, name: str, inside: str) -> Path:
    """Return the folder as a tar archive, its files below `inside`."""
    with tarfile.open(folder.parent / name, "w:gz" if name.endswith("gz") else "w") as tar:
        tar.add(folder, arcname=inside)
    return folder.parent / name


def with_member(place: Path, member: tarfile.TarInfo, data: bytes = b"") -> Path:
    """Return a tar archive with one member."""
    member.size = len(data)
    with tarfile.open(place, "w") as tar:
        tar.addfile(member, io.BytesIO(data))
    return place


def test_what_is_written_is_read(whole: Path) -> None:
    """Every byte, every digit and the ledger come back."""
    with bundle.read(whole) as read:
        assert read.project == "payflow"
        assert [(path, entry["stream"]) for path, entry in read.files("container_log")] == [
            ("logs/a-1.stdout.log", "stdout")
        ]
        assert read.bytes("logs/a-1.stdout.log") == LINE
        assert json.loads(read.bytes("events.jsonl")) == {"timeNano": 1795425730508346070}
        assert read.ledger == [bundle.ledger_row("events", rows=1)]


def test_an_empty_stream_gives_no_file(whole: Path) -> None:
    """A log without a byte is neither on disk nor in the manifest."""
    assert not (whole / "logs/a-1.stderr.log").exists()


def test_everything_written_is_scrubbed(tmp_path: Path) -> None:
    """Logs, JSON and the manifest itself pass through the one seam."""

    class Shout(bundle.Plain):
        def json(self, value: object) -> object:
            return json.loads(json.dumps(value).replace("secret", "SECRET"))

        def lines(self, chunks):  # type: ignore[no-untyped-def]
            return (chunk.replace(b"secret", b"SECRET") for chunk in chunks)

    with bundle.write(tmp_path / "b", project="p", scrub=Shout()) as out:
        out.log("logs/a.log", [b"secret\n"])
        out.json("a.json", "secret", kind="config")
        out.jsonl("b.jsonl", ["secret"], kind="events")
        out.ledger.append(bundle.ledger_row("x", error="secret"))
    written = [file.read_text() for file in (tmp_path / "b").rglob("*") if file.is_file()]
    assert len(written) == 4
    assert not any("secret" in text for text in written)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_a_failure_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    """Whatever breaks off the writing, neither a bundle nor a part of one remains."""

    def broken() -> Iterator[bytes]:
        yield b"x\n"
        raise error

    with pytest.raises(error), bundle.write(tmp_path / "b", project="p") as out:
        out.log("logs/a.log", broken())
    assert list(tmp_path.iterdir()) == []


def test_a_kill_leaves_no_half_bundle(tmp_path: Path) -> None:
    """After kill -9 nothing stands at the target, and the next attempt succeeds."""
    target = tmp_path / "b"
    program = (
        "import os, signal\nfrom incidentlab import bundle\n"
        f"with bundle.write({str(target)!r}, project='p') as out:\n"
        "    out.log('logs/a.log', [b'x'])\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert not target.exists()
    with bundle.write(target, project="p"):
        pass
    assert bundle.read(target).project == "p"


def test_nothing_is_overwritten_unasked(whole: Path) -> None:
    """An existing bundle stays as it is, and the message says what to do."""
    with pytest.raises(BadInput, match="exists already; choose another place, or ask to overwrite"):
        bundle.write(whole, project="other").__enter__()
    assert bundle.read(whole).project == "payflow"


def test_overwriting_a_bundle_replaces_all_of_it(whole: Path) -> None:
    """The new bundle holds nothing of the old one, and nothing else is left beside it."""
    with bundle.write(whole, project="other", overwrite=True):
        pass
    assert bundle.read(whole).manifest["files"] == {}
    assert [place.name for place in whole.parent.iterdir()] == ["incident"]


def test_a_failed_overwrite_keeps_the_old_bundle(whole: Path) -> None:
    """The old bundle is touched only once the new one is complete."""
    with pytest.raises(RuntimeError), bundle.write(whole, project="other", overwrite=True):
        raise RuntimeError
    assert bundle.read(whole).project == "payflow"


def test_only_a_bundle_is_ever_overwritten(tmp_path: Path) -> None:
    """A folder of anything else is refused even where overwriting was asked for."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="is no incident bundle, so it is not overwritten"):
        bundle.write(tmp_path, project="p", overwrite=True).__enter__()


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a\\b", "c:/x"])
def test_paths_stay_inside(tmp_path: Path, whole: Path, path: str) -> None:
    """Neither writer nor reader follows a path that leads out of the bundle."""
    with pytest.raises(BadInput, match="leads out of the bundle"), bundle.write(tmp_path / "b", project="p") as out:
        out.log(path, [b"x"])
    manifest(whole, files={path: {"kind": "events", "sha256": "", "bytes": 0}})
    with pytest.raises(BadInput, match="leads out of the bundle"):
        bundle.read(whole)


def test_links_out_of_the_bundle_are_refused(whole: Path) -> None:
    """A file that is a link to elsewhere is not read."""
    (whole / "compose.json").unlink()
    (whole / "compose.json").symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match="link that leads out"):
        bundle.read(whole)


def test_a_changed_file_is_told_and_still_read(whole: Path) -> None:
    """A hash that differs becomes a row of the ledger; the rest can still speak."""
    (whole / "events.jsonl").write_text("{}\n")
    read = bundle.read(whole)
    assert [row["source"] for row in read.ledger if row["error"]] == ["file:events.jsonl"]
    assert "sha256 differs" in read.ledger[-1]["error"]
    assert read.bytes("events.jsonl") == b"{}\n"


def test_a_missing_file_is_told_and_left_out(whole: Path) -> None:
    """A file that is not there is a row of the ledger, and no file of its kind."""
    (whole / "events.jsonl").unlink()
    read = bundle.read(whole)
    assert "missing" in read.ledger[-1]["error"]
    assert read.files("events") == []
    with pytest.raises(BadInput, match=r"no file events\.jsonl; the bundle has logs/a-1\.stdout\.log"):
        read.open("events.jsonl")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "schema is None, not 1"),
        ('{"schema": 2}', "schema 2, this incidentlab reads up to 1; upgrade incidentlab"),
        ('{"schema": 1}', "project is None, not a str"),
        ('{"schema": 1, "project": "p", "captured_at": "t", "files": [], "ledger": []}', r"files is \[\], not a dict"),
        ('{"schema": 1, "project": "p", "captured_at": "t", "files": {"a": {}}, "ledger": []}', "lacks kind or sha256"),
        ('{"schema": 1, "project": "p", "captured_at": "t", "files": {}, "ledger": [1]}', "lacks its source"),
    ],
)
def test_bad_manifests(tmp_path: Path, text: str, message: str) -> None:
    """A manifest that is not one is refused in one line that says what to do."""
    (tmp_path / bundle.MANIFEST).write_text(text)
    with pytest.raises(BadInput, match=message) as caught:
        bundle.read(tmp_path)
    assert "\n" not in str(caught.value)


def test_no_manifest(tmp_path: Path) -> None:
    """A folder without a manifest is no bundle, and the message names the command that makes one."""
    with pytest.raises(BadInput, match=r"no manifest\.json, so no incident bundle; `incidentlab capture`"):
        bundle.read(tmp_path)
    with pytest.raises(BadInput, match="no such file or folder"):
        bundle.read(tmp_path / "nowhere")


@pytest.mark.parametrize("inside", [".", "incident"])
@pytest.mark.parametrize("name", ["b.tar", "b.tar.gz", "b.tgz"])
def test_tar_archives(whole: Path, name: str, inside: str) -> None:
    """A tar archive is read like the folder, whether or not it has a folder at its top, and tidied up after."""
    with bundle.read(tarred(whole, name, inside)) as read:
        assert read.bytes("logs/a-1.stdout.log") == LINE
        unpacked = read.folder
    assert not unpacked.exists()


def test_zip_archives(whole: Path) -> None:
    """A zip archive is read like the folder."""
    packed = shutil.make_archive(str(whole), "zip", whole.parent, "incident")
    with bundle.read(packed) as read:
        assert read.bytes("logs/a-1.stdout.log") == LINE
        assert len(read.ledger) == 1


@pytest.mark.parametrize("path", ["../evil", "/tmp/evil", "a/../../evil"])
def test_archives_that_lead_out(tmp_path: Path, path: str) -> None:
    """A member whose path leads out of the folder refuses the whole archive."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr(path, "x")
    for evil in (tmp_path / "b.zip", with_member(tmp_path / "b.tar", tarfile.TarInfo(path), b"x")):
        with pytest.raises(BadInput, match="leads out of the bundle"):
            bundle.read(evil)
    assert not Path("/tmp/evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_archives_with_links_or_devices(tmp_path: Path, kind: bytes) -> None:
    """A link or device refuses the whole archive."""
    member = tarfile.TarInfo("manifest.json")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(BadInput, match="is a link or device"):
        bundle.read(with_member(tmp_path / "b.tar", member))


def test_zip_archives_with_links(tmp_path: Path) -> None:
    """A link in a zip archive refuses the whole archive."""
    member = zipfile.ZipInfo("manifest.json")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr(member, "/etc/passwd")
    with pytest.raises(BadInput, match="is a link or device"):
        bundle.read(tmp_path / "b.zip")


def test_archives_that_unpack_to_too_much(tmp_path: Path) -> None:
    """A decompression bomb is refused before it is unpacked."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("logs/a.log", bytes(archive.ALWAYS_FINE + 1))
    with pytest.raises(BadInput, match="suspiciously much"):
        bundle.read(tmp_path / "b.zip")
    with tarfile.open(tmp_path / "b.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("logs/a.log")
        member.size = archive.ALWAYS_FINE + 1
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(BadInput, match="suspiciously much"):
        bundle.read(tmp_path / "b.tgz")


def test_archives_with_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of countless members is refused."""
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for number in range(4):
            packed.writestr(str(number), "")
    with pytest.raises(BadInput, match="more than 3 members"):
        bundle.read(tmp_path / "b.zip")


@pytest.mark.parametrize("keep", [0.01, 0.5])
@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_cut_archives(whole: Path, kind: str, keep: float) -> None:
    """An archive that broke off is refused in one line."""
    packed = Path(shutil.make_archive(str(whole.parent / "b"), kind, whole))
    packed.write_bytes(packed.read_bytes()[: int(packed.stat().st_size * keep)])
    with pytest.raises(BadInput, match=r"cannot be unpacked|no incident bundle"):
        bundle.read(packed)


def test_no_trace_of_a_refused_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was unpacked of an archive that is then refused is removed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("a", "x")
    with pytest.raises(BadInput, match="no incident bundle"):
        bundle.read(tmp_path / "b.zip")
    assert list((tmp_path / "t").iterdir()) == []
