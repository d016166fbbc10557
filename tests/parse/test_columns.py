"""The fast way and the exact way give the same table."""

import mmap

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.bundle import stream
from incidentlab.parse import (
    app_clock,
    app_clocks,
    buffer,
    chunk,
    clock,
    columns,
    compose_logs,
    heads,
    level,
    levels,
    log_table,
)
from incidentlab.parse.dialect import survey
from incidentlab.parse.lines import clean, decode, without_colours

from .formats import VARIETIES, WILD, Line, lines_of, wild

STAMP = b"2026-11-23T09:24:45.462149120Z "
WORDS = [
    b"INFO", b"WARN", b"WARNING ", b"ERROR:", b"LOG:  ", b"FATAL", b"[error]", b"[Warn ]", b"[main] ", b"level=info",
    b"[", b"severity='err", b'{"level":30,"time":1795425885460,', b'{"level":"warn",', b'"level":60}', b'{"s":"W"}',
    b"info: ", b"-", b"debug\t", b"npm WARN x", b"I1123 09:24:45.123 ", b"1:M 23 Nov 2026 09:24:45.123 # ",
    b"12:C 23 Nov 2026 09:24:45.123 * ", b"2026-11-23 09:24:45.123 UTC ", b"2026-11-23T09:24:45,123456+02:00",
    b"2026-11-23 09:24:45-0300 ", b"2026-13-23T09:24:45Z", b"2026-11-23T09:24:45.1234567890Z ",
    b"[23/Nov/2026:10:24:45 +0100] ", b"2026/11/23 09:24:45 [error] 1#1: ", b"ts=", b" ", b"\t",
    b"2026-11-23T09:24:45.123Z\tinfo\t", b"x" * 60, b"y" * 97, "é".encode(), b"|", b"(", b"<", b"trce: ", b"0", b"Z ",
    b"warn ", b"=", b'{"ts":1795425885.4601,', b'"severity" : "Err"', b"\x1b[32m", b"\x1b[0m", b"\r", "注".encode(),
    b"[ERR ]", b'"log.level":"s"', b"lvl=W", b"GMT", b"+05", b"2026-11-23 09:24:45,123: ", "　".encode(), "１".encode(),
    b"error:",
]  # fmt: skip
SURE = [
    '{"timestamp": "2026-11-23T09:24:45.123456Z", "level": "warning", "event": "mail queued"}',
    '{"level":30,"time":1795425885460,"msg":"listening"}', '{"ts":1795425885.4601,"severity":"ERROR","msg":"x"}',
    "[2026-11-23 09:24:45,123: INFO/Worker-1] Task succeeded", "2026-11-23 09:24:45.123 UTC [43] LOG:  x",
    '10.0.0.7 - - [23/Nov/2026:09:24:45 +0000] "GET / HTTP/1.1" 200 5', "注文を受け付けました INFO",
    "[WARN] 库存已更新：7。",
    "2026-11-23T09:24:45.123Z  WARN 1 --- [main] c.e.App : x", "2026/11/23 09:24:45 [error] 1#1: *7 connect() failed",
    "1:M 23 Nov 2026 09:24:45.123 * Ready", 'time="2026-11-23T09:24:44Z" level=warning msg="x"', "npm warn deprecated",
    "info: Microsoft.Hosting[0]", "[2026-11-23 09:24:45 +0000] [1] [INFO] Listening", "2026-11-23 09:24:45 no zone",
    "E1123 09:24:45.123456       1 main.go:10] failed", "at main (x.js:1)", "2026-11-23T09:24:45.1+0200 \tinfo\tready",
]  # fmt: skip
ESCAPES = [
    b"\x1b[36m", b"\x1b[0m", b"\x1b[1;38;5;208m", b"\x1b[K", b"\x1b", b"\x1b[", b"\x1b[36", b"\x1b]0;t\x07", b"\x1b(B",
    b"\r", b"\n", b"\r\n", b"text", "é".encode(), b"[31m", b"m", b"\0",
]  # fmt: skip
MESSAGE = st.lists(st.sampled_from(WORDS), max_size=6).map(b"".join)


def same(data: bytes, chunk: int) -> None:
    """Assert that both ways give the same."""
    fast = columns.parse(decode(data), file="x", service="s", chunk=chunk)
    exact = compose_logs.by_lines(decode(data), file="x", service="s")
    for name in ("logs", "events"):
        pd.testing.assert_frame_equal(fast.frames[name], exact.frames[name])
    assert (fast.truncated, fast.gap) == (exact.truncated, exact.gap)


@settings(deadline=None)
@given(st.sampled_from(sorted(VARIETIES)), lines_of(wide=True), st.integers(1, 500))
def test_on_every_variety(variety: str, lines: list[Line], chunk: int) -> None:
    """Twins on what is written as it should be, wherever the chunks are cut."""
    same(VARIETIES[variety].write(lines), chunk)


