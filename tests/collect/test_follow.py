import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import NotFound
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.collect import engine
from incidentlab.collect.follow import Cursor, Follower, Lines, cursor
from incidentlab.tables import EngineTrouble

T0 = 1_795_425_730_000_000_000
Record = tuple[str, bytes]

texts = st.binary(max_size=12).map(lambda text: text.replace(b"\n", b"").replace(b"\r", b""))


def stamp(tick: int) -> bytes:
    """Return the engine's stamp of a moment."""
    return engine.moment(T0 + tick).encode()


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """Return the records of a log: stamps that grow per stream and may repeat, long lines in pieces, loose ends."""
    clock = {"stdout": 0, "stderr": 0}
    records: list[Record] = []
    for _ in range(draw(st.integers(0, 12))):
        stream = draw(st.sampled_from(["stdout", "stderr"]))
        clock[stream] += draw(st.integers(0, 2))
        pieces = draw(st.lists(texts, min_size=1, max_size=3))
        loose = draw(st.integers(0, 9)) == 0
        mark = stamp(clock[stream])
        records += [(stream, mark + b" " + piece) for piece in pieces[:-1]]
        records.append((stream, mark + b" " + pieces[-1] + (b"" if loose else b"\n")))
        clock[stream] += loose
    return records


def whole(records: list[Record]) -> dict[str, bytes]:
    """Return what a log holds, by a slow road: records joined to lines by hand."""
    found = {"stdout": b"", "stderr": b""}
    for stream, record in records:
        text = found[stream]
        tail = text[text.rfind(b"\n") + 1 :]
        if tail and tail[:30] != record[:30]:
            found[stream] += b"\n"
        found[stream] += record
    return {stream: text if not text or text.endswith(b"\n") else text + b"\n" for stream, text in found.items()}


def read_on(folder: Path, records: list[Record], upto: int) -> None:
    """Read a log from where its files end, as a recorder that is killed after so many records."""
    lines = {}
    for stream in ("stdout", "stderr"):
        (folder / stream).touch()
        lines[stream] = Lines(cursor(folder / stream, tty=False))
    since = min(one.at.stamp if one.at else b"" for one in lines.values())
    given_again = [record for record in records if record[1][:30] >= since]
    for stream, record in given_again[:upto]:
        with (folder / stream).open("ab") as file:
            file.writelines(lines[stream].take(record))
    if upto >= len(given_again):
        for stream, one in lines.items():
            with (folder / stream).open("ab") as file:
                file.writelines(one.end())


@given(logs(), st.lists(st.integers(0, 30), max_size=5))
def test_no_kill_loses_or_doubles_a_line(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], kills: list[int]
) -> None:
    """Wherever the reading is broken off and taken up again, all lines are there once and in their order."""
    folder = tmp_path_factory.mktemp("log")
    for upto in [*kills, len(records) + 1]:
        read_on(folder, records, upto)
    assert {stream: (folder / stream).read_bytes() for stream in ("stdout", "stderr")} == whole(records)


def test_a_cursor_counts_the_lines_of_the_last_stamp(tmp_path: Path) -> None:
    """Several lines of one nanosecond are told apart by their number."""
    place = tmp_path / "log"
    place.write_bytes(stamp(1) + b" a\n" + stamp(2) + b" b\n" + stamp(2) + b" c\n")
    assert cursor(place, tty=False) == Cursor(stamp(2), 2)
    place.write_bytes(b"")
    assert cursor(place, tty=False) is None


def test_a_run_without_a_line_end_is_a_line_of_its_own() -> None:
    """What a run leaves unterminated is not glued to the first line of the next run."""
    lines = Lines(None)
    assert list(lines.take(stamp(1) + b" no end")) == []
    assert list(lines.take(stamp(2) + b" next\n")) == [stamp(1) + b" no end\n", stamp(2) + b" next\n"]
    assert not lines.holds


@given(st.lists(st.integers(1, 60), max_size=20))
def test_a_tty_is_cut_anywhere(cuts: list[int]) -> None:
    """The chunks of a TTY have no meaning: the lines come out whole."""
    data = b"".join(stamp(tick) + b" text %d\r\n" % tick for tick in range(9))
    lines, found, place = Lines(None, tty=True), b"", 0
    for cut in [*cuts, len(data)]:
        found += b"".join(lines.take(data[place : place + cut]))
        place += cut
    assert found == data


def test_a_tty_that_ended_without_a_line_end_is_passed_over_by_its_stamp(tmp_path: Path) -> None:
    """The engine would give it glued to the next run, so it is asked for what comes a nanosecond later."""
    lines = Lines(None, tty=True)
    (line,) = [*lines.take(stamp(7) + b" login: "), *lines.end()]
    assert lines.at == Cursor(stamp(8), 0)
    (tmp_path / "log").write_bytes(line)
    assert cursor(tmp_path / "log", tty=True) == Cursor(stamp(8), 0)


