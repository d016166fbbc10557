"""What a vulnerability scanner said of an image: the scans, and one row for each thing that they found."""

from __future__ import annotations

from incidentlab.tables.table import FLAG, TEXT, TIME, WHOLE, Column, Table, where

SCANS = Table(
    "scans",
    "one scan of one artifact: what was looked at, with which data, and how much was found",
    (
        Column("artifact", TEXT, "what was scanned, as the scanner calls it: an image reference, a folder"),
        Column("artifact_type", TEXT, "container_image, filesystem, cyclonedx, ...; NaN where the report does not say"),
        Column("image_id", TEXT, "sha256 of the image's configuration; NaN for what is no image"),
        Column("digest", TEXT, "digest under which a registry holds the image; NaN where it was never pushed"),
        Column("os", TEXT, "operating system in the image, family and version; NaN = none was recognised"),
        Column("end_of_life", FLAG, "whether that system gets no security updates any more; NA = not said"),
        Column("scanned", TIME, "when the report was made; NaT where it does not say"),
        Column(
            "data_updated", TIME, "when the vulnerability data was made; NaT = not known: the report does not say it"
        ),
        Column("scanner", TEXT, "trivy with its version; NaN version = the report does not say"),
        Column("schema", WHOLE, "version of the report's format"),
        Column("targets", WHOLE, "parts of the artifact that were looked at: its packages, lock files, programs"),
        Column("vulnerabilities", WHOLE, "vulnerabilities reported, each once per place"),
        Column(
            "ignored",
            WHOLE,
            "vulnerabilities left out by an ignore file or a VEX document: none found is not none there",
        ),
        Column("secrets", WHOLE, "secrets reported"),
        Column("misconfigurations", WHOLE, "failed checks of configuration"),
        Column("licenses", WHOLE, "licences reported"),
        *where(),
    ),
    ("scanned", "artifact"),
)

VULNERABILITIES = Table(
    "vulnerabilities",
    "one vulnerability of one package at one place, as one scan reported it",
    (
        Column("artifact", TEXT, "what was scanned"),
        Column("image_id", TEXT, "sha256 of the image's configuration"),
        Column("scanned", TIME, "when the report was made"),
        Column("class", TEXT, "os-pkgs, lang-pkgs, ..."),
        Column("type", TEXT, "debian, alpine, node-pkg, gobinary, ..."),
        Column("target", TEXT, "the part of the artifact: a lock file, a program, the operating system's packages"),
        Column("package_path", TEXT, "the package's own path in the image; NaN for what a package manager installed"),
        Column("package", TEXT, "name of the package"),
        Column("version", TEXT, "version that is installed"),
        Column("fixed_version", TEXT, "versions in which it is fixed; NaN = none is known"),
        Column("vulnerability", TEXT, "CVE or the advisory's own id"),
        Column("severity", TEXT, "CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN"),
        Column("status", TEXT, "fixed, affected, will_not_fix, fix_deferred, end_of_life, ...; NaN where not said"),
        Column("ignored", FLAG, "left out of the findings by an ignore file or a VEX document"),
        Column("reason", TEXT, "why it was left out, as somebody wrote it; NaN = no reason given"),
        Column("title", TEXT, "one line about it"),
        Column("url", TEXT, "where to read more"),
        Column("layer", TEXT, "diff id of the layer that brought the package; NaN where not said"),
        Column("identity", TEXT, "what makes it the same finding in another scan of the same artifact"),
        *where(),
    ),
    ("scanned", "vulnerability", "package"),
)

SCAN_CHANGES = Table(
    "scan_changes",
    "what became of one finding between two scans",
    (
        Column("change", TEXT, "what became of it", ("gone", "new", "still", "ignored", "unignored")),
        Column("newly_fixable", FLAG, "a fixed version is known in the later scan and was not in the earlier"),
        Column("severity", TEXT, "in the later scan, where it is there"),
        Column("vulnerability", TEXT, "CVE or the advisory's own id"),
        Column("package", TEXT, "name of the package"),
        Column("version", TEXT, "version that is or was installed"),
        Column("fixed_version", TEXT, "versions in which it is fixed; NaN = none is known"),
        Column("target", TEXT, "the part of the artifact"),
        Column("layer", TEXT, "diff id of the layer that brought the package"),
        Column("title", TEXT, "one line about it"),
        Column("url", TEXT, "where to read more"),
        Column("identity", TEXT, "what makes it the same finding in both"),
    ),
)

SEVERITY_COUNTS = Table(
    "severity_counts",
    "how many findings of one severity there are",
    (
        Column("severity", TEXT, "CRITICAL, HIGH, MEDIUM, LOW, UNKNOWN"),
        Column("vulnerabilities", WHOLE, "findings, those that were ignored not counted"),
        Column("fixable", WHOLE, "those of them for which a fixed version is known"),
    ),
)
