"""Two captures of one project, before and after a change: what was changed, and what came of it.

What was changed is told from the resolved Compose files and from the images; what came of it from the starts, restarts
and health that were measured, and from the two verdicts. Sizes are compared within one store only, and a growth is
given to the layers that only the later image has. A secret is the same where nobody can tell: its tokens are made anew
on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.audit.case import Case, Record, size, span
from incidentlab.analyse.audit.times import time_to_ready
from incidentlab.analyse.diagnosis.wording import parties
from incidentlab.analyse.images import compare as compare_layers
from incidentlab.analyse.vulnerabilities import compare as compare_scans

_PATHS = ("build.context", "source", "path")
"""Keys whose values begin with where a checkout lies: another folder of the same name is no change."""
_PROPERTIES = {"user": "user", "path": "PATH", "entrypoint": "entrypoint", "command": "command",
               "health_test": "healthcheck", "architecture": "architecture"}  # fmt: skip
_BLAMED = 3
"""Layers that are named of a difference in size: what is smaller than the third seldom matters."""
_WORTH = 100_000
_SLOWER_S = 1.0
"""Difference of a time to ready below which two starts of the same program may lie apart."""


def differences(before: Case, after: Case) -> pd.DataFrame:
    """Return in what two captures differ.

    Parameters
    ----------
    before, after
        The tables of one capture each.

    Returns
    -------
    pandas.DataFrame
        DIFFERENCES: what was changed first, then what came of it.
    """
    rows = [
        row for ask in (_settings, _images, _scans, _ready, _restarts, _health, _verdict) for row in ask(before, after)
    ]
    return tables.rows(rows, tables.DIFFERENCES)


def _row(area: str, service: str | None, what: str, told: tuple[Any, ...], sentence: str, place: Any = None) -> Record:
    values = {
        name: None if value is None or pd.isna(value) else str(value)
        for name, value in zip(("before", "after"), told, strict=True)
    }
    where = {name: place[name] for name in ("file", "line", "pointer")} if place else {}
    return {"area": area, "service": service, "what": what, "sentence": sentence} | values | where


def _common(before: Case, after: Case) -> list[str]:
    return [name for name in after.services if name in before.services]


def _changed(
    area: str, service: str, whose: str, columns: dict[str, str], rows: tuple[Record, Record]
) -> Iterator[Record]:
    """Yield in which columns, each with its name in words, two rows about one thing differ."""
    for column, name in columns.items():
        values = tuple(row[column] for row in rows)
        was, now = ("none" if pd.isna(value) else str(value) for value in values)
        if was != now:
            told = f"{service}: {whose} {name} was {was} and is {now}"
            yield _row(area, service, name, values, told, rows[1])


def _settings(before: Case, after: Case) -> Iterator[Record]:
    """Yield the settings that were added, removed or changed; without both files nothing can be told."""
    if before.settings.empty or after.settings.empty:
        return
    was, now = (_values(case) for case in (before, after))
    for key in dict.fromkeys([*was, *now]):
        old, new = was.get(key), now.get(key)
        values = _text(old), _text(new)
        if _same(key[1], values):
            continue
        service, name = key
        who = f"{service}: " if service else ""
        if old is None:
            sentence = f"{who}{name} was added: {values[1]}"
        elif new is None:
            sentence = f"{who}{name} was taken away (it was {values[0]})"
        else:
            sentence = f"{who}{name} was {values[0]} and is {values[1]}"
        yield _row("configuration", service, name, values, sentence, new or old)


def _values(case: Case) -> dict[tuple[str | None, str], Record]:
    resolved = case.settings[case.settings["literal"].isna()]
    rows = tables.records(resolved if len(resolved) else case.settings)
    kept = [row for row in rows if pd.notna(row["value"])]
    return {(row["service"] if pd.notna(row["service"]) else None, row["key"]): row for row in kept}


def _text(row: Record | None) -> str | None:
    return None if row is None else str(row["value"])


def _same(key: str, values: tuple[str | None, str | None]) -> bool:
    old, new = (tables.HIDDEN.sub("<secret>", value) if value is not None else None for value in values)
    if old is not None and new is not None and key.endswith(_PATHS) and old.startswith("/") and new.startswith("/"):
        return PurePosixPath(old).name == PurePosixPath(new).name
    return old == new


def _images(before: Case, after: Case) -> Iterator[Record]:
    for service in _common(before, after):
        old, new = before.image(service), after.image(service)
        if old is None or new is None or old["image_id"] == new["image_id"]:
            continue
        yield from _changed("image", service, "the image's", _PROPERTIES, (old, new))
        yield _sizes(service, old, new)
        yield from _layers(service, before, after)


def _sizes(service: str, old: Record, new: Record) -> Record:
    moved = f"the tag {new['image']} names another image than before (only a digest would not)"
    replaced = f"{old['image']} was replaced by {new['image']}"
    names = f"{service}: {moved if old['image'] == new['image'] else replaced}"
    values = old["size_bytes"], new["size_bytes"]
    if pd.notna(old["store"]) and pd.notna(new["store"]) and old["store"] != new["store"]:
        told = f"{names}; {old['store']} and {new['store']} count sizes differently, which cannot be compared"
        return _row("image", service, "size", values, told, new)
    if any(pd.isna(value) for value in values):
        return _row("image", service, "size", values, f"{names}; a size is not known", new)
    grown = int(values[1]) - int(values[0])
    how = f"{size(abs(grown))} {'larger' if grown > 0 else 'smaller'}" if grown else "of the same size"
    return _row(
        "image", service, "size", values, f"{names}, {how} ({size(int(values[0]))} -> {size(int(values[1]))})", new
    )


@dataclass(frozen=True, eq=False)
class ImageChange:
    """The image of one service before and after.

    Attributes
    ----------
    before, after
        The sizes in bytes; None = not known.
    layers
        IMAGE_CHANGES; empty where the layers of one of them are not known, or two stores count differently.
    """

    before: int | None
    after: int | None
    layers: pd.DataFrame


def image_change(before: Case, after: Case, service: str) -> ImageChange:
    """Return what became of the image of a service."""
    old, new = before.image(service), after.image(service)
    sizes = [int(row["size_bytes"]) if row is not None and pd.notna(row["size_bytes"]) else None for row in (old, new)]
    was, now = (_of(case, service) for case in (before, after))
    stores = {str(row["store"]) for row in filter(None, (old, new)) if pd.notna(row["store"])}
    if was.empty or now.empty or len(stores) > 1:
        return ImageChange(sizes[0], sizes[1], tables.empty(tables.IMAGE_CHANGES))
    files = tables.join([before.image_files, after.image_files], tables.IMAGE_FILES).drop_duplicates(
        ["diff_id", "path"]
    )
    return ImageChange(sizes[0], sizes[1], compare_layers(was, now, files))


def _layers(service: str, before: Case, after: Case) -> Iterator[Record]:
    """Yield the largest layers that only one of the images has: they are the whole difference of the sizes."""
    changes = image_change(before, after, service).layers
    for row in tables.records(changes[changes["change"].ne("shared")].nlargest(_BLAMED, "size_bytes")):
        if row["size_bytes"] < _WORTH:
            continue
        large = [path for path, _ in _largest(row["largest"])][:2]
        most = f"; most of it {' and '.join(large)}" if large else ""
        sign = "brought" if row["change"] == "new" else "had brought"
        step = f"`{' '.join(str(row['created_by']).split())[:120]}`" if pd.notna(row["created_by"]) else "its base"
        told = f"{service}: {step} {sign} {size(int(row['size_bytes']))}{most}"
        values = (None, row["size_bytes"]) if row["change"] == "new" else (row["size_bytes"], None)
        yield _row("layer", service, step, values, told, after.image(service))


def _of(case: Case, service: str) -> pd.DataFrame:
    image = case.image(service)
    return case.layers[case.layers["image_id"].eq(image["image_id"] if image else "").fillna(value=False)]


def _largest(told: Any) -> list[tuple[str, int]]:
    return [(str(path), int(amount)) for path, amount in json.loads(told)] if isinstance(told, str) else []


def _scans(before: Case, after: Case) -> Iterator[Record]:
    """Yield what became of the findings of the scans, image by image."""
    for service in _common(before, after):
        old, new = (_scan(case, service) for case in (before, after))
        if old is None or new is None:
            continue
        changes = compare_scans(old, new)
        counts = {
            name: int(changes["change"].eq(name).sum()) for name in ("gone", "new", "still", "ignored", "unignored")
        }
        told = ", ".join(
            f"{count} {name}" for name, count in counts.items() if count or name in ("gone", "new", "still")
        )
        fixable = int(changes["newly_fixable"].sum())
        more = f"; for {fixable} a fix has become known" if fixable else ""
        yield _row("vulnerabilities", service, "findings", (len(old), len(new)), f"{service}: {told}{more}")


def _scan(case: Case, service: str) -> pd.DataFrame | None:
    """Return the findings of the newest scan of a service's image; None where it was not scanned."""
    image = case.image(service)
    scans = case.scans[case.scans["image_id"].eq(image["image_id"] if image else "").fillna(value=False)]
    if scans.empty:
        return None
    newest = scans.sort_values("scanned")["scanned"].iloc[-1]
    own = case.vulnerabilities[case.vulnerabilities["image_id"].eq(scans["image_id"].iloc[0])]
    return own[own["scanned"].eq(newest)] if pd.notna(newest) else own


