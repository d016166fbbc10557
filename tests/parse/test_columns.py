"""The fast way and the exact way give the same table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.parse import app_clock, columns, compose_logs, level
from incidentlab.parse.lines import decode

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
    b"warn ", b"=",
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
    texts = [message for message in messages if message.isascii()]
    data = np.frombuffer(b"\n" + b"".join(text + b"\n" for text in texts) + bytes(128), np.uint8)
    ends = np.flatnonzero(data == 10)
    begins, ends = ends[:-1] + 1, ends[1:]
    codes, doubt = level.codes(data, begins, ends)
    times, unsure = app_clock.applications(data, begins, ends)
    for place, text in enumerate(texts):
        assert doubt[place] or level.NAMES[codes[place]] == (level.of(text.decode()) or ""), text
        assert unsure[place] or times[place] == app_clock.application(text.decode()), text


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"web-1  | ", b"web-1  |", STAMP, STAMP + b"\n" + STAMP, b"a-1  | " + STAMP]
)
def test_on_next_to_nothing(data: bytes) -> None:
    """Twins on the shortest texts."""
    same(data, 8)
