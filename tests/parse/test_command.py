"""What a wrapped command printed, read as evidence."""

import json
import shutil
from pathlib import Path

import pandas as pd

from incidentlab.investigate import investigate
from incidentlab.load import load
from incidentlab.parse import command
from incidentlab.parse.kinds import kind_of

ROOT = Path(__file__).parent.parent.parent
UP = """\
 Network shop_default  Created
 Container shop-db-1  Started
Attaching to db-1, web-1
web-1  | listening on 8080
web-1 exited with code 1 (restarting)
dependency failed to start: container shop-db-1 is unhealthy
"""


def told(*texts: str) -> bytes:
    """Return a record of a command that printed lines, one a second."""
    head = {"at": "2026-01-01T00:00:00Z", "command": ["docker", "compose", "up"]}
    lines = [
        {"at": f"2026-01-01T00:00:{second:02d}Z", "stream": "stderr", "line": text}
        for second, text in enumerate(texts, 1)
    ]
    return "".join(f"{json.dumps(record)}\n" for record in [head, *lines]).encode()


def test_what_compose_says_is_kept_with_its_time() -> None:
    """Compose's own lines are rows with time, stream and the line of the record; what containers said is left out."""
    read = command.parse(told(*UP.splitlines()), file="command.jsonl")
    logs = read.frames["logs"]
    assert set(read.frames) == {"logs"}
    assert logs["line"].tolist() == [2, 3, 4, 7]
    assert logs["kind"].unique().tolist() == ["compose"]
    assert logs["stream"].unique().tolist() == ["stderr"]
    assert logs["ts"].iloc[-1] == pd.Timestamp("2026-01-01T00:00:06Z")


def test_a_record_is_known_by_its_content() -> None:
    """The file is recognised without a manifest, too."""
    assert kind_of(told("ready")) == "command"


def test_a_refusal_of_the_engine_names_the_cause(tmp_path: Path) -> None:
    """A bundle with what `up` printed says what the same words in a text say; a torn line is counted."""
    refused = (
        "Error response from daemon: driver failed programming external connectivity on endpoint payflow-frontend-1 "
        "(ab12): Bind for 0.0.0.0:8080 failed: port is already allocated"
    )
    (tmp_path / "command.jsonl").write_bytes(told(refused) + b'{"at": "2026')
    found = investigate(load(tmp_path))
    assert found.findings["category"].iloc[0] == "port_conflict"
    assert "1 lines are no JSON" in str(found.incident.ledger["truncated"].tolist())


def test_what_the_wrapped_command_repeats_changes_no_verdict(tmp_path: Path) -> None:
    """A recording with the output of `docker compose up` beside it has the verdict and the restarts that it had."""
    plain = ROOT / "data" / "crash-loop"
    both = tmp_path / "both"
    shutil.copytree(plain, both)
    manifest = json.loads((both / "manifest.json").read_text())
    manifest["files"]["command.jsonl"] = {"kind": "command", "open": True}
    (both / "manifest.json").write_text(json.dumps(manifest))
    lines = [f"auth-service-1 exited with code {number % 2} (restarting)" for number in range(9)]
    (both / "command.jsonl").write_bytes(told(*lines, *(f"auth-service-1  | Error: {line}" for line in lines)))
    one, other = investigate(load(plain)), investigate(load(both))
    columns = ["category", "service", "dependency", "confidence"]
    assert other.findings[columns].equals(one.findings[columns])
    assert len(other.lifetimes) == len(one.lifetimes)
