"""Sources that are no plain files, have no end, or are larger than any incident: one clear line, and soon."""

import io
import os
import threading
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from incidentlab import bundle
from incidentlab.bundle import loose, stream
from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.parse import bounds, events
from incidentlab.report.answer import page
from incidentlab.tables import BadInput


def test_a_pipe_that_nobody_writes_into_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FIFO without a writer does not hang: the line says what is missing."""
    monkeypatch.setattr(stream, "WAITED_MS", 10)
    os.mkfifo(tmp_path / "x.log")
    with pytest.raises(BadInput, match="no program writes into"):
        load(tmp_path / "x.log")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    """What a program writes into a FIFO is a log, as with `diagnose <(docker compose logs -t)`."""
    os.mkfifo(tmp_path / "x.log")
    writer = threading.Thread(target=lambda: (tmp_path / "x.log").write_bytes(b"web-1  | one\nweb-1  | two\n"))
    writer.start()
    assert load(tmp_path / "x.log").logs["message"].tolist() == ["one", "two"]
    writer.join()


def test_a_pipe_in_a_folder_is_said_to_be_none(tmp_path: Path) -> None:
    """In a folder only files are read; what is a pipe has its row in the ledger."""
    os.mkfifo(tmp_path / "x.log")
    (tmp_path / "y.log").write_text("one\n")
    ledger = load(tmp_path).ledger
    assert "pipe" in ledger.loc[ledger["source"].eq("file:x.log"), "error"].iloc[0]


def test_a_manifest_that_is_a_pipe_is_one_line(tmp_path: Path) -> None:
    """A bundle whose manifest is a FIFO is refused, not waited for."""
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(BadInput, match=r"manifest\.json"):
        bundle.read(tmp_path)
    with pytest.raises(BadInput):
        load(tmp_path)


@pytest.mark.parametrize("source", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_one_line(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that has no end, or nothing, is refused after a bounded number of bytes."""
    monkeypatch.setattr(stream, "MOST", 1 << 16)
    with pytest.raises(BadInput):
        load(source)


class Endless(io.RawIOBase):
    """Standard input of a program that never stops to write."""

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill the buffer."""
        buffer[:] = b"y\n" * (len(buffer) // 2) + b"y" * (len(buffer) % 2)
        return len(buffer)


def test_input_without_an_end_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input that does not end is refused once it is more than can be looked at, by bytes or by lines."""
    monkeypatch.setattr(stream, "MOST", 1 << 20)
    with pytest.raises(BadInput, match="more than 1 MiB"):
        load(io.BufferedReader(Endless()))
    monkeypatch.setattr(stream, "MOST_LINES", 1_000)
    with pytest.raises(BadInput, match="more than 1 000 lines"):
        load(io.StringIO("y\n" * 2_000))


def test_a_folder_of_too_many_files_is_counted_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many files are one line, and none of them is opened."""
    monkeypatch.setattr(loose, "MAX_FILES", 3)
    monkeypatch.setattr(loose, "read", lambda _: pytest.fail("was opened"))
    for number in range(5):
        (tmp_path / f"{number}.log").write_text("x\n")
    with pytest.raises(BadInput, match="more than 3 files"):
        load(tmp_path)


TIMES = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00.000000001Z", "1677-09-21T00:12:43.145224193Z",
         "2262-04-11T23:47:16.854775807Z", "9999-12-31T23:59:59.999999999Z"]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [*pairwise(TIMES), (TIMES[3], TIMES[2])])
def test_a_clock_may_jump_over_centuries(first: str, last: str) -> None:
    """Whatever years the lines bear, the incident is answered."""
    text = f"web-1  | {first} starting\nweb-1  | 2026-11-23T09:24:45Z Error: boom\nweb-1  | {last} gone\n"
    assert page(investigate(load(text)))


@pytest.mark.parametrize("coded", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_text_of_any_coding_is_read(coded: str) -> None:
    """UTF-16 with or without its mark, and a mark of UTF-8, are taken off."""
    messages = load("web-1  | ready\nweb-1  | boom\n".encode(coded)).logs["message"].tolist()
    assert messages == ["ready", "boom"]


def test_a_line_of_many_megabytes_is_one_row() -> None:
    """A very long line is read once, and the lines beside it are there."""
    logs = load(b"web-1  | one\nweb-1  | " + b"x" * (4 << 20) + b"\nweb-1  | two\n").logs
    assert logs["message"].str.len().tolist() == [3, 4 << 20, 3]
    assert isinstance(logs["ts"].dtype, pd.DatetimeTZDtype)


def test_times_of_other_centuries_are_none_and_said_to_be() -> None:
    """A time that no clock of a container shows leaves no window of centuries, its line stays, the ledger counts it."""
    text = f"web-1  | {TIMES[2]} starting\nweb-1  | 2026-11-23T09:24:45Z boom\nweb-1  | {TIMES[3]} gone\n"
    incident = load(text)
    assert incident.end == incident.start == pd.Timestamp("2026-11-23T09:24:45Z")
    assert incident.logs["message"].tolist() == ["boom", "starting", "gone"]
    assert incident.ledger.set_index("source")["gap"]["times"].startswith("2 times before 1970")


def test_services_beyond_any_project_are_not_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many names of services the first are told apart, the other lines stay, and the ledger says so."""
    monkeypatch.setattr(bounds, "MOST_SERVICES", 3)
    incident = load("".join(f"web{number}-1  | line {number}\n" for number in range(5)) + "web4-1 exited with code 1\n")
    assert incident.logs["message"].str.startswith("line").sum() == 5
    assert incident.logs["service"].nunique() == 3
    assert "5 names of services" in incident.ledger.set_index("source")["truncated"]["services"]


def test_of_too_many_events_the_last_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source of more events than can be looked at gives the newest of them, and the ledger counts the others."""
    monkeypatch.setattr(events, "MOST", 2)
    event = '{"Type":"container","Action":"start","Actor":{"ID":"c0"},"timeNano":%d000000000}\n'
    incident = load("".join(event % second for second in range(1, 6)))
    assert incident.events["ts"].dt.second.tolist() == [4, 5]
    assert "3 events before the last 2 are left out" in incident.ledger["truncated"].iloc[0]
