"""The one pass over the text: it misses nothing that RE2 takes, and what it keeps on disk is used only if sound."""

import os
import subprocess
import sys
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


def test_a_folder_that_cannot_be_written_does_no_harm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder is read-only, or the disk is full, the patterns are compiled, and nothing half is left."""

    def refuse(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(compiled.tempfile, "mkstemp", refuse)
    assert compiled._database(PATTERNS[:3]) is not None
    monkeypatch.undo()
    monkeypatch.setattr(compiled.platformdirs, "user_cache_path", lambda _: cache)
    monkeypatch.setattr(compiled.Path, "replace", refuse)
    compiled._database.cache_clear()
    assert compiled._database(PATTERNS[:3]) is not None
    assert list(cache.iterdir()) == []


def test_processes_that_begin_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Three that find no automaton at the same time all read the same, and leave one sound file."""
    code = (
        "import pyarrow as pa; from incidentlab.knowledge import PATTERNS, compiled; "
        "texts = pa.array(['connect ECONNREFUSED 10.0.0.2:5432'], pa.large_string()); "
        "print(compiled.candidates(texts, PATTERNS[-40:] + PATTERNS[300:340])[1].tolist())"
    )
    env = os.environ | {"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    ran = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = {process.communicate(timeout=120)[0] for process in ran}
    assert [process.returncode for process in ran] == [0, 0, 0]
    assert len(told) == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_automata_of_earlier_versions_go(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the patterns change, only the youngest automata stay in the cache."""
    monkeypatch.setattr(compiled, "_YOUNGEST", 2)
    for count in (3, 4, 5, 6):
        compiled._database(PATTERNS[:count])
    assert len(list(cache.iterdir())) == 2
    monkeypatch.setattr(compiled.hyperscan, "Database", lambda: pytest.fail("compiled again"))
    compiled._database.cache_clear()
    compiled._database(PATTERNS[:6])
