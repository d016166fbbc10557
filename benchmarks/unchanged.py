"""Whether every table and every answer is what it was: for changes that are to gain time and nothing else.

    python benchmarks/unchanged.py --write FILE     before the change
    python benchmarks/unchanged.py FILE             after it; exits with 1 where anything differs

Looked at are the recordings in `data/`, large logs of each kind, and texts made from seeds: lines of real programs
(`lab/zoo/recorded`) behind Compose's prefix, the engine's stamp, colours or nothing, some of them damaged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import big_logs
import pandas as pd

from incidentlab import tables
from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.redact import key
from incidentlab.report.answer import page
from incidentlab.report.document import document

ROOT = Path(__file__).parent.parent
RESULTS = ("marks", "failures", "lifetimes", "attempts", "phases", "timeline", "harms", "findings", "evidence",
           "restarts", "loop_ends", "backoffs", "health", "health_probes", "milestones", "audit")  # fmt: skip
_DAMAGES = (b"\xff", b"\0", b"\r", b"\x1b[31m", "é".encode()[:1])


def sources(count: int) -> Iterator[tuple[str, bytes | Path]]:
    """Yield each source by a name."""
    for kind in big_logs.KINDS:
        yield f"large {kind}", "".join(islice(big_logs.lines(kind), 20_000)).encode()
    for seed in range(count):
        yield f"text {seed}", text(seed)
    for manifest in sorted(ROOT.glob("data/*/manifest.json")):
        yield manifest.parent.name, manifest.parent


def text(seed: int) -> bytes:
    """Return a text of some programs' lines, written down in one of the ways in which logs are passed on."""
    dice, stamp = random.Random(seed), big_logs.START  # noqa: S311  # a reproducible input, no secret
    places = sorted(path for path in (ROOT / "lab" / "zoo" / "recorded").rglob("*") if path.is_file())
    programs = {f"{place.parent.name}-1": place.read_bytes().splitlines() for place in dice.sample(places, 3)}
    prefixed, stamped, coloured = (dice.random() < chance for chance in (0.8, 0.6, 0.3))
    written = []
    for _ in range(dice.randrange(20, 400)):
        name = dice.choice(list(programs))
        stamp += dice.randrange(10**8)
        now = datetime.fromtimestamp(stamp // 10**9, UTC)
        head = f"{name:<14}  | " if prefixed else ""
        head = f"\x1b[36m{head}\x1b[0m" if coloured else head
        head += f"{now:%Y-%m-%dT%H:%M:%S}.{stamp % 10**9:09}Z " if stamped else ""
        written.append(head.encode() + dice.choice(programs[name] or [b""]))
    data = b"\n".join(written) + b"\n"
    cut = dice.randrange(len(data))
    return data[:cut] + dice.choice(_DAMAGES) + data[cut:] if dice.random() < 0.3 else data


def hashes(source: bytes | Path) -> dict[str, str]:
    """Return a hash of every table of a source, of the page, and of the JSON."""
    try:
        incident = load(source)
    except tables.BadInput as error:
        return {"refused": str(error)}
    found = investigate(incident)
    evidence = {table.name: getattr(incident, table.name) for table in (*tables.EVIDENCE_TABLES, tables.LEDGER)}
    frames = evidence | {name: getattr(found, name) for name in RESULTS}
    return {name: _hash(frame) for name, frame in frames.items()} | _answers(found)


def _answers(found: Investigation) -> dict[str, str]:
    answers = {"page": page(found), "json": json.dumps(document(found, "source"))}
    return {name: hashlib.sha256(answer.encode()).hexdigest() for name, answer in answers.items()}


def _hash(frame: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(frame).to_numpy().tobytes() if len(frame) else b""
    return hashlib.sha256(f"{list(frame.dtypes.items())}".encode() + rows).hexdigest()


def main() -> None:
    """Write the hashes, or compare them."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("file", type=Path)
    ask.add_argument("--write", action="store_true", help="write the hashes instead of comparing them")
    ask.add_argument("--texts", type=int, default=200, help="how many texts are made")
    given = ask.parse_args()
    key.own = lambda: b"the same tokens in every run"
    found = {name: hashes(source) for name, source in sources(given.texts)}
    if given.write:
        given.file.write_text(json.dumps(found, indent=1))
        return
    was = json.loads(given.file.read_text())
    different = [
        f"{name}: {table}"
        for name, own in found.items()
        for table, value in own.items()
        if value != was.get(name, {}).get(table)
    ]
    print("\n".join(different) or f"nothing differs in {len(found)} sources")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
