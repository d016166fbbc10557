"""The images that the containers ran: {"inspect", "history"} per line, or the array of `docker image inspect`."""

from __future__ import annotations

from typing import Any

from incidentlab import tables
from incidentlab.parse import clock
from incidentlab.parse.evidence import Evidence, at, documents, unread_note


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the images.

    Examples
    --------
    >>> line = b'{"inspect": {"Id": "sha256:c0", "RepoTags": ["web:1"], "Size": 10}, "history": []}'
    >>> parse(line, file="images.jsonl").frames["images"][["image", "size_bytes"]].values.tolist()
    [['web:1', 10]]
    """
    found, unread = documents(data)
    rows = []
    for line, pointer, document in found:
        inner = document.get("inspect")
        body, place = (inner, pointer + "/inspect") if isinstance(inner, dict) else (document, pointer)
        rows.append(_image(body) | {"file": file, "line": line, "pointer": place or None})
    return Evidence({"images": tables.rows(rows, tables.IMAGES)}, unread_note(unread))


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is an image."""
    body = document["inspect"] if isinstance(document.get("inspect"), dict) else document
    return "RepoTags" in body and "State" not in body


def _image(body: dict[str, Any]) -> dict[str, Any]:
    names = [*(body.get("RepoTags") or ()), *(body.get("RepoDigests") or ()), body.get("Id")]
    return {
        "image": names[0],
        "image_id": body.get("Id"),
        "created": clock.time(clock.rfc3339(str(body.get("Created")))),
        "size_bytes": body.get("Size"),
        "user": at(body, "Config", "User") or None,
        "architecture": body.get("Architecture") or None,
        "os": body.get("Os") or None,
    }
