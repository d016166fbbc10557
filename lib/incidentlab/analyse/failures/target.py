"""Which service a failure was about: by its name, its address, its port.

A name is sure. An address is sure while its container is known to have held it; two lines that give both teach the
address to the lines that give only one. A port is a guess that holds where one service of that kind exists. Loopback
means the client's own container, whatever else was meant. The engine gives a free address to the next container
that starts, so a client that holds an old one is refused by a stranger: where the port tells another server than the
one that holds the address, the port is believed.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from incidentlab import tables
from incidentlab.analyse.marks import servers_named, sought
from incidentlab.knowledge import LOOPBACK, REACH, SERVERS

_ADDRESS = r"^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)$"
_CALLS = (*REACH, "auth", "missing_database", "tls", "privilege", "wait_timeout", "waiting")

Resolved = tuple[Any, Any]


def resolve(
    records: pd.DataFrame,
    *,
    logs: pd.DataFrame,
    marks: pd.DataFrame,
    containers: pd.DataFrame | None,
    addresses: pd.DataFrame | None,
    services: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the records with `target` and `target_by`.

    Parameters
    ----------
    records
        FAILURES without target.
    logs, marks, containers, addresses, services
        What is known of names, addresses and images.
    """
    located = _located(records)
    names = _names(logs, containers, addresses, services)
    kinds = server_kinds(logs, marks, containers, services)
    holders = _holders(located, names, containers, addresses)
    needs = depends(containers, services)
    found = [_target(row, names, holders, kinds, needs) for row in tables.records(located)]
    target, by = zip(*found, strict=True) if found else ((), ())
    return located.assign(target=pd.Series(target, dtype="str"), target_by=pd.Series(by, dtype="str"))


def server_kinds(
    logs: pd.DataFrame, marks: pd.DataFrame, containers: pd.DataFrame | None, services: pd.DataFrame | None
) -> dict[str, str]:
    """Return the kind of server of each service that is one: by its image, its own words, or its name.

    An image of a server also holds its clients: a container that runs one of those (`tools`) is none.
    """
    images = _images(containers, services)
    tools = _tools(containers)
    spoken = marks[marks["kind"] == "server"]
    prints = set(zip(logs["service"].iloc[spoken["row"].astype(int)], spoken["runtime"], strict=True))
    kinds: dict[str, str] = {}
    for service in sorted({*logs["service"].dropna().unique(), *images}):
        said = [s.name for s in SERVERS if (service, s.prints) in prints]
        called = () if service in tools else (images.get(service, ""), service)
        named = [s.name for s in SERVERS for name in called if is_called(name, s.names)]
        for kind in (*said, *named):
            kinds.setdefault(service, kind)
    return kinds


def is_called(name: str, names: str) -> bool:
    """Say whether a service or image bears one of the names, as a word of its own.

    Examples
    --------
    >>> is_called("my-postgres_1", "postgres|pg"), is_called("pgadmin", "postgres|pg")
    (True, False)
    """
    return re.search(rf"(?i)(?:^|[^a-z])(?:{names})(?:$|[^a-z])", name) is not None


def _located(records: pd.DataFrame) -> pd.DataFrame:
    """Move an address that stands in the host column, and take host and port from a URL in the message."""
    numeric = records["host"].str.match(_ADDRESS).fillna(value=False).astype(bool)
    address = records["address"].where(~numeric | records["address"].notna(), records["host"])
    host = records["host"].mask(numeric)
    bare = records["kind"].isin(_CALLS) & host.isna() & address.isna()
    found = sought(records.loc[bare, "message"], "url")
    places = records.index[bare.to_numpy(np.bool_)][found["row"].to_numpy(np.int64)]
    url = found.set_index(places)[["host", "port"]].reindex(records.index)
    at_address = url["host"].str.match(_ADDRESS).fillna(value=False).astype(bool)
    port = records["port"].fillna(pd.to_numeric(url["port"]).astype("Int64"))
    host = host.fillna(url["host"].mask(at_address))
    return records.assign(host=host, address=address.fillna(url["host"].where(at_address)), port=port)


def _names(*frames: pd.DataFrame | None) -> dict[str, str]:
    """Return every name under which a service can be meant."""
    names: dict[str, str] = {}
    for frame in frames:
        if frame is None or frame.empty:
            continue
        known = frame.dropna(subset=["service"])
        names |= {service: service for service in known["service"].unique()}
        if "container" in known:
            pairs = known[["container", "service"]].dropna().drop_duplicates()
            names |= dict(zip(pairs["container"], pairs["service"], strict=True))
        if "aliases" in known:
            rows = known[["aliases", "service"]].dropna().drop_duplicates()
            names |= {a: s for text, s in zip(rows["aliases"], rows["service"], strict=True) for a in json.loads(text)}
    return names


