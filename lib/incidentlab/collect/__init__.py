"""The world -> bundle: takes the evidence of a Compose project from the engine, as whole as it still is.

`capture` takes what there is, once. `record` stays and keeps what the engine would forget. An `Observer` watches over
a short time, for a capture.

Fail forward: a source that cannot be read becomes a row of the ledger with its error, and the rest is captured.
Everything that may hold secrets is read before anything is written, so that the redactor knows them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from incidentlab import bundle
from incidentlab.collect import compose, engine, images, logs, sources
from incidentlab.collect.events import Event, Ours, ProbeNoise, truncation, union
from incidentlab.collect.observe import Observer, Snapshot
from incidentlab.collect.record import record
from incidentlab.collect.snapshot import described, forgotten_addresses, forgotten_probes, public_names
from incidentlab.collect.steps import Progress, Steps
from incidentlab.redact import Redactor

__all__ = ["Observer", "capture", "record"]


def capture(  # noqa: PLR0913 - each is a choice of the person who captures
    project: str,
    output: str | os.PathLike[str],
    *,
    observer: Observer | None = None,
    client: DockerClient | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    images: bool = False,
    scan: bool = False,
) -> Path:
    """Write the evidence of a Compose project, running or stopped, into an incident bundle.

    Parameters
    ----------
    project
        Name of the Compose project, as in the label com.docker.compose.project.
    output
        Where the bundle shall stand.
    observer
        Has watched the project; its events and snapshots go into the bundle.
    client
        Client of the engine; by default that which the environment names.
    progress
        Called with what is being read, how many steps are done, and how many there are.
    overwrite
        Replace a bundle that stands at `output`.
    images
        Take the list of the files in each layer of the project's images too: paths, sizes, modes, owners and hashes,
        from what ``docker save`` writes, which needs as much free disk as the images have for a while.
    scan
        Let Trivy look for vulnerabilities and secrets in the images, where it is installed.

    Returns
    -------
    pathlib.Path
        The bundle.

    Raises
    ------
    EngineTrouble
        The engine does not run or may not be asked, or has no containers of the project; those it has are named.
    BadInput
        Something stands at `output`.
    """
    asked = client or engine.connect()
    try:
        redactor = Redactor()
        with engine.asking(), bundle.write(output, project=project, overwrite=overwrite, scrub=redactor) as out:
            ids = engine.container_ids(asked, project)
            early = observer.snapshots if observer else []
            if not ids and not early:
                raise engine.no_such_project(asked, project)
            steps = Steps(out, progress, total=len(ids) + 5 + images + scan, files=images, scan=scan)
            _take(asked, project, ids, early=early, observer=observer, steps=steps, redactor=redactor)
    finally:
        if client is None:
            asked.close()
    return Path(output)


def _take(
    client: DockerClient,
    project: str,
    ids: list[str],
    *,
    early: list[Snapshot],
    observer: Observer | None,
    steps: Steps,
    redactor: Redactor,
) -> None:
    """Read all that may hold secrets, then write everything."""
    out, cut = steps.out, engine.now(client)
    latest = _containers(client, ids, early=early, steps=steps)
    found = images.images(client, [*early, *latest], steps)
    reports = images.scanned(found, steps) if steps.scan else []
    config = _config([*early, *latest], steps)
    written = sources.sources(_labels([*early, *latest])[-1], config)
    about = _engine(client, steps)
    for document in (early, latest, found, reports, config):
        redactor.learn(document)
    redactor.keep(public_names(project, [*early, *latest]))
    out.jsonl("containers.jsonl", [*early, *latest], kind="inspect")
    for path, document, kind in (("compose.json", config, "config"), ("engine.json", about, "engine")):
        if document:
            out.json(path, document, kind=kind)
    for path, data, kind in written:
        out.text(path, data, kind=kind)
    images.write(client, found, reports, steps)
    _events(client, project, [*early, *latest], cut=cut, observer=observer, steps=steps)
    for snapshot in latest:
        _logs(client, snapshot["inspect"], cut=cut, steps=steps)
    out.facts["redaction"] = {"values": redactor.secrets, "replaced": redactor.replaced}
    if observer:
        out.facts["left_out"] = {"probe_events": observer.probe_events}
        out.ledger += observer.ledger
    steps.end()


def _containers(client: DockerClient, ids: list[str], *, early: list[Snapshot], steps: Steps) -> list[Snapshot]:
    latest: list[Snapshot] = []
    with steps.source("inspect") as facts:
        gone = 0
        for container_id in ids:
            try:
                latest.append(engine.inspect(client, container_id))
            except NotFound:
                gone += 1
        times = [snapshot["observed_at"] for snapshot in (*early, *latest)]
        facts.update(first=min(times, default=None), last=max(times, default=None), rows=len(times))
        facts["truncated"] = None if early else forgotten_probes(latest)
        facts["gap"] = None if early else forgotten_addresses(latest)
        if gone:
            facts["error"] = f"{gone} containers were removed while they were being read"
    return latest


def _config(snapshots: list[Snapshot], steps: Steps) -> dict[str, Any] | None:
    config = None
    with steps.source("config") as facts:
        steps.out.facts["compose"] = compose.version()
        labels = _labels(snapshots)
        config = compose.config(labels[-1])
        facts["rows"] = len(config.get("services", {}))
        changed = compose.changed(labels)
        facts["gap"] = f"not what the containers were made from: {', '.join(changed)}" if changed else None
    return config


def _labels(snapshots: list[Snapshot]) -> list[dict[str, str]]:
    return [s["inspect"]["Config"]["Labels"] for s in snapshots if "HostConfig" in s["inspect"]] or [{}]


def _engine(client: DockerClient, steps: Steps) -> dict[str, Any]:
    about: dict[str, Any] = {}
    with steps.source("engine"):
        about = engine.about(client)
        steps.out.facts["engine"] = about["version"]
    return about


def _events(
    client: DockerClient,
    project: str,
    snapshots: list[Snapshot],
    *,
    cut: int,
    observer: Observer | None,
    steps: Steps,
) -> None:
    watched = observer.events if observer else []
    found = union(watched)
    with steps.source("events") as facts:
        facts.update(_covered(found))
        ring = list(engine.events(client, since=1, until=cut)[0])
        created = min(engine.nanoseconds(snapshot["inspect"]["Created"]) for snapshot in snapshots)
        started = observer.started if observer else None
        news = _of_project(ring, project, snapshots, since=created, told=started)
        found = union(watched, news)
        facts.update(_covered(found))
        facts["truncated"], facts["gap"] = truncation(ring, created=created, watched_from=started)
        if observer and observer.ledger[0]["error"]:
            facts["gap"] = "the observer was interrupted (see its row): events of that time may be missing"
    if found:
        steps.out.jsonl("events.jsonl", found, kind="events")


def _covered(events: list[Event]) -> dict[str, Any]:
    times = [engine.moment(event["timeNano"]) for event in events]
    return {"first": times[0] if times else None, "last": times[-1] if times else None, "rows": len(times)}


def _of_project(
    ring: list[Event], project: str, snapshots: list[Snapshot], *, since: int, told: int | None
) -> list[Event]:
    """Return the project's events since its first container; those of probes only where no observer tells of them."""
    ours, noise = Ours(project), ProbeNoise()
    for snapshot in snapshots:
        ours.learn(snapshot["inspect"])
        noise.learn(snapshot["inspect"])
    found = [event for event in ring if ours(event) and event["timeNano"] >= since]
    return found if told is None else [event for event in found if event["timeNano"] < told or not noise(event)]


def _logs(client: DockerClient, inspect: dict[str, Any], *, cut: int, steps: Steps) -> None:
    about = described(inspect)
    name, tty = about["container"], about["tty"]
    with steps.source(f"logs:{name}") as facts:
        facts["truncated"] = logs.rotation(inspect)
        for stream in logs.streams(inspect):
            chunks = engine.log(client, inspect["Id"], stream=stream, tty=tty, until=cut)
            steps.out.log(f"logs/{name}.{stream}.log", _as_far_as_it_goes(chunks, facts), **about, stream=stream)
        written = [steps.out.folder / path for path in steps.out.files if path.startswith(f"logs/{name}.std")]
        facts.update(logs.coverage(written))


def _as_far_as_it_goes(chunks: Iterator[bytes], facts: dict[str, Any]) -> Iterator[bytes]:
    """Yield the chunks until the engine breaks off, and state its error."""
    try:
        yield from chunks
    except engine.ENGINE_ERRORS as error:
        facts["error"] = f"{type(error).__name__}: {error}"
