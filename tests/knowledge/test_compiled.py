"""The one pass over the text: it misses nothing that RE2 takes, and what it keeps on disk is used only if sound."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidentlab.knowledge import PATTERNS, compiled

PARTS = [example.text for row in PATTERNS for example in row.examples]


def _array(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.large_string())


def _naive(texts: list[str]) -> set[tuple[int, int]]:
    """Ask RE2 for every text and pattern."""
    array = _array(texts)
    return {
        (place, number)
        for number, row in enumerate(PATTERNS)
        for place in np.flatnonzero(pc.match_substring_regex(array, row.pattern).to_numpy(False)).tolist()
    }


def _found(texts: list[str]) -> set[tuple[int, int]]:
    rows, patterns = compiled.candidates(_array(texts), PATTERNS)
    return set(zip(rows.tolist(), patterns.tolist(), strict=True))


def test_every_example_is_a_candidate_of_what_fits_it() -> None:
    """All examples in one array: each pattern that RE2 finds in one of them is among its candidates."""
    texts = ["", *PARTS, ""]
    missed = _naive(texts) - _found(texts)
    assert not missed, [(texts[place], PATTERNS[number].name) for place, number in missed]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from(PARTS), st.text(max_size=3)).map("".join), max_size=6))
def test_nothing_that_fits_is_missed(texts: list[str]) -> None:
    """Texts of any characters, line ends included, between and around known lines, lose no candidate."""
    texts = [text.encode(errors="replace").decode() for text in texts]
    assert _naive(texts) <= _found(texts)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the blocks are that are scanned at once, the candidates are the same; slices keep their places."""
    texts = PARTS[:60]
    whole = _found(texts)
    monkeypatch.setattr(compiled, "_BLOCK", 50)
    assert _found(texts) == whole
    rows, _ = compiled.candidates(_array(["x", *texts]).slice(1), PATTERNS)
    assert set(rows.tolist()) == {row for row, _ in whole}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what is compiled in a folder of the test's own."""
    monkeypatch.setattr(compiled.platformdirs, "user_cache_path", lambda _: tmp_path / "cache")
    compiled._database.cache_clear()
    yield tmp_path / "cache"
    compiled._database.cache_clear()


def _kept(cache: Path) -> Path:
    compiled._database.cache_clear()
    compiled._database(PATTERNS[:3])
    (file,) = cache.iterdir()
    return file


def test_it_is_compiled_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process finds what the first compiled, readable by its user only."""
    file = _kept(cache)
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(compiled.hyperscan, "Database", lambda: pytest.fail("compiled again"))
    assert _kept(cache) == file


@pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda _: b"", lambda b: b[:99] + b"?" + b[100:]])
def test_a_spoilt_one_is_made_anew(cache: Path, spoil) -> None:
    """A file that is cut off, empty or changed is not used, and is replaced by a sound one."""
    file = _kept(cache)
    sound = file.read_bytes()
    file.write_bytes(spoil(sound))
    assert _kept(cache).read_bytes() == sound


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners of files here")
def test_one_that_others_may_write_is_not_trusted(cache: Path) -> None:
    """A file that somebody else could have written is made anew, and then is the user's own again."""
    file = _kept(cache)
    file.chmod(0o666)
    assert _kept(cache).stat().st_mode & 0o777 == 0o600


def test_without_a_cache_it_works(cache: Path) -> None:
    """Where nothing can be kept, the patterns are compiled each time."""
    cache.write_text("a file where the folder should be")
    assert compiled._database(PATTERNS[:3]) is not None
    assert cache.read_text() == "a file where the folder should be"
