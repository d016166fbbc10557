"""A window cut out of a bundle, and a bundle as one file."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from incidentlab import bundle
from incidentlab.cli import app
from incidentlab.collect.window import cut
from incidentlab.load import load
from incidentlab.tables import BadInput

DATA = Path(__file__).parents[2] / "data"
LOOP = DATA / "crash-loop"
T0, T1 = pd.Timestamp("2026-11-23T15:17:00Z"), pd.Timestamp("2026-11-23T15:18:00Z")


def told(*arguments: str) -> tuple[int, str]:
    """Run the command; return exit status or error, and what it printed."""
    done = CliRunner().invoke(app, ["bundle", *arguments])
    return done.exit_code, str(done.exception or done.output)


def test_a_window_has_its_lines_and_no_others(tmp_path: Path) -> None:
    """What is cut out has the logs and events of its minutes, whose containers are known, and the ledger owns up."""
    with bundle.read(LOOP) as opened:
        cut(opened, tmp_path / "part", since=T0.value, until=T1.value)
    whole, part = load(LOOP), load(tmp_path / "part")
    for table in ("logs", "events"):
        frame = getattr(whole, table)
        inside = frame[frame["ts"].between(T0, T1)]
        assert len(inside) > 0
        kept = getattr(part, table)
        assert kept["ts"].tolist() == inside["ts"].tolist()
        assert kept["service"].tolist() == inside["service"].tolist()
    assert set(part.containers["container"]) == set(whole.containers["container"])
    assert part.ledger["truncated"].str.contains("cut to 2026-11-23T15:17:00").all()


def test_one_file_is_the_bundle(tmp_path: Path) -> None:
    """A zip without a window reads as the folder does, is the same each time, and is not written over unasked."""
    one, other = tmp_path / "a.zip", tmp_path / "b" / "a.zip"
    for place in (one, other):
        assert told(str(LOOP), "-o", str(place))[0] == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    pd.testing.assert_frame_equal(load(one).logs, load(LOOP).logs)
    pd.testing.assert_frame_equal(load(one).ledger, load(LOOP).ledger)
    names = [zipfile.ZipFile(place).namelist() for place in (one, other)]
    assert names[0] == names[1]
    assert "exists already" in told(str(LOOP), "-o", str(one))[1]
    assert told(str(LOOP), "-o", str(one), "--overwrite")[0] == 0


def test_a_packed_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    """The same bundle makes the same zip, whenever its files were written."""
    first = bundle.pack(DATA / "fixed", tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").unlink()
    assert bundle.pack(DATA / "fixed", tmp_path / "x.zip").read_bytes() == first


def test_a_zip_replaces_nothing_but_a_zip(tmp_path: Path) -> None:
    """A file that is no archive stays, asked or not."""
    (tmp_path / "notes.zip").write_text("my notes")
    with pytest.raises(BadInput, match="exists already"):
        bundle.pack(DATA / "fixed", tmp_path / "notes.zip", overwrite=True)
    assert (tmp_path / "notes.zip").read_text() == "my notes"


@pytest.mark.parametrize(
    ("window", "says"),
    [
        (["--from", "2031-01-01T00:00Z"], "nothing was said or done between these times"),
        (["--to", "yesterday"], "is no time with a zone"),
        (["--from", "2026-11-23T15:17:00"], "is no time with a zone"),
    ],
)
def test_a_window_that_cannot_be_is_said(window: list[str], says: str, tmp_path: Path) -> None:
    """An empty window and a time without a zone are refused, and nothing is left."""
    assert says in told(str(LOOP), "-o", str(tmp_path / "part"), *window)[1]
    assert list(tmp_path.iterdir()) == []


def test_the_window_of_a_recording_with_segments(tmp_path: Path) -> None:
    """Each segment is cut by itself; a torn line has no time, and goes."""
    recording = bundle.Recording(tmp_path / "rec", project="p", max_bytes=1 << 20)
    for second in range(4):
        at = f"2026-01-01T00:00:0{second}.5Z"
        recording.record("command.jsonl", {"at": at, "stream": "stdout", "line": str(second)}, kind="command")
        recording.log("logs/a.stdout.log", f"{at} {second}\n".encode(), container="a", service="a", stream="stdout")
    recording.append("command.jsonl", b"{\n", kind="command")
    recording.end()
    recording.close()
    second = pd.Timestamp("2026-01-01T00:00:01Z").value
    with bundle.read(tmp_path / "rec") as opened:
        cut(opened, tmp_path / "part", since=second, until=second + 2 * 10**9)
    with bundle.read(tmp_path / "part") as part:
        ((path, _),) = part.files("command")
        assert [json.loads(line)["line"] for line in part.bytes(path).splitlines()] == ["1", "2"]
        ((path, entry),) = part.files("container_log")
        assert part.bytes(path).count(b"\n") == 2
        assert entry["service"] == "a"
