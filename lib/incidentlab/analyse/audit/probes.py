"""Healthchecks: whether they can run, and whether they ask what those who wait for them need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from incidentlab.analyse.audit.case import Case, Found, Record, words
from incidentlab.analyse.images import every
from incidentlab.analyse.images.merge import Tree
from incidentlab.analyse.images.program import Program, first_command, health_program

_LIVENESS = re.compile(r"/(?:health|healthz|live|livez|liveness|alive|ping|status)\b")
_READINESS = re.compile(r"/(?:ready|readyz|readiness)\b")


def health_test(case: Case, service: str) -> list[str]:
    """Return the healthcheck that holds: the container's, else the file's, else the image's."""
    container, image = case.container(service), case.image(service)
    if container is not None:
        return words(container["health_test"])
    told = ["NONE"] if case.disabled(service) else words(case.written(service, "healthcheck.test"))
    return told or (words(image["health_test"]) if image is not None else [])


def program_missing(case: Case) -> Iterator[Found]:
    """Yield the healthchecks whose program is not in the image, or was seen not to start."""
    for service in case.services:
        test = health_test(case, service)
        if test[:1] not in (["CMD"], ["CMD-SHELL"]):
            continue
        place = case.place(service, "healthcheck.test")
        names = {"service": service, "test": " ".join(test[1:])}
        broken = [row for row in case.rows("probes", service=service) if _did_not_start(row, test)]
        passed = case.rows("probes", service=service, outcome="pass")
        predicted, missing = _predicted(case, service, test)
        if predicted is not None and predicted.fault and not passed:
            image = str((case.image(service) or {}).get("image"))
            told = names | {"program": predicted.name, "image": image}
            yield Found("healthcheck-program-missing", place, service, told, (predicted.fault,))
        elif broken:
            told = names | {"count": str(len(broken)), "output": _first_line(broken[-1]["output"])}
            yield Found(
                "healthcheck-program-missing", broken[-1] if place["line"] is None else place, service, told, ("seen",)
            )
        elif missing and not passed:
            yield Found("healthcheck-program-missing", place, service, names, (), missing)


def _did_not_start(probe: Record, test: list[str]) -> bool:
    """Tell whether a probe could not start its program; a shell says so, whatever exit code its line then has."""
    word = first_command(test[1]) if test[0] == "CMD-SHELL" else None
    said = rf"(?:^|[\s/:]){re.escape(word)}: (?:command )?not found\b" if word else None
    outcome, output = probe["outcome"], probe["output"]
    return outcome == "exec_error" or bool(said and outcome == "fail" and re.search(said, str(output)))


def _first_line(text: Any) -> str:
    return str(text).strip().partition("\n")[0][:200] if pd.notna(text) else ""


def _predicted(case: Case, service: str, test: list[str]) -> tuple[Program | None, str | None]:
    """Return what the files of the image say of the program, or what is missing to say it."""
    image, container = case.image(service), case.container(service)
    if image is None:
        return None, f"the image of {service}"
    tree = tree_of(case, image)
    if tree is None:
        return None, f"the files of the image {image['image']} (capture --images)"
    path = container["path"] if container is not None and pd.notna(container["path"]) else image["path"]
    told = path if isinstance(path, str) else None
    if "environment.PATH" in {row["key"] for row in case.below(service, "environment")} and container is None:
        told = case.written(service, "environment.PATH")
    found = health_program(tree, test, path=told, shell=words(image["shell"]) or None)
    if found is None or (found.fault and _mounted(container, case, service)):
        return None, "which program the test starts first, and what the mounts bring"
    return found, None


def _mounted(container: Record | None, case: Case, service: str) -> bool:
    """Tell whether something is mounted into the container that might bring the program."""
    if container is not None:
        return words(container["mounts"]) != []
    return bool(case.below(service, "volumes"))


def tree_of(case: Case, image: Record) -> Tree | None:
    """Return the tree of an image; None where the files of one of its layers are not known."""
    return every.tree(case.layers[case.layers["image_id"].eq(image["image_id"])], case.image_files)


def socket_only(case: Case) -> Iterator[Found]:
    """Yield the probes of a Postgres that ask the Unix socket: its temporary server answers there too."""
    for service in case.services:
        text = " ".join(health_test(case, service)[1:])
        if not re.search(r"\bpg_isready\b", text) or re.search(r"(?:^|\s)(?:-h|--host)", text):
            continue
        if any(case.setting(service, f"environment.{name}") for name in ("PGHOST", "PGHOSTADDR")):
            continue
        early = _healthy_too_early(case, service)
        names = {"service": service, "test": text, "count": str(len(early))}
        change = {"healthcheck.test": _over_tcp(health_test(case, service))}
        place = case.place(service, "healthcheck.test")
        yield Found("socket-probe", place, service, names, ("seen",) if early else (), None, change)


def _over_tcp(test: list[str]) -> str:
    asked = [word.replace("pg_isready", "pg_isready -h 127.0.0.1") if " " in word else word for word in test]
    if asked == test:
        place = test.index("pg_isready") if "pg_isready" in test else len(test) - 1
        asked = (
            [*test[: place + 1], "--host=127.0.0.1", *test[place + 1 :]]
            if test[0] == "CMD"
            else [test[0], test[-1] + " -h 127.0.0.1"]
        )
    return json.dumps(asked)


def _healthy_too_early(case: Case, service: str) -> list[Record]:
    """Return the attempts of clients that were refused between a probe that passed and the server's readiness."""
    ready = case.first_ready(service)
    passed = case.probes[case.probes["service"].eq(service) & case.probes["outcome"].eq("pass")]["end"].min()
    tries = case.rows("attempts", dependency=service, kind="refused")
    return [row for row in tries if pd.notna(ready) and pd.notna(passed) and passed < row["ts"] < ready]


def alive_not_ready(case: Case) -> Iterator[Found]:
    """Yield the probes that pass while the service itself cannot reach what it depends on."""
    for service in case.services:
        text = " ".join(health_test(case, service)[1:])
        if not _LIVENESS.search(text) or _READINESS.search(text):
            continue
        tries = case.attempts[case.attempts["service"].eq(service) & ~case.attempts["ok"].fillna(value=True)]
        passed = case.probes[case.probes["service"].eq(service) & case.probes["outcome"].eq("pass")]
        place, names = case.place(service, "healthcheck.test"), {"service": service, "test": text}
        between = passed[passed["start"].between(tries["ts"].min(), tries["ts"].max())]
        missing = None if len(between) else case.lost_logs(service) or (case.lost("inspect") if passed.empty else None)
        if len(between) or missing:
            last = tries["dependency"].dropna()
            told = names | {
                "count": str(len(between)),
                "failed": str(len(tries)),
                "dependency": ", ".join(sorted(last.unique())),
            }
            yield Found("liveness-as-readiness", place, service, told, (), missing)
