"""What was there: `docker ps`, `docker compose ps` and `docker-compose ps`, as a table or as JSON.

A listing is one look at the containers of unknown time. It gives state, exit code and health of each, in the words of
the engine (docker/cli `formatter/container.go`; moby `container/state.go`): ``Exited (137) 2 minutes ago``,
``Up 3 minutes (unhealthy)``, ``Restarting (1) 5 seconds ago``. What an inspect tells is not in it.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from incidentlab import tables
from incidentlab.parse import names, shapes
from incidentlab.parse.evidence import Evidence, documents

_STATUS = re.compile(
    r"(?P<up>Up)\b(?:.*\((?P<health>healthy|unhealthy|health: starting|Paused)\))?"
    r"|(?P<state>Exited|Exit|Restarting)(?: *\(?(?P<code>\d{1,10})\)?)?"
    r"|(?P<other>Created|Dead|Removal In Progress|Paused)",
    re.IGNORECASE,
)
_STATES = {"exited": "exited", "exit": "exited", "restarting": "restarting", "removal in progress": "removing"}
_HEADS = re.compile(r"[A-Z][A-Z /%]*[A-Z%]")
_NAMES, _STATUSES = {"NAMES", "NAME"}, {"STATUS", "STATE"}
_OLD = re.compile(r"\s*Name\s+Command\s+State\s+(?:\(health\)\s+)?Ports?\s*")
_GAP = re.compile(r" {2,}|\t+")


def parse(data: bytes, *, file: str, **_: Any) -> Evidence:
    r"""Return the containers of a listing.

    Examples
    --------
    >>> text = b"NAMES        STATUS\nshop-web-1   Exited (137) 2 minutes ago\nshop-db-1    Up 3 minutes (healthy)\n"
    >>> parse(text, file="x").frames["containers"][["service", "state", "exit_code", "health"]].values.tolist()
    [['db', 'running', <NA>, 'healthy'], ['web', 'exited', 137, nan]]
    """
    texts = data.decode("utf-8", "replace").split("\n")
    if data.lstrip()[:1] in (b"{", b"["):
        read = documents(data, shapes.STATS)
        notes = read.notes
        listed = [({_key(k): v for k, v in body.items()}, line, pointer or None) for line, pointer, body in read.found]
    else:
        notes = []
        listed = [(row, line, None) for row, line in rows(texts)]
    named = [entry for entry in listed if _name(entry[0])]
    shown = [str(_name(row)) for row, _, _ in named]
    projects = {str(row["PROJECT"]) for row, _, _ in named if row.get("PROJECT")}
    where = names.places(shown, mentioned=shown, project=projects.pop() if len(projects) == 1 else None)
    told = [
        _container(row, where) | {"file": file, "line": line, "pointer": p} for row, line, p in listed if _name(row)
    ]
    gap = ["a listing: one look of unknown time; when and why something ended is in `docker inspect`"]
    return Evidence({"containers": tables.rows(told, tables.CONTAINERS)}, notes, gap)


def header(text: str) -> bool:
    """Return whether a line is the head of a listing.

    Examples
    --------
    >>> header("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES"), header("NAMES AND STATUS")
    (True, False)
    """
    heads = set(_GAP.split(text.strip()))
    known = heads & _NAMES and heads & _STATUSES and all(_HEADS.fullmatch(head) for head in heads)
    return bool(known or _OLD.fullmatch(text))


def recognise(document: dict[str, Any]) -> bool:
    """Return whether an object is a container of `docker ps --format json` or of `compose ps --format json`."""
    return "State" in document and isinstance(document["State"], str) and bool({"Names", "Name"} & set(document))


def once(containers: pd.DataFrame, logs: pd.DataFrame) -> pd.DataFrame:
    """Return containers without what a listing says of one that is known better, and with the last look of several.

    A listing shows whole names, PROJECT-SERVICE-NUMBER. Where the logs show one without its project, they say which
    part of it is the service.
    """
    brief = containers["created"].isna() & containers["image_id"].isna() & containers["container"].notna()
    if not brief.any():
        return containers
    known = containers["container"].isin(containers.loc[~brief, "container"])
    kept = containers[~(brief & (known | containers.duplicated("container", keep="last")))].copy()
    shown = logs.loc[logs["container"].notna(), ["container", "service"]].drop_duplicates("container")
    for name, service in shown[shown["container"].map(names.numbered).astype(bool)].itertuples(index=False):
        whole = kept["container"].str.endswith(("-" + name, "_" + name)).fillna(value=False) & kept["created"].isna()
        kept.loc[whole, "service"] = service
    return tables.check(kept, tables.CONTAINERS)


def rows(texts: list[str]) -> list[tuple[dict[str, Any], int]]:
    """Return the rows of a table, each with its line; the table ends where a line does not fit it."""
    heads = [(match.group().upper(), match.start()) for match in re.finditer(r"\S+(?: \S+)*", texts[0])]
    found: list[tuple[dict[str, Any], int]] = []
    for line, text in enumerate(texts[1:], 2):
        if not text.strip() or set(text.strip()) == {"-"}:
            continue
        cells = _cells(text, heads)
        row = dict(zip((head for head, _ in heads), cells, strict=True)) if cells else {}
        status = str(row.get("STATUS") or row.get("STATE") or "")
        if _name(row) and _STATUS.match(status):
            found.append((row, line))
        elif found and text.startswith(" "):
            continue  # v1 wraps long cells; the name and the state stand on the first line
        else:
            break
    return found


def _cells(text: str, heads: list[tuple[str, int]]) -> list[str] | None:
    """Return the cells of a row: by the columns of the head where all are kept, else by the gaps between them."""
    starts = [start for _, start in heads]
    if not starts:
        return None
    ends = [*starts[1:], max(len(text), starts[-1])]
    if not starts[0] and all(start >= len(text) or text[start - 1] == " " for start in starts[1:]):
        return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    cells = _GAP.split(text.strip())
    if len(cells) == len(heads) - 1 and heads[-1][0] == "PORTS":
        cells.append("")
    return cells if len(cells) == len(heads) else None


def _key(name: str) -> str:
    return {"Names": "NAMES", "ID": "CONTAINER ID", "ExitCode": "EXIT"}.get(name, name.upper())


def _name(row: dict[str, Any]) -> str | None:
    name = row.get("NAMES") or row.get("NAME")
    return str(name).split(",")[0].removeprefix("/") if name else None


def _container(row: dict[str, Any], where: dict[str, names.Place]) -> dict[str, Any]:
    name = str(_name(row))
    state, code, health = status(str(row.get("STATUS") or row.get("STATE") or ""))
    if code is None and state in ("exited", "dead") and isinstance(row.get("EXIT"), int):
        code = row["EXIT"]
    return {
        "service": row.get("SERVICE") or where[name].service,
        "replica": where[name].replica,
        "container": name,
        "container_id": row.get("CONTAINER ID") or None,
        "image": row.get("IMAGE") or None,
        "state": state or str(row.get("STATE") or "").lower() or None,
        "exit_code": code,
        "health": health or (str(row.get("HEALTH") or "") or None),
    }


def status(text: str) -> tuple[str | None, int | None, str | None]:
    """Return state, exit code and health that the engine's words for a container's status say.

    Examples
    --------
    >>> status("Exited (1) 5 minutes ago"), status("Up 2 hours (health: starting)")
    (('exited', 1, None), ('running', None, 'starting'))
    """
    match = _STATUS.match(text.strip())
    if match is None:
        return None, None, None
    if match["up"]:
        said = (match["health"] or "").removeprefix("health: ").lower() or None
        return ("paused", None, None) if said == "paused" else ("running", None, said)
    word = (match["state"] or match["other"]).lower()
    return _STATES.get(word, word), int(match["code"]) if match["code"] else None, None
