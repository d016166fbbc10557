"""What a person declares of the sources."""

from pathlib import Path

import pytest

from incidentlab.load import load
from incidentlab.parse import declared
from incidentlab.tables import BadInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a log and a metric."""
    (tmp_path / "app.log").write_text("2026-01-31T09:24:02Z ERROR boom\n")
    (tmp_path / "p99.csv").write_text("time,p50,p99\n2026-01-31T09:24:00Z,0.1,0.9\n2026-01-31T09:24:15Z,0.2,0.3\n")
    return tmp_path


def test_a_clock_moves_all_times_of_its_source(folder: Path) -> None:
    """The times of a clock that is ahead are moved back, a drift is counted from the first, and the ledger says so."""
    (folder / declared.NAME).write_text(
        "p99.csv: {ahead_s: 2, drift_ppm: 1000, error_s: 0.5}\napp.log: {ahead_s: -1}\n"
    )
    incident = load(folder)
    assert [f"{ts:%S.%f}" for ts in incident.readings["ts"].unique()] == ["58.000000", "12.985000"]
    assert f"{incident.logs['ts'].iloc[0]:%S}" == "03"
    assert incident.clocks[["source", "error_s", "by", "line"]].values.tolist() == [
        ["app.log", 0.1, "declared", 2],
        ["p99.csv", 0.5, "declared", 1],
    ]
    assert (
        "its clock is 2 s ahead, as is declared" in incident.ledger.set_index("source").loc["readings:p99.csv", "gap"]
    )


def test_limits_are_of_a_file_or_of_a_series(folder: Path) -> None:
    """A limit holds for all series of a file, or for those that are named."""
    (folder / declared.NAME).write_text("p99.csv:\n  most: {p99: 0.5}\n  least: 0\n")
    readings = load(folder).readings
    assert readings[["series", "most", "least"]].drop_duplicates().fillna(-1).values.tolist() == [
        ["p50", -1, 0],
        ["p99", 0.5, 0],
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p9.csv: {most: 1}", r"sources.yaml:1: p9.csv is none of the sources; did you mean p99.csv\?"),
        ("0x10: {most: 1}", "0x10 is none of the sources"),
        ("yes: {most: 1}", "yes is none of the sources"),
        ("<<: {most: 1}", "<< is none of the sources"),
        ("a: {b: 1}", "declares 'b'; it takes"),
        ("a: 5", "has nothing declared; it takes"),
        ("a: {most: fast}", "write a number"),
        ("a: {ahead_s: 1.0e+9}", "no property of a clock"),
        ("a: {error_s: -1}", "no property of a clock"),
        ("a: {clock: unknown, ahead_s: 1}", "declared and unknown; say one of the two"),
        ("a: {clock: odd}", "clock: unknown"),
        ("a: 2020-13-45", "what is no number"),
        ("a: !!python/object:os.system {}", "what is no number"),
        ("? [a]\n: {most: 1}", "must name sources"),
        ("[]", "must name sources"),
        ("a: {", "no YAML"),
        ("app.log: {most: 1}", "no series at all, and a limit is of a metric"),
        ("p99.csv: {most: {p95: 1}}", "no series 'p95'; it has p50, p99"),
    ],
)
def test_what_cannot_be_declared(folder: Path, text: str, said: str) -> None:
    """What nobody can declare is one line that says where, and what can be."""
    (folder / declared.NAME).write_text(text)
    with pytest.raises(BadInput, match=said):
        load(folder)
