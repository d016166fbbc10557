import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab import bundle
from incidentlab.bundle import disk, recording
from incidentlab.bundle.journal import ledger
from incidentlab.load import load
from incidentlab.redact import Redactor
from incidentlab.tables import BadInput

LOG = {"service": "a", "container": "a-1", "container_id": "c1", "stream": "stdout"}
LOGS = "logs/a-1.c1.stdout.log"
MANY = 1 << 30


def begun(folder: Path, max_bytes: int = MANY, project: str = "shop") -> bundle.Recording:
    """Begin a recording, or go on with it."""
    return bundle.Recording(folder, project=project, max_bytes=max_bytes)


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[bundle.Recording]:
    """Begin a recording."""
    started = begun(tmp_path / "r")
    yield started
    started.close()


def line(number: int) -> bytes:
    """Return a log line."""
    return f"2026-11-23T09:24:45.{number:09d}Z line {number}\n".encode()


def told(folder: Path, source: str) -> dict[str, object]:
    """Return a row of the ledger of a bundle."""
    return next(row for row in bundle.read(folder).ledger if row["source"] == source)


def test_an_ended_recording_is_a_bundle(growing: bundle.Recording) -> None:
    """After its end every file has a hash that fits, nothing is open, and the ledger has nothing to complain of."""
    growing.log(LOGS, line(1), **LOG)
    growing.record("events.jsonl", {"timeNano": 5}, kind="events")
    growing.document("engine.json", {}, kind="engine")
    growing.end([bundle.ledger_row("events", rows=1)])
    read = bundle.read(growing.folder)
    assert read.bytes("logs/a-1.c1.stdout.0001.log") == line(1)
    assert json.loads(read.bytes("events.0001.jsonl")) == {"timeNano": 5}
    assert not any(entry.get("open") for entry in read.manifest["files"].values())
    assert [row["source"] for row in read.ledger] == ["recorder", "events"]
    assert read.ledger[0] | {"first": 0, "last": 0} == bundle.ledger_row("recorder", first=0, last=0)


def test_a_recording_can_be_read_while_it_grows(growing: bundle.Recording) -> None:
    """Everything written is there at once, a torn last line is left out, and the ledger says both."""
    growing.log(LOGS, line(1), **LOG)
    with (growing.folder / "logs/a-1.c1.stdout.0001.log").open("ab") as file:
        file.write(line(2)[:-3])
    read = bundle.read(growing.folder)
    assert read.files("container_log")[0][1]["service"] == "a"
    assert read.bytes("logs/a-1.c1.stdout.0001.log") == line(1)
    assert "still at work, or was killed" in str(told(growing.folder, "recorder")["gap"])
    torn = told(growing.folder, "file:logs/a-1.c1.stdout.0001.log")
    assert torn["truncated"] == f"its last line is torn: {len(line(2)) - 3} bytes are left out"


