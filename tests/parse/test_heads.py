"""What a shape tells of its lines is what the exact readers tell of each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.parse import app_clock, heads, level
from incidentlab.parse.buffer import AHEAD

from .test_columns import MESSAGE, SURE

LONG = st.lists(MESSAGE, min_size=1, max_size=4).map(b"".join)


def exactly(texts: list[str]) -> None:
    """Assert that levels and times of some lines are those that the exact readers give."""
    coded = [text.encode() for text in texts]
    data = np.frombuffer(b"\n" + b"".join(text + b"\n" for text in coded) + bytes(AHEAD), np.uint8)
    ends = np.cumsum([len(text) + 1 for text in coded])
    found, times = heads.Heads().stated(data, ends - [len(text) for text in coded], ends)
    for text, code, time in zip(texts, found.tolist(), times.tolist(), strict=True):
        assert level.NAMES[code] == (level.of(text) or ""), text
        assert time == app_clock.application(text), text


@settings(deadline=None, max_examples=300)
@given(st.lists(LONG, min_size=1, max_size=5), st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_on_lines_that_differ_in_digits(messages: list[bytes], digits: list[int]) -> None:
    """Lines of one shape have each its own level and time, whatever their digits are."""
    texts = [message.decode() for message in messages]
    other = [str.maketrans("0123456789", "".join(str((old + new) % 10) for old in range(10))) for new in (0, *digits)]
    exactly([text.translate(digit) for text in texts for digit in other])


@settings(deadline=None, max_examples=200)
@given(LONG, st.lists(LONG, min_size=2, max_size=5))
def test_on_lines_that_begin_alike(head: bytes, tails: list[bytes]) -> None:
    """What stands behind the same head decides wherever it can."""
    for width in (47, 48, 49, 80, 100, 159, 160, 161):
        exactly([(head.ljust(width, b".") + tail).decode() for tail in (b"", *tails)])


def test_more_shapes_than_are_asked_about() -> None:
    """Of lines that all differ each is read, too."""
    exactly([f"{chr(97 + place % 26) * (place // 26 + 1)} {text}" for place in range(130) for text in SURE[:6]])


def test_the_exact_readers_are_asked_once_for_a_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand lines of a few forms cost the exact readers no more than one line of each."""
    asked = []
    whole = heads.reading
    monkeypatch.setattr(heads, "reading", lambda head, **known: asked.append(head) or whole(head, **known))
    monkeypatch.setattr(level, "of", pytest.fail)
    monkeypatch.setattr(app_clock, "application", pytest.fail)
    texts = [text for text in SURE for _ in range(1000)]
    data = np.frombuffer("".join(text + "\n" for text in texts).encode() + bytes(AHEAD), np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    heads.Heads().stated(data, np.concatenate([[0], ends[:-1] + 1]), ends)
    assert len(SURE) <= len(asked) <= 4 * len(SURE)


@pytest.mark.parametrize("wide", [30, 60, 80])
def test_a_count_behind_wide_characters(wide: int) -> None:
    """A time is found within the first characters of a line, however many bytes they take."""
    exactly([f'{{"msg":"{"注" * wide}","ts":1795425885.46,"n":{number}}}' for number in range(3)])
