from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.parse import app_clock, clock
from incidentlab.parse.clock import NAT

NANOSECONDS = st.integers(-(2**63) + 10**18, 2**63 - 10**18)


def written(ns: int, *, digits: int = 9, offset: int = 0) -> str:
    """Return nanoseconds as the engine writes them, in a zone so many minutes ahead of UTC."""
    seconds, rest = divmod(ns, 10**9)
    zone = timezone(timedelta(minutes=offset))
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)
    fraction = f".{rest:09}"[: digits + 1].rstrip("0" if digits < 9 else "").rstrip(".")
    sign, ahead = "-" if offset < 0 else "+", abs(offset)
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}" + (f"{sign}{ahead // 60:02}:{ahead % 60:02}" if offset else "Z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T09:24:45.460907419Z", 1795425885460907419),
        ("2026-11-23T09:24:45.46Z", 1795425885460000000),
        ("2026-11-23T09:24:45Z", 1795425885000000000),
        ("2026-11-23T04:24:45.460907419-05:00", 1795425885460907419),
        ("2026-11-23T11:24:45+02:00", 1795425885000000000),
    ],
)
def test_engine_stamps(text: str, expected: int) -> None:
    """The engine's stamps are read to the nanosecond, trimmed fractions and offsets included."""
    assert clock.rfc3339(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "2026-11-23T09:24:45",
        "2026-02-30T09:24:45Z",
        "2026-11-23T24:00:00Z",
        "9999-12-31T23:59:59Z",
        "",
        "now",
    ],
)
def test_what_is_no_time(text: str) -> None:
    """The zero time, a time without a zone, an impossible one and one beyond int64 are NaT, never a guess."""
    assert clock.rfc3339(text) == NAT


@given(NANOSECONDS, st.integers(-14 * 60, 14 * 60))
def test_written_times_come_back(ns: int, offset: int) -> None:
    """What the engine writes in any zone is read back exactly."""
    assert clock.rfc3339(written(ns, offset=offset)) == ns


@given(NANOSECONDS)
def test_pandas_agrees(ns: int) -> None:
    """The column of nanoseconds is what pandas reads from the same text."""
    assert clock.time(ns) == pd.Timestamp(written(ns))


@given(st.lists(NANOSECONDS, min_size=1, max_size=5), st.binary(max_size=40))
def test_fixed_form_equals_its_twin(values: list[int], noise: bytes) -> None:
    """The vectorised reader of the 30-byte form gives what the scalar one gives, at any place in a buffer."""
    text = noise + b"".join(written(ns).encode() for ns in values) + noise
    starts = np.arange(len(text))
    found = clock.fixed(np.frombuffer(text, np.uint8), starts)
    for start, ns in zip(starts, found, strict=True):
        piece = text[start : start + clock.WIDTH].decode("latin-1")
        fits = len(piece) == clock.WIDTH and piece[10] == "T" and piece[19] == "." and piece[29] == "Z"
        expected = clock.rfc3339(piece) if fits and piece.isascii() else NAT
        if "1678" <= piece[:4] <= "2261" or not fits:
            assert ns == expected, piece


@pytest.mark.parametrize(
    ("line", "utc"),
    [
        ("2026-11-23 09:33:33.543 UTC [43] LOG:  starting PostgreSQL", "2026-11-23 09:33:33.543"),
        ("waiting for server to start....2026-11-23 09:33:33.543 UTC [43] LOG:  x", "2026-11-23 09:33:33.543"),
        ("2026-11-23 06:33:33.543 -03 [43] LOG:  x", "2026-11-23 09:33:33.543"),
        ("1:M 23 Nov 2026 09:24:45.123 * Ready to accept connections", "2026-11-23 09:24:45.123"),
        ("2026-11-23T09:24:45.123456Z 0 [System] [MY-010116] [Server] mysqld", "2026-11-23 09:24:45.123456"),
        ("2026-11-23 09:24:45+00:00 [Note] [Entrypoint]: starting", "2026-11-23 09:24:45"),
        ("2026-11-23T11:24:45.123+02:00  INFO 1 --- [main] c.e.App : up", "2026-11-23 09:24:45.123"),
        ('10.0.0.1 - - [23/Nov/2026:10:24:45 +0100] "GET / HTTP/1.1" 502', "2026-11-23 09:24:45"),
        ("2026/11/23 09:24:45 [error] 29#29: *4 connect() failed", "2026-11-23 09:24:45"),
        ("[2026-11-23 09:24:45 +0000] [1] [INFO] Listening", "2026-11-23 09:24:45"),
        ('{"t":{"$date":"2026-11-23T09:24:45.123+00:00"},"s":"I"}', "2026-11-23 09:24:45.123"),
        ("level=info ts=2026-11-23T09:24:45.123456789Z caller=main.go", "2026-11-23 09:24:45.123456789"),
    ],
)
def test_times_of_programs(line: str, utc: str) -> None:
    """A program's own time is read where its zone is stated, or where the server prints UTC by convention."""
    assert clock.time(app_clock.application(line)) == pd.Timestamp(utc, tz="UTC")


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-23 09:24:45.123  INFO 1 --- [main] c.e.App : up",
        "2026-11-23 09:24:45,123 ERROR [main] failed",
        "2026-11-23 09:24:45 CET [1] LOG:  x",
        "1:M 23 Nov 09:24:45.123 * an old Redis without a year",
        "nothing",
    ],
)
def test_times_without_a_zone_stay_unread(line: str) -> None:
    """A program's time whose zone is not known is NaT rather than wrong."""
    assert app_clock.application(line) == NAT