def _images(containers: pd.DataFrame | None, services: pd.DataFrame | None) -> dict[str, str]:
    images: dict[str, str] = {}
    for frame in (services, containers):
        if frame is not None:
            pairs = frame.dropna(subset=["service", "image"])
            images |= dict(zip(pairs["service"], pairs["image"], strict=True))
    return images


def _tools(containers: pd.DataFrame | None) -> set[str]:
    """Return the services whose containers all run a client, itself or through an entrypoint, not a server."""
    if containers is None or containers.empty:
        return set()
    known = {tool for server in SERVERS for tool in server.tools}
    commands = containers.dropna(subset=["service", "command"])
    programs = commands["command"].map(lambda text: {PurePosixPath(word).name for word in json.loads(text)[:2]})
    client = programs.map(lambda names: bool(names & known)).astype(bool)
    return {*commands["service"][client]} - {*commands["service"][~client]}


def _holders(
    records: pd.DataFrame, names: dict[str, str], containers: pd.DataFrame | None, addresses: pd.DataFrame | None
) -> dict[str, list[Resolved]]:
    """Return for each address who held it, and from when to when (None = not known)."""
    held: dict[str, list[Resolved]] = {}
    if addresses is not None:
        for row in tables.records(addresses.dropna(subset=["ip", "service"])):
            held.setdefault(row["ip"], []).append((row["service"], (row["first_seen"], row["last_seen"])))
    if containers is not None:
        for row in tables.records(containers.dropna(subset=["ip", "service"])):
            held.setdefault(row["ip"], []).append((row["service"], None))
    for row in tables.records(records.dropna(subset=["host", "address"]).drop_duplicates(["host", "address"])):
        if row["host"] in names:
            held.setdefault(row["address"], []).append((names[row["host"]], None))
    return held


def depends(containers: pd.DataFrame | None, services: pd.DataFrame | None) -> dict[str, list[str]]:
    """Return the services that each service depends on: as deployed, else as written."""
    needs: dict[str, list[str]] = {}
    for frame in (services, containers):
        if frame is not None:
            for row in tables.records(frame.dropna(subset=["service", "depends_on"])):
                needs[row["service"]] = sorted(json.loads(row["depends_on"]))
    return needs


def _target(
    row: dict[str, Any],
    names: dict[str, str],
    holders: dict[str, list[Resolved]],
    kinds: dict[str, str],
    needs: dict[str, list[str]],
) -> Resolved:
    if row["kind"] not in _CALLS:
        return None, None
    for place in (row["host"], row["address"]):
        if isinstance(place, str) and re.match(LOOPBACK, place):
            return None, "loopback"
    if isinstance(row["host"], str):
        return (names[row["host"]], "host") if row["host"] in names else (None, None)
    meant = _by_port(row, kinds, needs)
    if not isinstance(row["address"], str) or row["address"] not in holders:
        return meant
    holder = _holder(holders[row["address"]], row["ts"])
    reused = meant[1] == "port" and pd.notna(row["port"]) and kinds.get(holder) != kinds.get(meant[0])
    return meant if reused else (holder, "address")


def _holder(held: list[Resolved], ts: Any) -> Any:
    """Return who held the address at that time; where no time is known, who held it last."""
    for service, span in held:
        if span is not None and pd.notna(ts) and span[0] <= ts <= span[1]:
            return service
    return held[-1][0]


def _by_port(row: dict[str, Any], kinds: dict[str, str], needs: dict[str, list[str]]) -> Resolved:
    """Return the one service of the kind that the port or the client's library tells; else the one dependency."""
    meant = {s.name for s in SERVERS if row["port"] in s.ports} if pd.notna(row["port"]) else _library(row)
    own = row["service"] if isinstance(row["service"], str) else ""
    served = sorted(service for service, kind in kinds.items() if kind in meant and service != own)
    if len(served) == 1:
        return served[0], "port"
    wanted = [name for name in needs.get(own, []) if not meant or kinds.get(name) in meant]
    return (wanted[0], "depends_on") if len(wanted) == 1 else (None, None)


def _library(row: dict[str, Any]) -> set[str]:
    """Return the kinds of server that only this client library speaks to."""
    found = {server.name for server in SERVERS if row["runtime"] in server.clients}
    return found or servers_named(str(row["message"]))
