"""A log, a metric, deploys and notes of one incident: what is told of them, and by which rows."""

import json
from pathlib import Path

import pytest

from incidentlab.investigate import Investigation, investigate
from incidentlab.load import load
from incidentlab.report.answer import answer, page
from incidentlab.report.document import document
from incidentlab.report.postmortem import draft, uncited
from incidentlab.report.postmortem.statement import claims

DEPLOYS = """time,service,author,deploy
2026-03-03T16:00:00Z,checkout,ada,checkout 2.6
2026-03-04T10:11:30Z,checkout,ada,checkout 2.7
2026-03-04T10:21:30Z,checkout,grace,checkout 2.6 again
"""
NOTES = "time,author,note\n2026-03-04T10:16Z,grace,customers call: the basket hangs\n"


def log() -> str:
    """Return the log of a program with two bursts of errors."""
    lines = []
    for minute in range(30):
        lines.append(f"2026-03-04T10:{minute:02}:05.120Z INFO  [checkout] order {1000 + minute} accepted")
        if 13 <= minute < 16 or minute == 20:
            lines += [
                f"2026-03-04T10:{minute}:{s}.500Z ERROR [checkout] no quote for order {minute}" for s in (11, 30, 50)
            ]
    return "\n".join(lines) + "\n"


def latency(worst: float) -> str:
    """Return a metric, one reading a minute, that is high for nine of them."""
    rows = [f"2026-03-04T10:{m:02}:00Z,{worst if 13 <= m < 22 else 0.11 + m % 3 / 100}" for m in range(31)]
    return "\n".join(["time,p99_seconds", *rows]) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a log, a metric, deploys and notes."""
    texts = {"checkout.log": log(), "latency.csv": latency(0.9), "deploys.csv": DEPLOYS, "notes.csv": NOTES}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def found(folder: Path) -> Investigation:
    """Return what is known of it."""
    return investigate(load(folder))


def told(found: Investigation) -> dict[str, list[str]]:
    """Return the sentences of the draft with the places that each cites."""
    made = draft(found).internal
    assert uncited(made) == []
    return {claim.said: [f"{cite.file}:{cite.line}" for cite in claim.evidence] for claim in claims(made)}


def test_the_draft_tells_bursts_breach_and_deploy(found: Investigation) -> None:
    """The draft tells the bursts of errors, the breach, the deploy before it and the one after, and cites all of it."""
    sentences = told(found)
    for sentence, place in {
        "checkout: 9 errors, 3.4 a minute": "checkout.log:15",
        "checkout: 3 errors, 4.6 a minute": "checkout.log:31",
        "p99_seconds rose from 0.12 to 0.9 in 9 readings, from 10:13:00 to 10:22:00": "latency.csv:15",
        "The last deploy of checkout before it: “ada: checkout 2.7” at 10:11:30, 1 min 30 s before": "deploys.csv:3",
        "A deploy at 10:21:30: grace: checkout 2.6 again": "deploys.csv:4",
        "incidentlab read 42 log lines, 0 engine events and 0 probes, 4 notes and 31 readings of metrics": "ledger:1",
    }.items():
        (cited,) = (places for said, places in sentences.items() if said.startswith(sentence))
        assert place in cited


def test_the_timeline_of_the_draft_has_people_and_deploys(found: Investigation) -> None:
    """The table of the timeline has the note with its author and error bar, and no deploy that was replaced before."""
    sentences = told(found)
    (row,) = (said for said in sentences if "10:16:00 ± 60 s" in said and "grace: customers call" in said)
    assert sentences[row] == ["notes.csv:2"]
    assert not any("deploys.csv:2" in places for places in sentences.values())


def test_the_answer_tells_breach_and_deploy(found: Investigation) -> None:
    """`diagnose` tells the breach and the deploy before it with their places, in text, in a notebook and as JSON."""
    text = " ".join(page(found).split())
    assert "p99_seconds rose from 0.12 to 0.9 in 9 readings, from 10:13:00 to 10:22:00" in text
    assert "No row shows that it is the cause. [deploys.csv:3] [latency.csv:15] [checkout.log:15]" in text
    assert "Beside the logs" in answer(found).text
    told = json.loads(json.dumps(document(found, "x")))["beside"]
    assert [one["evidence"][0]["file"] for one in told] == ["latency.csv", "deploys.csv"]


def test_a_declared_limit_is_what_counts(folder: Path) -> None:
    """With a declared limit, that limit is told; a limit that nothing passed is no breach, whatever stepped."""
    (folder / "sources.yaml").write_text("latency.csv: {most: 0.5}\n")
    assert "p99_seconds above its limit of 0.5 in 9 readings" in page(investigate(load(folder)))
    (folder / "sources.yaml").write_text("latency.csv: {most: 2}\n")
    assert "p99_seconds" not in page(investigate(load(folder)))


def test_an_order_that_nobody_knows_is_told_as_unknown(folder: Path) -> None:
    """A deploy within the error of the breach is not said to stand before it."""
    (folder / "deploys.csv").write_text("time,deploy\n2026-03-04T10:12:30Z,checkout 2.7\n")
    text = " ".join(page(investigate(load(folder))).split())
    assert "30.0 s from “p99_seconds rose from 0.12 to 0.9 in 9 readings”, within the error of 1 min" in text
    assert "which came first is unknown" in text
    (folder / "deploys.csv").write_text("time,deploy\n2026-03-04T10:13Z,checkout 2.7\n")
    assert "A deploy at about the same time" in page(investigate(load(folder)))


def test_a_breach_beside_a_quiet_log_is_told() -> None:
    """Where the log tells of no failure, a breach still makes a whole draft."""
    quiet = "".join(line + "\n" for line in log().splitlines() if "INFO" in line)
    found = investigate(load([quiet, latency(0.9)]))
    assert any(said.startswith("p99_seconds rose") for said in told(found))


def test_an_alarm_is_a_detection(folder: Path) -> None:
    """An alarm that was written down stands under detection, and in the answer."""
    (folder / "alarms.csv").write_text("time,alarm\n2026-03-04T10:15:00Z,p99 is high\n")
    found = investigate(load(folder))
    assert "Alarm at 10:15:00: p99 is high. [alarms.csv:2]" in " ".join(page(found).split())
    (section,) = (one for one in draft(found).internal.sections if one.title == "Detection")
    assert "p99 is high" in str(section.nodes[0])


def test_what_somebody_wrote_is_cut_and_harmless(folder: Path) -> None:
    """A long text is cut where it is told, and neither a tag nor an escape sequence in it reaches page or terminal."""
    hostile = "<img src=x>\x1b[31m" + "x" * 5000
    (folder / "deploys.csv").write_text(f"time,service,deploy\n2026-03-04T10:11:30Z,{hostile},{hostile}\n")
    (folder / "latency.csv").write_text(latency(0.9).replace("p99_seconds", hostile))
    found = investigate(load(folder))
    assert "\x1b" not in page(found)
    assert len(page(found)) < 6000
    assert "<img" not in answer(found).html
    assert found.timeline["service"].dropna().unique().tolist() == ["checkout"]
