r"""The images that the containers ran: {"inspect", "history"} per line, or the array of `docker image inspect`.

The history is told the oldest step first. The classic builder writes an instruction as ``/bin/sh -c #(nop)  ENV A=1``
and a command as ``/bin/sh -c make``; BuildKit writes ``ENV A=1`` and ``RUN /bin/sh -c make # buildkit``. Both become
an instruction and its text. A step that changed no file has no layer: the layers of the image configuration
(`RootFS.Layers`) are those of the steps whose size is not 0 or, where the numbers disagree, of the first steps that
can have files; the number of both is equal in every image that was looked at.
"""

from __future__ import annotations

import json
import re
from typing import Any

from incidentlab import tables
from incidentlab.parse import clock, shapes
from incidentlab.parse.evidence import Evidence, at, documents

_NOP = re.compile(r"^/bin/sh -c #\(nop\)\s+")
_SHELL = re.compile(r"^(?:\|\d+ .*? )?/bin/sh -c ")
_BUILDKIT = re.compile(r"\s*# buildkit\s*$")
_INSTRUCTION = re.compile(
    r"^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME"
    r"|WORKDIR)\b"
)
_WITHOUT_FILES = ("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL",
                  "STOPSIGNAL", "USER", "VOLUME")  # fmt: skip


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    """Return the images and the steps of their histories.

    Examples
    --------
    >>> line = b'{"inspect": {"Id": "sha256:c0", "RepoTags": ["web:1"], "Size": 10}, "history": []}'
    >>> parse(line, file="images.jsonl").frames["images"][["image", "size_bytes"]].values.tolist()
    [['web:1', 10]]
    """
    read = documents(data, shapes.IMAGE)
    images, layers = [], []
    for line, pointer, document in read.found:
        inner = document.get("inspect")
        body, place = (inner, pointer + "/inspect") if isinstance(inner, dict) else (document, pointer)
        where = {"file": file, "line": line}
        images.append(_image(body) | where | {"pointer": place or None})
        history = document.get("history")
        steps = _steps(body, history if isinstance(history, list) else [])
        layers += [step | where | {"pointer": f"{pointer}/history/{step['pointer']}"} for step in steps]
    frames = {"images": tables.rows(images, tables.IMAGES), "layers": tables.rows(layers, tables.LAYERS)}
    return Evidence(frames, read.notes)


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is an image."""
    body = document["inspect"] if isinstance(document.get("inspect"), dict) else document
    return "RepoTags" in body and "State" not in body


def instruction(created_by: str) -> tuple[str | None, str]:
    """Return the instruction of a step and its text, without what the builder puts around them.

    Examples
    --------
    >>> instruction('/bin/sh -c #(nop)  CMD ["server.js"]')
    ('CMD', 'CMD ["server.js"]')
    >>> instruction("RUN /bin/sh -c npm ci # buildkit")
    ('RUN', 'RUN npm ci')
    >>> instruction("|1 VERSION=2 /bin/sh -c make")
    ('RUN', 'RUN make')
    """
    text = _BUILDKIT.sub("", created_by).strip()
    if _NOP.match(text):
        text = _NOP.sub("", text)
    elif _SHELL.match(text):
        text = "RUN " + _SHELL.sub("", text)
    match = _INSTRUCTION.match(text)
    if match and match[1] == "RUN":
        text = "RUN " + _SHELL.sub("", text.removeprefix("RUN ").strip())
    return (match[1] if match else None), text


def _image(body: dict[str, Any]) -> dict[str, Any]:
    environment = dict(pair.partition("=")[::2] for pair in _texts(at(body, "Config", "Env")))
    return {
        "image": _name(body),
        "image_id": _text(body.get("Id")),
        "created": clock.time(clock.rfc3339(str(body.get("Created")))),
        "size_bytes": _whole(body.get("Size")),
        "store": _text(at(body, "GraphDriver", "Name")),
        "user": _text(at(body, "Config", "User")),
        "architecture": _text(body.get("Architecture")),
        "os": _text(body.get("Os")),
        "entrypoint": _list(at(body, "Config", "Entrypoint")),
        "command": _list(at(body, "Config", "Cmd")),
        "path": environment.get("PATH"),
        "shell": _list(at(body, "Config", "Shell")),
        "health_test": _list(at(body, "Config", "Healthcheck", "Test")),
        "ports": _list(_keys(at(body, "Config", "ExposedPorts"))),
        "volumes": _list(_keys(at(body, "Config", "Volumes"))),
    }


def _steps(body: dict[str, Any], history: list[Any]) -> list[dict[str, Any]]:
    """Return the history, the oldest step first, each step with the layer that it made."""
    numbered = [(place, step) for place, step in enumerate(history) if isinstance(step, dict)]
    numbered.reverse()  # the engine gives the newest first
    diff_ids = _texts(at(body, "RootFS", "Layers"))
    told = [instruction(str(step.get("CreatedBy") or "")) for _, step in numbered]
    with_files = _with_files([step for _, step in numbered], [name for name, _ in told], len(diff_ids))
    layers = iter(enumerate(diff_ids, 1))
    rows = []
    for number, ((place, step), (name, text), files) in enumerate(zip(numbered, told, with_files, strict=True), 1):
        layer, diff_id = next(layers, (None, None)) if files else (None, None)
        created = step.get("Created")
        rows.append(
            {
                "image": _name(body),
                "image_id": _text(body.get("Id")),
                "step": number,
                "layer": layer,
                "diff_id": diff_id,
                "created": clock.time(clock.epoch(created * 1_000_000_000 if isinstance(created, int) else None)),
                "instruction": name,
                "created_by": text or None,
                "size_bytes": _whole(step.get("Size")),
                "pointer": str(place),
            }
        )
    return rows


def _with_files(steps: list[dict[str, Any]], names: list[str | None], wanted: int) -> list[bool]:
    """Say of each step whether it made a layer, so that there are as many as the image has."""
    sized = [bool(_whole(step.get("Size"))) for step in steps]
    able = [is_sized or name not in _WITHOUT_FILES for is_sized, name in zip(sized, names, strict=True)]
    return sized if sum(sized) == wanted else able if sum(able) == wanted else _first(able, sized, wanted)


def _first(able: list[bool], sized: list[bool], wanted: int) -> list[bool]:
    """Give the layers to the steps with a size, and what is left over to the first of the others that can have one."""
    left = wanted - sum(sized)
    chosen = []
    for is_able, is_sized in zip(able, sized, strict=True):
        takes = is_sized or (is_able and left > 0)
        left -= takes and not is_sized
        chosen.append(takes)
    return chosen


def _name(body: dict[str, Any]) -> str | None:
    names = [*_texts(body.get("RepoTags")), *_texts(body.get("RepoDigests")), body.get("Id")]
    return next((name for name in names if isinstance(name, str)), None)


def _keys(value: Any) -> list[str] | None:
    return sorted(map(str, value)) if isinstance(value, dict) and value else None


def _list(value: Any) -> str | None:
    listed = [value] if isinstance(value, str) else value
    return json.dumps(listed) if isinstance(listed, list) and listed else None


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
