"""The images of a project: what the engine says of them, the files of their layers, and what a scanner finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from incidentlab.collect import engine, image_files, scans
from incidentlab.collect.observe import Snapshot
from incidentlab.collect.steps import Steps
from incidentlab.tables import EngineTrouble


def images(client: DockerClient, snapshots: list[Snapshot], steps: Steps) -> list[dict[str, Any]]:
    """Return inspect and history of the images of some containers."""
    found = []
    with steps.source("images") as facts:
        missing = []
        for image_id in sorted({s["inspect"]["Image"] for s in snapshots if "Image" in s["inspect"]}):
            try:
                found.append(engine.image(client, image_id))
            except NotFound:
                missing.append(image_id)
        facts["rows"] = len(found)
        facts["gap"] = f"removed meanwhile: {', '.join(missing)}" if missing else None
    return found


def write_files(client: DockerClient, found: list[dict[str, Any]], steps: Steps) -> None:
    """Write the files of each layer once, whichever images share it."""
    with steps.source("image_files") as facts, TemporaryDirectory(prefix=".images-", dir=steps.out.folder) as folder:
        archive = Path(folder) / "images.tar"
        engine.save(client, [image["inspect"]["Id"] for image in found], archive)
        counted = Counter[str]()
        steps.out.jsonl("image_files.jsonl.gz", _counted(image_files.layers(archive), counted), kind="image_files")
        facts["rows"] = counted["files"]


def _counted(layers: Iterator[dict[str, Any]], counted: Counter[str]) -> Iterator[dict[str, Any]]:
    for layer in layers:
        counted["files"] += len(layer["files"])
        yield layer


def write(client: DockerClient, found: list[dict[str, Any]], reports: list[dict[str, Any]], steps: Steps) -> None:
    """Write what is known of the images."""
    for path, rows, kind in (("images.jsonl", found, "images"), ("scans.jsonl", reports, "scans")):
        if rows:
            steps.out.jsonl(path, rows, kind=kind)
    if steps.files and found:
        write_files(client, found, steps)


def scanned(found: list[dict[str, Any]], steps: Steps) -> list[dict[str, Any]]:
    """Return a report of the scanner for each image, where it can be had."""
    reports: list[dict[str, Any]] = []
    with steps.source("scans") as facts:
        troubles = []
        data = scans.data_updated()
        for image in found:
            name = next(iter(image["inspect"].get("RepoTags") or ()), image["inspect"]["Id"])
            try:
                reports.append(scans.kept(scans.scan(name), data_updated=data))
            except EngineTrouble as error:
                troubles.append(f"{name}: {error}")
        facts["rows"] = len(reports)
        facts["error"] = f"{'; '.join(troubles)}. {scans.NO_DATA}" if troubles else None
    return reports