@settings(deadline=None, max_examples=300)
@given(st.lists(MESSAGE, min_size=1, max_size=8), st.booleans(), st.booleans(), wild(), st.integers(1, 500))
def test_on_mixed_text(messages: list[bytes], prefixed: bool, stamped: bool, noise: bytes, chunk: int) -> None:
    """Twins on lines that state levels and times in every way, with noise among them."""
    head = (b"web-1  | " if prefixed else b"") + (STAMP if stamped else b"")
    lines = [head + message for message in messages]
    same(b"\n".join([*lines, *([] if stamped else [noise]), *lines]), chunk)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from([*WILD, STAMP, b"web-1  | " + STAMP, b"\nweb-1  | " + STAMP]), max_size=30),
    st.integers(1, 99),
)
def test_on_noise(pieces: list[bytes], chunk: int) -> None:
    """Twins on text that breaks the rules of its own form."""
    same(b"".join(pieces), chunk)


@settings(deadline=None, max_examples=300)
@given(st.lists(MESSAGE, min_size=1, max_size=8))
def test_levels_and_times(messages: list[bytes]) -> None:
    """A level or time that the columns call sure is the one that the scalar function gives."""
    texts = [message.decode() for message in messages]
    data = np.frombuffer(b"\n" + b"".join(message + b"\n" for message in messages) + bytes(buffer.AHEAD), np.uint8)
    ends = np.flatnonzero(data == 10)
    begins, ends = ends[:-1] + 1, ends[1:]
    codes, doubt = levels.codes(data, begins, ends, buffer.reach(data, begins, ends, level.REACH))
    times, unsure = app_clocks.applications(data, begins, buffer.reach(data, begins, ends, app_clock.REACH))
    for place, text in enumerate(texts):
        assert doubt[place] or level.NAMES[codes[place]] == (level.of(text) or ""), text
        assert unsure[place] or times[place] == app_clock.application(text), text


@pytest.mark.parametrize("text", SURE)
def test_the_columns_are_sure_of_ordinary_lines(text: str) -> None:
    """No ordinary line is sent back to the scalar functions."""
    data = np.frombuffer(text.encode() + b"\n" + bytes(buffer.AHEAD), np.uint8)
    begins, ends = np.array([0]), np.array([len(text.encode())])
    last = buffer.reach(data, begins, ends, level.REACH)
    assert not levels.codes(data, begins, ends, last)[1].any()
    assert not app_clocks.applications(data, begins, buffer.reach(data, begins, ends, app_clock.REACH))[1].any()


@pytest.mark.parametrize("head", [b"web-1  | ", b"\x1b[36mweb-1  | \x1b[0m", b"web-1  | " + STAMP])
def test_ordinary_lines_are_plain(head: bytes) -> None:
    """Lines with colours, carriage returns and characters of many bytes are read by columns, not one by one."""
    data = b"".join(head + f"\x1b[1;32m{text}\x1b[0m\r\n".encode() for text in SURE)
    dialect = survey(map(clean, data.split(b"\n")))
    (piece,) = chunk.pieces(data, len(data))
    assert chunk.Chunk(piece, dialect, heads.Heads()).plain.all()
    same(data, 100)


@given(st.lists(st.sampled_from(ESCAPES), max_size=12).map(b"".join))
def test_colours_go(text: bytes) -> None:
    """What is left when the colours are taken from a buffer is what is left of each line, or shows that it is odd."""
    data = np.frombuffer(text + b"\n" + bytes(buffer.AHEAD), np.uint8)
    left = without_colours(data)[: -buffer.AHEAD - 1].tobytes().split(b"\n")
    for line, raw in zip(left, text.split(b"\n"), strict=True):
        odd = any(byte in line for byte in b"\x1b\r\0") or line.startswith(b"[")
        assert odd or line.decode("utf-8", "replace") == clean(raw)


def test_many_lines_state_what_each_states() -> None:
    """A table of many lines has the levels and times that the scalar functions give for each line."""
    texts = [f"{text} {number}" for number in range(100) for text in (*SURE, "１ INFO")]
    logs = log_table.build(["log"] * len(texts), [0] * len(texts), texts, file="x")
    assert logs["level"].fillna("").tolist() == [level.of(text) or "" for text in texts]
    times = [time.value if time is not pd.NaT else clock.NAT for time in logs["app_ts"]]
    assert times == [app_clock.application(text) for text in texts]


def test_memory_is_given_back_behind_the_reader() -> None:
    """What has been read of a large text is let go, and the table is that of the text."""
    data = b"".join(b"web-1  | " + STAMP + text.encode() + b"\n" for text in SURE * 400)
    memory = stream.memory(len(data))
    memory[:] = data
    large, small = (columns.parse(text, file="x", chunk=20_000).frames["logs"] for text in (memory, data))
    pd.testing.assert_frame_equal(large, small)
    assert memory[: mmap.PAGESIZE] == bytes(mmap.PAGESIZE) or not hasattr(memory, "madvise")


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"web-1  | ", b"web-1  |", STAMP, STAMP + b"\n" + STAMP, b"a-1  | " + STAMP]
)
def test_on_next_to_nothing(data: bytes) -> None:
    """Twins on the shortest texts."""
    same(data, 8)
