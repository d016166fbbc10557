r"""What Trivy found in an image: the JSON of ``trivy image --format json``, one report per line or one as a document.

Schema 1 (before Trivy 0.20) is a bare list of results; schema 2 is an object that says what was scanned, when, and
with which version. Keys come and go between versions: `CreatedAt`, `Trivy.Version`, `Metadata.OS` and
`Vulnerabilities` may each be absent. What was ignored (`ExperimentalModifiedFindings`) is kept and counted apart: a
scan without findings that ignored twelve is not a scan that found nothing.

Two rows are the same finding, in one scan or in two, where class, type, target, path, package, version and CVE are
the same. The target of the operating system's packages is left out: it holds the name of the image. For everything
else it must be there: one vulnerable library linked into three programs of an image is three findings.

Source: aquasecurity/trivy `pkg/types/report.go` and `pkg/types/finding.go`.
"""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, shapes
from incidentlab.parse.evidence import Evidence, at, documents

_OS_PACKAGES = "os-pkgs"
_IMAGE = "container_image"
_IDENTITY = ("class", "type", "target", "package_path", "package", "version", "vulnerability")
_COUNTED = {"secrets": "Secrets", "misconfigurations": "Misconfigurations", "licenses": "Licenses"}


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the scans of a text and their vulnerabilities.

    Returns
    -------
    Evidence
        SCANS and VULNERABILITIES. The ledger says of a report that it is of no image, and how many findings were
        ignored.

    Examples
    --------
    >>> report = b'{"SchemaVersion": 2, "ArtifactName": "web:1", "ArtifactType": "container_image", "Results": []}'
    >>> parse(report, file="scan.json").frames["scans"][["artifact", "vulnerabilities"]].values.tolist()
    [['web:1', 0]]
    """
    read = documents(data, shapes.SCAN)
    scans, rows, notes = [], [], []
    for line, pointer, report in _reports(read.found):
        where = {"file": file, "line": line, "pointer": pointer or None}
        about = _about(report)
        findings = _findings(report, about, where)
        scans.append(_scan(report, about, findings) | where)
        notes += _notes(scans[-1])
        rows += findings
    frames = {
        "scans": tables.rows(scans, tables.SCANS),
        "vulnerabilities": tables.rows(rows, tables.VULNERABILITIES),
    }
    return Evidence(frames, read.notes, notes)


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a report of Trivy, or one result of a report in schema 1.

    Examples
    --------
    >>> recognise({"Target": "web:1 (debian 12.5)", "Type": "debian", "Vulnerabilities": []})
    True
    """
    if "SchemaVersion" in document:
        return "ArtifactType" in document or "ArtifactName" in document
    return "Target" in document and ("Vulnerabilities" in document or "Class" in document or "Type" in document)


def _reports(found: list[tuple[int, str, Any]]) -> list[tuple[int, str, dict[str, Any]]]:
    """Return whole reports: the results of schema 1, which stand in one list, become one."""
    reports = [(line, pointer, document) for line, pointer, document in found if "SchemaVersion" in document]
    bare = [(line, document) for line, _, document in found if "SchemaVersion" not in document]
    if bare:
        results = [document for _, document in bare]
        reports.append((bare[0][0], "", {"SchemaVersion": 1, "ArtifactType": _IMAGE, "Results": results}))
    return reports


def _about(report: dict[str, Any]) -> dict[str, Any]:
    """Return what all rows of one report bear."""
    created = _text(report.get("CreatedAt"))
    first = next(iter(_objects(report.get("Results"))), {})
    name = _text(report.get("ArtifactName")) or _text(at(report, "Metadata", "Reference"))
    tags = _texts(at(report, "Metadata", "RepoTags"))
    return {
        "artifact": name or next(iter(tags), None) or _text(first.get("Target")),
        "image_id": _text(at(report, "Metadata", "ImageID")),
        "scanned": clock.time(clock.rfc3339(created or "")),
    }


def _scan(report: dict[str, Any], about: dict[str, Any], findings: list[dict[str, Any]]) -> dict[str, Any]:
    results = _objects(report.get("Results"))
    system = [_text(at(report, "Metadata", "OS", key)) for key in ("Family", "Name")]
    version = _text(at(report, "Trivy", "Version"))
    end = at(report, "Metadata", "OS", "EOSL")
    ignored = sum(row["ignored"] for row in findings)
    counts = {name: sum(len(_objects(result.get(key))) for result in results) for name, key in _COUNTED.items()}
    return about | counts | {
        "artifact_type": _text(report.get("ArtifactType")),
        "digest": next(iter(_texts(at(report, "Metadata", "RepoDigests"))), None),
        "os": " ".join(filter(None, system)) or None,
        "end_of_life": end if isinstance(end, bool) else None,
        "scanner": f"trivy {version}" if version else "trivy",
        "schema": report["SchemaVersion"] if isinstance(report["SchemaVersion"], int) else None,
        "data_updated": clock.time(clock.rfc3339(_text(report.get("DataUpdated")) or "")),
        "targets": len(results),
        "vulnerabilities": len(findings) - ignored,
        "ignored": ignored,
    }  # fmt: skip


def _findings(report: dict[str, Any], about: dict[str, Any], where: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for place, result in enumerate(_objects(report.get("Results"))):
        for number, found in enumerate(_objects(result.get("Vulnerabilities"))):
            rows.append(_finding(result, found) | {"pointer": f"/Results/{place}/Vulnerabilities/{number}"})
        for number, modified in enumerate(_objects(result.get("ExperimentalModifiedFindings"))):
            if modified.get("Type") != "vulnerability" or not isinstance(modified.get("Finding"), dict):
                continue
            kept = {
                "ignored": True,
                "status": _text(modified.get("Status")),
                "reason": _text(modified.get("Statement")),
            }
            inside = f"/Results/{place}/ExperimentalModifiedFindings/{number}/Finding"
            rows.append(_finding(result, modified["Finding"]) | kept | {"pointer": inside})
    before = where["pointer"] or ""
    bare = report["SchemaVersion"] == 1
    for row in rows:
        row["pointer"] = before + (row["pointer"].removeprefix("/Results") if bare else row["pointer"])
    return [row | about | {"file": where["file"], "line": where["line"]} for row in rows]


def _finding(result: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    kind = _text(result.get("Class"))
    row = {
        "class": kind,
        "type": _text(result.get("Type")),
        "target": _text(result.get("Target")),
        "package_path": _text(found.get("PkgPath")),
        "package": _text(found.get("PkgName")),
        "version": _text(found.get("InstalledVersion")),
        "fixed_version": _text(found.get("FixedVersion")),
        "vulnerability": _text(found.get("VulnerabilityID")),
        "severity": _text(found.get("Severity")) or "UNKNOWN",
        "status": _text(found.get("Status")),
        "ignored": False,
        "reason": None,
        "title": _text(found.get("Title")),
        "url": _text(found.get("PrimaryURL")),
        "layer": _text(at(found, "Layer", "DiffID")),
    }
    system = kind == _OS_PACKAGES or (kind is None and not row["package_path"])
    return row | {"identity": "|".join(str(row[key] or "") for key in _IDENTITY if key != "target" or not system)}


def _notes(scan: dict[str, Any]) -> list[str]:
    """Return what the ledger says of a scan that does not answer all that one would ask of it."""
    notes = []
    if scan["artifact_type"] not in (_IMAGE, None):
        notes.append(f"{scan['artifact']}: a scan of a {scan['artifact_type']}, not of an image")
    if scan["ignored"]:
        notes.append(f"{scan['artifact']}: {scan['ignored']} findings were ignored when it was scanned")
    return notes


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