def _ready(before: Case, after: Case) -> Iterator[Record]:
    for service in _common(before, after):
        old, new = (time_to_ready(case, service, restarted=True) for case in (before, after))
        if old is None and new is not None:
            told = f"{service}: was not seen to be ready, and is after {span(new)}"
        elif old is not None and new is None:
            told = f"{service}: was ready after {span(old)}, and was not seen to be"
        elif old is not None and new is not None and abs(new - old) >= _SLOWER_S:
            told = f"{service}: was ready after {span(old)}, and is after {span(new)}"
        else:
            continue
        values = (old and span(old), new and span(new))
        yield _row("readiness", service, "time to ready", values, told, after.container(service))


def _restarts(before: Case, after: Case) -> Iterator[Record]:
    for service in _common(before, after):
        old, new = (len(case.rows("restarts", service=service, cause="policy")) for case in (before, after))
        if old != new:
            told = f"{service}: {old} restarts by its policy, then {new}"
            yield _row("restarts", service, "restarts by policy", (old, new), told, after.container(service))


def _health(before: Case, after: Case) -> Iterator[Record]:
    for service in _common(before, after):
        old, new = (case.container(service) for case in (before, after))
        if old is not None and new is not None:
            yield from _changed("health", service, "its", {"state": "state", "health": "health"}, (old, new))


def _verdict(before: Case, after: Case) -> Iterator[Record]:
    old, new = (_first(case) for case in (before, after))
    if old is not None and new is not None:
        how = f"the verdict is the same: {new}" if old == new else f"the verdict was {old} and is {new}"
        yield _row("verdict", None, "verdict", (old, new), how)


def _first(case: Case) -> str | None:
    rows = case.rows("findings", rank=1)
    if not rows:
        return None
    who = parties(rows[0])
    return str(rows[0]["category"]) + (f" ({who})" if who else "")
