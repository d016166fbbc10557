"""The commands with which one checks that a change holds, each answered from the evidence.

A command shows something; whether that verifies the claim is another question. A container that runs may have been
restarted a minute ago, and a log that ends well may have been cut off: both are said.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Record, size

_INSPECT = "docker inspect --format '{{{{json .State.Health}}}}' $(docker compose ps -q {service})"


def verifications(case: Case, service: str) -> pd.DataFrame:
    """Return what the verification commands show of a service.

    Parameters
    ----------
    case
        The tables.
    service
        The service that was changed.

    Returns
    -------
    pandas.DataFrame
        VERIFICATIONS, in the order in which one types them.
    """
    rows = [ask(case, service) for ask in (_deployed, _logs, _running, _healthy, _image)]
    return tables.rows(rows, tables.VERIFICATIONS)


def _row(service: str, command: str, claim: str, shows: str, holds: bool | None, place: Any = None) -> Record:
    where = {name: place[name] for name in ("file", "line", "pointer")} if place else {}
    told = {True: "yes", False: "no", None: "not known"}[holds]
    return {"service": service, "command": command, "claim": claim, "shows": shows, "holds": told} | where


def _deployed(case: Case, service: str) -> Record:
    command, claim = f"docker compose up -d --no-deps --build {service}", "the container was made from the newest build"
    container, image = case.container(service), case.image(service)
    if container is None or image is None or pd.isna(image["created"]):
        return _row(service, command, claim, "neither container nor image is in the evidence", None)
    when = (
        f"image built {image['created']:%Y-%m-%d %H:%M:%S}, container created {container['created']:%Y-%m-%d %H:%M:%S}"
    )
    changed = any(service in str(row["gap"]) for row in case.rows("ledger", source="config"))
    if changed:
        return _row(service, command, claim, f"{when}; the file was changed afterwards", False, container)
    return _row(service, command, claim, when, bool(container["created"] >= image["created"]), container)


def _logs(case: Case, service: str) -> Record:
    command, claim = f"docker compose logs {service} --follow", "it reaches what it depends on, and fails no more"
    missing = case.lost_logs(service)
    if missing is not None:
        return _row(service, command, claim, missing, None)
    failed = case.failed(service)
    good = case.logs.iloc[case.marks.loc[case.marks["question"].eq("success"), "row"].astype(int)]
    good = good[good["service"].eq(service)]
    last = tables.records(good.tail(1))[0] if len(good) else None
    later = [row for row in failed if last is None or row["ts"] > last["ts"]]
    if later:
        return _row(
            service, command, claim, f"{len(later)} failures, the last: {later[-1]['message']}", False, later[-1]
        )
    if last is None:
        return _row(service, command, claim, "no failure, and no line that tells of a success", None)
    before = f"{len(failed)} failures, then: " if failed else ""
    return _row(service, command, claim, f"{before}{last['message']}", True, last)


def _running(case: Case, service: str) -> Record:
    command, claim = f"docker compose ps {service}", "it runs, and is not restarted again and again"
    container = case.container(service)
    if container is None:
        return _row(service, command, claim, "no container is in the evidence", None)
    count: int = 0 if pd.isna(container["restart_count"]) else int(container["restart_count"])
    shows = f"{container['state']}, restarted {count} times by its policy"
    return _row(service, command, claim, shows, container["state"] == "running" and count == 0, container)


def _healthy(case: Case, service: str) -> Record:
    command, claim = _INSPECT.format(service=service), "its healthcheck passes"
    container = case.container(service)
    if container is None or pd.isna(container["health"]):
        return _row(service, command, claim, "no healthcheck is in the evidence", None)
    probes = case.rows("probes", service=service)
    last = f"; the last probe: {probes[-1]['outcome']}, {_line(probes[-1]['output'])}" if probes else ""
    shows = f"{container['health']}, {container['failing_streak']} failures in a row{last}"
    return _row(service, command, claim, shows, container["health"] == "healthy", probes[-1] if probes else container)


def _line(text: Any) -> str:
    return str(text).strip().partition("\n")[0][:120] if pd.notna(text) and str(text).strip() else "no output"


def _image(case: Case, service: str) -> Record:
    command, claim = f"docker images | grep {service}", "the image has the size that was claimed"
    image = case.image(service)
    if image is None or pd.isna(image["size_bytes"]):
        return _row(service, command, claim, "the image is not in the evidence", None)
    shows = f"{image['image']}: {size(int(image['size_bytes']))} ({image['size_bytes']} bytes)"
    return _row(
        service,
        command,
        claim,
        f"{shows}; a claim is checked against the image before: `incidentlab compare`",
        None,
        image,
    )
