from pathlib import Path

import pytest

from incidentlab.collect import logs

FIRST, LAST = "2026-11-23T09:24:45.460907419Z", "2026-11-23T09:24:46.000000001Z"


def test_coverage_counts_an_unterminated_line(tmp_path: Path) -> None:
    """Lines end at LF only, the last one counts without it, and the times are those of first and last line."""
    (tmp_path / "a").write_bytes(f"{FIRST} a\x0b\rb\n{LAST} no end".encode())
    assert logs.coverage([tmp_path / "a"]) == {"first": FIRST, "last": LAST, "rows": 2}


def test_coverage_over_both_streams(tmp_path: Path) -> None:
    """A container's row covers stdout and stderr together."""
    (tmp_path / "a").write_bytes(f"{LAST} out\n".encode())
    (tmp_path / "b").write_bytes(f"{FIRST} err\n\n".encode())
    assert logs.coverage([tmp_path / "a", tmp_path / "b"]) == {"first": FIRST, "last": LAST, "rows": 3}


def test_coverage_of_stamps_without_a_fraction(tmp_path: Path) -> None:
    """Podman's stamps have no fraction, and a zone of their own."""
    (tmp_path / "a").write_text("2026-11-23T09:24:45Z a\n2026-11-23T11:24:46+02:00 b\n")
    covered = logs.coverage([tmp_path / "a"])
    assert (covered["first"], covered["last"]) == ("2026-11-23T09:24:45Z", "2026-11-23T11:24:46+02:00")


def test_coverage_of_nothing() -> None:
    """A container that logged nothing has no rows and no times."""
    assert logs.coverage([]) == {"first": None, "last": None, "rows": 0}


@pytest.mark.parametrize(
    ("driver", "config", "told"),
    [
        ("json-file", {}, None),
        ("json-file", {"max-size": "1m"}, "rotated: json-file keeps 1 x 1m, older lines may be gone"),
        ("json-file", {"max-size": "1m", "max-file": "3"}, "rotated: json-file keeps 3 x 1m, older lines may be gone"),
        ("local", {}, "rotated: local keeps 5 x 20m, older lines may be gone"),
        ("journald", None, None),
    ],
)
def test_rotation(driver: str, config: dict[str, str] | None, told: str | None) -> None:
    """A driver that drops old lines is told with its limits; json-file drops none unless it is told to."""
    assert logs.rotation({"HostConfig": {"LogConfig": {"Type": driver, "Config": config}}}) == told


def test_a_tty_has_one_stream() -> None:
    """A TTY merges the streams, so stderr is not asked for."""
    assert logs.streams({"Config": {"Tty": True}}) == ("stdout",)
    assert logs.streams({"Config": {"Tty": False}}) == ("stdout", "stderr")
