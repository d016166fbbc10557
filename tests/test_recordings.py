"""The recorded incidents are golden: the planted cause is found, and nothing is found in the quiet control."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from incidentlab.incident import Incident
from incidentlab.investigate import Investigation
from incidentlab.report.document import document

Investigated = Callable[[str], Investigation]
Recorded = Callable[[str], Incident]
DATA = Path(__file__).parent.parent / "data"
RECORDINGS = sorted(path.parent.name for path in DATA.glob("*/ground-truth.json"))


def truth(name: str) -> dict[str, Any]:
    """Return what was planted."""
    planted: dict[str, Any] = json.loads((DATA / name / "ground-truth.json").read_text())
    return planted


def raw(name: str, file: str, line: int, pointer: str | None) -> Any:
    """Return what stands at a place of a recording: a line, or what a JSON pointer finds in it."""
    text = (DATA / name / file).read_bytes().split(b"\n")[line - 1]
    if pointer is None:
        return text
    value = json.loads(text)
    for part in pointer.strip("/").split("/"):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def test_the_seven_are_there() -> None:
    """The recordings of the first issue are committed."""
    assert {
        "startup-race", "startup-race-down", "fixed", "false-healthy", "wrong-host", "bad-password", "healthcheck-exec",
    } <= set(RECORDINGS)  # fmt: skip


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_planted_cause_is_the_verdict(name: str, investigated: Investigated) -> None:
    """Category, service and dependency of the verdict are those that were planted."""
    verdict = document(investigated(name), name)["verdict"]
    planted = truth(name)
    assert {key: verdict[key] for key in ("category", "service", "dependency")} == {
        key: planted[key] for key in ("category", "service", "dependency")
    }


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_evidence_row_exists(name: str, investigated: Investigated) -> None:
    """Each place that a finding cites is there, and a finding other than benign or unknown cites at least one."""
    answer = document(investigated(name), name)
    for finding in answer["findings"]:
        assert finding["evidence"] or finding["category"] in ("benign", "unknown")
        for row in finding["evidence"]:
            assert raw(name, row["file"], row["line"], row["pointer"]) not in (b"", None)


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_line_is_lost_or_unread(name: str, recorded: Recorded) -> None:
    """Every line of every log file is one row, and none is unknown to the parsers."""
    incident = recorded(name)
    for file, rows in incident.logs.groupby("file"):
        lines = (DATA / name / str(file)).read_bytes().removesuffix(b"\n").split(b"\n")
        assert len(rows) == len(lines), file
    assert incident.unparsed == 0


@pytest.mark.parametrize("name", RECORDINGS)
def test_run_times_equal_those_of_inspect_to_the_nanosecond(name: str, investigated: Investigated) -> None:
    """Each run that an inspect saw has exactly its StartedAt, and its FinishedAt once it had ended."""
    lived = investigated(name).lifetimes.set_index(["container_id", "started"])
    for text in (DATA / name / "containers.jsonl").read_text().splitlines():
        seen = json.loads(text)["inspect"]
        started, finished = (pd.Timestamp(seen["State"][key]) for key in ("StartedAt", "FinishedAt"))
        if started.year == 1:
            continue
        run = lived.loc[(seen["Id"], started)]
        if seen["State"]["Status"] == "exited":
            assert run["finished"] == finished


@pytest.mark.parametrize("name", RECORDINGS)
def test_start_and_die_events_equal_the_engine_s(name: str, investigated: Investigated) -> None:
    """Each start and die event of the engine is the event of exactly one run, to the nanosecond."""
    lived = investigated(name).lifetimes
    for action, column in (("start", "start_event"), ("die", "die_event")):
        said = [
            (event["Actor"]["ID"], event["timeNano"])
            for event in map(json.loads, (DATA / name / "events.jsonl").read_text().splitlines())
            if event["Type"] == "container" and event["Action"] == action
        ]
        told = lived[lived[column].notna()]
        ours = list(zip(told["container_id"], told[column].astype("int64"), strict=True))
        assert sorted(ours) == sorted(said)


@pytest.mark.parametrize("name", RECORDINGS)
def test_probe_times_equal_those_of_inspect_to_the_nanosecond(name: str, recorded: Recorded) -> None:
    """The probes are exactly the distinct entries of every health log that was inspected."""
    said = {
        (seen["Id"], pd.Timestamp(entry["Start"]).value, pd.Timestamp(entry["End"]).value, entry["ExitCode"])
        for seen in (
            json.loads(text)["inspect"] for text in (DATA / name / "containers.jsonl").read_text().splitlines()
        )
        for entry in ((seen["State"].get("Health") or {}).get("Log") or [])
    }
    probes = recorded(name).probes
    ours = zip(
        probes["container_id"],
        probes["start"].astype("int64"),
        probes["end"].astype("int64"),
        probes["exit_code"],
        strict=True,
    )
    assert sorted(ours) == sorted(said)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_small_and_holds_no_secret(name: str) -> None:
    """A recording is under 800 kB, and the passwords of the lab are not in it."""
    files = [path for path in (DATA / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 800_000
    compose = (DATA.parent / "lab" / "compose.yaml").read_text()
    assert "payflow-lab" in compose
    assert not [path for path in files if b"payflow-lab" in path.read_bytes()]
