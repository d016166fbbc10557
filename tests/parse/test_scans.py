"""Trivy's reports: exact counts and rows, whatever a version leaves out, and nothing believed of a wrong shape."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.load import kind_of, load
from incidentlab.parse import scans
from incidentlab.parse.evidence import Evidence

FOUND = {
    "VulnerabilityID": "CVE-2030-1001",
    "PkgName": "libalpha",
    "InstalledVersion": "1.0-1",
    "FixedVersion": "1.0-2",
    "Status": "fixed",
    "Severity": "HIGH",
    "Title": "libalpha: reads past the end",
    "PrimaryURL": "https://example.org/CVE-2030-1001",
    "Layer": {"DiffID": "sha256:aa"},
}
REPORT = {
    "SchemaVersion": 2,
    "Trivy": {"Version": "0.76.0"},
    "CreatedAt": "2030-05-01T10:00:00.123456789Z",
    "ArtifactName": "shop/web:1",
    "ArtifactType": "container_image",
    "Metadata": {
        "OS": {"Family": "debian", "Name": "12.5", "EOSL": True},
        "ImageID": "sha256:c0ffee",
        "RepoDigests": ["shop/web@sha256:d1"],
    },
    "Results": [
        {"Target": "shop/web:1 (debian 12.5)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [FOUND]}
    ],
}


def parsed(report: object) -> Evidence:
    """Return what one report gives."""
    return scans.parse(json.dumps(report).encode(), file="scan.json")


def one(frame: pd.DataFrame) -> dict[str, object]:
    """Return the only row of a frame."""
    assert len(frame) == 1
    return frame.iloc[0].to_dict()


def test_a_scan_says_what_was_looked_at_and_with_what() -> None:
    """Artifact, image, system, scanner and time are exact; the data's own date is not known from a report."""
    scan = one(parsed(REPORT).frames["scans"])
    told = {key: scan[key] for key in ("artifact", "image_id", "digest", "os", "end_of_life", "scanner", "schema")}
    assert told == {
        "artifact": "shop/web:1",
        "image_id": "sha256:c0ffee",
        "digest": "shop/web@sha256:d1",
        "os": "debian 12.5",
        "end_of_life": True,
        "scanner": "trivy 0.76.0",
        "schema": 2,
    }
    assert scan["scanned"] == pd.Timestamp("2030-05-01T10:00:00.123456789Z")
    assert pd.isna(scan["data_updated"])
    assert (scan["vulnerabilities"], scan["ignored"], scan["targets"]) == (1, 0, 1)


def test_a_finding_leads_back_to_its_place_in_the_report() -> None:
    """A row names package, versions and layer, and its pointer resolves to the finding."""
    row = one(parsed(REPORT).frames["vulnerabilities"])
    assert (row["package"], row["version"], row["fixed_version"], row["layer"]) == (
        "libalpha", "1.0-1", "1.0-2", "sha256:aa",
    )  # fmt: skip
    value: object = REPORT
    for step in str(row["pointer"]).split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]  # type: ignore[index]
    assert value == FOUND


def test_a_bare_list_is_one_scan_of_schema_1() -> None:
    """Before Trivy 0.20 a report was a list of results: one scan, whose artifact is its first target."""
    listed = [
        {"Target": "old.tar (debian 9.9)", "Type": "debian", "Vulnerabilities": [FOUND, FOUND]},
        {"Target": "app/lock", "Type": "npm"},
    ]
    evidence = parsed(listed)
    scan = one(evidence.frames["scans"])
    assert (scan["artifact"], scan["schema"], scan["targets"]) == ("old.tar (debian 9.9)", 1, 2)
    assert evidence.frames["vulnerabilities"]["pointer"].tolist() == ["/0/Vulnerabilities/0", "/0/Vulnerabilities/1"]
    assert kind_of(json.dumps(listed).encode()) == "scans"


@pytest.mark.parametrize("gone", ["CreatedAt", "Trivy", "Metadata", "ArtifactType"])
def test_a_key_that_a_version_leaves_out_is_not_known(gone: str) -> None:
    """Each of these keys is absent in some version; the findings are read all the same."""
    evidence = parsed({key: value for key, value in REPORT.items() if key != gone})
    assert len(evidence.frames["vulnerabilities"]) == 1


