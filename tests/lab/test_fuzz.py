import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "lab" / "fuzz" / "fuzz.py"
spec = importlib.util.spec_from_file_location("lab_fuzz", SCRIPT)
assert spec
assert spec.loader
fuzz = sys.modules["lab_fuzz"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)

SAMPLE = {"json": 40, "document": 2, "text": 2, "line": 20, "bundle": 1, "archive": 25, "redact": 200, "human": 200}


@pytest.mark.parametrize("target", SAMPLE)
def test_damaged_evidence_ends_in_evidence_or_in_one_line(target: str) -> None:
    """A small part of what the fuzzer throws, the same each time, raises nothing but errors of ours."""
    found = [fuzz.tried(target, 7, number) for number in range(SAMPLE[target])]
    assert [kept for kept in found if kept is not None and kept.kind != "slow"] == []


def test_the_fuzzer_sees_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that raises something else, or takes too long, is kept with the name of its input."""
    monkeypatch.setitem(fuzz.TARGETS, "json", (fuzz.one_document, lambda _: [][0]))
    kept = fuzz.tried("json", 7, 0)
    assert kept.kind.startswith("IndexError")
    assert kept.seed == "json-7-0"
    monkeypatch.setattr(fuzz, "SLOW_S", -1.0)
    monkeypatch.setitem(fuzz.TARGETS, "json", (fuzz.one_document, lambda _: None))
    assert fuzz.tried("json", 7, 0).kind == "slow"


FOUND = [("document", 106, 1), ("json", 102, 509), ("document", 110, 9), ("document", 109, 36)]
"""What a run of it found, and which then was mended: target, seed, number."""


@pytest.mark.parametrize(("target", "seed", "number"), FOUND)
def test_what_was_found_stays_mended(target: str, seed: int, number: int) -> None:
    """An input that once ended in a traceback ends in none."""
    kept = fuzz.tried(target, seed, number)
    assert kept is None or kept.kind == "slow"
