"""What the containers used: `docker stats`, as a table or as JSON, one look of unknown time.

The sizes are docker/cli's: memory in powers of 1024 (``MiB``), network and block devices in powers of 1000 (``MB``).
"""

from __future__ import annotations

import re
from typing import Any

from incidentlab import tables
from incidentlab.parse import names, shapes
from incidentlab.parse.evidence import Evidence, documents
from incidentlab.tables.documents import number

_SIZE = re.compile(r"(?P<number>\d{1,12}(?:\.\d{1,12})?) ?(?P<unit>[kKMGTP]?i?)B")
_POWERS = {letter: power for power, letter in enumerate("kMGTP", 1)}
_CELL = re.compile(r"\S+(?: \S+)*")
_JSON = {"CPUPerc": "CPU %", "MemUsage": "MEM USAGE / LIMIT", "NetIO": "NET I/O", "BlockIO": "BLOCK I/O"}


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return one sample for each container.

    Examples
    --------
    >>> text = b"NAME       CPU %     MEM USAGE / LIMIT   PIDS\nweb-1      150.00%   64MiB / 64MiB       3\n"
    >>> parse(text, file="x").frames["samples"][["service", "cpu_ratio", "memory_bytes"]].values.tolist()
    [['web', 1.5, 67108864]]
    """
    if data.lstrip()[:1] in (b"{", b"["):
        read = documents(data, shapes.STATS)
        notes = read.notes
        rows = [
            ({_JSON.get(key, key.upper()): str(v) for key, v in body.items()}, line) for line, _, body in read.found
        ]
    else:
        notes = []
        rows = table(data.decode("utf-8", "replace").split("\n"))
    rows = [(row, line) for row, line in rows if row.get("NAME")]
    where = names.places([row["NAME"] for row, _ in rows])
    told = [_sample(row) | {"service": where[row["NAME"]].service, "file": file, "line": line} for row, line in rows]
    return Evidence({"samples": tables.rows(told, tables.SAMPLES)}, notes, ["one look of unknown time"])


def header(text: str) -> bool:
    """Return whether a line is the head of a table of `docker stats`."""
    return {"NAME", "CPU %", "MEM USAGE / LIMIT"} <= set(_CELL.findall(text))


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a container of `docker stats --format json`."""
    return {"CPUPerc", "MemUsage", "Name"} <= set(document)


def table(texts: list[str]) -> list[tuple[dict[str, str], int]]:
    """Return the rows of a table, each with its line; it ends where a line does not fit it."""
    heads = re.split(r" {2,}|\t+", texts[0].strip())
    rows = []
    for line, text in enumerate(texts[1:], 2):
        cells = re.split(r" {2,}|\t+", text.strip())
        if len(cells) != len(heads):
            break
        rows.append((dict(zip(heads, cells, strict=True)), line))
    return rows


def size(text: str) -> int | None:
    """Return the bytes of a size.

    Examples
    --------
    >>> size("1.5GiB"), size("2kB"), size("--")
    (1610612736, 2000, None)
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    unit = match["unit"].removesuffix("i")
    base = 1024 if match["unit"].endswith("i") else 1000
    return round(float(match["number"]) * int(base ** _POWERS.get("k" if unit == "K" else unit, 0)))


def _sample(row: dict[str, str]) -> dict[str, Any]:
    used, limit = _pair(row, "MEM USAGE / LIMIT")
    received, sent = _pair(row, "NET I/O")
    read, written = _pair(row, "BLOCK I/O")
    share = row.get("CPU %", "").removesuffix("%")
    return {
        "container_id": row.get("CONTAINER ID") or row.get("ID"),
        "cpu_ratio": float(share) / 100 if re.fullmatch(r"\d{1,9}(?:\.\d{1,12})?", share) else None,
        "memory_bytes": used,
        "memory_limit_bytes": limit,
        "pids": number(row.get("PIDS")),
        "network_rx_bytes": received,
        "network_tx_bytes": sent,
        "block_read_bytes": read,
        "block_write_bytes": written,
    }


def _pair(row: dict[str, str], name: str) -> tuple[int | None, int | None]:
    first, _, second = row.get(name, "").partition("/")
    return size(first), size(second)