def test_no_vulnerabilities_key_means_none_reported() -> None:
    """A result without findings has no key for them in most versions: 0, and the target is counted."""
    report = REPORT | {"Results": [{"Target": "bin/app", "Class": "lang-pkgs", "Type": "gobinary"}]}
    scan = one(parsed(report).frames["scans"])
    assert (scan["vulnerabilities"], scan["targets"]) == (0, 1)


def test_what_was_ignored_is_kept_and_told() -> None:
    """A scan that ignored a finding does not look like one that found nothing."""
    ignored = {"Type": "vulnerability", "Status": "ignored", "Statement": "no exploit here", "Finding": FOUND}
    other = {"Type": "secret", "Status": "ignored", "Finding": {"RuleID": "x"}}
    result = {"Target": "t", "Class": "os-pkgs", "Type": "debian", "ExperimentalModifiedFindings": [ignored, other]}
    evidence = parsed(REPORT | {"Results": [result]})
    scan, row = one(evidence.frames["scans"]), one(evidence.frames["vulnerabilities"])
    assert (scan["vulnerabilities"], scan["ignored"]) == (0, 1)
    assert (row["ignored"], row["reason"]) == (True, "no exploit here")
    assert evidence.gap == ["shop/web:1: 1 findings were ignored when it was scanned"]


def test_secrets_misconfigurations_and_licences_are_counted_apart() -> None:
    """They are no vulnerabilities; a class of results that bears none of them counts nothing."""
    results = [
        {"Target": ".env", "Class": "secret", "Secrets": [{"RuleID": "a"}, {"RuleID": "b"}]},
        {"Target": "web", "Class": "config", "Misconfigurations": [{"ID": "DS-0002"}]},
        {"Target": "OS Packages", "Class": "license"},
        {"Target": "", "Class": "custom", "CustomResources": [{}]},
    ]
    scan = one(parsed(REPORT | {"Results": results}).frames["scans"])
    assert (scan["secrets"], scan["misconfigurations"], scan["licenses"], scan["vulnerabilities"]) == (2, 1, 0, 0)


@pytest.mark.parametrize("kind", ["filesystem", "cyclonedx", "repository"])
def test_a_scan_of_something_else_is_marked(kind: str) -> None:
    """It is read, and the ledger says that it is no image."""
    assert parsed(REPORT | {"ArtifactType": kind}).gap == [f"shop/web:1: a scan of a {kind}, not of an image"]


def test_the_target_is_part_of_the_identity_but_for_system_packages() -> None:
    """One library in two programs is two findings; a system package is the same under another image's name."""
    system = REPORT["Results"][0]  # type: ignore[index]
    renamed = system | {"Target": "shop/web:2 (debian 12.5)"}
    programs = [
        {"Target": f"bin/{name}", "Class": "lang-pkgs", "Type": "gobinary", "Vulnerabilities": [FOUND]} for name in "ab"
    ]
    rows = parsed(REPORT | {"Results": [system, renamed, *programs]}).frames["vulnerabilities"]
    assert rows["identity"].nunique() == 3


def test_reports_one_per_line_are_scans_of_their_own() -> None:
    """A bundle keeps a report on each line; every row says on which."""
    text = f"{json.dumps(REPORT)}\n{json.dumps(REPORT | {'ArtifactName': 'shop/db:1'})}\n"
    frames = scans.parse(text.encode(), file="scans.jsonl").frames
    assert dict(zip(frames["scans"]["artifact"], frames["scans"]["line"], strict=True)) == {
        "shop/web:1": 1,
        "shop/db:1": 2,
    }
    assert sorted(frames["vulnerabilities"]["line"]) == [1, 2]


def test_a_report_is_a_source_of_its_own() -> None:
    """`load` takes a report by itself; the ledger has a row for it."""
    incident = load(json.dumps(REPORT, indent=1) + "\n")
    assert len(incident.scans) == len(incident.vulnerabilities) == 1
    assert incident.ledger["source"].tolist() == ["scans"]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*REPORT, *FOUND, "Class"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(changes=st.dictionaries(st.sampled_from(list(REPORT)), _ANY, max_size=3), result=_ANY, found=_ANY)
def test_a_report_of_any_shape_is_read_or_left(changes: dict[str, object], result: object, found: object) -> None:
    """Whatever stands where something else is meant, the parser gives tables: nothing of a wrong shape is believed."""
    results = [result, {"Target": "t", "Class": "os-pkgs", "Vulnerabilities": [found, {"PkgName": found}]}]
    evidence = parsed({"SchemaVersion": 2, "ArtifactName": "a", "Results": results} | changes)
    assert len(evidence.frames["scans"]) <= 1