def test_a_kill_loses_nothing_that_was_written(tmp_path: Path) -> None:
    """After kill -9 the lines are there, the lock is free, and the recording goes on in a new segment."""
    program = (
        "import os, signal\nfrom pathlib import Path\nfrom incidentlab import bundle\n"
        f"r = bundle.Recording({str(tmp_path / 'r')!r}, project='shop', max_bytes={MANY})\nr.ready()\n"
        f"for n in range(100): r.log({LOGS!r}, b'line %d\\n' % n, **{LOG!r})\n"
        f"os.write(r._open[{LOGS!r}][1], b'torn')\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    again = begun(tmp_path / "r")
    again.log(LOGS, b"line 100\n", **LOG)
    again.ready()
    again.end()
    again.close()
    read = bundle.read(tmp_path / "r")
    lines = [text for path, _ in read.files("container_log") for text in read.bytes(path).splitlines()]
    assert lines == [b"line %d" % n for n in range(101)]
    row = told(tmp_path / "r", "recorder")
    assert "the recorder was killed" in str(row["gap"])
    assert row["truncated"] == "a kill tore the last line of logs/a-1.c1.stdout.0001.log: it was cut off"
    assert [row for row in read.ledger if row["error"]] == []


def test_a_stop_is_no_kill(tmp_path: Path) -> None:
    """An ended recording goes on too, and the ledger tells from when to when nothing was recorded."""
    for _ in range(2):
        growing = begun(tmp_path)
        growing.ready()
        growing.end()
        growing.close()
    first, again = (row["at"] for row in growing.journal.lines if row.get("session") == "ready")
    gap = str(told(tmp_path, "recorder")["gap"])
    assert gap.startswith("nothing was recorded from 20")
    assert gap.endswith(f" to {again}: the recorder was stopped")
    assert gap.split()[4] > first


def test_a_session_that_never_was_ready_does_not_shorten_the_gap(tmp_path: Path) -> None:
    """If a kill meets a recorder while it begins, the time since the one before is still told as one gap."""
    begun(tmp_path).close()
    growing = begun(tmp_path)
    assert growing.before is None
    growing.ready()
    growing.close()
    alive = []
    for _ in range(3):
        again = begun(tmp_path)
        alive.append(again.before)
        again.close()
    assert alive[0] is not None
    assert len(set(alive)) == 1


def test_two_recorders_do_not_write_one_bundle(growing: bundle.Recording) -> None:
    """The second is refused before it has changed anything, and may have the place once the first is gone."""
    before = {path: path.stat().st_mtime_ns for path in growing.folder.rglob("*")}
    with pytest.raises(BadInput, match="another recorder is writing it"):
        begun(growing.folder)
    assert {path: path.stat().st_mtime_ns for path in growing.folder.rglob("*")} == before


def test_only_its_own_recording_is_gone_on_with(tmp_path: Path) -> None:
    """A folder of anything else, a captured bundle and another project's recording are refused in one line."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("years of work")
    with bundle.write(tmp_path / "bundle", project="shop"):
        pass
    begun(tmp_path / "other", project="blog").close()
    (tmp_path / "file").touch()
    for place, why in (
        ("thesis", "is no recording that could go on"),
        ("bundle", "is no recording"),
        ("other", "is a recording of the project 'blog'"),
        ("file", "is no folder"),
    ):
        with pytest.raises(BadInput, match=why):
            begun(tmp_path / place)


def test_the_oldest_goes_when_the_space_is_used_up(tmp_path: Path) -> None:
    """The size stays within the limit, the newest lines are there, and the ledger counts what went."""
    growing = begun(tmp_path, max_bytes=100_000)
    for number in range(10_000):
        growing.log(LOGS, line(number), **LOG)
    growing.end()
    growing.close()
    read = bundle.read(tmp_path)
    kept = [text for path, _ in read.files("container_log") for text in read.bytes(path).splitlines(True)]
    assert 90_000 < sum(map(len, kept)) <= 100_000
    assert kept == [line(number) for number in range(10_000 - len(kept), 10_000)]
    words = str(told(tmp_path, "logs:a-1")["truncated"])
    assert words.startswith(f"{10_000 - len(kept)} rows up to 20")
    assert words.endswith("were dropped to keep within the size asked for")


def test_the_end_of_a_log_is_never_dropped(tmp_path: Path) -> None:
    """The last segment of each series stays however little space there is: by it the recording goes on."""
    growing = begun(tmp_path, max_bytes=10_000)
    growing.log("logs/quiet.c2.stdout.log", line(1), **LOG | {"container_id": "c2", "container": "quiet"})
    for number in range(2_000):
        growing.log(LOGS, line(number), **LOG)
    assert growing.newest("logs/quiet.c2.stdout.log")[0].read_bytes() == line(1)
    assert growing.bytes < 10_000 + recording.MIN_SEGMENT
    growing.close()


def test_sizes_count_again_after_a_kill(tmp_path: Path) -> None:
    """A recording that goes on knows how much is there."""
    growing = begun(tmp_path)
    growing.log(LOGS, line(1), **LOG)
    growing.close()
    again = begun(tmp_path)
    assert again.bytes == growing.bytes == len(line(1))
    again.close()


def test_what_is_learned_late_is_hidden_in_what_was_written_early(growing: bundle.Recording) -> None:
    """A secret that stood in a log before its owner appeared is gone from the ended bundle."""
    redactor = growing.scrub = Redactor()
    growing.log(LOGS, b"2026-11-23T09:24:45.000000001Z using hunter2-x\n", **LOG)
    growing.record("events.jsonl", {"a": ["hunter2-x"]}, kind="events")
    growing.document("compose.json", {"x": "hunter2-x"}, kind="config")
    redactor.learn({"DB_PASSWORD": "hunter2-x"})
    growing.learned()
    growing.end()
    texts = [path.read_bytes() for path in growing.folder.rglob("*") if path.is_file()]
    assert not any(b"hunter2-x" in text for text in texts)
    assert sum(redactor.token("hunter2-x").encode() in text for text in texts) == 3
    assert [row for row in bundle.read(growing.folder).ledger if row["error"]] == []


def test_segments_are_read_as_one(tmp_path: Path) -> None:
    """Rows of a recording in segments are those of one long file, and each says in which segment it stands."""
    growing = begun(tmp_path, max_bytes=2 * recording.MIN_SEGMENT * recording.PARTS)
    for number in range(500):
        growing.log(LOGS, line(number), **LOG)
        state = {
            "Status": "running",
            "Health": {"Log": [{"Start": f"2026-11-23T09:24:45.{number:09d}Z", "ExitCode": 0}]},
        }
        look = {"Id": "c1", "Name": "/a-1", "Config": {"Labels": {}}, "State": state}
        growing.record("containers.jsonl", {"observed_at": "2026-11-23T09:24:46Z", "inspect": look}, kind="inspect")
    growing.end()
    growing.close()
    incident = load(tmp_path)
    assert len(incident.containers) == 1
    assert len(incident.probes) == 500
    assert incident.logs["message"].tolist() == [f"line {number}" for number in range(500)]
    assert incident.logs["file"].nunique() > 2
    for row in incident.logs.itertuples():
        stands = (tmp_path / row.file).read_text().splitlines()[row.line - 1]
        assert stands.endswith(f" {row.message}")


def test_a_very_long_line_is_cut_and_told(growing: bundle.Recording) -> None:
    """What is kept of it has no half of a secret at its end."""
    redactor = growing.scrub = Redactor()
    redactor.learn({"DB_PASSWORD": "hunter2-x"})
    head = recording.LONGEST_LINE + recording.SEAM - 4
    growing.log(LOGS, b"A" * head + b"hunt\n", **LOG)
    (segment,) = growing.newest(LOGS)
    assert set(segment.read_bytes()) == set(b"A\n")
    assert abs(segment.stat().st_size - recording.LONGEST_LINE) < 10
    assert f"over {recording.LONGEST_LINE} bytes" in str(told(growing.folder, "logs:a-1")["truncated"])


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a write fails on the way, what was written of the line is taken back."""
    handle = os.open(tmp_path / "f", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    disk.append(handle, b"whole\n", 0)
    write, left = os.write, [3]

    def full(handle: int, data: bytes) -> int:
        if not left:
            raise OSError(28, "No space left on device")
        return write(handle, data[: left.pop()])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        disk.append(handle, b"broken\n", 6)
    os.close(handle)
    assert (tmp_path / "f").read_bytes() == b"whole\n"


@given(st.binary(max_size=300), st.integers(0, 1 << 17))
def test_torn_lines(data: bytes, stretch: int) -> None:
    """What stands behind the last line end is torn, however long it is."""
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"incidentlab-torn-{os.getpid()}"
    data += b"x" * stretch
    place.write_bytes(data)
    try:
        assert disk.torn_bytes(place) == len(data) - (data.rfind(b"\n") + 1)
        disk.cut_torn_line(place)
        assert place.read_bytes() == data[: data.rfind(b"\n") + 1]
    finally:
        place.unlink()


def test_the_ledger_says_a_thing_once(growing: bundle.Recording) -> None:
    """Trouble that comes again and again is one line of the journal."""
    for _ in range(3):
        growing.tell("events", error="no engine")
    growing.tell("events", error="another")
    rows = {row["source"]: row for row in ledger(growing.journal.lines)}
    assert rows["events"]["error"] == "no engine; another"


def test_a_container_that_is_renamed(growing: bundle.Recording) -> None:
    """Compose renames what it has recreated: the manifest follows, the files stay."""
    growing.log(LOGS, line(1), **LOG | {"container": "f00_a-1"})
    growing.describe("c1", container="a-1")
    assert bundle.read(growing.folder).files("container_log")[0][1]["container"] == "a-1"
