"""Throw damaged evidence at every door and count what does not end in evidence or in an error of ours.

    python lab/fuzz/fuzz.py json --seconds 600 --seed 7 -o build/fuzz

Each target makes inputs from a seed: real evidence of `data/`, broken a little (bytes) or in its shape (values of
documents). An input that raises anything but an `IncidentlabError`, or that takes longer than a second, is kept: the
smallest of each kind, beside `report.json` with the counts. The same seed gives the same inputs in the same order.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from incidentlab.bundle.archive import unpack
from incidentlab.investigate import investigate
from incidentlab.load import PARSERS, load
from incidentlab.parse.kinds import kind_of
from incidentlab.redact import Redactor
from incidentlab.report.answer import page
from incidentlab.report.document import document
from incidentlab.report.postmortem import read as human
from incidentlab.tables import BadInput, BadParameter, EngineTrouble

DATA = Path(__file__).parent.parent.parent / "data"
OURS = (BadInput, BadParameter, EngineTrouble)
"""`BadTable` is not among them: it is a mistake in a program."""
SLOW_S = 1.0
RECORDINGS = ("startup-race", "oom", "postgres-kill", "healthcheck-exec")
KINDS = {
    "containers.jsonl": "inspect",
    "events.jsonl": "events",
    "samples.jsonl": "samples",
    "images.jsonl": "images",
    "compose.json": "config",
    "engine.json": "engine",
}
MATERIAL = json.loads(Path(__file__).with_name("material.json").read_text(encoding="utf-8"))
VALUES: list[Any] = MATERIAL["values"]
"""What is put where something else is meant."""
TOKENS = [token.encode("latin-1") for token in MATERIAL["tokens"]]
"""What means something to some reader."""

Make = Callable[[random.Random], Any]
Run = Callable[[Any], None]


class Kept(NamedTuple):
    """An input that did what none may do."""

    kind: str
    seed: str
    seconds: float
    data: bytes


@cache
def texts() -> list[bytes]:
    """Return logs and pasted text to break."""
    logs = [path.read_bytes()[:6000] for name in RECORDINGS for path in sorted((DATA / name / "logs").glob("*.log"))]
    zoo = [
        path.read_bytes()[:4000]
        for path in sorted((DATA.parent / "lab" / "zoo" / "recorded").rglob("*"))[:60]
        if path.is_file()
    ]
    prefixed = [b"".join(b"web-1  | " + line + b"\n" for line in text.split(b"\n")[:40]) for text in logs[:12]]
    return [text for text in [*logs, *zoo, *prefixed] if text]


@cache
def documents() -> list[tuple[str, Any]]:
    """Return documents to break, each with its kind."""
    found = []
    for name in RECORDINGS:
        for file, kind in KINDS.items():
            place = DATA / name / file
            if place.exists():
                lines = place.read_bytes().splitlines() if file.endswith("l") else [place.read_bytes()]
                found += [(kind, json.loads(line)) for line in lines[:25]]
    return [*found, *((kind, value) for kind, value in MATERIAL["documents"])]


def broken_bytes(data: bytes, dice: random.Random) -> bytes:
    """Return bytes with some cut, doubled, changed, or strange ones put in."""
    found = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        place = dice.randrange(len(found) + 1)
        end = min(len(found), place + dice.choice((1, 1, 8, 80, 800)))
        what = dice.randrange(6)
        if what == 0:
            del found[place:end]
        elif what == 1:
            found[place:place] = found[place:end]
        elif what == 2 and place < len(found):
            found[place] = dice.randrange(256)
        elif what == 3:
            found[place:place] = dice.choice(TOKENS) * dice.choice((1, 1, 1, 3, 200))
        elif what == 4:
            other = dice.choice(texts())
            found[place:end] = other[dice.randrange(len(other)) :][:400]
        else:
            lines = bytes(found).split(b"\n")
            dice.shuffle(lines)
            found = bytearray(b"\n".join(lines))
    return bytes(found[:100_000])


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))


def broken_document(value: Any, dice: random.Random) -> Any:
    """Return a document with a few values of another type, gone, nested, or under another name."""
    found = json.loads(json.dumps(value))
    for _ in range(dice.choice((1, 1, 2, 5))):
        every = list(paths(found))
        if not every:
            return dice.choice(VALUES)
        path, inner = dice.choice(every), found
        for key in path[:-1]:
            inner = inner[key]
        break_member(inner, path[-1], dice)
    return found


def break_member(inner: Any, key: Any, dice: random.Random) -> None:
    """Break one member of an object or a list."""
    what = dice.randrange(8)
    if what == 0 and isinstance(inner, dict):
        del inner[key]
    elif what == 1 and isinstance(inner, dict):
        inner[dice.choice(["", "\0", "\ud800", "Id", "State", "name", "x" * 300])] = inner.pop(key)
    elif what == 2:
        for _ in range(dice.choice((1, 5, 90, 300))):
            inner[key] = [inner[key]]
    elif what == 3:
        inner[key] = {"x": inner[key]}
    else:
        inner[key] = dice.choice(VALUES)


def dumped(value: Any, dice: random.Random) -> bytes:
    """Return a document as JSON, sometimes with what is none."""
    data = json.dumps(value).encode("utf-8", "surrogatepass")
    return broken_bytes(data, dice) if dice.random() < 0.2 else data


def one_document(dice: random.Random) -> tuple[str, bytes]:
    """Return a few broken documents of one kind, one per line or in a list."""
    kind, value = dice.choice(documents())
    same = [other for one, other in documents() if one == kind]
    several = [broken_document(value, dice), *dice.choices(same, k=dice.choice((0, 0, 1, 3)))]
    dice.shuffle(several)
    if dice.random() < 0.2:
        return kind, dumped(several, dice)
    return kind, b"\n".join(dumped(one, dice) for one in several)


def parse_one(made: tuple[str, bytes]) -> None:
    """Read a document as its kind, and as whatever it is taken for."""
    kind, data = made
    for reader in {kind, kind_of(data)}:
        PARSERS[reader](data, file="x")


def load_and_answer(data: bytes) -> None:
    """Load a text and answer it in words and as JSON."""
    found = investigate(load(data))
    page(found)
    json.dumps(document(found, "x"))


def members(dice: random.Random) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Give members of an archive, some of them strange."""
    names = [
        "a.log",
        "a.log",
        "A.log",
        "b/c.log",
        "b",
        "../x.log",
        "/x.log",
        "x\0y",
        "x" * 300,
        "e\u0301.log",
        ".",
        "",
        "b/../a.log",
        "manifest.json",
        "C:x",
        "a\\b",
        "\udcff.log",
    ]
    types = [tarfile.REGTYPE] * 8 + [
        tarfile.DIRTYPE,
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.GNUTYPE_SPARSE,
        b"9",
    ]
    for _ in range(dice.choice((1, 2, 5))):
        kind = dice.choice(types)
        data = dice.choice(texts())[:500] if kind == tarfile.REGTYPE else b""
        yield (
            dice.choice(names),
            data,
            {"type": kind, "linkname": dice.choice(["", "a.log", "/etc/passwd"]), "mode": dice.randrange(0o7777)},
        )


