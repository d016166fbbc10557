r"""The instructions of a Dockerfile, each with its line: heredocs, continuations and the escape directive understood.

The reading is that of BuildKit's own parser, of which `e2b_dockerfile_utils` is a port. It gives no arguments for
``ONBUILD``: what that holds back is read once more by itself. Nothing is expanded: an ``ARG`` stays a name.
"""

from __future__ import annotations

import json
from typing import Any

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, parse_dockerfile_ast

from incidentlab import tables
from incidentlab.parse.evidence import Evidence

_LARGEST = 1 << 20
_PAIRED = ("ENV", "LABEL")
"""Their arguments come as name, value and what stands between the two."""


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the instructions of a Dockerfile.

    Examples
    --------
    >>> text = b'FROM scratch\nCOPY a \\\n  /a\nCMD ["/a"]\n'
    >>> parse(text, file="Dockerfile").frames["instructions"][["instruction", "line"]].values.tolist()
    [['FROM', 1], ['COPY', 2], ['CMD', 4]]
    """
    try:
        found = parse_dockerfile_ast(data[:_LARGEST].decode("utf-8", "replace")).instructions
    except (DockerfileSyntaxError, ValueError, IndexError, RecursionError) as error:
        return Evidence({"instructions": tables.empty(tables.INSTRUCTIONS)}, [f"it cannot be read: {error}"])
    rows, stage = [], 0
    for one in found:
        stage += one.name == "FROM"
        rows.append(_row(one) | {"stage": stage or None, "file": file, "line": one.start_line})
    notes = [f"only its first {_LARGEST} bytes were read"] if len(data) > _LARGEST else []
    return Evidence({"instructions": tables.rows(rows, tables.INSTRUCTIONS)}, notes)


def _row(one: DockerfileInstruction) -> dict[str, Any]:
    arguments = one.args or one.original.split()[1:]
    if one.name in _PAIRED:
        arguments = [f"{name}={value}" for name, value in zip(arguments[::3], arguments[1::3], strict=True)]
    return {
        "instruction": one.name,
        "flags": json.dumps(one.flags),
        "arguments": json.dumps([*arguments, *(heredoc.content for heredoc in one.heredocs)]),
        "exec_form": one.json,
    }