class Engine:
    """An engine with one container, whose log is given in episodes: records, and how the reading ends."""

    def __init__(self, *episodes: tuple[list[Record], str]) -> None:
        self.episodes = list(episodes)
        self.asked: list[int] = []
        self.state = {"Running": True, "Restarting": False}
        self.api = SimpleNamespace(inspect_container=lambda _: {"State": self.state})

    def records(self, _client: Any, _id: str, *, since: int, **_: Any) -> tuple[Iterator[Record], Any]:
        """Return the records of the next episode."""
        self.asked.append(since - T0)
        if not self.episodes:
            raise NotFound("no such container")
        records, ending = self.episodes.pop(0)
        if ending == "refused":
            raise EngineTrouble("configured logging driver does not support reading")
        return self._give(records, ending), SimpleNamespace(close=lambda: None)

    def _give(self, records: list[Record], ending: str) -> Iterator[Record]:
        yield from records
        if ending == "broken":
            raise EngineTrouble("the engine broke off in the middle of a log line")
        self.state["Running"] = ending != "exited"


def follow(monkeypatch: pytest.MonkeyPatch, told: Engine) -> tuple[dict[str, bytes], list[str]]:
    """Follow a container until it is removed; return what was written, and the troubles."""
    written = {"stdout": b"", "stderr": b""}
    troubles: list[str] = []
    monkeypatch.setattr(engine, "records", told.records)

    def write(stream: str, line: bytes) -> None:
        written[stream] += line

    inspect = {"Id": "c1", "Config": {"Tty": False}}
    follower = Follower(told, inspect, cursors={}, write=write, trouble=troubles.append)  # type: ignore[arg-type]
    follower.start()
    while follower.is_alive():
        follower.wake()
        follower.join(0.01)
    return written, troubles


def test_each_run_is_read_from_where_the_last_reading_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run is asked for from the last stamp on, and what comes again is passed over."""
    first = [("stdout", stamp(5) + b" a\n"), ("stderr", stamp(6) + b" no end")]
    told = Engine((first, "exited"), ([*first, ("stdout", stamp(9) + b" b\n")], "exited"))
    written, troubles = follow(monkeypatch, told)
    assert written["stdout"] == stamp(5) + b" a\n" + stamp(9) + b" b\n"
    assert written["stderr"] == stamp(6) + b" no end\n"
    assert told.asked == [-T0, 5, 6]
    assert troubles == []


def test_lines_of_one_instant_are_counted_across_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three lines with one stamp, two read before, the next reading lets through the third only."""
    three = [("stdout", stamp(5) + b" %d\n" % number) for number in range(3)]
    written, _ = follow(monkeypatch, Engine((three[:2], "broken"), (three, "exited")))
    assert written["stdout"] == b"".join(line for _, line in three)


def test_a_broken_connection_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of which only a piece came before the break comes whole, once, and the trouble is told."""
    pieces = [("stdout", stamp(5) + b" begin "), ("stdout", stamp(5) + b" end\n")]
    written, troubles = follow(monkeypatch, Engine((pieces[:1], "broken"), (pieces, "exited")))
    assert written["stdout"] == b"".join(piece for _, piece in pieces)
    assert troubles == ["EngineTrouble: the engine broke off in the middle of a log line"]


def test_what_is_long_past_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent stream does not make every run of a crash loop read the whole log anew."""
    minute = 60 * engine.SECOND
    told = Engine(([("stdout", stamp(5 * minute) + b" a\n")], "exited"), ([], "exited"))
    follow(monkeypatch, told)
    assert told.asked == [-T0, 4 * minute, 4 * minute]


def test_a_log_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver without a reader gives no log but a row of the ledger."""
    written, troubles = follow(monkeypatch, Engine(([], "refused")))
    assert written == {"stdout": b"", "stderr": b""}
    assert troubles == ["EngineTrouble: configured logging driver does not support reading"]


def test_a_follower_that_is_asked_to_leave_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving ends a reading that would go on for ever."""
    begun, closed = threading.Event(), threading.Event()

    def endless() -> Iterator[Record]:
        begun.set()
        closed.wait(5)
        yield from ()

    monkeypatch.setattr(engine, "records", lambda *_, **__: (endless(), SimpleNamespace(close=closed.set)))
    state = {"State": {"Running": True, "Restarting": False}}
    client: Any = SimpleNamespace(api=SimpleNamespace(inspect_container=lambda _: state))
    inspect = {"Id": "c1", "Config": {"Tty": False}}
    follower = Follower(client, inspect, cursors={}, write=lambda *_: None, trouble=pytest.fail)
    follower.start()
    begun.wait(5)
    follower.leave()
    follower.join(2)
    assert not follower.is_alive()


@pytest.mark.parametrize("form", ["2026-11-23T09:24:%02dZ", "2026-11-23T11:24:%02d+02:00"])
def test_stamps_without_a_fraction_are_followed_too(form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Podman's stamps, to the second and in its own zone: every line comes once, also those of one second."""
    lines = [
        ("stdout", (form % second).encode() + b" line %d\n" % number) for number, second in enumerate([5, 5, 5, 6])
    ]
    written, troubles = follow(monkeypatch, Engine((lines[:2], "broken"), (lines[:3], "exited"), (lines[2:], "exited")))
    assert written["stdout"] == b"".join(line for _, line in lines)
    assert troubles == ["EngineTrouble: the engine broke off in the middle of a log line"]
    (tmp_path / "log").write_bytes(b"".join(line for _, line in lines[:2]))
    assert cursor(tmp_path / "log", tty=False) == Cursor((form % 5).encode(), 2)
