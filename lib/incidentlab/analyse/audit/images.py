"""What the images carry, as they were built: judged by the files of their layers, never by a Dockerfile alone.

A thing in a layer that several images share is told once, with all of them. Of a base image that nobody here builds
only what harms is told, not that it has a package manager.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Found, Record, size, words

_WORTH = 1_000_000
"""Bytes below which what a layer hides or keeps is not worth a line: less than a hundredth of a small image."""
_CHANGES_OWNER = re.compile(r"\bch(?:own|mod|grp)\b")
_ROOT = ("", "0", "root")


def runs_as_root(case: Case) -> Iterator[Found]:
    """Yield the services whose container starts as root."""
    for service in case.services:
        container, image = case.container(service), case.image(service)
        user = container["user"] if container is not None else case.written(service, "user")
        if not isinstance(user, str) and image is not None:
            user = image["user"]
        known = container is not None or image is not None or isinstance(user, str)
        names, place = {"service": service}, case.place(service, "user", "image", "build.context")
        if not known:
            final = _final_user(case, service)
            if final is None:
                yield Found("runs-as-root", place, service, names, (), f"the user of the image of {service}")
                continue
            user = final
        if (user if isinstance(user, str) else "").partition(":")[0] in _ROOT:
            yield Found("runs-as-root", place, service, names)


def _final_user(case: Case, service: str) -> str | None:
    """Return the user that the last stage of a service's Dockerfile sets; None where it sets none: the base may."""
    rows = dockerfile(case, service)
    last = [row for row in rows if row["stage"] == rows[-1]["stage"]] if rows else []
    users = [words(row["arguments"])[:1] for row in last if row["instruction"] == "USER"]
    if users and users[-1] and "$" not in users[-1][0]:
        return users[-1][0]
    scratch = any(row["instruction"] == "FROM" and words(row["arguments"])[:1] == ["scratch"] for row in last)
    return "" if scratch and not users else None


def dockerfile(case: Case, service: str) -> list[Record]:
    """Return the instructions of the Dockerfile of a service."""
    context = case.written(service, "build.context") or case.written(service, "build")
    if context is None:
        return []
    name = posixpath.normpath(posixpath.join(context, case.written(service, "build.dockerfile") or "Dockerfile"))
    return case.rows("instructions", file=f"sources/{service}/Dockerfile") or case.rows("instructions", file=name)


def other_architecture(case: Case) -> Iterator[Found]:
    """Yield the images that are made for another processor than the engine's."""
    engine = next((row["architecture"] for row in tables.records(case.engines)), None)
    for service in case.services:
        image = case.image(service)
        made = None if image is None else image["architecture"]
        if isinstance(engine, str) and isinstance(made, str) and made != engine:
            names = {"service": service, "made": made, "engine": engine, "image": str((image or {})["image"])}
            yield Found("other-architecture", case.place(service, "platform", "image"), service, names)


def from_the_context(case: Case) -> Iterator[Found]:
    """Yield repositories, environment files, keys and host packages that came into an image with the build context."""
    for rows in _together(case, ("git", "env_file", "private_key")):
        if _brought_by(case, rows[0]) in ("COPY", "ADD", None) and rows[0]["visible"]:
            yield _content("context-in-image", case, rows)


def deleted_secret(case: Case) -> Iterator[Found]:
    """Yield what a later layer deleted and the image still holds: secrets, and large files."""
    for rows in _together(case, ("git", "env_file", "private_key")):
        if not rows[0]["visible"]:
            yield _content("deleted-but-inside", case, rows, "secret")
    yield from _hidden(case, "deleted")


def caches(case: Case) -> Iterator[Found]:
    """Yield package caches that stay in an image."""
    for rows in _together(case, ("package_cache",)):
        if rows[0]["visible"] and rows[0]["size_bytes"] >= _WORTH:
            yield _content("package-cache", case, rows)


def build_tools(case: Case) -> Iterator[Found]:
    """Yield compilers and packages for development in an image that runs a service."""
    for rows in _together(case, ("compiler", "dev_dependency")):
        if rows[0]["visible"]:
            yield _content("build-tools", case, rows)


def copied_by_chown(case: Case) -> Iterator[Found]:
    """Yield the steps that store files a second time because only their owner or mode changed."""
    yield from _hidden(case, "copied")


def _hidden(case: Case, reason: str) -> Iterator[Found]:
    """Yield for each layer the bytes below it that it hides for one reason, if they are worth a line."""
    rule = {"copied": "copied-by-chown", "deleted": "deleted-but-inside"}[reason]
    waste = case.waste[case.waste["reason"].eq(reason)]
    told: dict[Any, list[Record]] = {}
    for image, layer in waste[["image", "hidden_by"]].drop_duplicates().itertuples(index=False):
        group = waste[waste["image"].eq(image) & waste["hidden_by"].eq(layer)]
        row, amount = _layer(case, str(image), int(layer)), int(group["size_bytes"].sum())
        if reason == "copied" and (row is None or not _CHANGES_OWNER.search(str(row["created_by"]))):
            continue  # an update of a package may write the same bytes again
        if row is not None and amount >= _WORTH:
            largest = str(group.nlargest(1, "size_bytes")["path"].iloc[0])
            told.setdefault((row["diff_id"], amount), []).append(row | {"amount": amount, "largest": largest})
    for rows in told.values():
        names = {"images": _names(rows), "step": str(rows[0]["created_by"])[:200], "size": size(rows[0]["amount"])}
        yield Found(rule, rows[0], None, names | {"path": rows[0]["largest"]})


def _content(rule: str, case: Case, rows: list[Record], *holds: str) -> Found:
    first = rows[0]
    layer = _layer(case, first["image"], int(first["layer"]))
    names = {"images": _names(rows), "path": str(first["path"]), "size": size(int(first["size_bytes"]))}
    names |= {
        "files": "1 file" if first["files"] == 1 else f"{first['files']} files",
        "kind": first["kind"].replace("_", " "),
    }
    names |= {"step": str(layer["created_by"])[:200]} if layer is not None else {}
    return Found(rule, layer or {"file": None, "line": None, "pointer": None}, None, names, holds)


def _together(case: Case, kinds: tuple[str, ...]) -> list[list[Record]]:
    """Return the contents of some kinds: the same path in the same layer of several images together."""
    groups: dict[Any, list[Record]] = {}
    for row in tables.records(case.contents[case.contents["kind"].isin(kinds)]):
        layer = _layer(case, row["image"], int(row["layer"]))
        key = layer["diff_id"] if layer is not None else row["image"]
        groups.setdefault((key, row["kind"], row["path"], row["visible"]), []).append(row)
    return list(groups.values())


def _layer(case: Case, image: str, number: int) -> Record | None:
    rows = case.layers[case.layers["image"].eq(image) & case.layers["layer"].eq(number).fillna(value=False)]
    return tables.records(rows)[0] if len(rows) else None


def _brought_by(case: Case, row: Record) -> str | None:
    layer = _layer(case, row["image"], int(row["layer"]))
    return layer["instruction"] if layer is not None and pd.notna(layer["instruction"]) else None


def _names(rows: list[Record]) -> str:
    return ", ".join(dict.fromkeys(str(row["image"]) for row in rows))