def one_archive(dice: random.Random) -> tuple[str, bytes]:
    """Return an archive, packed somehow and broken somewhere."""
    out = io.BytesIO()
    form = dice.choice([".zip", ".tar", ".tgz"])
    warnings.simplefilter("ignore")
    if form == ".zip":
        with zipfile.ZipFile(
            out, "w", dice.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
        ) as packed:
            for name, data, facts in members(dice):
                packed.writestr(zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x"), data)
                packed.filelist[-1].external_attr = facts["mode"] << 16
    else:
        packing = dice.choice(["", "gz", "bz2", "xz"])
        with tarfile.open(fileobj=out, mode=f"w:{packing}", format=dice.choice([0, 1, 2])) as tar:  # type: ignore[call-overload]
            for name, data, facts in members(dice):
                member = tarfile.TarInfo(name)
                member.size = len(data)
                for key, value in facts.items():
                    setattr(member, key, value)
                try:
                    tar.addfile(member, io.BytesIO(data))
                except (UnicodeError, ValueError, AttributeError):
                    continue
    data = out.getvalue()
    return form, broken_bytes(data, dice) if dice.random() < 0.8 else data


def unpack_one(made: tuple[str, bytes]) -> None:
    """Unpack an archive; now and then load it whole."""
    form, data = made
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        place = Path(folder) / f"x{form}"
        place.write_bytes(data)
        if len(data) % 8 == 0:
            load(place)
        else:
            (Path(folder) / "out").mkdir()
            unpack(place, Path(folder) / "out")


def one_bundle(dice: random.Random) -> dict[str, bytes]:
    """Return the files of a bundle with one or two broken, its hashes right or not."""
    name = dice.choice(RECORDINGS)
    files = {
        str(path.relative_to(DATA / name)): path.read_bytes()
        for path in (DATA / name).rglob("*")
        if path.is_file() and path.stat().st_size < 60_000
    }
    for file in dice.sample(sorted(files), k=dice.choice((1, 2))):
        if file.endswith((".json", ".jsonl")):
            lines = files[file].split(b"\n") if file.endswith("l") else [files[file]]
            place = dice.randrange(len(lines))
            if lines[place].strip():
                lines[place] = dumped(broken_document(json.loads(lines[place]), dice), dice)
            files[file] = b"\n".join(lines)
        else:
            files[file] = broken_bytes(files[file], dice)
    return files


def read_bundle(files: dict[str, bytes]) -> None:
    """Load a bundle and answer it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for name, data in files.items():
            place = Path(folder) / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(data)
        incident = load(folder)
        page(investigate(incident))


def one_human(dice: random.Random) -> str:
    """Return what people wrote, broken."""
    text = (
        b"status: draft\nsummary: |\n  It broke.\nlessons: [Probes can lie]\nimpact:\n  users: '12'\n"
        b"milestones:\n  detected: 2026-01-31T09:24:00Z\nactions:\n  - what: fix\n    owner: me\n"
    )
    return broken_bytes(text, dice).decode("utf-8", "replace")


TARGETS: dict[str, tuple[Make, Run]] = {
    "json": (one_document, parse_one),
    "document": (lambda dice: one_document(dice)[1], load_and_answer),
    "text": (lambda dice: broken_bytes(dice.choice(texts()), dice), load_and_answer),
    "line": (
        lambda dice: broken_bytes(dice.choice(texts())[:600], dice),
        lambda data: PARSERS["text"](data, file="x") and None,
    ),
    "redact": (
        lambda dice: broken_bytes(dice.choice(texts())[:2000], dice),
        lambda data: Redactor(b"key").raw(data) and None,
    ),
    "archive": (one_archive, unpack_one),
    "bundle": (one_bundle, read_bundle),
    "human": (one_human, lambda text: human(text) and None),
}


def tried(target: str, seed: int, number: int) -> Kept | None:
    """Make one input and run it; return it where it did what none may do."""
    make, run = TARGETS[target]
    made = make(random.Random(f"{target}-{seed}-{number}"))  # noqa: S311  # the same dice again
    began, used, kind = time.perf_counter(), time.process_time(), ""
    try:
        run(made)
    except OURS:
        pass
    except Exception as error:  # that is what is looked for
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "incidentlab" in frame.filename and "/lib/" in frame.filename][-1:]
        place = f"{Path(own[0].filename).name}:{own[0].name}" if own else "?"
        kind = f"{type(error).__name__} in {place}: {str(error)[:80]!r}"
    took = min(time.perf_counter() - began, time.process_time() - used)  # other programs' time is not this one's
    if not kind and took > SLOW_S:
        kind = "slow"
    return Kept(kind, f"{target}-{seed}-{number}", took, repr(made).encode("utf-8", "replace")) if kind else None


def main() -> int:
    """Run one target for so long; print and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", type=Path, default=Path("build/fuzz"))
    asked = parser.parse_args()
    kinds: dict[str, list[Any]] = {}
    number, until = 0, time.monotonic() + asked.seconds
    while time.monotonic() < until:
        if (kept := tried(asked.target, asked.seed, number)) is not None:
            entry = kinds.setdefault(kept.kind, [0, kept])
            entry[0] += 1
            entry[1] = min(entry[1], kept, key=lambda one: len(one.data))
        number += 1
    asked.out.mkdir(parents=True, exist_ok=True)
    found = {
        kind: {"times": times, "seed": kept.seed, "seconds": kept.seconds, "input": kept.data.decode()[:3000]}
        for kind, (times, kept) in kinds.items()
    }
    report = {"target": asked.target, "seed": asked.seed, "inputs": number, "found": found}
    (asked.out / f"{asked.target}-{asked.seed}.json").write_text(json.dumps(report, indent=1))
    every = sum(times for times, _ in kinds.values())
    sys.stdout.write(f"{asked.target} {asked.seed}: {number} inputs, {every} found, of {len(kinds)} kinds\n")
    for kind, (times, kept) in kinds.items():
        sys.stdout.write(f"  {times:6d}  {kind}  ({kept.seed}, {kept.seconds:.1f} s)\n")
    return bool(kinds)


if __name__ == "__main__":
    sys.exit(main())
