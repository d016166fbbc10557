"""A scan: what the program prints is kept without what leaks, and where there is none, that is said."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from incidentlab.bundle import write
from incidentlab.collect import images, scans
from incidentlab.collect.steps import Steps
from incidentlab.load import load
from incidentlab.redact import Redactor
from incidentlab.tables import EngineTrouble

SECRET = "hunter2-in-the-image"
REPORT = {
    "SchemaVersion": 2,
    "CreatedAt": "2030-05-01T10:00:00Z",
    "ArtifactName": "shop/web:1",
    "ArtifactType": "container_image",
    "Metadata": {
        "ImageID": "sha256:c0ffee",
        "ImageConfig": {"config": {"Env": [f"API_TOKEN={SECRET}"]}, "history": [{"created_by": f"ENV T={SECRET}"}]},
    },
    "Results": [
        {
            "Target": "shop/web:1 (debian 12.5)",
            "Class": "os-pkgs",
            "Type": "debian",
            "Packages": [{"Name": "libalpha"}],
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-2030-1001", "PkgName": "libalpha", "InstalledVersion": "1",
                 "FixedVersion": "2", "Severity": "HIGH", "Title": "reads \x1b[31mpast\x1b[0m the end"},
            ],
        },
        {
            "Target": "/app/.env",
            "Class": "secret",
            "Secrets": [{"RuleID": "token", "Match": "API_TOKEN=*****", "Code": {"Lines": [{"Content": SECRET}]}}],
        },
    ],
}  # fmt: skip
FOUND = [{"inspect": {"Id": "sha256:c0ffee", "RepoTags": ["shop/web:1"]}, "history": []}]


def program(folder: Path, body: str) -> None:
    """Put a program called trivy into a folder."""
    path = folder / "trivy"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    return folder


@pytest.fixture
def scanner(only: Path) -> Path:
    """Install a scanner that prints a report with a secret and terminal escapes in it."""
    report, version = only / "report.json", {"VulnerabilityDB": {"UpdatedAt": "2030-04-30T00:00:00Z"}}
    report.write_text(json.dumps(REPORT))
    told = json.dumps(version)
    program(only, f"case $1 in version) echo '{told}';; *) /bin/cat {report};; esac")
    return only


def captured(folder: Path) -> dict[str, Any]:
    """Write a bundle with what is scanned, and return its row of the ledger."""
    redactor = Redactor(b"key")
    with write(folder, project="shop", scrub=redactor) as out:
        steps = Steps(out, None, total=1, files=False, scan=True)
        reports = images.scanned(FOUND, steps)
        images.write(None, FOUND, reports, steps)  # type: ignore[arg-type]  # no file of a layer is asked for
        (row,) = out.ledger
    return row


@pytest.mark.usefixtures("scanner")
def test_a_scan_is_in_the_bundle_with_the_date_of_its_data(tmp_path: Path) -> None:
    """Vulnerabilities and their layer are there, and how old the scanner's data are."""
    assert captured(tmp_path / "bundle")["error"] is None
    loaded = load(tmp_path / "bundle")
    assert loaded.vulnerabilities[["vulnerability", "package"]].to_numpy().tolist() == [["CVE-2030-1001", "libalpha"]]
    assert f"{loaded.scans['data_updated'].iloc[0]:%Y-%m-%d}" == "2030-04-30"
    assert loaded.scans["secrets"].iloc[0] == 1


@pytest.mark.usefixtures("scanner")
def test_neither_a_secret_nor_an_escape_is_written(tmp_path: Path) -> None:
    """The image's configuration, the code around a secret and terminal escapes stay out of the bundle."""
    captured(tmp_path / "bundle")
    written = (tmp_path / "bundle" / "scans.jsonl").read_bytes()
    assert SECRET.encode() not in written
    assert b"u001b" not in written
    assert b"reads past the end" in written


@pytest.mark.usefixtures("only")
def test_without_the_program_one_row_says_so(tmp_path: Path) -> None:
    """No scanner, no finding: the ledger says that nothing was looked at, and how to have it."""
    error = captured(tmp_path / "bundle")["error"]
    assert "trivy is not on PATH" in error
    assert "incidentlab[trivy]" in error
    assert "not known to be without findings" in error
    assert not (tmp_path / "bundle" / "scans.jsonl").exists()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("echo '2030-05-01T10:00:00Z\tFATAL\tFatal error: no such database' >&2; exit 1", "no such database"),
        ("echo '{'", "no JSON"),
        ("echo '[]'", "no report"),
        ("exit 3", "status 3"),
    ],
    ids=["no database", "cut off", "no report", "silent"],
)
def test_a_scanner_that_fails_is_an_error_not_an_empty_scan(only: Path, body: str, says: str) -> None:
    """Whatever goes wrong is told in the scanner's own words."""
    program(only, body)
    with pytest.raises(EngineTrouble, match=says):
        scans.scan("shop/web:1")
    assert scans.data_updated() is None
